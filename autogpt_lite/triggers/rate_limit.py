"""How often one webhook may deliver."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MAX_REMEMBERED = 10_000


class RateLimit:
    """A bucket for each webhook: full at first, it gets `per_minute` places a minute back. A restart fills all of them."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic):
        self._size = float(per_minute)
        self._per_s = per_minute / 60
        self._clock = clock
        self._left: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def wait_s(self, key: int) -> float:
        """Seconds until there is a place; 0 where there is one now."""
        return max(0.0, (1 - self._places(key)) / self._per_s)

    def take(self, key: int) -> float:
        """Takes a place where there is one. Returns what wait_s would have."""
        places = self._places(key)
        if places < 1:
            return (1 - places) / self._per_s
        self._left[key] = (places - 1, self._clock())
        self._left.move_to_end(key)
        if len(self._left) > MAX_REMEMBERED:
            self._left.popitem(last=False)
        return 0.0

    def _places(self, key: int) -> float:
        left, at = self._left.get(key, (self._size, 0.0))
        return min(self._size, left + (self._clock() - at) * self._per_s)
