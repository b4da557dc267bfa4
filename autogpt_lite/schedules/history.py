"""Keeps the history of fires as long as `schedules.history_days` says."""

from __future__ import annotations

from ..clock import now_us
from ..db import Database
from . import store

DAY_US = 86_400_000_000
STEP = 500
"""Rows a transaction: it stays under 5 ms."""


async def delete_old_fires(db: Database, history_days: int) -> str:
    """Deletes older fires in small steps; returns how many there were."""
    row = {"before": now_us() - history_days * DAY_US, "limit": STEP}
    total = 0
    while n_deleted := await db.write(lambda tx: tx.execute(store.sql.delete_old_fires, row)):
        total += n_deleted
    return f"{total} fires left the history"
