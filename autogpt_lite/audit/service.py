"""The audit: what administrators did, and how often somebody failed to log in. Rows older than a year leave by themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from ..clock import iso, now_us
from ..db import Database, Tx, load_sql
from ..db.write_later import WriteLater
from .types import AuditEvent, FailedLogins

sql = load_sql(__file__, "store.sql")

KEPT_DAYS = 365
MINUTE_US = 60_000_000
MAX_COUNTED = 1000
"""Rows of failed log-ins that one write may make; whoever guesses from more addresses than that is counted as "others"."""
WRITTEN_AFTER_S = 1.0
_LAST_ID = 2**63 - 1


class AuditService:
    """Writes and lists both."""

    def __init__(self, db: Database):
        self._db = db
        self._failed: Counter[tuple[int, str, str, str]] = Counter()
        self._later = WriteLater(db, self._take_failed, WRITTEN_AFTER_S)

    async def note(self, actor_id: str, action: str, detail: dict[str, Any], remote: str) -> None:
        """An administrator did this."""
        row = {"at": now_us(), "actor_id": actor_id, "remote": remote, "action": action}
        row["detail"] = msgspec.json.encode(detail).decode()
        await self._db.write(lambda tx: tx.execute(sql.insert_event, row))

    def note_failed_login(self, remote: str, way: str, user_id: str = "") -> None:
        """Somebody could not log in; counted now, written within WRITTEN_AFTER_S."""
        minute_at = now_us() // MINUTE_US * MINUTE_US
        key = (minute_at, remote, way, user_id)
        if key not in self._failed and len(self._failed) >= MAX_COUNTED:
            key = (minute_at, "others", way, "")
        self._failed[key] += 1
        self._later.arm()

    def _take_failed(self) -> Callable[[Tx], None] | None:
        if not self._failed:
            return None
        rows = [(*key, count) for key, count in self._failed.items()]
        self._failed.clear()
        return lambda tx: tx.executemany(sql.add_failed_logins, rows)

    async def list_events(self, before: int | None, limit: int) -> list[AuditEvent]:
        """The newest first."""
        rows = await self._db.fetch_all(sql.list_events, (_LAST_ID if before is None else before, limit))
        return [
            AuditEvent(key, iso(at) or "", actor_id, remote, action, msgspec.json.decode(detail))
            for key, at, actor_id, remote, action, detail in rows
        ]

    async def list_failed_logins(self, limit: int) -> list[FailedLogins]:
        """The newest first."""
        await self._later.flush()
        rows = await self._db.fetch_all(sql.list_failed_logins, (limit,))
        return [FailedLogins(iso(minute_at) or "", *rest) for minute_at, *rest in rows]

    async def delete_old(self) -> None:
        """The system job that keeps both in bounds."""
        before = now_us() - KEPT_DAYS * 1440 * MINUTE_US

        def write(tx: Tx) -> None:
            tx.execute(sql.delete_old_events, (before,))
            tx.execute(sql.delete_old_failed_logins, (before,))

        await self._db.write(write)

    async def close(self) -> None:
        """Writes what is still in memory."""
        await self._later.close()
