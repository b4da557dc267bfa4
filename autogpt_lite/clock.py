"""The one source of time, so that tests can turn it."""

from __future__ import annotations

import time
from datetime import datetime, timezone


def now_us() -> int:
    """Wall time as integer microseconds since 1970, UTC; never goes backwards within a process."""
    global _last_us
    now = time.time_ns() // 1000
    if now < _last_us:
        return _last_us
    _last_us = now
    return now


_last_us = 0


def to_datetime(at_us: int) -> datetime:
    """Microseconds since 1970 as an aware UTC datetime."""
    return datetime.fromtimestamp(at_us / 1_000_000, timezone.utc)


def iso(at_us: int | None) -> str | None:
    """Microseconds since 1970 as ISO 8601 with a Z, the form that every answer and event uses."""
    if at_us is None:
        return None
    seconds, micro = divmod(at_us, 1_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{micro:06d}Z"
