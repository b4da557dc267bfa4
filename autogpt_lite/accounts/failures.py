"""Slows down those who guess: after some failures, further ones get a 429. A good token always passes, whoever else guesses."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..errors import AutoGPTLiteError, TooManyRequestsError

WINDOW_S = 10.0
MAX_FAILURES = 50
_MAX_PEERS = 10_000


class FailureLimiter:
    """Counts the failed logins of each peer in windows of WINDOW_S."""

    def __init__(self, now: Callable[[], float] = time.monotonic):
        self._now = now
        self._window = -1
        self._counts: dict[str, int] = {}

    def failed(self, remote: str, error: AutoGPTLiteError) -> AutoGPTLiteError:
        """Notes a failure; the error to raise for it: `error`, or TooManyRequestsError for the one who has too many."""
        window = int(self._now() / WINDOW_S)
        if window != self._window or len(self._counts) > _MAX_PEERS:
            self._window, self._counts = window, {}
        count = self._counts[remote] = self._counts.get(remote, 0) + 1
        if count <= MAX_FAILURES:
            return error
        return TooManyRequestsError("There were too many failed logins from this address.", hint=f"Wait {WINDOW_S:g} seconds.")
