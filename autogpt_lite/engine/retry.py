"""How often and when a node is tried again: by its own policy (metadata.retry), or because its block asks for it.

Metadata comes from agent files, so anything may stand there: what makes no sense counts as not said.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ..errors import BlockRetry

DEFAULT_ATTEMPTS = 3
"""Tries in all for a block that raises BlockRetry, where the node has no policy of its own."""
MAX_ATTEMPTS = 100
MAX_WAIT_S = 86_400.0


class RetryPolicy(NamedTuple):
    """`attempts` in all; the first wait is `wait_s` seconds, each further one `backoff` times as long."""

    attempts: int
    wait_s: float
    backoff: float

    def wait_after_s(self, try_number: int) -> float:
        try:
            return min(self.wait_s * self.backoff**try_number, MAX_WAIT_S)
        except OverflowError:
            return MAX_WAIT_S


def read_policy(metadata: dict[str, Any]) -> RetryPolicy | None:
    """The node's policy {attempts, wait_s, backoff}, None where it has none."""
    stored = metadata.get("retry")
    if not isinstance(stored, dict) or (attempts := _number(stored.get("attempts"))) is None:
        return None
    wait_s, backoff = _number(stored.get("wait_s")), _number(stored.get("backoff"))
    return RetryPolicy(
        max(1, int(min(attempts, MAX_ATTEMPTS))), 1.0 if wait_s is None else wait_s, 2.0 if backoff is None else backoff
    )


def read_timeout_s(metadata: dict[str, Any]) -> float | None:
    """Seconds that one try of the node may take (metadata.timeout_s), None where there is no limit."""
    return _number(metadata.get("timeout_s")) or None


def _number(value: Any) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number and math.isfinite(value) and value >= 0 else None


def retry_wait_s(policy: RetryPolicy | None, try_number: int, error: BaseException) -> float | None:
    """Seconds until the next try, None where there is none left. A block's own word on the wait wins over the policy."""
    asked = isinstance(error, BlockRetry)
    attempts = policy.attempts if policy else DEFAULT_ATTEMPTS if asked else 1
    if try_number + 1 >= attempts:
        return None
    if asked and (after_s := _number(error.after_s)) is not None:
        return min(after_s, MAX_WAIT_S)
    return policy.wait_after_s(try_number) if policy else 1.0
