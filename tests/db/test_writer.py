"""What `Database.write` promises: durable when it returns, one failing caller fails alone, many callers share a commit."""

from __future__ import annotations

import asyncio
import threading

import apsw
import pytest

from autogpt_lite.db import Database
from autogpt_lite.db.backup import back_up
from autogpt_lite.errors import DatabaseBusyError, DatabaseError, DiskFullError
from autogpt_lite.retention.shrink import shrink

from .conftest import database_config

INSERT = "INSERT INTO t (k, v) VALUES (?, ?)"


def put(key, value="v"):
    return lambda tx: tx.execute(INSERT, (key, value))


async def keys(db):
    return [row[0] for row in await db.fetch_all("SELECT k FROM t ORDER BY k")]


async def test_a_read_after_the_await_sees_the_write(db):
    for key in range(50):
        assert await db.write(put(key)) == 1
        assert db.point("SELECT v FROM t WHERE k = ?", (key,)) == ("v",)
        assert (await db.fetch_all("SELECT max(k) FROM t")) == [(key,)]
        assert (await db.read(lambda connection: connection.execute("SELECT max(k) FROM t").fetchall())) == [(key,)]


async def test_writes_happen_in_the_order_in_which_they_were_asked_for(db):
    seen = []
    await asyncio.gather(*(db.write(lambda tx, n=n: seen.append(n)) for n in range(200)))
    assert seen == list(range(200))


async def test_many_that_wait_share_a_commit(db):
    held, go_on = threading.Event(), threading.Event()
    holding = asyncio.ensure_future(db.write(lambda tx: (held.set(), go_on.wait(10))))
    await asyncio.to_thread(held.wait, 10)
    commits = db.writer.commits
    writes = [asyncio.ensure_future(db.write(put(key))) for key in range(500)]
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(holding, *writes)
    assert db.writer.commits - commits <= 3
    assert await keys(db) == list(range(500))


async def test_a_result_is_told_only_after_the_commit(db, monkeypatch):
    from autogpt_lite import faultpoints

    order = []
    monkeypatch.setattr(faultpoints, "hit", lambda name: order.append(name))
    await db.write(lambda tx: order.append("fn"))
    order.append("awaited")
    assert order == ["fn", "db.before_commit", "db.after_commit", "awaited"]


