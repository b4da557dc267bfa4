"""Opens the file to look at it, from a command beside the server or without one. Never changes it."""

from __future__ import annotations

from pathlib import Path

import apsw

from .connection import BUSY_TIMEOUT_MS


def open_to_look(database: Path) -> apsw.Connection:
    """A reading connection, also on a file that a kill has left with its log, or that is damaged. Raises apsw.Error.

    Only for a process that does not have the file open otherwise.
    """
    log = database.with_name(f"{database.name}-wal")
    if log.exists():
        connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    else:
        # Without a log the file is all there is; opening it as a live one would leave an empty log behind.
        connection = apsw.Connection(
            f"{database.absolute().as_uri()}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        )
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    connection.pragma("temp_store", "memory")
    return connection
