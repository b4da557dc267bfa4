"""Makes backups in the data directory, and keeps the newest of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ..clock import iso, now_us, to_datetime
from ..db import Database
from ..db.backup import back_up
from ..db.failures import disk_failure
from ..errors import ConflictError, NotFoundError
from .types import Backup, StoredBackup

FOLDER = "backups"
KEPT = 10
PATTERN = "autogpt_lite-*.sqlite"
NAME = "autogpt_lite-%Y%m%d-%H%M%S.sqlite"


class BackupService:
    """One backup at a time; the newest KEPT stay in data_dir/backups."""

    def __init__(self, db: Database, data_dir: Path):
        self._db = db
        self._folder = data_dir / FOLDER
        self._lock = asyncio.Lock()
        self.begun: Callable[[str], None] = lambda name: None
        """Called with the name of each backup before its first page is copied."""

    @property
    def is_busy(self) -> bool:
        """Whether a backup is being made."""
        return self._lock.locked()

    async def make_backup(self) -> Backup:
        """Copies the live database. Raises ConflictError while another backup is being made, DatabaseError, DiskFullError before
        it begins where the copy would leave too little room."""
        if self._lock.locked():
            raise ConflictError("A backup is being made already.", hint="Wait for its end.")
        async with self._lock:
            self._db.check_room(self._db.path.stat().st_size)
            self._make_folder()
            began = time.monotonic()
            target = self._folder / to_datetime(now_us()).strftime(NAME)
            self.begun(target.name)
            size_bytes = await back_up(self._db, target)
            await asyncio.to_thread(self._drop_old, target)
            return Backup(str(target), size_bytes, round(time.monotonic() - began, 3))

    def find_backup(self, name: str) -> Path:
        """The file of a finished backup. Raises NotFoundError."""
        found = next((path for path in self._folder.glob(PATTERN) if path.name == name), None)
        if found is None:
            raise NotFoundError("There is no such backup.")
        return found

    def has(self, name: str) -> bool:
        """Whether a finished backup of this name is there."""
        return (self._folder / name).is_file()

    def last_made_at(self) -> int | None:
        """When the newest backup was begun, in microseconds; None where there is none. Names are times, and those that are still to
        come are of a clock that was set back since."""
        times = (_time_of(path) for path in self._folder.glob(PATTERN))
        return max((at for at in times if at is not None and at <= now_us()), default=None)

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            for left in self._folder.glob("*.partial"):
                left.unlink()  # a backup that a kill has interrupted
        except OSError as error:
            raise disk_failure(error) or error from None

    def _drop_old(self, made: Path) -> None:
        # Names are times: where the clock was set back, the one just made is not the last of them, and stays all the same.
        others = sorted(path for path in self._folder.glob(PATTERN) if path != made)
        for path in others[: 1 - KEPT]:
            path.unlink(missing_ok=True)


def _time_of(path: Path) -> int | None:
    try:
        return int(datetime.strptime(path.name, NAME).replace(tzinfo=UTC).timestamp()) * 1_000_000
    except ValueError:
        return None  # somebody's own copy


def list_backups(data_dir: Path) -> list[StoredBackup]:
    """The finished backups of a data directory, newest first; what a kill has left half done is none."""
    paths = sorted((data_dir / FOLDER).glob(PATTERN), reverse=True)
    return [StoredBackup(path.name, (stat := path.stat()).st_size, iso(stat.st_mtime_ns // 1000) or "") for path in paths]
