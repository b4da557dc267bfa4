"""Old runs leave by themselves, and the file gives their space back, while the server serves."""

from __future__ import annotations

import asyncio
import logging

import apsw
import msgspec

from ..clock import now_us
from ..config import RetentionConfig
from ..db import Database, Tx
from ..engine import states
from .purge import purge_deleted_runs
from .store import sql

log = logging.getLogger(__name__)

DAY_US = 86_400_000_000
RUNS_A_STEP = 100
PAGES_A_STEP = 250
KEPT_FREE_PAGES = 100
"""Free pages that the file may keep: the next runs take them, and a vacuum for less is not worth its writes."""


class RetentionResult(msgspec.Struct):
    """What one pass removed; sizes in bytes."""

    runs: int
    rows: int
    freed_bytes: int


async def apply_retention(db: Database, config: RetentionConfig) -> RetentionResult:
    """Deletes ended root runs, with their sub-agents, that are older than `days` or beyond the newest `runs_per_agent`.

    Runs that have not ended stay, however old. Every step is a short write of its own.
    """
    runs = 0
    if config.days:
        runs += await _delete_older(db, now_us() - config.days * DAY_US)
    if config.runs_per_agent:
        runs += await _delete_beyond(db, config.runs_per_agent)
    rows = await purge_deleted_runs(db)
    freed = await shrink(db) if runs or rows else 0
    if runs:
        log.info("retention removed %d runs and gave %d bytes back", runs, freed)
    return RetentionResult(runs, rows, freed)


async def _delete_older(db: Database, before_us: int) -> int:
    # Keys grow with time, so the oldest runs come first and the walk ends at the first one that is young enough.
    last, total = 0, 0
    while rows := await db.fetch_all(sql.next_root_runs, (last, RUNS_A_STEP)):
        last = rows[-1][0]
        total += await _delete_trees(
            db, [key for key, created_at, status in rows if created_at < before_us and status in states.ENDED]
        )
        if rows[-1][1] >= before_us:
            break
    return total


async def _delete_beyond(db: Database, kept: int) -> int:
    total = 0
    for graph_id, user_id in await db.fetch_all(sql.graphs_with_more_runs, (kept,)):
        while rows := await db.fetch_all(sql.root_runs_beyond, (graph_id, user_id, RUNS_A_STEP, kept)):
            deleted = await _delete_trees(db, [key for (key,) in rows])
            total += deleted
            if not deleted:
                break
    return total


async def _delete_trees(db: Database, keys: list[int]) -> int:
    if not keys:
        return 0

    def delete(tx: Tx) -> int:
        for key in keys:
            tx.execute(sql.mark_tree_for_purge, (key,))
        return sum(tx.execute(sql.delete_root_run, (key,)) for key in keys)

    def delete_children(tx: Tx) -> None:
        for key in keys:
            tx.execute(sql.delete_children_of_root, (key,))

    count = await db.write(delete)
    await db.write(delete_children)
    return count


async def shrink(db: Database) -> int:
    """Gives free pages back to the file system, some between two transactions; the bytes that the file became smaller."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[int] = loop.create_future()
    freed = [0]

    def step(connection: apsw.Connection) -> bool:
        free = connection.pragma("freelist_count")
        if free > KEPT_FREE_PAGES:
            # Fetched to the end: the pragma frees a page a row.
            connection.execute(f"PRAGMA incremental_vacuum({min(PAGES_A_STEP, free - KEPT_FREE_PAGES)})").fetchall()
            left = connection.pragma("freelist_count")
            freed[0] += (free - left) * connection.pragma("page_size")
            if left < free:
                return True
        loop.call_soon_threadsafe(lambda: done.done() or done.set_result(freed[0]))
        return False

    db.writer.run_between(step)
    return await done
