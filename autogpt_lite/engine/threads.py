"""Threads for blocks that wait or compute for long.

Daemon threads of our own: the exit join of ThreadPoolExecutor would hold up a quick shutdown. A thread cannot be
ended from outside, so one whose execution was stopped or took too long is abandoned: its place goes to a new thread at once, its
outputs are dropped, and it ends at its next yield. One that never comes to a next yield stays until the server ends, so abandoned
threads are counted and named, and beyond `engine.max_abandoned_threads` of them no block gets a thread any more.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from typing import TYPE_CHECKING, Any

import msgspec

from ..clock import now_us
from ..errors import BlockError
from ..sdk.block import NEEDS_ASYNC
from . import states
from .node_execution import FAILURES, accept, finish, start_task, time_limit_s, timeout_error, wait_drained

if TYPE_CHECKING:
    from .core import Core
    from .records import NodeExecution

MAX_UNTAKEN = 100
"""Outputs that a thread may be ahead of the loop; then it waits (back-pressure)."""


class AbandonedThread(msgspec.Struct, frozen=True):
    """A thread that still works for a node execution that has ended; since when nobody waits for it, in microseconds."""

    graph_exec_id: str
    node_id: str
    title: str
    block: str
    abandoned_at: int


class BlockThreads:
    """At most `max_threads` at work; further executions wait in line. Beside them at most that many more than `max_abandoned` that
    nobody waits for."""

    def __init__(self, max_threads: int, max_abandoned: int):
        self._max_threads = max_threads
        self._max_abandoned = max_abandoned
        self._abandoned: dict[_Job, AbandonedThread] = {}
        self.n_abandoned_ever = 0
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._idle = 0
        self._working = 0
        self._lock = threading.Lock()

    @property
    def n_working(self) -> int:
        """Threads that are at work."""
        return self._working

    @property
    def abandoned(self) -> list[AbandonedThread]:
        """Threads that nobody waits for any more, the oldest first."""
        with self._lock:
            return list(self._abandoned.values())

    def start(self, core: Core, execution: NodeExecution) -> None:
        """Runs the block's generator on a thread; its yields arrive on the loop in order."""
        loop = asyncio.get_running_loop()
        execution.task = loop.create_task(self._follow(core, _Job(execution, loop)))

    async def _follow(self, core: Core, job: _Job) -> None:
        execution = job.execution
        error: BaseException | None = None
        if len(held := self.abandoned) >= self._max_abandoned:
            finish(core, execution, _refusal(held))
            return
        self._submit(job)
        try:
            async with asyncio.timeout(time_limit_s(execution)) as limit:
                while (item := await job.outputs.get()) is not None:
                    if execution.status in states.ENDED or execution.run.tree.is_stopped:
                        core.late_outputs += 1
                        return
                    if item is NEEDS_ASYNC:
                        start_task(core, execution, slow=True)
                        return
                    pin, value = item
                    accept(core, execution, pin, value)
                    core.wake()
                    if core.is_behind():
                        await wait_drained(core)
                    job.taken.release()
            error = job.error
        except FAILURES as caught:
            error = timeout_error(execution) if isinstance(caught, TimeoutError) and limit.expired() else caught
        finally:
            self._leave(job)
        finish(core, execution, error)

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
                self._abandoned[job] = _described(job.execution)
                self.n_abandoned_ever += 1
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
                self._spawn_if_needed()  # a job that came since `get` returned was meant for this thread, which is busy now
            if not job.is_abandoned:
                job.run()
            with self._lock:
                job.is_done = True
                if job.is_replaced:
                    del self._abandoned[job]
                    return


def _described(execution: NodeExecution) -> AbandonedThread:
    node, run = execution.node, execution.run
    block = node.entry.name if node.entry is not None else node.block_id
    return AbandonedThread(run.id, node.id, node.title, block, now_us())


def _refusal(held: list[AbandonedThread]) -> BlockError:
    first = held[0]
    return BlockError(
        f"{len(held)} threads are held by blocks that were stopped or took too long, the first by {first.block} (node {first.title}, "
        f"run {first.graph_exec_id}). No more are given out until some of them end.",
        hint="Mend that block and restart the server; `engine.max_abandoned_threads` is the limit.",
    )


class _Job:
    def __init__(self, execution: NodeExecution, loop: asyncio.AbstractEventLoop):
        self.execution = execution
        self.context = execution.context
        self.context.prepare_for_thread()
        self.loop = loop
        self.outputs: asyncio.Queue[Any] = asyncio.Queue()
        self.taken = threading.Semaphore(MAX_UNTAKEN)
        self.error: BaseException | None = None
        self.is_started = self.is_done = self.is_abandoned = self.is_replaced = False

    def run(self) -> None:
        try:
            generator = self.execution.node.entry.run(self.execution.input, self.context)
            for item in generator:
                if item is NEEDS_ASYNC:
                    generator.close()
                    self._end(item)
                    return
                self.taken.acquire()
                if self.is_abandoned:
                    generator.close()
                    return
                self._send(item)
        except BaseException as error:  # SystemExit too: whatever ends the block, its node must hear of it
            self.error = error
        self._end(None)

    def _end(self, last: Any) -> None:
        self.is_done = True  # first: whoever leaves the job then knows that its thread is free
        self._send(last)

    def _send(self, item: Any) -> None:
        try:
            self.loop.call_soon_threadsafe(self.outputs.put_nowait, item)
        except RuntimeError:
            self.is_abandoned = True  # the loop is gone: the process is ending
