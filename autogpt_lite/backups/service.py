"""Makes backups in the data directory, and puts one back."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from pathlib import Path

import apsw
import msgspec

from ..db import Database
from ..db.backup import back_up
from ..db.migrate import list_migrations
from ..errors import ConflictError, InvalidInputError

FOLDER = "backups"
KEPT = 10


class Backup(msgspec.Struct):
    """A finished backup in the data directory. Keys are not in it: without credentials.key, stored secrets stay closed."""

    path: str
    size_bytes: int
    seconds: float


class BackupService:
    """One backup at a time; the newest KEPT stay in data_dir/backups."""

    def __init__(self, db: Database, data_dir: Path):
        self._db = db
        self._folder = data_dir / FOLDER
        self._lock = asyncio.Lock()

    async def make_backup(self) -> Backup:
        """Copies the live database. Raises ConflictError while another backup is being made, DatabaseError."""
        if self._lock.locked():
            raise ConflictError("A backup is being made already.", hint="Wait for its end.")
        async with self._lock:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            began = time.monotonic()
            target = self._folder / f"autogpt_lite-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.sqlite"
            size_bytes = await back_up(self._db, target)
            await asyncio.to_thread(self._drop_old)
            return Backup(str(target), size_bytes, round(time.monotonic() - began, 3))

    def _drop_old(self) -> None:
        for path in sorted(self._folder.glob("autogpt_lite-*.sqlite"))[:-KEPT]:
            path.unlink(missing_ok=True)


def check_backup(path: Path) -> None:
    """Raises InvalidInputError that says why a file cannot be restored."""
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            version = connection.pragma("user_version")
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            verdict = connection.pragma("quick_check")
        finally:
            connection.close()
    except apsw.Error as error:
        raise InvalidInputError(f"{path} is no database: {error}.") from None
    if "graph_executions" not in tables:
        raise InvalidInputError(f"{path} is no backup of autogpt_lite.")
    if version > len(list_migrations()):
        raise InvalidInputError(f"{path} is from a newer version (schema {version}).", hint="Install that version first.")
    if verdict != "ok":
        raise InvalidInputError(f"{path} is damaged: {verdict}.", hint="Take another backup.")


def restore_backup(source: Path, database: Path) -> Path | None:
    """Puts a checked backup in the place of the database, which no process may have open; where the old one is kept.

    Raises InvalidInputError, with everything as it was.
    """
    check_backup(source)
    fresh = database.with_name(f"{database.name}.restoring")
    shutil.copyfile(source, fresh)
    with open(fresh, "rb+") as file:
        os.fsync(file.fileno())
    kept = _set_aside(database)
    os.replace(fresh, database)
    return kept


def _set_aside(database: Path) -> Path | None:
    if not database.exists():
        return None
    kept = database.with_name(f"{database.stem}.before-restore-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}{database.suffix}")
    # The log belongs to the file that it lies beside: it moves along, or it would be applied to the restored one.
    for suffix in ("-wal", "-shm", ""):
        part = database.with_name(database.name + suffix)
        if part.exists():
            os.replace(part, kept.with_name(kept.name + suffix))
    return kept
