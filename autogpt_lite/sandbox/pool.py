"""A few children that are kept between calls: started when first needed, ended after a minute without work."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from ..errors import BlockError

if TYPE_CHECKING:
    from .worker import Worker

IDLE_S = 60.0
# A child is renewed now and then, so that no fragmentation or cache can grow without an end.
MAX_CALLS = 10_000


class Pool:
    """Runs calls in at most `size` children. Belongs to one event loop; callers past `size` wait in order.

    The wait is not counted in timeout_s: a place is free after at most one timeout for each caller before.
    """

    def __init__(
        self, functions: dict[str, str], *, size: int = 2, memory_mb: int, max_output_bytes: int, idle_s: float = IDLE_S
    ):
        self._functions = functions
        self._limits = {"memory_mb": memory_mb, "max_output_bytes": max_output_bytes}
        self._idle_s = idle_s
        self._places = asyncio.Semaphore(size)
        self._idle: dict[Worker, asyncio.TimerHandle] = {}
        self._all: set[Worker] = set()
        self._is_closed = False

    async def call(self, name: str, argument: Any, *, timeout_s: float, subject: str = "The work") -> Any:
        """See Worker.call. Raises BlockError when the pool is closed."""
        async with self._places:
            if self._is_closed:
                raise BlockError("The server is stopping.")
            worker = self._take_idle() or await self._start()
            try:
                return await worker.call(name, argument, timeout_s=timeout_s, subject=subject)
            except BlockError as error:
                raise BlockError("The server is stopping.") if self._is_closed else error from None
            finally:
                self._put_back(worker)

    @property
    def pids(self) -> list[int]:
        """The children that are alive."""
        return [worker.pid for worker in self._all if worker.is_alive]

    async def close(self) -> None:
        """Kills all children and returns when they are gone; calls that are under way fail."""
        self._is_closed = True
        for worker in list(self._all):
            self._end(worker)
        await asyncio.gather(*(worker.wait_ended() for worker in self._all))

    def kill_now(self) -> None:
        """As close, for when the loop is gone and cannot wait."""
        self._is_closed = True
        for worker in self._all:
            with contextlib.suppress(RuntimeError):
                worker.kill()

    async def _start(self) -> Worker:
        from .worker import Worker

        worker = Worker(self._functions, **self._limits)
        self._all.add(worker)
        worker.when_ended(lambda: self._all.discard(worker))
        await worker.start()
        return worker

    def _take_idle(self) -> Worker | None:
        while self._idle:
            worker, timer = self._idle.popitem()
            timer.cancel()
            if worker.is_alive:
                return worker
            self._end(worker)
        return None

    def _put_back(self, worker: Worker) -> None:
        if self._is_closed or not worker.is_alive or worker.calls >= MAX_CALLS:
            self._end(worker)
        else:
            self._idle[worker] = asyncio.get_running_loop().call_later(self._idle_s, self._end, worker)

    def _end(self, worker: Worker) -> None:
        if (timer := self._idle.pop(worker, None)) is not None:
            timer.cancel()
        worker.kill()
