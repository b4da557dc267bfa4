"""When a schedule fires: five-field cron in a time zone. Pure: no clock, no database.

croniter finds the matching wall-clock times, on naive datetimes; what such a time means in a zone is decided here. A schedule
with fixed hours fires once in the hour that the end of summer time repeats, and at the next valid minute for a time that the
beginning of it leaves out. One whose hour field begins with `*` follows real time instead, so every 15 minutes stays that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from ..errors import InvalidInputError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

MAX_CRON_CHARS = 200
MAX_ZONE_CHARS = 64
LAST_YEAR = 9000
"""Nothing fires from here on: datetime ends with the year 9999."""

ALIASES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 7, {name: number for number, name in enumerate(_DAYS)}),
)
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ITEM = re.compile(r"(?P<first>\*|[A-Z]+|\d{1,4})(?:-(?P<last>[A-Z]+|\d{1,4}))?(?:/(?P<step>\d{1,4}))?", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+){0,2}")
_NO_ZONES = ("posix", "right", "posixrules", "localtime", "Factory")

_MINUTE = timedelta(minutes=1)


class Cron:
    """A checked cron expression. `follows_real_time` says how it takes a change of the clock."""

    __slots__ = ("_matcher", "follows_real_time")

    def __init__(self, numbers: list[set[int]], *, both_days: bool, follows_real_time: bool):
        from croniter import croniter

        self.follows_real_time = follows_real_time
        # Plain lists of numbers: of ranges croniter takes some, `0-0` as a weekday for instance, for something else.
        fields = " ".join(",".join(map(str, sorted(one))) for one in numbers)
        # Kept, because making one costs ten times what finding a match does; it is only ever asked with a start.
        self._matcher = croniter(fields, datetime(2000, 1, 1), ret_type=datetime, day_or=not both_days)

    def matches_after(self, start: datetime) -> Iterator[datetime]:
        """The matching wall-clock times (naive, whole minutes) after `start`, in order. Only for one thread."""
        match = start
        while True:
            try:
                match = self._matcher.get_next(datetime, start_time=match)
            except (ValueError, OverflowError):  # none within 50 years, or none before the year 9999
                return
            if match.year >= LAST_YEAR:
                return
            yield match


@lru_cache(maxsize=4096)
def parse_cron(text: str) -> Cron:
    """Checks a cron expression. Raises InvalidInputError that names the field and says what is wrong with it."""
    if len(text) > MAX_CRON_CHARS:
        raise _problem(f"it is longer than {MAX_CRON_CHARS} characters.")
    given = text.strip()
    if given.startswith("@"):
        if given.lower() not in ALIASES:
            raise _problem(f"{given[:40]!r} is not known; there are {', '.join(sorted(ALIASES))}.")
        given = ALIASES[given.lower()]
    parts = given.upper().split()
    if len(parts) != 5:
        raise _problem(f"it has {len(parts)} fields, and there have to be five: minute, hour, day, month, weekday.")
    numbers = [_parse_field(part, *field) for part, field in zip(parts, _FIELDS, strict=True)]
    numbers[4] = {day % 7 for day in numbers[4]}
    # cron's own rule: day and weekday must both match where one of them begins with a `*`, else one is enough.
    both_days = parts[2].startswith("*") or parts[4].startswith("*")
    if both_days:
        _check_that_it_fires(parts, numbers[2], numbers[3])
    return Cron(numbers, both_days=both_days, follows_real_time=parts[1].startswith("*"))


def _problem(reason: str) -> InvalidInputError:
    return InvalidInputError(f"cron: {reason}", hint="For instance `0 9 * * MON-FRI`: at 9:00 from Monday to Friday.")


def _parse_field(text: str, field: str, low: int, high: int, names: dict[str, int]) -> set[int]:
    """The numbers that a field stands for."""
    numbers: set[int] = set()
    for item in text.split(","):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise _problem(f"the {field} {item[:40]!r} is not a number, a range, `*` or a step of these.")
        first, last, step = match["first"], match["last"], match["step"]
        if first == "*" and last is not None:
            raise _problem(f"the {field} {item!r}: a range begins with a value, not with `*`.")
        begin = low if first == "*" else _value(first, field, low, high, names)
        end = _end_of(begin, first, last, step, field, low, high, names)
        numbers.update(range(begin, end + 1, _step(step, item, field, high)))
    return numbers


def _end_of(
    begin: int, first: str, last: str | None, step: str | None, field: str, low: int, high: int, names: dict[str, int]
) -> int:
    if last is None:
        return high if first == "*" or step is not None else begin
    end = _value(last, field, low, high, names)
    if last == "SUN" and begin > 0:
        end = 7  # Saturday to Sunday is what people mean
    if end < begin:
        raise _problem(f"the {field} {first}-{last} ends before it begins; write two ranges.")
    return end


def _value(text: str, field: str, low: int, high: int, names: dict[str, int]) -> int:
    if not text.isdigit():
        if text not in names:
            known = f"; there are {', '.join(names)}" if names else ""
            raise _problem(f"the {field} {text[:40]!r} is not known{known}.")
        return names[text]
    if not low <= int(text) <= high:
        raise _problem(f"the {field} {text} is not between {low} and {high}.")
    return int(text)


def _step(text: str | None, item: str, field: str, high: int) -> int:
    step = 1 if text is None else int(text)
    if step == 0:
        raise _problem(f"the {field} {item!r}: a step of 0 goes nowhere.")
    if step > high:
        raise _problem(f"the {field} {item!r}: a step of {step} is larger than the field.")
    return step


def _check_that_it_fires(parts: list[str], days: set[int], months: set[int]) -> None:
    if not any(day <= _LONGEST[month - 1] for day in days for month in months):
        raise _problem(f"the day of the month {parts[2]} does not come in the month {parts[3]}, so it would never fire.")


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises InvalidInputError; a name never leads to another file."""
    from zoneinfo import ZoneInfo  # with sysconfig, which it brings along, for servers that have a schedule

    if len(name) <= MAX_ZONE_CHARS and _ZONE.fullmatch(name) and name.split("/")[0] not in _NO_ZONES:
        try:
            return ZoneInfo(name)
        except (OSError, ValueError, KeyError):
            pass
    raise InvalidInputError(
        f"timezone: {name[:MAX_ZONE_CHARS]!r} is not a time zone.", hint="For instance `Europe/Berlin` or `UTC`."
    )


