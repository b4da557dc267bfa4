"""One pump for all runs: it takes ready executions in their order, in slices, so that the loop serves others in between."""

from __future__ import annotations

import asyncio
import logging
import time

from .core import Core
from .flush import Flusher
from .graph_execution import fail_run
from .node_execution import run_ready

log = logging.getLogger(__name__)

MAX_UNSAVED = 5_000
"""Unsaved rows above which the pump waits for the disk: memory stays flat however slow that is."""
SHORT_QUEUE = 500


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
        if len(core.dirty_nodes) > MAX_UNSAVED and self._flusher.is_busy:
            return  # the commit wakes the pump again
        clock = time.perf_counter
        deadline = clock() + self._slice_s
        while ready:
            execution = ready.popleft()
            try:
                run_ready(core, execution, deadline)
            except Exception as error:
                log.exception("the engine failed at node %s of run %s", execution.node.id, execution.run.id)
                fail_run(core, execution.run, error)
            if clock() > deadline:
                break
        if len(ready) < SHORT_QUEUE:
            core.drained.set()
        self._flusher.flush()
        if ready:
            self.wake()
