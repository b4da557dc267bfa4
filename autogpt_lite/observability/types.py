"""What the server says of itself."""

from __future__ import annotations

import msgspec

from ..backups.types import StoredBackup
from ..db.space import DiskSpace
from ..jobs.types import JobState
from ..late_runs.types import LateRuns


class QueueState(msgspec.Struct):
    """Runs that wait for a place, and the places."""

    waiting: int
    running: int
    places: int


class RunningRun(msgspec.Struct):
    """A root run that goes on."""

    id: str
    graph_id: str
    name: str
    status: str
    started_at: str | None
    node_executions: int


class DatabaseState(msgspec.Struct):
    """The file; `live_bytes` of it hold something, the rest is free for the next runs."""

    file_bytes: int
    log_bytes: int
    live_bytes: int
    failure: str | None
    """Why nothing can be written at the moment."""


class ServerStatus(msgspec.Struct):
    """Everything that an operator asks first."""

    health: str
    """"healthy", or "degraded" where there are problems."""
    problems: list[str]
    version: str
    pid: int
    started_at: str
    uptime_s: int
    memory_bytes: int | None
    queue: QueueState
    running: list[RunningRun]
    """The first MAX_RUNNING."""
    late_runs: LateRuns
    jobs: list[JobState]
    database: DatabaseState
    disk: DiskSpace
    backups: list[StoredBackup]


class StoragePart(msgspec.Struct):
    """What one kind of rows takes, indexes included."""

    name: str
    size_bytes: int


class StorageState(msgspec.Struct):
    """The largest part first; `free_bytes` are inside the file, for the next rows; `log_bytes` stand beside it."""

    parts: list[StoragePart]
    free_bytes: int
    file_bytes: int
    log_bytes: int
