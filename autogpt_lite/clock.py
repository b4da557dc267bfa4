"""The one source of time, so that tests can turn it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def now_us() -> int:
    """Wall time as integer microseconds since 1970, UTC; never goes backwards within a process."""
    global _last_us
    now = _read_us()
    if now < _last_us:
        return _last_us
    _last_us = now
    return now


def _system_us() -> int:
    return time.time_ns() // 1000


_read_us: Callable[[], int] = _system_us
_last_us = 0


@contextmanager
def turned_by(read_us: Callable[[], int]) -> Iterator[None]:
    """Lets read_us() say what time it is, for tests; afterwards the system does so again."""
    global _read_us, _last_us
    before, _read_us, _last_us = _read_us, read_us, 0
    try:
        yield
    finally:
        _read_us, _last_us = before, 0


def to_datetime(at_us: int) -> datetime:
    """Microseconds since 1970 as an aware UTC datetime."""
    return datetime.fromtimestamp(at_us / 1_000_000, UTC)


def iso(at_us: int | None) -> str | None:
    """Microseconds since 1970 as ISO 8601 with a Z, the form that every answer and event uses."""
    if at_us is None:
        return None
    seconds, micro = divmod(at_us, 1_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{micro:06d}Z"
