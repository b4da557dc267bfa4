"""Tells what a migration has removed since it had outlived its agent (db/migrations/0006_orphans.sql)."""

from __future__ import annotations

import logging

from ..db import Database, Tx, load_sql

log = logging.getLogger(__name__)

sql = load_sql(__file__, "orphans.sql")

STEP = 500
"""Rows a transaction: there may be many thousand."""
_DONE = {
    "schedule": "was removed",
    "preset": "was removed",
    "trigger": "does not start the agent any more",
    "run": "was ended before it began",
}


async def tell_removed_orphans(db: Database) -> int:
    """A line in the log for each row that nobody was told of; how many there were."""
    total = 0
    while rows := await db.fetch_all(sql.list_untold, (STEP,)):
        for kind, orphan_id, user_id, graph_id, detail in rows:
            words = "its agent %s is not in the library of the user %s"
            log.warning(f"the %s %s (%s) {_DONE[kind]}: {words}", kind, orphan_id, detail, graph_id, user_id)

        def note(tx: Tx, rows=rows) -> None:
            tx.executemany(sql.note_told, [{"kind": kind, "id": orphan_id} for kind, orphan_id, *_ in rows])

        await db.write(note)
        total += len(rows)
    return total
