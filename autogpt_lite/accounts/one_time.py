"""Codes that are good once and for a short while: printed links, WebSocket tickets."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from ..clock import now_us

T = TypeVar("T")

MAX_OPEN_CODES = 1000


class OneTimeCodes(Generic[T]):
    """Codes in memory, by their hash; a restart forgets them all. Beyond MAX_OPEN_CODES the oldest goes."""

    def __init__(self, lifetime_s: float, now: Callable[[], int] = now_us):
        self.lifetime_us = int(lifetime_s * 1_000_000)
        self._now = now
        self._open: OrderedDict[bytes, tuple[T, int]] = OrderedDict()

    def issue(self, value: T) -> tuple[str, int]:
        """A new code for `value`, and when it expires (microseconds)."""
        code = secrets.token_urlsafe(24)
        expires_at = self._now() + self.lifetime_us
        self._open[_hash(code)] = (value, expires_at)
        while len(self._open) > MAX_OPEN_CODES:
            self._open.popitem(last=False)
        return code, expires_at

    def redeem(self, code: str) -> T | None:
        """The value of a code that is good, and never again; None for any other."""
        value, expires_at = self._open.pop(_hash(code), (None, 0))
        return value if self._now() < expires_at else None


def _hash(code: str) -> bytes:
    # Looking up a hash takes the same time for every wrong code.
    return hashlib.sha256(code.encode("utf-8", "replace")).digest()
