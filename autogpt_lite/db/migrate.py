"""Forward-only, numbered migrations: one list (the folder), one transaction each (a new file: for all), a backup before the
first of a run."""

from __future__ import annotations

from pathlib import Path

import apsw

from ..errors import StartupError
from .files import partial_of, publish

MIGRATIONS_DIR = Path(__file__).with_name("migrations")
NO_FOREIGN_KEYS = "-- foreign keys: off\n"
"""First line of a migration that builds a table anew: to drop the old one would take along whatever refers to its rows. It has to keep
all of them."""


def list_migrations() -> list[tuple[int, str, Path]]:
    """[(number, name, path)] in order; the numbers have no gaps."""
    found = []
    for path in sorted(MIGRATIONS_DIR.glob("*.sql")):
        number, _, name = path.stem.partition("_")
        found.append((int(number), name, path))
    assert [number for number, _, _ in found] == list(range(1, len(found) + 1)), "migrations are numbered 1, 2, 3, ..."
    return found


def check_file(path: Path) -> None:
    """Looks at the file before anything opens it, since opening alone may change it. Raises StartupError for one that a newer
    version of the program wrote, that is no SQLite database, or that is shorter than it says."""
    try:
        with open(path, "rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return
    if header and not header.startswith(b"SQLite format 3\0"):
        raise StartupError(f"{path} is not a database.", hint="Move it away, or point --data-dir somewhere else.")
    _refuse_newer(path, int.from_bytes(header[60:64], "big"))  # user_version
    _refuse_cut_off(path, header)


def _refuse_cut_off(path: Path, header: bytes) -> None:
    log = path.with_name(f"{path.name}-wal")
    if not header or (log.exists() and log.stat().st_size):
        return  # the file's own count of pages may be behind until the log is moved into it
    page_bytes = int.from_bytes(header[16:18], "big")
    expected, actual = int.from_bytes(header[28:32], "big") * (65_536 if page_bytes == 1 else page_bytes), path.stat().st_size
    if actual < expected:
        raise StartupError(
            f"{path} is cut off: it has {actual:,} bytes of {expected:,}.",
            hint="Put a backup back: `autogpt-lite restore FILE`.",
        )


def _refuse_newer(path: Path, version: int) -> None:
    known = len(list_migrations())
    if version > known:
        raise StartupError(
            f"{path} was written by a newer version (schema {version}; this one knows up to {known}).",
            hint="Install that version again, or point --data-dir somewhere else.",
        )


def migrate(connection: apsw.Connection, path: Path) -> list[str]:
    """Brings the file to the newest schema; the names of the migrations that ran.

    Raises StartupError if a newer version of the program wrote it.
    """
    migrations = list_migrations()
    current = connection.pragma("user_version")
    _refuse_newer(path, current)  # after a crash the newest version may still be in the log only, where check_file cannot see it
    pending = migrations[current:]
    if pending and current > 0:
        _back_up(connection, path, current)
    # A new file holds nothing to go back to, and waiting for the disk after each of them was a good part of the first start.
    for together in [pending] if current == 0 else [[one] for one in pending]:
        _apply(connection, together)
    return [name for _, name, _ in pending]


def _apply(connection: apsw.Connection, together: list[tuple[int, str, Path]]) -> None:
    scripts = [(number, file.read_text("utf-8")) for number, _, file in together]
    if any(script.startswith(NO_FOREIGN_KEYS) for _, script in scripts):
        connection.pragma("foreign_keys", "off")  # does nothing inside a transaction
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number, script in scripts:
            connection.execute(script)
            connection.pragma("user_version", number)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.pragma("foreign_keys", "on")


def _back_up(connection: apsw.Connection, path: Path, version: int) -> None:
    target = path.with_name(f"{path.stem}.before-schema-{version + 1}{path.suffix}")
    partial = partial_of(target)
    partial.unlink(missing_ok=True)
    copy = apsw.Connection(str(partial))
    with copy.backup("main", connection, "main") as backup:
        backup.step(-1)
    copy.close()
    publish(partial, target)
