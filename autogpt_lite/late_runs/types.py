"""What is said of a run that is late or stuck."""

from __future__ import annotations

import msgspec


class LateRun(msgspec.Struct):
    """A run that is QUEUED, or RUNNING without progress, for LATE_S seconds and more."""

    id: str
    user_id: str
    graph_id: str
    status: str
    since: str
    waiting_s: int
    reason: str
    """Which limit holds it, or what it waits for; as a sentence."""


class LateRuns(msgspec.Struct):
    """Runs that need somebody to look at them, the longest waiting first."""

    late: list[LateRun]
    """QUEUED for too long; the first MAX_NAMED."""
    late_count: int
    stuck: list[LateRun]
    """RUNNING without progress for too long; the first MAX_NAMED."""
    stuck_count: int
