"""What to do about the times at which a schedule was due: which fire, which are missed, and why. Pure."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from .cron import Cron, fires_after, next_fire
from .types import StoredSchedule

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

MAX_LISTED = 100
"""Missed times that get a row each; one more row stands for all earlier ones."""
_HOUR_US = 3_600_000_000

_NOBODY = "Nobody was there to start it: the server was down, suspended or too busy."
_REASONS = {
    "skip": f"{_NOBODY} This schedule skips what it has missed.",
    "once": f"{_NOBODY} One later run stands for all that were missed.",
    "all": f"{_NOBODY} It lies further back than this schedule catches up.",
}


class FirePlan(NamedTuple):
    """`missed` [(due_at, reason)] are all earlier than `to_fire` [due_at]; `next_due_at` follows both, None where there is none."""

    missed: list[tuple[int, str]]
    to_fire: list[int]
    next_due_at: int | None


def plan_fires(schedule: StoredSchedule, cron: Cron, zone: ZoneInfo, now: int) -> FirePlan:
    """Sorts all due times from the schedule's next_due_at up to now. One that is late by grace_s or less is on time."""
    now -= now % 1_000_000  # due times are whole minutes: so, schedules that are looked at in one second share what is found
    first, on_time_from = schedule.next_due_at or now, now - schedule.grace_s * 1_000_000
    following = next_fire(cron, zone, now)
    on_time = list(takewhile(lambda at: at <= now, fires_after(cron, zone, max(first, on_time_from) - 1)))
    limit = max(schedule.catch_up_limit, MAX_LISTED)
    late = last_fires(cron, zone, first, on_time_from, limit)
    missed, caught_up = _split(schedule, late, has_on_time=bool(on_time))
    reason = _REASONS[schedule.catch_up]
    rows = [(at, reason) for at in missed[-MAX_LISTED:]]
    if late and first < (rows[0][0] if rows else late[0]):
        rows.insert(0, (first, f"{reason} The same goes for all times from here to the next in this list."))
    return FirePlan(rows, caught_up + on_time, following)


def _split(schedule: StoredSchedule, late: list[int], *, has_on_time: bool) -> tuple[list[int], list[int]]:
    if schedule.catch_up == "all":
        return late[: -schedule.catch_up_limit], late[-schedule.catch_up_limit :]
    if schedule.catch_up == "once" and not has_on_time:
        return late[:-1], late[-1:]
    return late, []


def last_fires(cron: Cron, zone: ZoneInfo, first: int, until: int, limit: int) -> list[int]:
    """The last `limit` times in [first, until), in order. Looks from the end: years of missed minutes cost nothing."""
    span = _HOUR_US
    while first < until:
        start = max(first, until - span)
        found = list(takewhile(lambda at: at < until, fires_after(cron, zone, start - 1)))
        if len(found) >= limit or start == first:
            return found[-limit:]
        span *= min(64, limit // len(found) + 1) if found else 4
    return []