# --- the times ----------------------------------------------------------------------------------------


def fires_after(cron: Cron, zone: ZoneInfo, after_us: int) -> Iterator[int]:
    """All times after `after_us` at which the schedule fires, in order: microseconds since 1970, UTC."""
    current: int | None = after_us
    while (current := next_fire(cron, zone, current)) is not None:
        yield current


@lru_cache(maxsize=20_000)
def next_fire(cron: Cron, zone: ZoneInfo, after_us: int) -> int | None:
    """The first time after `after_us` at which the schedule fires; None where there is none before the year 9000."""
    # Cached, because thousands of schedules are due at the same time by the same few expressions.
    try:
        after = datetime.fromtimestamp(after_us // 1_000_000, UTC)
        found = _next_real(cron, zone, after) if cron.follows_real_time else _next_fixed(cron, zone, after)
    except (OverflowError, ValueError, OSError):
        return None
    return None if found is None else int(found.timestamp()) * 1_000_000


def _next_fixed(cron: Cron, zone: ZoneInfo, after: datetime) -> datetime | None:
    for local in cron.matches_after(after.astimezone(zone).replace(tzinfo=None)):
        instant = _first_instant(local, zone)
        if instant > after:
            return instant
        # In the second pass of a repeated hour: the times of the first one are over.
    return None


def _first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """When a clock in the zone shows `local` for the first time, or the first minute after a gap that leaves it out."""
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    if _shows(instant, zone, local):
        return instant
    # Both readings of a time in a gap: with the offset before it, and with the one after it. The gap's end is between.
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _find_change(min(before, instant), max(before, instant), zone)


def _next_real(cron: Cron, zone: ZoneInfo, after: datetime) -> datetime | None:
    here = after.astimezone(zone)
    found = _next_shown(cron, zone, here.replace(tzinfo=None, fold=0), after)
    again = here.replace(fold=1).astimezone(UTC)
    if here.fold == 0 and again > after and _shows(again, zone, here.replace(tzinfo=None)):
        # In the first pass of a repeated hour: its second pass comes before what follows by the clock's face.
        change = _find_change(after, again, zone)
        second = _next_shown(cron, zone, change.astimezone(zone).replace(tzinfo=None) - _MINUTE, change - _MINUTE)
        found = min((one for one in (found, second) if one is not None), default=None)
    return found


def _next_shown(cron: Cron, zone: ZoneInfo, start: datetime, after: datetime) -> datetime | None:
    """The earliest instant after `after` at which the zone's clock shows the next match after `start`."""
    for local in cron.matches_after(start):
        both = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if shown := [one for one in both if one > after and _shows(one, zone, local)]:
            return min(shown)
    return None


def _shows(instant: datetime, zone: ZoneInfo, local: datetime) -> bool:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0) == local.replace(fold=0)


def _find_change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The first minute in (low, high] with the offset of `high`."""
    wanted = high.astimezone(zone).utcoffset()
    while high - low > _MINUTE:
        middle = low + timedelta(minutes=(high - low) // _MINUTE // 2)
        if middle.astimezone(zone).utcoffset() == wanted:
            high = middle
        else:
            low = middle
    return high
