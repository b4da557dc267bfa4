"""Copies the live database into one file, while it is written to."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import apsw

from .. import faultpoints
from ..errors import DatabaseError
from .database import Database
from .failures import disk_failure
from .files import partial_of, publish

PAGES_A_STEP = 100


async def back_up(db: Database, target: Path) -> int:
    """Writes a consistent copy of the database to `target`; its size in bytes.

    Runs on the writer's own connection, some pages between two transactions: the pages that a transaction changes meanwhile
    are copied again, while a second connection would have to start anew at every commit. The file appears under its name
    when it is whole and on the disk. Raises DatabaseError where it cannot be written.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[int] = loop.create_future()
    copy = _Copy(target)

    def step(connection: apsw.Connection) -> bool:
        try:
            if copy.step(connection):
                return True
            result: int | Exception = copy.finish()
        except (apsw.Error, OSError) as error:
            copy.abandon()
            result = disk_failure(error) or DatabaseError(f"The backup {target} could not be written: {error}.")
        with contextlib.suppress(RuntimeError):  # the loop is gone
            loop.call_soon_threadsafe(_settle, done, result)
        return False

    db.writer.run_between(step)
    return await done


class _Copy:
    """The copy in progress; only for the writer's thread."""

    def __init__(self, target: Path):
        self._target = target
        self._partial = partial_of(target)
        self._connection: apsw.Connection | None = None
        self._backup: apsw.Backup | None = None

    def step(self, source: apsw.Connection) -> bool:
        """Copies some pages; False when all are copied."""
        if self._backup is None:
            self._partial.unlink(missing_ok=True)
            self._connection = apsw.Connection(str(self._partial))
            self._backup = self._connection.backup("main", source, "main")
        faultpoints.hit("db.backup_step")
        return not self._backup.step(PAGES_A_STEP)

    def finish(self) -> int:
        assert self._backup is not None
        assert self._connection is not None
        self._backup.finish()
        # One file that any SQLite tool reads, without a log beside it.
        self._connection.pragma("journal_mode", "delete")
        self._connection.close()
        size_bytes = self._partial.stat().st_size
        faultpoints.hit("db.backup_copied")
        publish(self._partial, self._target)
        return size_bytes

    def abandon(self) -> None:
        with contextlib.suppress(apsw.Error, OSError):
            if self._backup is not None:
                self._backup.close(True)
            if self._connection is not None:
                self._connection.close(True)
            self._partial.unlink(missing_ok=True)


def _settle(done: asyncio.Future, result: int | Exception) -> None:
    if done.done():
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)
