"""The file gives the space of deleted rows back while it is in use."""

from __future__ import annotations

import asyncio

import apsw

from ..db import Database

PAGES_A_STEP = 250
KEPT_FREE_PAGES = 100
"""Free pages that the file may keep: the next runs take them, and a vacuum for less is not worth its writes."""


async def shrink(db: Database) -> int:
    """Gives free pages back to the file system, some between two transactions; the bytes that the file became smaller."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[int] = loop.create_future()
    freed = [0]

    def step(connection: apsw.Connection) -> bool:
        free = connection.pragma("freelist_count")
        if free > KEPT_FREE_PAGES:
            # Fetched to the end: the pragma frees a page a row.
            connection.execute(f"PRAGMA incremental_vacuum({min(PAGES_A_STEP, free - KEPT_FREE_PAGES)})").fetchall()
            left = connection.pragma("freelist_count")
            freed[0] += (free - left) * connection.pragma("page_size")
            if left < free:
                return True
        loop.call_soon_threadsafe(lambda: done.done() or done.set_result(freed[0]))
        return False

    db.writer.run_between(step)
    return await done


def live_bytes(connection: apsw.Connection) -> int:
    """Bytes of the file that hold something."""
    return (connection.pragma("page_count") - connection.pragma("freelist_count")) * connection.pragma("page_size")
