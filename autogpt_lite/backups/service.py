"""Makes backups in the data directory, and keeps the newest of them."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from ..clock import iso
from ..db import Database
from ..db.backup import back_up
from ..db.failures import disk_failure
from ..errors import ConflictError, NotFoundError
from .types import Backup, StoredBackup

FOLDER = "backups"
KEPT = 10
PATTERN = "autogpt_lite-*.sqlite"


class BackupService:
    """One backup at a time; the newest KEPT stay in data_dir/backups."""

    def __init__(self, db: Database, data_dir: Path):
        self._db = db
        self._folder = data_dir / FOLDER
        self._lock = asyncio.Lock()

    async def make_backup(self) -> Backup:
        """Copies the live database. Raises ConflictError while another backup is being made, DatabaseError, DiskFullError before
        it begins where the copy would leave too little room."""
        if self._lock.locked():
            raise ConflictError("A backup is being made already.", hint="Wait for its end.")
        async with self._lock:
            self._db.check_room(self._db.path.stat().st_size)
            self._make_folder()
            began = time.monotonic()
            target = self._folder / f"autogpt_lite-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.sqlite"
            size_bytes = await back_up(self._db, target)
            await asyncio.to_thread(self._drop_old, target)
            return Backup(str(target), size_bytes, round(time.monotonic() - began, 3))

    def find_backup(self, name: str) -> Path:
        """The file of a finished backup. Raises NotFoundError."""
        found = next((path for path in self._folder.glob(PATTERN) if path.name == name), None)
        if found is None:
            raise NotFoundError("There is no such backup.")
        return found

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


def list_backups(data_dir: Path) -> list[StoredBackup]:
    """The finished backups of a data directory, newest first; what a kill has left half done is none."""
    paths = sorted((data_dir / FOLDER).glob(PATTERN), reverse=True)
    return [StoredBackup(path.name, (stat := path.stat()).st_size, iso(stat.st_mtime_ns // 1000) or "") for path in paths]
