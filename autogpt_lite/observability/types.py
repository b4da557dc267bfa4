"""What the server says of itself."""

from __future__ import annotations

import msgspec

from ..backups.types import BackupPlan, StoredBackup
from ..db.space import DiskSpace
from ..jobs.types import JobState
from ..late_runs.types import LateRuns


class QueueState(msgspec.Struct):
    """Runs that wait for a place, and the places."""

    waiting: int
    running: int
    places: int
    longest_wait_s: int
    """Of those that wait for a place now; 0 where none does."""


class HeldThread(msgspec.Struct):
    """A thread that works for a node which was stopped or took too long; only its block, or the end of the server, ends it."""

    graph_exec_id: str
    node_id: str
    title: str
    block: str
    since: str | None


class ThreadState(msgspec.Struct):
    """Threads for blocks that wait or compute for long; `held` are the first MAX_HELD of those that nobody waits for."""

    working: int
    places: int
    held_count: int
    held: list[HeldThread]


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
    now: str
    """What the server's clock says."""
    uptime_s: int
    memory_bytes: int | None
    data_dir: str
    secret_key: str
    """The key that opens the stored secrets: "present", "not needed" before the first of them, or "missing"."""
    nodes_a_minute: list[int]
    """Of the last hour, the oldest first; the last is the minute that goes on."""
    slow_reply_ms: float | None
    """99 of the last 100 answers were faster."""
    queue: QueueState
    running: list[RunningRun]
    """The first MAX_RUNNING."""
    threads: ThreadState
    late_runs: LateRuns
    jobs: list[JobState]
    database: DatabaseState
    disk: DiskSpace
    backups: list[StoredBackup]
    backup_plan: BackupPlan


class StoragePart(msgspec.Struct):
    """What one kind of rows takes, indexes included."""

    name: str
    size_bytes: int


class Kept(msgspec.Struct):
    """What is kept of runs (GET /api/system/retention); 0 is no limit."""

    days: int
    runs_per_agent: int
    mb_per_agent: int
    file_mb: int


class StorageState(msgspec.Struct):
    """The largest part first; `free_bytes` are inside the file, for the next rows; `log_bytes` stand beside it."""

    kept: Kept

    parts: list[StoragePart]
    free_bytes: int
    file_bytes: int
    log_bytes: int
