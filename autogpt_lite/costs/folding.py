"""Old sums become one a day, and the oldest leave, so that they stay few however much is run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from ..clock import now_us
from ..db import Database, Tx
from .days import day_of, noon_of, span_of, start_of, zone_of
from .service import sql

KEPT_DAYS = 1_100
"""Three years, and the month that one looks back to."""
WHOLE_DAYS = 3
"""Days that keep their quarters of an hour: who moves to another time zone sees them on their new dates."""


async def fold_costs(db: Database, timezone_of: Callable[[str], str]) -> str | None:
    """One pass over all users; what it did in a sentence."""
    count, user_id = 0, ""
    while row := db.point(sql.next_user, (user_id,)):
        (user_id,) = row
        count += await _fold_user(db, user_id, timezone_of(user_id))
    return f"{count} days folded" if count else None


async def _fold_user(db: Database, user_id: str, timezone: str) -> int:
    zone = zone_of(timezone)
    today = day_of(now_us(), zone)
    oldest = start_of(today - timedelta(days=KEPT_DAYS), zone)
    await db.write(lambda tx: tx.execute(sql.drop_old, (user_id, oldest)))
    slots = await db.fetch_all(sql.slots_before, (user_id, start_of(today - timedelta(days=WHOLE_DAYS), zone)))
    # At noon, so that the date stays what it was where the user moves to another zone.
    days = {day for (slot,) in slots if slot != noon_of(day := day_of(slot, zone), zone)}
    for day in sorted(days):
        await db.write(_fold(user_id, day, span_of(day, day, zone), noon_of(day, zone)))
    return len(days)


def _fold(user_id: str, day: date, span: tuple[int, int], noon: int) -> Callable[[Tx], None]:
    row = {"user_id": user_id, "start": span[0], "end": span[1], "noon": noon}

    def write(tx: Tx) -> None:
        tx.execute(sql.add_day, row)
        tx.execute(sql.drop_folded, row)

    return write
