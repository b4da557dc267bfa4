"""Small facts that need no row each: collected in memory and written together a little later."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from ..errors import DatabaseError
from .database import Database
from .writer import Tx


class WriteLater:
    """Calls `write(tx)` on the writer within `after_s` of `arm()`, once however often it was armed.

    For what may be lost in a crash: counters, times of last use. `take()` gives that function, or None where nothing is to be
    written; it runs on the loop, so it may empty what was collected.
    """

    def __init__(self, db: Database, take: Callable[[], Callable[[Tx], None] | None], after_s: float):
        self._db = db
        self._take = take
        self._after_s = after_s
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task | None = None

    def arm(self) -> None:
        """There is something to write."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._after_s, self._fire)

    def _fire(self) -> None:
        self._timer = None
        if self._writing is not None and not self._writing.done():
            self.arm()  # the disk is slow: one write at a time
        else:
            self._writing = asyncio.create_task(self.flush())

    async def flush(self) -> None:
        """Writes now. A write that fails is given up: these are notes, and the database has told why."""
        write = self._take()
        if write is not None:
            with contextlib.suppress(DatabaseError):
                await self._db.write(write)

    async def close(self) -> None:
        """Writes what is left. Call it before the database is closed."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._writing is not None:
            await self._writing
        await self.flush()
