"""Puts a backup in the place of the database, so that a kill at any moment leaves the old one or the new one, whole."""

from __future__ import annotations

import os
import time
from pathlib import Path

import apsw

from .. import faultpoints
from ..errors import InvalidInputError
from .files import copy_whole, sync_folder
from .migrate import list_migrations


def check_backup(path: Path) -> None:
    """Raises InvalidInputError that says why a file cannot be restored."""
    try:
        # Nobody writes to a backup; without `immutable`, looking at one on a read-only disk would fail.
        uri = f"{path.absolute().as_uri()}?immutable=1"
        connection = apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
        try:
            version = connection.pragma("user_version")
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            verdict = connection.pragma("integrity_check")
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
    finish_restore(database)
    check_backup(source)
    # From the moment that this file has its name the restore is decided: whoever opens the database next ends it.
    copy_whole(source, _decided(database))
    faultpoints.hit("db.restore_decided")
    return finish_restore(database)


def finish_restore(database: Path) -> Path | None:
    """Ends a restore that is decided, also one that a kill has interrupted; where the old database is kept, None if there was
    none. Does nothing where no restore is under way."""
    decided = _decided(database)
    if not decided.exists():
        return None
    kept = _set_aside(database, decided.stat().st_mtime)
    faultpoints.hit("db.restore_set_aside")
    os.replace(decided, database)
    sync_folder(database.parent)
    return kept


def _decided(database: Path) -> Path:
    return database.with_name(f"{database.name}.restoring")


def _set_aside(database: Path, decided_at: float) -> Path | None:
    if not database.exists():
        return None
    # By the time of the decision, so that a restore that is ended later keeps the file and its log under one name.
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(decided_at))
    kept = database.with_name(f"{database.stem}.before-restore-{stamp}{database.suffix}")
    # The log belongs to the file that it lies beside: it moves along, or it would be applied to the restored one.
    for suffix in ("-wal", "-shm", ""):
        part = database.with_name(database.name + suffix)
        if part.exists():
            os.replace(part, kept.with_name(kept.name + suffix))
        faultpoints.hit("db.restore_moved")
    return kept
