"""The write-ahead log: it shrinks past its limit, and no reader can make writers wait for it."""

from __future__ import annotations

import asyncio
import threading
import time

import apsw
import pytest

from autogpt_lite.db import Database
from autogpt_lite.db.connection import open_connection
from autogpt_lite.errors import DiskFullError
from tests.wall_time import is_within

from .conftest import database_config

MB = 1_000_000


@pytest.fixture
async def db(tmp_path, monkeypatch):
    monkeypatch.setattr("autogpt_lite.db.writer.CHECKPOINT_EVERY_S", 0.0)
    opened = await Database.open(tmp_path / "db.sqlite", database_config(wal_limit_mb=1))
    await opened.write(lambda tx: tx.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB)"))
    yield opened
    await opened.close()


def wal_bytes(db):
    return (db.path.parent / "db.sqlite-wal").stat().st_size


async def write_mb(db, count):
    for _ in range(count * 4):
        await db.write(lambda tx: tx.execute("INSERT INTO t (v) VALUES (zeroblob(250000))"))


async def test_the_log_shrinks_past_its_limit(db):
    largest = 0
    for _ in range(12):
        await write_mb(db, 1)
        await db.write(lambda tx: None)  # the checkpoint of the commit before has been by then
        largest = max(largest, wal_bytes(db))
    assert largest < 3 * MB
    assert (await db.fetch_all("SELECT count(*) FROM t")) == [(48,)]


async def test_a_long_read_does_not_make_writers_wait(db):
    reading, go_on = threading.Event(), threading.Event()

    def long_read(connection):
        connection.execute("BEGIN")
        count = connection.execute("SELECT count(*) FROM t").fetchall()
        reading.set()
        go_on.wait(10)
        connection.execute("COMMIT")
        return count

    future = asyncio.ensure_future(db.read(long_read))
    await asyncio.to_thread(reading.wait, 10)
    started = time.monotonic()
    await write_mb(db, 5)
    took_s = time.monotonic() - started
    grown = wal_bytes(db)
    go_on.set()
    assert await future == [(0,)]  # it saw the state of its beginning
    assert is_within(took_s, 3)
    assert grown > 4 * MB  # it could not shrink meanwhile
    await write_mb(db, 1)
    await db.write(lambda tx: None)
    assert wal_bytes(db) < 3 * MB


async def test_a_checkpoint_that_fails_does_not_end_the_writer(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("autogpt_lite.db.writer.CHECKPOINT_EVERY_S", 0.0)

    class FullDisk(apsw.Connection):
        def wal_checkpoint(self, *args, **kwargs):
            raise apsw.FullError("database or disk is full")

    monkeypatch.setattr(apsw, "Connection", FullDisk)
    db = await Database.open(tmp_path / "db.sqlite", database_config())
    for _ in range(5):
        assert await asyncio.wait_for(db.write(lambda tx: tx.execute("CREATE TABLE IF NOT EXISTS t (k)")), 5) is not None
    with pytest.raises(DiskFullError):
        await asyncio.wait_for(db.writer.checkpoint_soon(), 5)
    await db.close()


async def test_a_checkpoint_on_request_empties_the_log(db):
    await write_mb(db, 1)
    await asyncio.wait_for(db.writer.checkpoint_soon(), 5)
    assert wal_bytes(db) == 0


def test_pragmas_are_as_everything_here_relies_on(tmp_path):
    writing = open_connection(tmp_path / "db.sqlite", cache_mb=4)
    writing.execute("CREATE TABLE t (k)")
    reading = open_connection(tmp_path / "db.sqlite", cache_mb=2, read_only=True)
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "wal_autocheckpoint": 0,
        "auto_vacuum": 2,
        "cache_size": -4096,
        "temp_store": 2,
    }
    assert {name: writing.pragma(name) for name in wanted} == wanted
    assert (reading.pragma("query_only"), reading.pragma("cache_size")) == (1, -2048)
    with pytest.raises(apsw.ReadOnlyError):
        reading.execute("INSERT INTO t VALUES (1)")
    reading.close()
    writing.close()


def test_a_pragma_that_sqlite_ignores_is_noticed():
    from autogpt_lite.db.connection import _set
    from autogpt_lite.errors import DatabaseError

    connection = apsw.Connection(":memory:")
    with pytest.raises(DatabaseError, match="journal_mode"):
        _set(connection, "journal_mode", "wal", "wal")  # a database in memory has no log
    connection.close()
