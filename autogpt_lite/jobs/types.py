"""What users see of a system job."""

from __future__ import annotations

import msgspec


class JobState(msgspec.Struct):
    """A job as users see it."""

    name: str
    description: str
    every_s: float
    last_run_at: str | None
    last_error: str | None
    last_result: str | None
    next_run_at: str | None
