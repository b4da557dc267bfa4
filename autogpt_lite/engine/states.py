"""The statuses of graph and node executions and the only transition table (contract: semantics 9; docs/states.md is drawn from it)."""

from __future__ import annotations

import logging

log = logging.getLogger(__name__)

INCOMPLETE = "INCOMPLETE"
QUEUED = "QUEUED"
RUNNING = "RUNNING"
REVIEW = "REVIEW"
COMPLETED = "COMPLETED"
FAILED = "FAILED"
TERMINATED = "TERMINATED"

STATUSES = (INCOMPLETE, QUEUED, RUNNING, REVIEW, COMPLETED, FAILED, TERMINATED)
CODES = {status: code for code, status in enumerate(STATUSES)}
"""node_executions.status holds the code: one byte for the column that every row has."""

VALID_STATUS_TRANSITIONS: dict[str, frozenset[str]] = {
    QUEUED: frozenset({INCOMPLETE, TERMINATED, REVIEW}),
    RUNNING: frozenset({INCOMPLETE, QUEUED, TERMINATED, REVIEW}),
    COMPLETED: frozenset({RUNNING}),
    FAILED: frozenset({INCOMPLETE, QUEUED, RUNNING, REVIEW}),
    TERMINATED: frozenset({INCOMPLETE, QUEUED, RUNNING, REVIEW}),
    REVIEW: frozenset({RUNNING}),
}
"""{to: the statuses that it may be reached from}; INCOMPLETE is only an initial status."""

ENDED = frozenset({COMPLETED, FAILED, TERMINATED})
OPEN = frozenset({INCOMPLETE, QUEUED, RUNNING, REVIEW})


def can_change(current: str, to: str) -> bool:
    """Whether the table allows the step."""
    return current in VALID_STATUS_TRANSITIONS.get(to, ())


def log_refused(what: str, key: int, current: str | None, to: str) -> None:
    """One line for a change that the table forbids, or that came too late: the row stays as it is."""
    log.warning("%s %d stays %s and does not become %s", what, key, current or "deleted", to)
