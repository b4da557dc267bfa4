"""Days and months of a time zone, as microseconds since 1970. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple


class Span(NamedTuple):
    """From `start_us` on, before `end_us`."""

    start_us: int
    end_us: int


def zone_of(name: str) -> tzinfo:
    """The time zone; UTC where this machine does not know it (any more)."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def start_of(day: date, zone: tzinfo) -> int:
    """When the day begins there. Where clocks go over midnight, the day begins with the first minute that it has."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1_000_000


def noon_of(day: date, zone: tzinfo) -> int:
    """The middle of the day: nearly every other zone has the same date then."""
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=zone).timestamp()) * 1_000_000


def day_of(at_us: int, zone: tzinfo) -> date:
    """The date there at a time."""
    return datetime.fromtimestamp(at_us / 1_000_000, zone).date()


def span_of(first: date, last: date, zone: tzinfo) -> Span:
    """From the beginning of the first day to the end of the last."""
    return Span(start_of(first, zone), start_of(last + timedelta(days=1), zone))


def month_of(at_us: int, zone: tzinfo) -> Span:
    """The month there that a time is in."""
    first = day_of(at_us, zone).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Span(start_of(first, zone), start_of(following, zone))
