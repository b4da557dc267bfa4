"""What the file itself can take, and what three simpler designs make of it: `python -m tests.bench.naive` prints a JSON object.

The rows are those of W: 86 bytes of payload and the times. For scale only; none of this is how the product works.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import apsw
import msgspec

from autogpt_lite.config import load_config
from autogpt_lite.db.connection import open_connection
from autogpt_lite.db.migrate import migrate
from autogpt_lite.engine.flush import sql

from .loads import VALUE

ALL_ROWS = 20_000
SOME_ROWS = 2_000
INPUT = msgspec.json.encode({"value": VALUE})
OUTPUT = msgspec.json.encode([["value", VALUE]])
RUNNING, COMPLETED = 2, 4


def row(key: int, status: int = COMPLETED) -> tuple:
    return (key, key % 100, status, 0, 1, time.time_ns() // 1000, 0, 10, 20, INPUT, OUTPUT, None)


def raw_ceiling(db: apsw.Connection) -> float:
    """All rows in one executemany and one commit: what any design stays below."""
    rows = [row(key) for key in range(1, ALL_ROWS + 1)]
    began = time.perf_counter()
    with db:
        db.executemany(sql.insert_node, rows)
    return ALL_ROWS / (time.perf_counter() - began)


def commit_each_status(db: apsw.Connection) -> float:
    """Naive: a commit for QUEUED, one for RUNNING, one for COMPLETED, as they happen."""
    began = time.perf_counter()
    for key in range(1, SOME_ROWS + 1):
        db.execute(sql.insert_node, row(key, 1))
        db.execute("UPDATE node_executions SET status = ? WHERE id = ?", (RUNNING, key))
        db.execute("UPDATE node_executions SET status = ?, output = ? WHERE id = ?", (COMPLETED, OUTPUT, key))
    return SOME_ROWS / (time.perf_counter() - began)


def commit_each_node(db: apsw.Connection) -> float:
    """Naive: one commit a node execution, at its end."""
    began = time.perf_counter()
    for key in range(1, SOME_ROWS + 1):
        db.execute(sql.insert_node, row(key))
    return SOME_ROWS / (time.perf_counter() - began)


def thread_hop_each_node(db: apsw.Connection) -> float:
    """Naive: what an asynchronous wrapper does, a hop to a thread and a commit for each node execution, awaited."""

    async def work() -> float:
        began = time.perf_counter()
        for key in range(1, SOME_ROWS + 1):
            await asyncio.to_thread(db.execute, sql.insert_node, row(key))
        return SOME_ROWS / (time.perf_counter() - began)

    return asyncio.run(work())


DESIGNS: tuple[Callable[[apsw.Connection], float], ...] = (
    raw_ceiling,
    commit_each_node,
    commit_each_status,
    thread_hop_each_node,
)


def measure() -> dict[str, float]:
    """Node executions a second of each."""
    figures = {}
    for design in DESIGNS:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "db.sqlite"
            db = open_connection(path, cache_mb=load_config(environ={}).database.cache_mb)
            migrate(db, path)
            figures[design.__name__] = design(db)
            db.close()
    return figures


if __name__ == "__main__":
    print(msgspec.json.encode(measure()).decode())
