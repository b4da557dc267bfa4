"""Threads for blocks without a coroutine that are run on their own: one that a user wrote may take its time, or never end.

They are no threads of asyncio's pool, which reads files and looks up hosts for everybody and which the end of the server waits for.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from typing import Any

from ..errors import TooManyRequestsError

MAX_THREADS = 8
MAX_WAIT_S = 10.0


class CallThreads:
    """At most MAX_THREADS calls at work; a thread whose caller has gone counts until its block ends."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(MAX_THREADS)

    async def run(self, call: Callable[..., Any], *args: Any) -> Any:
        """What `call` gives or raises. Raises TooManyRequestsError where no thread gets free within MAX_WAIT_S."""
        await self._wait_for_free()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        context = contextvars.copy_context()

        def work() -> None:
            outcome: tuple[Any, BaseException | None]
            try:
                outcome = context.run(call, *args), None
            except BaseException as error:  # SystemExit too: the caller waits for an answer
                outcome = None, error
            try:
                loop.call_soon_threadsafe(self._end, done, *outcome)
            except RuntimeError:
                return  # the loop is gone: the server has ended meanwhile

        threading.Thread(target=work, name="block on its own", daemon=True).start()
        return await done

    async def _wait_for_free(self) -> None:
        try:
            async with asyncio.timeout(MAX_WAIT_S):
                await self._free.acquire()
        except TimeoutError:
            raise TooManyRequestsError(
                f"{MAX_THREADS} blocks that were run on their own are at work, and none has ended in {MAX_WAIT_S:g} s.",
                hint="Try again later, or run the block in a graph, where it can be stopped.",
                retry_after_s=MAX_WAIT_S,
            ) from None

    def _end(self, done: asyncio.Future[Any], value: Any, error: BaseException | None) -> None:
        self._free.release()
        if done.cancelled():
            return
        if error is None:
            done.set_result(value)
        elif isinstance(error, Exception):
            done.set_exception(error)
        else:
            done.set_exception(RuntimeError(f"The block ended with {type(error).__name__}."))
