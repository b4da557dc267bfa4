"""The one source of time, so that tests can turn it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

SMALL_STEP_US = 5_000_000


def now_us() -> int:
    """Wall time as integer microseconds since 1970, UTC.

    Small steps back (the system's clock is kept right by them) are not seen. A clock that somebody sets back is followed, or
    everything here would stand still until it is right again: what lasts over that moment took no time, never less.
    """
    global _last_us
    now = _read_ns() // 1000
    if now < _last_us < now + SMALL_STEP_US:
        return _last_us
    _last_us = now
    return now


_read_ns: Callable[[], int] = time.time_ns
_last_us = 0


@contextmanager
def turned_by(read_us: Callable[[], int]) -> Iterator[None]:
    """Lets read_us() say what time it is, for tests; afterwards the system does so again."""
    global _read_ns, _last_us
    before, _read_ns, _last_us = _read_ns, lambda: read_us() * 1000, 0
    try:
        yield
    finally:
        _read_ns, _last_us = before, 0


def to_datetime(at_us: int) -> datetime:
    """Microseconds since 1970 as an aware UTC datetime."""
    return datetime.fromtimestamp(at_us / 1_000_000, UTC)


def iso(at_us: int | None) -> str | None:
    """Microseconds since 1970 as ISO 8601 with a Z, the form that every answer and event uses."""
    if at_us is None:
        return None
    seconds, micro = divmod(at_us, 1_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{micro:06d}Z"
