"""How busy the server was in the last hour, a minute each, and how fast it answers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

MINUTES = 60
REPLIES = 1_000
SLOW_SHARE = 0.99


class NodesAMinute:
    """Looks once a minute at a counter that only grows."""

    def __init__(self, read_total: Callable[[], int], minute_s: float = 60.0):
        self._read_total = read_total
        self._minute_s = minute_s
        self._minutes: deque[int] = deque(maxlen=MINUTES - 1)
        self._before = 0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._before = self._read_total()
        self._wait()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._minute_s, self._turn)

    def _turn(self) -> None:
        total = self._read_total()
        self._minutes.append(total - self._before)
        self._before = total
        self._wait()

    def counts(self) -> list[int]:
        """The oldest first; the last is the minute that goes on. Fewer than 60 in the first hour."""
        return [*self._minutes, self._read_total() - self._before]


class ReplyTimes:
    """Of the last requests to the API."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=REPLIES)
        self.note = self._seconds.append

    def slow_ms(self) -> float | None:
        """99 of 100 answers were faster; None before the first."""
        seconds = sorted(self._seconds)
        return round(seconds[int(len(seconds) * SLOW_SHARE)] * 1000, 1) if seconds else None
