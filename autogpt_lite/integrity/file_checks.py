"""The data directory and its files, before a row is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ..errors import StartupError
from .types import Finding, note, problem

RESTORE = "Stop the server and put a backup back: `autogpt-lite restore FILE`."
_SECRETS = ("owner_token", "credentials.key")


def check_folder(data_dir: Path, database: Path) -> list[Finding]:
    """Who may read the directory, and what a kill has left in it."""
    found = _check_modes(data_dir, database)
    if database.with_name(f"{database.name}.restoring").exists():
        found.append(note("A restore was interrupted.", "The next start finishes it."))
    for left in sorted([*data_dir.glob("*.partial"), *data_dir.glob("backups/*.partial")]):
        found.append(
            note(f"{left.relative_to(data_dir)} is a copy that was interrupted.", "It may be deleted while no copy is made.")
        )
    return found


def _check_modes(data_dir: Path, database: Path) -> list[Finding]:
    if os.name != "posix":
        return []  # Windows keeps the folder itself private
    found, files = [], [data_dir / name for name in _SECRETS]
    if (mode := stat.S_IMODE(data_dir.stat().st_mode)) & 0o077:
        found.append(note(f"Others may look into the data directory (mode {mode:o}).", f"chmod 700 {data_dir}"))
        files += [database, database.with_name(f"{database.name}-wal")]  # in a closed directory nobody gets at them
    for path in files:
        if path.exists() and (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
            found.append(problem(f"Others may read {path.name} (mode {mode:o}).", f"chmod 600 {path}"))
    if not os.access(data_dir, os.W_OK):
        found.append(problem("This user may not write to the data directory.", f"chown it: {data_dir}"))
    return found


def as_finding(error: StartupError) -> Finding:
    """What stops a start, as a finding."""
    return problem(error.message, error.hint or RESTORE)
