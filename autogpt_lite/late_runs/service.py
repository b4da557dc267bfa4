"""Finds runs that are late or stuck, counts them, and logs each of them once."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from ..clock import iso, now_us
from ..db import Database, load_sql
from ..engine import states
from ..engine.engine import Engine
from ..engine.records import GraphExecution
from .reasons import why_queued, why_stuck
from .types import LateRun, LateRuns

log = logging.getLogger(__name__)
sql = load_sql(__file__, "store.sql")

LATE_S = 300
"""AutoGPT's execution_late_notification_threshold_secs; also how often it is looked."""
MAX_NAMED = 100
MAX_LOGGED = 10


class LateRunService:
    """The runs of everybody, or of one user."""

    def __init__(self, db: Database, engine: Engine):
        self._db = db
        self._engine = engine
        self._logged: set[str] = set()
        self.late_count = 0
        """As found by the last report."""
        self.stuck_count = 0
        self.noticed_count = 0
        """All that were ever noticed, each once."""

    async def find(self, user_id: str | None = None) -> LateRuns:
        """What is late or stuck now, of one user or of all."""
        before_us = now_us() - LATE_S * 1_000_000
        if user_id is None:
            count = await self._db.fetch_all(sql.count_late, (before_us,))
            rows = await self._db.fetch_all(sql.list_late, (before_us, MAX_NAMED))
        else:
            count = await self._db.fetch_all(sql.count_late_of_user, (before_us, user_id))
            rows = await self._db.fetch_all(sql.list_late_of_user, (before_us, user_id, MAX_NAMED))
        late = [self._waiting_run(*row) for row in rows]
        stuck = self._find_stuck(before_us, user_id)
        named = [self._stuck_run(run) for run in stuck[:MAX_NAMED]]
        return LateRuns(late, count[0][0], named, len(stuck))

    def _find_stuck(self, before_us: int, user_id: str | None) -> list[GraphExecution]:
        # A run with sub-agents gets on when one of them does, so only those at the bottom can be stuck.
        runs = [run for run in self._engine.core.runs.values() if run.status == states.RUNNING and run.progressed_at < before_us]
        parents = {run.parent.run.id for run in self._engine.core.runs.values() if run.parent is not None}
        found = [run for run in runs if run.id not in parents and user_id in (None, run.user_id)]
        return sorted(found, key=lambda run: run.progressed_at)

    def _waiting_run(self, uuid: str, user_id: str, graph_id: str, since_us: int) -> LateRun:
        reason = why_queued(self._engine, user_id, graph_id)
        return _late_run(uuid, user_id, graph_id, states.QUEUED, since_us, reason)

    def _stuck_run(self, run: GraphExecution) -> LateRun:
        reason = why_stuck(self._engine, run)
        return _late_run(run.id, run.user_id, run.plan.graph_id, states.RUNNING, run.progressed_at, reason)

    async def report(self) -> str:
        """Counts them for metrics and status, and logs those that were not logged before; what it found in a sentence."""
        found = await self.find()
        self.late_count, self.stuck_count = found.late_count, found.stuck_count
        new = [run for run in (*found.late, *found.stuck) if run.id not in self._logged]
        self._logged = {run.id for run in (*found.late, *found.stuck)}
        self.noticed_count += len(new)
        _log(new)
        if not (found.late_count or found.stuck_count):
            return "no run is late"
        return _summary(found)


def _late_run(uuid: str, user_id: str, graph_id: str, status: str, since_us: int, reason: str) -> LateRun:
    waiting_s = max(now_us() - since_us, 0) // 1_000_000
    return LateRun(uuid, user_id, graph_id, status, iso(since_us) or "", waiting_s, reason)


def _log(runs: Iterable[LateRun]) -> None:
    by_reason: dict[tuple[str, str], list[LateRun]] = {}
    for run in runs:
        by_reason.setdefault((run.status, run.reason), []).append(run)
    for (status, reason), same in by_reason.items():
        named = ", ".join(run.id for run in same[:MAX_LOGGED]) + (", ..." if len(same) > MAX_LOGGED else "")
        what = "are QUEUED" if status == states.QUEUED else "have made no progress"
        log.warning("%d runs %s since %s or later (%s): %s", len(same), what, same[0].since, named, reason)


def _summary(found: LateRuns) -> str:
    parts = []
    if found.late_count:
        parts.append(f"{found.late_count} runs are QUEUED since {found.late[0].since} or later: {found.late[0].reason}")
    if found.stuck_count:
        parts.append(f"{found.stuck_count} runs make no progress since {found.stuck[0].since} or later: {found.stuck[0].reason}")
    return " ".join(parts)
