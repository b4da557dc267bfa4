"""One pump for all runs: it takes ready executions in their order, in slices, so that the loop serves others in between."""

from __future__ import annotations

import asyncio
import logging
import time

from .core import MAX_UNSAVED_BYTES, Core
from .flush import Flusher
from .graph_execution import fail_run
from .node_execution import run_ready
from .records import GraphExecution

log = logging.getLogger(__name__)

SHORT_QUEUE = 500
TURN = 64
"""Executions that a run may have in a row while others wait: fair, and its rows come to lie together in the file."""


class Pump:
    """`wake` schedules a slice; a slice runs what is ready for `engine.slice_ms` and then saves what has changed."""

    def __init__(self, core: Core, flusher: Flusher):
        self._core = core
        self._flusher = flusher
        self._slice_s = core.config.engine.slice_ms / 1000
        self._is_scheduled = False
        self._loop = asyncio.get_running_loop()

    def wake(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            self._loop.call_soon(self._run_slice)

    def _run_slice(self) -> None:
        self._is_scheduled = False
        core, ready = self._core, self._core.ready
        if self._flusher.is_busy and (
            len(core.dirty_nodes) > self._flusher.max_unsaved or core.unsaved_bytes > MAX_UNSAVED_BYTES
        ):
            return  # the commit wakes the pump again
        deadline = time.perf_counter() + self._slice_s
        while ready:
            if self._give_turn(ready[0], deadline):
                break
        self._flusher.flush()
        if core.n_ready < SHORT_QUEUE and core.unsaved_bytes <= MAX_UNSAVED_BYTES:
            core.drained.set()
        if ready:
            self.wake()

    def _give_turn(self, run: GraphExecution, deadline: float) -> bool:
        """Runs up to TURN ready executions of the first run in line, then sends it to the end; True when the slice is over."""
        core, waiting, clock = self._core, run.ready, time.perf_counter
        is_over = False
        for _ in range(TURN):
            if not waiting:
                break
            execution = waiting.popleft()
            core.n_ready -= 1
            try:
                run_ready(core, execution, deadline)
            except Exception as error:
                log.exception("the engine failed at node %s of run %s", execution.node.id, run.id)
                fail_run(core, run, error)
            if is_over := clock() > deadline:
                break
        core.ready.popleft()
        if waiting:
            core.ready.append(run)
        else:
            run.is_listed = False
        return is_over
