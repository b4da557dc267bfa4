"""Reads: lists on threads within a time limit, rows by key on the loop's own thread."""

from __future__ import annotations

import asyncio
import threading

import apsw
import pytest

from autogpt_lite.db import Database, connection
from autogpt_lite.errors import DatabaseError, DatabaseUnavailableError

from .conftest import database_config

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


async def test_a_read_that_takes_too_long_is_cut_off_and_the_next_one_works(tmp_path):
    db = await Database.open(tmp_path / "db.sqlite", database_config(read_timeout_s=0.05, readers=1))
    with pytest.raises(DatabaseError, match=r"0\.05 s"):
        await asyncio.wait_for(db.fetch_all(ENDLESS), 5)
    assert await db.fetch_all("SELECT 1") == [(1,)]
    await db.close()


async def test_reads_run_side_by_side_up_to_the_number_of_readers(tmp_path):
    db = await Database.open(tmp_path / "db.sqlite", database_config(readers=2))
    together = threading.Barrier(2)
    both = [db.read(lambda connection: together.wait(10)) for _ in range(2)]
    assert sorted(await asyncio.wait_for(asyncio.gather(*both), 15)) == [0, 1]
    names = set(await asyncio.gather(*(db.read(lambda connection: threading.current_thread().ident) for _ in range(50))))
    assert len(names) <= 2
    await db.close()


async def test_a_mistake_in_a_read_reaches_its_caller_only(db):
    with pytest.raises(apsw.SQLError):
        await db.fetch_all("SELECT * FROM nowhere")
    with pytest.raises(ZeroDivisionError):
        await db.read(lambda connection: 1 // 0)
    assert await db.fetch_all("SELECT 1") == [(1,)]


async def test_readers_cannot_write(db):
    for attempt in ("INSERT INTO t VALUES (1, 'v')", "DROP TABLE t", "PRAGMA user_version = 5"):
        with pytest.raises(apsw.ReadOnlyError):
            await db.fetch_all(attempt)
        with pytest.raises(apsw.ReadOnlyError):
            db.point(attempt)
    assert await db.fetch_all("SELECT count(*) FROM t") == [(0,)]


async def test_rows_are_read_by_their_keys_on_the_loops_thread_only(db):
    # In two threads at once a connection breaks, and then nobody can read anything before a restart.
    def ask(_):
        return db.point("SELECT 1")

    for elsewhere in (db.read(ask), db.write(ask), asyncio.to_thread(ask, None), asyncio.to_thread(lambda: db.loop_connection)):
        with pytest.raises(RuntimeError, match="the loop's thread only"):
            await elsewhere
    assert db.point("SELECT 1") == (1,)


async def test_a_read_that_nobody_waits_for_any_more_does_no_harm(db):
    read = asyncio.ensure_future(db.fetch_all("SELECT 1"))
    await asyncio.sleep(0)
    read.cancel()
    assert await db.fetch_all("SELECT 2") == [(2,)]


async def test_a_point_read_leaves_no_snapshot_open(db):
    """A statement left open would hold the log for ever."""
    await db.write(lambda tx: tx.executemany("INSERT INTO t VALUES (?, 'v')", [(n,) for n in range(10)]))
    assert db.point("SELECT k FROM t ORDER BY k") == (0,)
    assert not db.loop_connection.in_transaction
    await db.write(lambda tx: tx.execute("DELETE FROM t"))
    assert db.point("SELECT k FROM t ORDER BY k") is None


async def test_a_reader_that_cannot_open_the_file_tells_its_caller(tmp_path, monkeypatch):
    db = await Database.open(tmp_path / "db.sqlite", database_config())

    def refuse(*args, **kwargs):
        raise apsw.CantOpenError("too many open files")

    monkeypatch.setattr("autogpt_lite.db.readers.open_connection", refuse)
    with pytest.raises(DatabaseUnavailableError):
        await asyncio.wait_for(db.fetch_all("SELECT 1"), 5)
    monkeypatch.setattr("autogpt_lite.db.readers.open_connection", connection.open_connection)
    assert await asyncio.wait_for(db.fetch_all("SELECT 1"), 5) == [(1,)]
    await db.close()
