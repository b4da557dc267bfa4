"""The log of what was done with credentials, without any value. Written behind the back of who uses them, many rows at once."""

from __future__ import annotations

import asyncio
import logging

from ..clock import now_us
from ..db import Database
from ..errors import DatabaseError
from .leases import Use
from .store import sql

log = logging.getLogger(__name__)

STEP = 500
"""Rows a transaction: it stays under 5 ms."""
MAX_WAITING = 100_000
MAX_KEPT = 1_000_000
DAY_US = 86_400_000_000

_NOWHERE = Use()


class UseLog:
    """`note` costs an append; the rows are written as soon as the loop has nothing better to do, in order."""

    def __init__(self, db: Database):
        self._db = db
        self._rows: list[tuple] = []
        self._task: asyncio.Task | None = None

    def note(self, user_id: str, credentials_id: str, action: str, use: Use = _NOWHERE) -> None:
        """One use: 'use', 'create', 'replace', 'change', 'refresh', 'test' or 'delete'."""
        self._rows.append(
            (user_id, credentials_id, action, now_us(), use.graph_exec_id or None, use.node_id or None, use.block_id or None)
        )
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        # Whatever was noted while the last rows were on their way to the disk is the next batch: no timer.
        try:
            while self._rows:
                rows, self._rows = self._rows[:STEP], self._rows[STEP:]
                try:
                    await self._db.write(lambda tx, rows=rows: tx.executemany(sql.insert_use, rows))
                except DatabaseError as error:
                    self._keep(rows)
                    log.error("uses of credentials could not be logged yet: %s", error)
                    return
        finally:
            self._task = None

    def _keep(self, rows: list[tuple]) -> None:
        # A full disk must not make a use fail, nor the memory grow without end: the next note tries again.
        self._rows = [*rows, *self._rows][-MAX_WAITING:]

    async def flush(self) -> None:
        """Waits until everything noted so far is on the disk (or cannot be)."""
        if self._task is not None:
            await self._task


async def delete_old_uses(db: Database, days: int) -> str:
    """Keeps the log in bounds, in small steps; says how many rows left it."""
    total = 0
    steps = (
        (sql.delete_old_uses, {"before": now_us() - days * DAY_US, "limit": STEP}),
        (sql.delete_surplus_uses, {"kept": MAX_KEPT, "limit": STEP}),
    )
    for statement, row in steps:
        while n_deleted := await db.write(lambda tx, s=statement, r=row: tx.execute(s, r)):
            total += n_deleted
    return f"{total} uses of credentials left the log"
