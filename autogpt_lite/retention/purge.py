"""The node executions of deleted runs leave in small steps: a run may have millions, and a write has to stay short."""

from __future__ import annotations

from ..db import Database, Tx
from ..engine.ids import MAX_SEQ, node_key
from .store import sql

STEP_ROWS = 500


async def purge_deleted_runs(db: Database) -> int:
    """Deletes what is left of deleted runs; the number of rows. Goes on where a restart interrupted it."""
    total = 0
    while (row := db.point(sql.next_purge)) is not None:
        total += await _purge_run(db, row[0])
    return total


async def _purge_run(db: Database, key: int) -> int:
    first, last = node_key(key, 0), node_key(key, MAX_SEQ)

    def step(tx: Tx) -> int:
        count = tx.execute(sql.purge_outputs, (first, last, STEP_ROWS))
        if not count:
            count = tx.execute(sql.purge_nodes, (first, last, STEP_ROWS))
        if not count:
            tx.execute(sql.end_purge, (key,))
        return count

    total = 0
    while count := await db.write(step):
        total += count
    return total
