"""Old runs leave by themselves, with everything of theirs, and the file becomes smaller."""

from __future__ import annotations

from pathlib import Path

import pytest

from autogpt_lite.clock import now_us
from autogpt_lite.config import RetentionConfig
from autogpt_lite.db import Database, Tx
from autogpt_lite.executions.retention import DAY_US, KEPT_FREE_PAGES, apply_retention
from tests.server import make_config

USER = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"


@pytest.fixture
async def db(tmp_path: Path):
    opened = await Database.open(tmp_path / "db.sqlite", make_config().database)
    yield opened
    await opened.close()


def add_run(
    tx: Tx, key: int, *, age_days: float, status: str = "COMPLETED", parent: int | None = None, graph: str = "g", size: int = 10
) -> None:
    """A run with two node executions, one of them with outputs of their own, and a charge."""
    created_at = now_us() - int(age_days * DAY_US)
    tx.execute(
        "INSERT INTO graph_executions (id, uuid, user_id, graph_id, graph_version, status, parent_id, root_id, parent_node_exec_id,"
        " inputs, created_at) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, x'7b7d', ?)",
        (key, f"run-{key}", USER, graph, status, parent, parent or key, parent and (parent << 24 | 1), created_at),
    )
    for seq in (1, 2):
        tx.execute(
            "INSERT INTO node_executions (id, node, status, added_at, input) VALUES (?, 0, 4, ?, ?)",
            (key << 24 | seq, created_at, b"x" * size),
        )
    tx.execute("INSERT INTO node_outputs (node_exec_id, ordinal, pin, value) VALUES (?, 0, 'a', x'31')", (key << 24 | 1,))
    tx.execute(
        "INSERT INTO charges (node_exec_id, try, kind, user_id, reserved_credits, created_at) VALUES (?, 0, 0, ?, 1, 0)",
        (key << 24 | 1, USER),
    )


async def keys_left(db: Database) -> dict[str, set[int]]:
    """The runs of which each table still has rows."""
    left = {}
    for table, column in (
        ("graph_executions", "id"),
        ("node_executions", "id >> 24"),
        ("node_outputs", "node_exec_id >> 24"),
        ("charges", "node_exec_id >> 24"),
    ):
        left[table] = {key for (key,) in await db.fetch_all(f"SELECT {column} FROM {table}")}
    return left


def everywhere(*keys: int) -> dict[str, set[int]]:
    return {table: set(keys) for table in ("graph_executions", "node_executions", "node_outputs", "charges")}


async def test_runs_older_than_the_days_leave_with_their_sub_agents(db: Database):
    def fill(tx: Tx) -> None:
        add_run(tx, 1, age_days=40)
        add_run(tx, 2, age_days=40, parent=1)
        add_run(tx, 3, age_days=31)
        add_run(tx, 4, age_days=29)

    await db.write(fill)
    result = await apply_retention(db, RetentionConfig(days=30, runs_per_agent=0))
    assert result.runs == 2
    assert await keys_left(db) == everywhere(4)


@pytest.mark.parametrize("status", ["QUEUED", "RUNNING", "REVIEW"])
async def test_a_run_that_has_not_ended_stays_however_old(db: Database, status: str):
    await db.write(lambda tx: add_run(tx, 1, age_days=400, status=status))
    assert (await apply_retention(db, RetentionConfig(days=30, runs_per_agent=1))).runs == 0
    assert await keys_left(db) == everywhere(1)


async def test_each_agent_keeps_its_newest_runs(db: Database):
    def fill(tx: Tx) -> None:
        for key in range(1, 8):
            add_run(tx, key, age_days=1, graph="busy")
        add_run(tx, 8, age_days=1, graph="quiet")

    await db.write(fill)
    result = await apply_retention(db, RetentionConfig(days=0, runs_per_agent=3))
    assert result.runs == 4
    assert await keys_left(db) == everywhere(5, 6, 7, 8)


async def test_zero_keeps_everything(db: Database):
    await db.write(lambda tx: add_run(tx, 1, age_days=4000))
    assert (await apply_retention(db, RetentionConfig(days=0, runs_per_agent=0))).runs == 0
    assert await keys_left(db) == everywhere(1)


async def test_the_file_becomes_smaller_while_it_is_in_use(db: Database):
    for start in range(1, 400, 100):
        await db.write(lambda tx, start=start: [add_run(tx, key, age_days=40, size=20_000) for key in range(start, start + 100)])
    full = (await db.fetch_all("PRAGMA page_count"))[0][0]
    result = await apply_retention(db, RetentionConfig(days=30, runs_per_agent=0))
    pages, free = (await db.fetch_all("PRAGMA page_count"))[0][0], (await db.fetch_all("PRAGMA freelist_count"))[0][0]
    assert result.runs == 400
    assert free <= KEPT_FREE_PAGES
    assert pages < full / 10
    assert result.freed_bytes > 10_000_000
