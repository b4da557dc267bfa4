"""All schedules of a user at a glance: what will start in the next hours, and what became of the times that are over."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Iterator
from itertools import islice

from ..clock import now_us
from ..db import Database
from ..errors import InvalidInputError
from . import store
from .cron import find_zone, next_fire, parse_cron
from .types import FiresQuery, UpcomingFire, UpcomingFires, UpcomingQuery, UserFire

MAX_SCHEDULES = 1000
HOUR_US = 3_600_000_000


class ScheduleOverview:
    """Reads only."""

    def __init__(self, db: Database):
        self._db = db

    async def list_upcoming(self, user_id: str, query: UpcomingQuery) -> UpcomingFires:
        """The times at which schedules that are on will be due, in order; a paused one has none."""
        key = {"user_id": user_id, "until": now_us() + query.hours * HOUR_US, "limit": MAX_SCHEDULES}
        rows = await self._db.fetch_all(store.sql.list_next_of_user, key)
        # Thousands of times take some milliseconds each hundred: too long for the loop.
        found = await asyncio.to_thread(_merge, rows, key["until"], query.limit + 1)
        is_complete = len(found) <= query.limit and len(rows) < MAX_SCHEDULES
        return UpcomingFires(fires=found[: query.limit], is_complete=is_complete)

    async def list_fires(self, user_id: str, query: FiresQuery) -> list[UserFire]:
        """What became of the times at which any schedule was due, newest first, with the state of its run."""
        key = {"user_id": user_id, "limit": query.limit, "before": query.before}
        return [store.user_fire_of(row) for row in await self._db.fetch_all(store.sql.list_fires_of_user, key)]


def _merge(rows: list[tuple], until: int, limit: int) -> list[UpcomingFire]:
    times = heapq.merge(*(_times(*row, until) for row in rows))
    return [
        UpcomingFire(schedule_id=schedule_id, at=store.local_time(at, zone) or "")
        for at, schedule_id, zone in islice(times, limit)
    ]


def _times(schedule_id: str, cron: str, zone_name: str, next_due_at: int, until: int) -> Iterator[tuple[int, str, str]]:
    try:
        parsed, zone = parse_cron(cron), find_zone(zone_name)
    except InvalidInputError:  # the zone has left the time zone database since: the schedule itself says so
        return
    at: int | None = next_due_at
    while at is not None and at <= until:
        yield at, schedule_id, zone_name
        at = next_fire(parsed, zone, at)
