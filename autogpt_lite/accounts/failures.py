"""Slows down those who guess: after some failures, further ones get a 429. A good token always passes, whoever else guesses."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable

from ..errors import AutoGPTLiteError, TooManyRequestsError

WINDOW_S = 10.0
MAX_FAILURES = 50
_MAX_PEERS = 10_000


class FailureLimiter:
    """Counts the failures of each name (a peer, a peer with an account) in windows of WINDOW_S."""

    def __init__(self, now: Callable[[], float] = time.monotonic, *, max_failures: int = MAX_FAILURES):
        self._now = now
        self._max_failures = max_failures
        self._window = -1
        self._counts: dict[str, int] = {}

    def failed(self, name: str, error: AutoGPTLiteError) -> AutoGPTLiteError:
        """Notes a failure; the error to raise for it: `error`, or TooManyRequestsError for the one who has too many."""
        window = int(self._now() / WINDOW_S)
        if window != self._window or len(self._counts) > _MAX_PEERS:
            self._window, self._counts = window, {}
        count = self._counts[name] = self._counts.get(name, 0) + 1
        if count <= self._max_failures:
            return error
        return TooManyRequestsError("There were too many failed logins from this address.", hint=f"Wait {WINDOW_S:g} seconds.")

    def forgive(self, name: str) -> None:
        """What was noted as a failure before its end was known is none."""
        if self._counts.get(name, 0) > 0:
            self._counts[name] -= 1


def peer_name(remote: str) -> str:
    """Who an address is for the limits: with IPv6 the network, since everybody there has 2^64 addresses."""
    if ":" not in remote:
        return remote
    try:
        return str(ipaddress.ip_network((remote.partition("%")[0], 64), strict=False))
    except ValueError:
        return remote
