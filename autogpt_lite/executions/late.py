"""Finds runs that have been QUEUED for too long, and says why."""

from __future__ import annotations

import logging

from ..clock import iso, now_us
from ..db import Database
from ..engine.engine import Engine
from . import store

log = logging.getLogger(__name__)

LATE_S = 300
MAX_NAMED = 10


async def report_late_runs(db: Database, engine: Engine, workers: int) -> str:
    """Counts the root runs that have waited for LATE_S seconds and more, and logs them with the reason; returns what it logs."""
    late_before = now_us() - LATE_S * 1_000_000
    count, oldest_at = (await db.fetch_all(store.sql.count_late, (late_before,)))[0]
    if not count:
        return "no run is late"
    rows = await db.fetch_all(store.sql.list_late, (late_before, MAX_NAMED))
    named = ", ".join(uuid for (uuid,) in rows) + (", ..." if count > len(rows) else "")
    told = f"{count} runs are QUEUED since {iso(oldest_at)} or later: {_reason(engine, workers)} ({named})"
    log.warning("%s", told)
    return told


def _reason(engine: Engine, workers: int) -> str:
    running, waiting = engine.dispatcher.n_running, engine.dispatcher.n_waiting
    if running >= workers:
        return f"all {workers} places (engine.workers) are taken, and {waiting} runs wait for one"
    return f"only {running} of {workers} places are taken, so this is a fault of the server; a restart starts them"
