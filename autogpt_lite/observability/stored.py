"""What can be said of a data directory while no server runs on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import apsw
import msgspec

from .. import __version__
from ..backups.service import list_backups
from ..clock import iso
from ..db import load_sql
from ..db.look import open_to_look
from ..db.space import read_sizes, read_space

sql = load_sql(__file__, "store.sql")


def read_stored_status(data_dir: Path, database: Path) -> dict[str, Any]:
    """As ServerStatus, as far as it stands in the files; `health` is "stopped"."""
    sizes = read_sizes(database)
    status: dict[str, Any] = {
        "health": "stopped",
        "problems": [],
        "version": __version__,
        "database": {"file_bytes": sizes.file_bytes, "log_bytes": sizes.log_bytes},
        "disk": msgspec.to_builtins(read_space(data_dir)),
        "backups": msgspec.to_builtins(list_backups(data_dir)),
    }
    if not database.exists():
        status["problems"].append("There is no database yet: the first start makes it.")
        return status
    try:
        status.update(_read_rows(database))
    except apsw.Error as error:
        status["problems"].append(f"The database cannot be read: {error}. `autogpt-lite check` says more.")
    return status


def _read_rows(database: Path) -> dict[str, Any]:
    connection = open_to_look(database)
    try:
        jobs = [
            {"name": name, "last_run_at": iso(at), "last_error": error, "last_result": result, "next_run_at": iso(next_at)}
            for name, at, error, result, next_at in connection.execute(sql.list_jobs)
        ]
        return {"open_runs": dict(connection.execute(sql.count_open_runs).fetchall()), "jobs": jobs}
    finally:
        connection.close()
