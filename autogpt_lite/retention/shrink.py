"""The file gives the space of deleted rows back while it is in use."""

from __future__ import annotations

import apsw

from ..db import Database

PAGES_A_STEP = 250
KEPT_FREE_PAGES = 100
"""Free pages that the file may keep: the next runs take them, and a vacuum for less is not worth its writes."""


async def shrink(db: Database) -> int:
    """Gives free pages back to the file system, some between two transactions; the bytes that the file became smaller."""
    freed_bytes = 0

    def step(connection: apsw.Connection) -> bool:
        nonlocal freed_bytes
        free = connection.pragma("freelist_count")
        if free > KEPT_FREE_PAGES:
            # Fetched to the end: the pragma frees a page a row.
            connection.execute(f"PRAGMA incremental_vacuum({min(PAGES_A_STEP, free - KEPT_FREE_PAGES)})").fetchall()
            left = connection.pragma("freelist_count")
            freed_bytes += (free - left) * connection.pragma("page_size")
            return left < free
        return False

    await db.writer.run_between(step)
    return freed_bytes


def live_bytes(connection: apsw.Connection) -> int:
    """Bytes of the file that hold something."""
    return (connection.pragma("page_count") - connection.pragma("freelist_count")) * connection.pragma("page_size")
