"""A clock that tests turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from autogpt_lite import clock


class FakeClock:
    """Stands still until it is turned. All times are UTC."""

    def __init__(self, now: datetime):
        self.now = now

    @property
    def now_us(self) -> int:
        return us(self.now)

    def turn(self, **amount: float) -> None:
        """turn(hours=1)"""
        self.now += timedelta(**amount)


def us(at: datetime) -> int:
    """A time as the server keeps it: microseconds since 1970."""
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def utc(*parts: int) -> datetime:
    """utc(2026, 3, 29, 12)"""
    return datetime(*parts, tzinfo=UTC)


@contextmanager
def fake_clock(now: datetime) -> Iterator[FakeClock]:
    """The server's time is the fake clock's."""
    fake = FakeClock(now)
    with clock.turned_by(lambda: fake.now_us):
        yield fake
