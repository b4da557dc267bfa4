"""When the server makes a backup by itself: once in so many hours, and only of what the last one does not hold already."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from ..clock import iso, now_us
from ..db import Database, load_sql
from ..errors import DatabaseError, DiskFullError
from .service import KEPT, BackupService
from .types import BackupPlan

sql = load_sql(__file__, "store.sql")
log = logging.getLogger(__name__)

BACKUP_JOB = "back_up"
LOOK_EVERY_S = 600.0
HOUR_US = 3_600_000_000
_NOTHING_NEW = "last_backup_is_current"


class DueBackups:
    """Looks whether a backup is due. `every_hours()` is the setting, 0 for none."""

    def __init__(self, db: Database, backups: BackupService, every_hours: Callable[[], int]):
        self._db = db
        self._backups = backups
        self._every_hours = every_hours
        self._problem: str | None = None
        backups.begun = self._note_begun
        self._current: tuple[str, int] | None = None
        """(name of the last backup, the writer's rows_changed when it began); None where nobody knows."""

    async def open(self) -> None:
        """Takes up what the last server has noted: with a laptop that is started each day the tenth copy of the same would push out
        the last one of something else."""
        row = self._db.point(sql.select_fact, (_NOTHING_NEW,))
        if row is not None:
            self._current = (row[0], 0)
            # From here on it counts again what is changed, and a kill notes nothing.
            await self._db.write(lambda tx: tx.execute_uncounted(sql.delete_fact, (_NOTHING_NEW,)))

    async def close(self) -> None:
        """Notes for the next server whether there is anything new. Call it when nothing else is written any more."""
        if self._has_nothing_new():
            name = self._current[0]  # type: ignore[index]
            with contextlib.suppress(DatabaseError):  # a full disk: then the next server makes one too many
                await self._db.write(lambda tx: tx.execute(sql.insert_fact, (_NOTHING_NEW, name)))

    async def run(self) -> str | None:
        """Makes a backup where one is due; what came of it, None where none is."""
        self._problem = None
        due_at = self._due_at()
        if due_at is None or now_us() < due_at or self._backups.is_busy:
            return None
        if self._has_nothing_new():
            return "Nothing has changed since the last one."
        try:
            # Nobody has asked for it: there has to be room for as many as are kept.
            self._db.check_room(self._db.path.stat().st_size * KEPT)
            made = await self._backups.make_backup()
        except DiskFullError as error:
            # Told once on the page, not as a job that fails every ten minutes: nothing is broken, and it is tried again.
            self._problem = f"{error.message} {error.hint or ''}".strip()
            log.warning("no backup was made: %s", error.message)
            return f"None was made: {error.message}"
        return f"{Path(made.path).name}, {made.size_bytes:,} bytes"

    def plan(self, looks_at: int | None) -> BackupPlan:
        """What is said of the next one. `looks_at` is when `run` is called next, in microseconds."""
        due_at = self._due_at()
        next_at = None if due_at is None else max(due_at, looks_at or 0)
        return BackupPlan(self._every_hours(), iso(next_at), self._has_nothing_new(), self._problem)

    def _due_at(self) -> int | None:
        if not (hours := self._every_hours()):
            return None
        last_at = self._backups.last_made_at()
        return 0 if last_at is None else last_at + hours * HOUR_US

    def _note_begun(self, name: str) -> None:
        # Before the first page is copied: what changes meanwhile counts as new, whether or not it is in the copy.
        self._current = (name, self._db.writer.rows_changed)

    def _has_nothing_new(self) -> bool:
        return (
            self._current is not None and self._current[1] == self._db.writer.rows_changed and self._backups.has(self._current[0])
        )