BAD = {
    "a check": lambda tx: tx.execute(INSERT, (1000, "bad")),
    "not null": lambda tx: tx.execute(INSERT, (1000, None)),
    "a key that is there": lambda tx: tx.execute(INSERT, (-1, "again")),
    "a foreign key": lambda tx: tx.execute(
        "INSERT INTO sessions (token_hash, user_id, created_at, expires_at) VALUES (x'00', 'nobody', 0, 0)"
    ),
    "an account that is not there": lambda tx: tx.execute(
        "INSERT INTO charges (node_exec_id, try, kind, user_id, reserved_credits, created_at) VALUES (1, 0, 0, 'nobody', 1, 0)"
    ),
    "a lone surrogate": lambda tx: tx.execute(INSERT, (1000, "\ud800")),
    "a number of 65 bits": lambda tx: tx.execute(INSERT, (2**63, "v")),
    "NaN, which is NULL to SQLite": lambda tx: tx.execute(INSERT, (1000, float("nan"))),
    "another type": lambda tx: tx.execute(INSERT, ("no number", "v")),
    "something that has no place": lambda tx: tx.execute(INSERT, (1000, object())),
    "too few values": lambda tx: tx.execute(INSERT, (1000,)),
    "a mistake in the SQL": lambda tx: tx.execute("INSERT INTO nowhere VALUES (1)"),
    "a mistake in Python": lambda tx: 1 // 0,
    "a savepoint left open": lambda tx: (tx.execute("SAVEPOINT mine"), tx.execute(INSERT, (1000, "v")), 1 // 0),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_one_failing_caller_fails_alone(db, bad):
    await db.write(put(-1))
    held, go_on = threading.Event(), threading.Event()
    holding = asyncio.ensure_future(db.write(lambda tx: (held.set(), go_on.wait(10))))
    await asyncio.to_thread(held.wait, 10)

    def writes_first_and_then_fails(tx):
        tx.execute(INSERT, (500, "v"))
        bad(tx)

    commits = db.writer.commits
    waiting = [db.write(put(1)), db.write(writes_first_and_then_fails), db.write(put(2))]
    together = asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.sleep(0)
    go_on.set()
    first, failed, last = await together
    await holding
    assert (first, last) == (1, 1)
    assert isinstance(failed, Exception)
    assert db.writer.commits - commits <= 2  # they were one transaction
    assert await keys(db) == [-1, 1, 2]  # what the failing one had written before is undone
    assert await db.write(put(3)) == 1
    assert not await db.write(lambda tx: tx.connection.execute("SELECT k FROM t WHERE k = 500").fetchall())


async def test_executemany_that_fails_leaves_nothing_behind(db):
    """SQLite keeps the rows before the bad one; the savepoint of the caller undoes them."""
    with pytest.raises(apsw.ConstraintError):
        await db.write(lambda tx: tx.executemany(INSERT, [(1, "v"), (2, "v"), (3, "bad"), (4, "v")]))
    assert await keys(db) == []


async def test_executemany_within_one_caller_can_be_undone_and_tried_row_by_row(db):
    def fn(tx):
        tx.execute(INSERT, (100, "before"))
        try:
            tx.executemany(INSERT, [(1, "v"), (2, "bad"), (3, "v")])
        except apsw.ConstraintError:
            tx.undo()
            for row in ((1, "v"), (3, "v")):
                tx.execute(INSERT, row)

    await db.write(fn)
    assert await keys(db) == [1, 3]


async def test_a_returning_that_nobody_reads_does_not_hold_up_the_commit(db):
    returning = "INSERT INTO t (k, v) VALUES (?, ?) RETURNING k"
    assert await db.write(lambda tx: tx.execute(returning, (1, "v"))) == 1
    await db.write(lambda tx: tx.executemany(returning, [(2, "v"), (3, "v")]))
    assert await db.write(lambda tx: tx.fetch_one(returning, (4, "v"))) == (4,)
    assert await keys(db) == [1, 2, 3, 4]


async def test_execute_tells_how_many_rows_changed(db):
    await db.write(lambda tx: tx.executemany(INSERT, [(n, "v") for n in range(5)]))
    assert await db.write(lambda tx: tx.execute("UPDATE t SET v = 'w' WHERE k < 3")) == 3
    assert await db.write(lambda tx: tx.execute("UPDATE t SET v = 'x' WHERE k = 99")) == 0
    assert await db.write(lambda tx: tx.execute("DELETE FROM t WHERE k = :k", {"k": 1})) == 1


async def test_a_caller_who_goes_away_does_not_disturb_the_others(db):
    held, go_on = threading.Event(), threading.Event()
    holding = asyncio.ensure_future(db.write(lambda tx: (held.set(), go_on.wait(10))))
    await asyncio.to_thread(held.wait, 10)
    gone, stays = asyncio.ensure_future(db.write(put(1))), asyncio.ensure_future(db.write(put(2)))
    await asyncio.sleep(0)
    gone.cancel()
    go_on.set()
    assert await stays == 1
    await holding
    assert await keys(db) == [1, 2]  # it was asked for, and it is written


async def test_when_the_commit_fails_everybody_hears_it_and_the_next_one_works(db, monkeypatch, caplog):
    from autogpt_lite import faultpoints

    failing = []

    def hit(name):
        if name == "db.before_commit" and not failing:
            failing.append(name)
            raise apsw.FullError("database or disk is full")

    monkeypatch.setattr(faultpoints, "hit", hit)
    results = await asyncio.gather(db.write(put(1)), db.write(put(2)), return_exceptions=True)
    assert all(isinstance(result, DatabaseError) for result in results[:1])
    assert isinstance(results[0], DiskFullError)
    assert isinstance(db.writer.failure, DiskFullError)
    assert await db.write(put(3)) == 1
    assert db.writer.failure is None
    assert 1 not in await keys(db)


async def test_a_transaction_that_sqlite_ended_is_told_to_everybody(db, caplog):
    """What RAISE(ROLLBACK) in a trigger would do, which is why there is none."""
    await db.write(
        lambda tx: tx.execute("CREATE TRIGGER r BEFORE INSERT ON t WHEN NEW.v = 'roll' BEGIN SELECT RAISE(ROLLBACK, 'no'); END")
    )
    held, go_on = threading.Event(), threading.Event()
    holding = asyncio.ensure_future(db.write(lambda tx: (held.set(), go_on.wait(10))))
    await asyncio.to_thread(held.wait, 10)
    waiting = asyncio.gather(db.write(put(1)), db.write(put(2, "roll")), db.write(put(3)), return_exceptions=True)
    await asyncio.sleep(0)
    go_on.set()
    await holding
    assert all(isinstance(result, Exception) for result in await waiting)
    assert await keys(db) == []
    assert await db.write(put(4)) == 1


async def test_too_many_that_wait_are_refused_and_not_kept(db, monkeypatch):
    monkeypatch.setattr("autogpt_lite.db.writer.MAX_WAITING", 10)
    held, go_on = threading.Event(), threading.Event()
    holding = asyncio.ensure_future(db.write(lambda tx: (held.set(), go_on.wait(10))))
    await asyncio.to_thread(held.wait, 10)
    waiting = [asyncio.ensure_future(db.write(put(key))) for key in range(15)]
    await asyncio.sleep(0)
    go_on.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    await holding
    assert [type(result) for result in results[10:]] == [DatabaseBusyError] * 5
    assert await keys(db) == list(range(10))


async def test_closing_commits_what_waits(tmp_path):
    db = await Database.open(tmp_path / "db.sqlite", database_config())
    await db.write(lambda tx: tx.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT)"))
    waiting = [asyncio.ensure_future(db.write(put(key))) for key in range(100)]
    await asyncio.sleep(0)
    await db.close()
    assert await asyncio.gather(*waiting) == [1] * 100
    with pytest.raises(DatabaseError):
        await db.write(put(1))
    with pytest.raises(DatabaseError):
        await db.fetch_all("SELECT 1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["db.sqlite"]  # the log has gone into the file
    again = await Database.open(tmp_path / "db.sqlite", database_config())
    assert await again.fetch_all("SELECT count(*) FROM t") == [(100,)]
    await again.close()


async def test_opening_and_closing_leaves_no_thread_and_no_file_open(tmp_path):
    psutil = pytest.importorskip("psutil")
    process = psutil.Process()

    async def once():
        db = await Database.open(tmp_path / "db.sqlite", database_config())
        await db.fetch_all("SELECT 1")
        await db.close()

    await once()
    files = len(process.open_files())
    for _ in range(20):
        await once()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("db-")] == []
    assert len(process.open_files()) <= files


async def test_a_writer_that_cannot_go_on_says_so_instead_of_leaving_callers_waiting(db, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError("a bug in the writer")

    monkeypatch.setattr(db.writer, "_commit", broken)
    with pytest.raises(DatabaseError):
        await asyncio.wait_for(db.write(put(1)), 5)
    with pytest.raises(DatabaseError):
        await asyncio.wait_for(db.write(put(2)), 5)


async def test_a_backup_or_vacuum_between_transactions_may_fail_without_harm(db, caplog):
    steps = []

    def step(connection):
        steps.append(connection.in_transaction)
        if len(steps) == 3:
            raise RuntimeError("expected")
        return True

    work = db.writer.run_between(step)
    await asyncio.gather(*(db.write(put(key)) for key in range(5)))
    with pytest.raises(RuntimeError, match="expected"):
        await asyncio.wait_for(work, 5)
    assert steps == [False] * 3
    assert await db.write(put(100)) == 1


async def test_work_between_transactions_that_the_disk_refuses_is_told_and_keeps_nobody_waiting(db, monkeypatch):
    await db.write(lambda tx: tx.executemany(INSERT, [(key, "x" * 10_000) for key in range(1_000)]))
    await db.write(lambda tx: tx.execute("DELETE FROM t"))
    assert await asyncio.wait_for(shrink(db), 5) > 0
    with monkeypatch.context() as disk:
        disk.setattr("autogpt_lite.retention.shrink.KEPT_FREE_PAGES", "not a number")
        with pytest.raises(TypeError):
            await asyncio.wait_for(shrink(db), 5)


async def test_what_comes_after_the_end_is_refused_and_what_came_before_is_done(tmp_path):
    db = await Database.open(tmp_path / "db.sqlite", database_config())
    before, closing = db.writer.run_between(lambda connection: False), asyncio.ensure_future(db.close())
    await closing
    assert before.done()
    assert before.exception() is None
    for late in (db.writer.run_between(lambda connection: False), db.writer.submit(put(1))):
        with pytest.raises(DatabaseError, match="closed"):
            await asyncio.wait_for(late, 5)


async def test_a_backup_that_nobody_waits_for_any_more_leaves_nothing_behind(db, tmp_path):
    copying = asyncio.ensure_future(back_up(db, tmp_path / "copy.sqlite"))
    await asyncio.sleep(0)
    copying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await copying
    await asyncio.wait_for(db.writer.run_between(lambda connection: False), 5)  # behind the last step of the copy
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith("copy")] == []


async def test_what_follows_a_commit_is_called_on_the_loop_before_the_caller_goes_on(db):
    seen = []
    here = threading.current_thread()

    def write(tx):
        tx.after_commit(lambda: seen.append((threading.current_thread() is here, db.point("SELECT k FROM t WHERE k = 7"))))
        tx.after_commit(lambda: seen.append(None))
        return tx.execute(INSERT, (7, "v"))

    assert await db.write(write) == 1
    assert seen == [(True, (7,)), None]
    await db.write(put(8))
    assert len(seen) == 2, "once"


async def test_a_write_that_fails_is_followed_by_nothing_and_a_call_that_fails_harms_nobody(db, caplog):
    seen = []

    def fails(tx):
        tx.after_commit(lambda: seen.append("failed"))
        raise ValueError("no")

    def write(tx):
        tx.after_commit(lambda: 1 / 0)
        tx.after_commit(lambda: seen.append("written"))

    results = await asyncio.gather(db.write(fails), db.write(write), db.write(put(1)), return_exceptions=True)
    assert isinstance(results[0], ValueError)
    assert results[1:] == [None, 1]
    assert seen == ["written"]
    assert "was to follow a commit failed" in caplog.text


async def test_a_cancelled_caller_changes_nothing_about_what_follows_its_commit(db):
    seen = []
    held = threading.Event()
    db.writer.submit(lambda tx: held.wait(10))
    future = db.writer.submit(lambda tx: tx.after_commit(lambda: seen.append("written")))
    future.cancel()
    held.set()
    await db.write(put(1))
    assert seen == ["written"]
