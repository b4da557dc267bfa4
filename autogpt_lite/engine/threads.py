"""Threads for blocks that wait or compute for long.

Daemon threads of our own: the exit join of ThreadPoolExecutor would hold up a quick shutdown. A thread cannot be
ended from outside, so one whose execution was stopped is abandoned: its place goes to a new thread at once, its
outputs are dropped, and it ends at its next yield.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from typing import TYPE_CHECKING, Any

from ..errors import LimitExceededError
from . import states
from .graph_execution import fail_run
from .node_execution import accept, complete, handle_failure

if TYPE_CHECKING:
    from .context import NodeContext
    from .core import Core
    from .records import NodeExecution

MAX_UNTAKEN = 100
"""Outputs that a thread may be ahead of the loop; then it waits (back-pressure)."""


class BlockThreads:
    """At most `max_threads` at work; further executions wait in line."""

    def __init__(self, max_threads: int):
        self._max_threads = max_threads
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._idle = 0
        self._working = 0
        self._lock = threading.Lock()

    def start(self, core: Core, execution: NodeExecution, context: NodeContext) -> None:
        """Runs the block's generator on a thread; its yields arrive on the loop in order."""
        loop = asyncio.get_running_loop()
        execution.task = loop.create_task(self._follow(core, _Job(execution, context, loop)))

    async def _follow(self, core: Core, job: _Job) -> None:
        execution, context = job.execution, job.context
        self._submit(job)
        try:
            async with asyncio.timeout(execution.node.timeout_s):
                while (item := await job.outputs.get()) is not None:
                    if execution.run.status in states.ENDED:
                        return
                    accept(core, execution, *item)
                    job.taken.release()
            if job.error is not None:
                raise job.error
        except asyncio.CancelledError:
            raise
        except LimitExceededError as error:
            fail_run(core, execution.run, error)
        except Exception as error:
            handle_failure(core, execution, error, context)
        else:
            complete(core, execution, context)
        finally:
            self._leave(job)

    def _submit(self, job: _Job) -> None:
        with self._lock:
            self._jobs.put(job)
            self._spawn_if_needed()

    def _spawn_if_needed(self) -> None:
        if self._jobs.qsize() > self._idle and self._working < self._max_threads:
            self._working += 1
            threading.Thread(target=self._work, name="block", daemon=True).start()

    def _leave(self, job: _Job) -> None:
        with self._lock:
            job.is_abandoned = True
            if job.is_started and not job.is_done:
                job.is_replaced = True
                self._working -= 1
                self._spawn_if_needed()
        job.taken.release()

    def _work(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            job = self._jobs.get()
            with self._lock:
                self._idle -= 1
                job.is_started = True
            if not job.is_abandoned:
                job.run()
            with self._lock:
                job.is_done = True
                if job.is_replaced:
                    return


class _Job:
    def __init__(self, execution: NodeExecution, context: NodeContext, loop: asyncio.AbstractEventLoop):
        self.execution = execution
        self.context = context
        self.loop = loop
        self.outputs: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()
        self.taken = threading.Semaphore(MAX_UNTAKEN)
        self.error: Exception | None = None
        self.is_started = self.is_done = self.is_abandoned = self.is_replaced = False

    def run(self) -> None:
        generator = self.execution.node.entry.run(self.execution.input, self.context)
        try:
            for item in generator:
                self.taken.acquire()
                if self.is_abandoned:
                    generator.close()
                    return
                self._send(item)
        except Exception as error:
            self.error = error
        self._send(None)

    def _send(self, item: tuple[str, Any] | None) -> None:
        try:
            self.loop.call_soon_threadsafe(self.outputs.put_nowait, item)
        except RuntimeError:
            self.is_abandoned = True  # the loop is gone: the process is ending
