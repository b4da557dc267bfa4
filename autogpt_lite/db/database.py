"""`Database`: open, write, read, close."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import apsw

from ..config import DatabaseConfig
from ..errors import DatabaseError, DatabaseUnavailableError, DiskFullError, StartupError
from .connection import open_connection
from .failures import disk_failure
from .migrate import check_file, migrate
from .readers import LoopReader, Readers
from .restore import finish_restore
from .space import read_space
from .writer import Params, Tx, Writer

log = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_S = 1.0
"""Between two tries of what the disk has refused."""


class Database:
    """The one file. Open it with `await Database.open(path, config)`, close it with `await close()`."""

    def __init__(self, path: Path, writer: Writer, loop_reader: LoopReader, readers: Readers, reserve_percent: float):
        self.path = path
        self._reserve_percent = reserve_percent
        self.writer = writer
        self._loop_reader = loop_reader
        self._readers = readers

    @classmethod
    async def open(cls, path: Path, config: DatabaseConfig) -> Database:
        """Opens (or creates) the file and brings its schema up to date. Raises StartupError, with the file untouched, if it is a
        newer version's or no database."""
        finish_restore(path)
        check_file(path)
        try:
            connection = open_connection(path, cache_mb=config.cache_mb)
        except apsw.Error as error:
            raise _cannot_open(path, error) from None
        try:
            migrate(connection, path)
        except BaseException as error:
            connection.close()
            if disk_failure(error) is not None:
                raise _cannot_open(path, error) from None
            raise
        writer = Writer(connection, wal_limit_bytes=config.wal_limit_mb * 1_000_000)
        writer.start(asyncio.get_running_loop())
        readers = Readers(path, count=config.readers, timeout_s=config.read_timeout_s)
        return cls(path, writer, LoopReader(path), readers, config.reserve_percent)

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Runs fn(tx) on the writer thread in a savepoint; returns its result once that is on the disk.

        fn is SQL and short Python, under 5 ms, first in, first out. An exception in it undoes its own changes and is
        raised here. A read begun after the await sees the write.
        """
        return await self.writer.submit(fn)

    async def write_patiently(self, fn: Callable[[Tx], T]) -> T:
        """As `write`, but while the disk is full or does not answer it waits and tries again: for what a run cannot go on
        without."""
        while True:
            try:
                return await self.write(fn)
            except (DiskFullError, DatabaseUnavailableError):
                await asyncio.sleep(RETRY_S)

    def check_room(self, size_bytes: int = 0) -> None:
        """Raises DiskFullError where something new of this size would take what runs need to store their ends."""
        space = read_space(self.path.parent)
        if space.free_bytes - size_bytes < space.total_bytes * self._reserve_percent / 100:
            raise DiskFullError(
                f"Less than {self._reserve_percent:g} % of the server's disk would be free, and that is kept for runs.",
                hint="Free some space there, or lower `database.reserve_percent`.",
            )

    def point(self, sql: str, params: Params = ()) -> tuple | None:
        """One row by its key, read here and now on the loop's thread; None if there is none."""
        return self._loop_reader.fetch_one(sql, params)

    @property
    def loop_connection(self) -> apsw.Connection:
        """The connection of the point reads, for code that reads the rows of one thing by key; always fetchall."""
        return self._loop_reader.connection

    async def fetch_all(self, sql: str, params: Params = ()) -> list[tuple]:
        """Rows, read on a thread, within `database.read_timeout_s`."""
        return await self._readers.submit(lambda connection: connection.execute(sql, params).fetchall())

    async def read(self, fn: Callable[[apsw.Connection], T]) -> T:
        """Runs fn(connection) on a reading thread, for reads of several statements; within the same time limit."""
        return await self._readers.submit(fn)

    async def read_patiently(self, fn: Callable[[apsw.Connection], T]) -> T:
        """As `read`, but while the disk does not answer, or readers have too much to do, it waits and tries again: for what a run
        cannot go on without."""
        while True:
            try:
                return await self.read(fn)
            except DatabaseError as error:
                if self._readers.is_closed:
                    raise
                log.warning("what a run needs cannot be read yet: %s", error)
                await asyncio.sleep(RETRY_S)

    async def close(self) -> None:
        """Commits what waits and closes everything."""
        # The writer last: only a connection that may write can move the log into the file when it is the last to close.
        await self._readers.close()
        self._loop_reader.close()
        await self.writer.close()


def _cannot_open(path: Path, error: BaseException) -> StartupError:
    if isinstance(error, (apsw.NotADBError, apsw.CorruptError)):
        return StartupError(
            f"{path} cannot be read as a database: {error}.",
            hint="`autogpt-lite check` says more; `autogpt-lite restore FILE` puts a backup in its place.",
        )
    failure = disk_failure(error)
    return StartupError(f"{path} cannot be opened: {failure.message if failure else error}", hint=failure and failure.hint)
