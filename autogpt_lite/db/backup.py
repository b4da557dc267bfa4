"""Copies the live database into one file, while it is written to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from pathlib import Path

import apsw

from .. import faultpoints
from ..errors import DatabaseError
from .database import Database
from .failures import disk_failure
from .files import partial_of, publish

PAGES_A_STEP = 100
PAGES_A_SYNC = 4_000
"""16 MB: more on its way to the disk at once would make the commits of everybody wait behind it."""
SYNC_WAIT_S = 0.001


async def back_up(db: Database, target: Path) -> int:
    """Writes a consistent copy of the database to `target`; its size in bytes.

    Runs on the writer's own connection, some pages between two transactions: the pages that a transaction changes meanwhile
    are copied again, while a second connection would have to start anew at every commit. The file appears under its name
    when it is whole and on the disk. Raises DatabaseError where it cannot be written, DiskFullError where there is no room.
    """
    copy = _Copy(target)
    try:
        await _copied(db, copy)
        # The rest takes as long as the disk wants, so not on the writer's thread.
        return await asyncio.to_thread(copy.finish)
    except (apsw.Error, OSError, DatabaseError) as error:
        copy.abandon()
        raise disk_failure(error) or DatabaseError(f"The backup {target} could not be written: {error}.") from None


async def _copied(db: Database, copy: _Copy) -> None:
    try:
        await db.writer.run_between(copy.step)
    except asyncio.CancelledError:
        # The writer's thread may be at it, or have just made the last step: only there is it given up.
        copy.is_cancelled = True
        db.writer.run_between(copy.step).add_done_callback(lambda done: done.exception())
        raise


class _Copy:
    """The copy in progress: `step` is for the writer's thread, the rest for whoever comes after it."""

    is_cancelled = False

    def __init__(self, target: Path):
        self._target = target
        self._partial = partial_of(target)
        self._connection: apsw.Connection | None = None
        self._backup: apsw.Backup | None = None
        self._pages_left = PAGES_A_SYNC
        self._synced = threading.Event()
        self._synced.set()

    def step(self, source: apsw.Connection) -> bool:
        """Copies some pages; False when all are copied."""
        if self.is_cancelled:
            self.abandon()
            return False
        if not self._synced.wait(SYNC_WAIT_S):
            return True  # the disk is behind: commits go first
        if self._backup is None:
            self._begin(source)
        assert self._backup is not None
        faultpoints.hit("db.backup_step")
        is_done = self._backup.step(PAGES_A_STEP)
        if is_done:
            self._backup.finish()
            return False
        self._pages_left -= PAGES_A_STEP
        if self._pages_left <= 0:
            self._pages_left = PAGES_A_SYNC
            self._synced.clear()
            threading.Thread(target=self._sync, name="db-backup-sync", daemon=True).start()
        return True

    def _begin(self, source: apsw.Connection) -> None:
        self._partial.unlink(missing_ok=True)
        self._connection = apsw.Connection(str(self._partial))
        # Nobody takes a partial file for a backup, so it needs no journal, and no sync on the writer's thread.
        self._connection.pragma("journal_mode", "off")
        self._connection.pragma("synchronous", "off")
        self._backup = self._connection.backup("main", source, "main")

    def _sync(self) -> None:
        try:
            with contextlib.suppress(OSError), open(self._partial, "rb+") as file:  # the last sync tells of an error
                os.fsync(file.fileno())
        finally:
            self._synced.set()

    def finish(self) -> int:
        """Gives the whole copy its name; its size in bytes."""
        assert self._connection is not None
        # One file that any SQLite tool reads, without a log beside it.
        self._connection.pragma("journal_mode", "delete")
        self._connection.close()
        size_bytes = self._partial.stat().st_size
        faultpoints.hit("db.backup_copied")
        publish(self._partial, self._target)
        return size_bytes

    def abandon(self) -> None:
        """Leaves nothing behind."""
        with contextlib.suppress(apsw.Error, OSError):
            if self._backup is not None:
                self._backup.close(True)
            if self._connection is not None:
                self._connection.close(True)
        with contextlib.suppress(OSError):
            self._partial.unlink(missing_ok=True)
