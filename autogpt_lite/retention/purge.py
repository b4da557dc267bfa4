"""The node executions of deleted runs leave in small steps: a run may have millions, and a write has to stay short."""

from __future__ import annotations

import time

from ..db import Database, Tx
from ..engine.ids import MAX_SEQ, node_key
from .store import sql

STEP_ROWS = 500
STEP_S = 0.003


async def purge_deleted_runs(db: Database) -> int:
    """Deletes what is left of deleted runs; the number of rows. Goes on where a restart interrupted it."""
    total = 0
    while db.point(sql.next_purge) is not None:
        total += await db.write(_purge_some)
    return total


async def purge_block_calls(db: Database, before_us: int) -> int:
    """Deletes the charges of blocks that were run on their own before a time; the number of rows."""
    total = 0
    while deleted := await db.write(lambda tx: tx.execute(sql.purge_calls, (before_us, STEP_ROWS))):
        total += deleted
    return total


def _purge_some(tx: Tx) -> int:
    """Up to STEP_ROWS rows, of as many runs as that takes: most have few, and a write for each would take minutes."""
    count, until = 0, time.perf_counter() + STEP_S
    while count < STEP_ROWS and time.perf_counter() < until and (row := tx.fetch_one(sql.next_purge)) is not None:
        first, last, left = node_key(row[0], 0), node_key(row[0], MAX_SEQ), STEP_ROWS - count
        steps = (sql.purge_outputs, sql.purge_nodes, sql.purge_charges, sql.purge_reviews)
        deleted = next((n for step in steps if (n := tx.execute(step, (first, last, left)))), 0)
        if not deleted:
            tx.execute(sql.purge_approvals, row)
            tx.execute(sql.end_purge, row)
        count += deleted
    return count
