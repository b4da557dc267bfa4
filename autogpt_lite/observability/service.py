"""What the server says of itself: its status in one answer, and its figures."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from .. import __version__
from ..backups.service import list_backups
from ..backups.types import BackupPlan
from ..clock import iso, now_us
from ..config import RetentionConfig
from ..db import Database
from ..db.space import LOW_PERCENT, read_sizes, read_space
from ..engine import states
from ..engine.engine import Engine
from ..jobs.service import SystemJobs
from ..late_runs.service import LateRunService
from .log_tail import LogTail
from .metrics import Metric
from .rates import NodesAMinute, ReplyTimes
from .storage import read_storage, sql
from .types import DatabaseState, HeldThread, QueueState, RunningRun, ServerStatus, StorageState, ThreadState

MAX_RUNNING = 20
MAX_HELD = 20
HELD_LONG_S = 60
"""A thread that nobody waits for and that goes on for longer is a problem: its block does not end by itself."""


class StatusService:
    """Reads what others keep; keeps nothing but when the server began."""

    def __init__(
        self,
        db: Database,
        engine: Engine,
        late_runs: LateRunService,
        jobs: SystemJobs,
        data_dir: Path,
        *,
        log_tail: LogTail,
        secret_key: Callable[[], str],
        retention: Callable[[], RetentionConfig],
        backup_plan: Callable[[], BackupPlan],
    ):
        self._db = db
        self._engine = engine
        self._late_runs = late_runs
        self._jobs = jobs
        self._data_dir = data_dir
        self._started_at = now_us()
        self._secret_key = secret_key
        self._retention = retention
        self._backup_plan = backup_plan
        self.log_tail = log_tail
        self.nodes_a_minute = NodesAMinute(lambda: engine.core.n_stored)
        self.reply_times = ReplyTimes()
        self.more_metrics: list[Metric] = []
        """Figures of parts that this one does not know."""
        self.standing_problems: list[str] = []
        """What was found at the start and stays so until the next."""

    async def read_status(self) -> ServerStatus:
        """The server as it is now."""
        database = await self._read_database()
        disk, late = read_space(self._data_dir), await self._late_runs.find()
        jobs = self._jobs.states()
        problems = [*self.standing_problems, *([database.failure] if database.failure else [])]
        if disk.is_low:
            problems.append(f"The disk has {disk.free_bytes:,} bytes left, less than {LOW_PERCENT} %.")
        problems += [
            f"{run.status} for {run.waiting_s} s: run {run.id}. {run.reason}" for run in (*late.late[:1], *late.stuck[:1])
        ]
        if (threads := self._read_threads()).held and self._is_held_long():
            problems.append(_held_problem(threads))
        problems += [f"The job {job.name} failed: {job.last_error}" for job in jobs if job.last_error]
        return ServerStatus(
            health="degraded" if problems else "healthy",
            problems=problems,
            version=__version__,
            pid=os.getpid(),
            started_at=iso(self._started_at) or "",
            now=iso(now_us()) or "",
            uptime_s=max(now_us() - self._started_at, 0) // 1_000_000,
            memory_bytes=memory_bytes(),
            data_dir=str(self._data_dir),
            secret_key=self._secret_key(),
            nodes_a_minute=self.nodes_a_minute.counts(),
            slow_reply_ms=self.reply_times.slow_ms(),
            queue=await self._read_queue(),
            running=self._list_running(),
            threads=threads,
            late_runs=late,
            jobs=jobs,
            database=database,
            disk=disk,
            backups=list_backups(self._data_dir),
            backup_plan=self._backup_plan(),
        )

    async def read_storage(self) -> StorageState:
        """What takes the space in the database file."""
        return await read_storage(self._db, self._retention())

    async def _read_queue(self) -> QueueState:
        dispatcher = self._engine.dispatcher
        since = (await self._db.fetch_all(sql.longest_waiting))[0][0] if dispatcher.n_waiting else None
        waited_s = 0 if since is None else max(now_us() - since, 0) // 1_000_000
        return QueueState(dispatcher.n_waiting, dispatcher.n_running, self._engine.core.config.engine.workers, waited_s)

    def _list_running(self) -> list[RunningRun]:
        roots = (run for run in self._engine.core.runs.values() if run.parent is None and run.status != states.QUEUED)
        return [
            RunningRun(run.id, run.plan.graph_id, run.plan.name, run.status, iso(run.started_at), run.tree.node_executions)
            for run in islice(roots, MAX_RUNNING)
        ]

    def _read_threads(self) -> ThreadState:
        threads, held = self._engine.core.threads, self._engine.core.threads.abandoned
        shown = [
            HeldThread(one.graph_exec_id, one.node_id, one.title, one.block, iso(one.abandoned_at)) for one in held[:MAX_HELD]
        ]
        return ThreadState(threads.n_working, self._engine.core.config.engine.max_threads, len(held), shown)

    def _is_held_long(self) -> bool:
        held = self._engine.core.threads.abandoned
        return bool(held) and now_us() - held[0].abandoned_at > HELD_LONG_S * 1_000_000

    async def _read_database(self) -> DatabaseState:
        sizes, failure = read_sizes(self._db.path), self._db.writer.failure
        pages, free, page_bytes = await self._db.read(
            lambda c: (c.pragma("page_count"), c.pragma("freelist_count"), c.pragma("page_size"))
        )
        live_bytes = (pages - free) * page_bytes
        return DatabaseState(sizes.file_bytes, sizes.log_bytes, live_bytes, failure and failure.message)

    def metrics(self) -> list[Metric]:
        """All figures that GET /metrics tells."""
        core, dispatcher, writer = self._engine.core, self._engine.dispatcher, self._db.writer
        late, path = self._late_runs, self._db.path
        return [
            Metric("info", "gauge", "The version that runs.", lambda: {__version__: 1}, "version"),
            Metric("uptime_seconds", "gauge", "Seconds since the start.", lambda: max(now_us() - self._started_at, 0) / 1e6),
            Metric("memory_bytes", "gauge", "Resident memory of the server.", memory_bytes),
            Metric("runs_ended_total", "counter", "Runs that ended, sub-agents included.", lambda: dict(core.ended), "status"),
            Metric("node_executions_total", "counter", "Node executions that were stored.", lambda: core.n_stored),
            Metric("late_outputs_total", "counter", "Outputs dropped: their run had ended.", lambda: core.late_outputs),
            Metric("runs_waiting", "gauge", "Root runs that wait for a place.", lambda: dispatcher.n_waiting),
            Metric("runs_running", "gauge", "Root runs that have a place.", lambda: dispatcher.n_running),
            Metric("run_places", "gauge", "Places for root runs.", lambda: core.config.engine.workers),
            Metric("runs_late", "gauge", "Runs QUEUED for over five minutes, at the last look.", lambda: late.late_count),
            Metric(
                "runs_stuck", "gauge", "Runs without progress for over five minutes, at the last look.", lambda: late.stuck_count
            ),
            Metric("runs_noticed_total", "counter", "Runs that were late or stuck, each once.", lambda: late.noticed_count),
            Metric("threads_working", "gauge", "Threads that work for a block.", lambda: core.threads.n_working),
            Metric("threads_held", "gauge", "Threads of blocks that nobody waits for.", lambda: len(core.threads.abandoned)),
            Metric(
                "threads_left_total", "counter", "Threads that were left to their block.", lambda: core.threads.n_abandoned_ever
            ),
            Metric("commits_total", "counter", "Transactions of the database.", lambda: writer.commits),
            Metric("write_failing", "gauge", "1 while the database cannot be written.", lambda: int(writer.failure is not None)),
            Metric("write_failures_total", "counter", "Transactions that the disk refused.", lambda: writer.failures),
            Metric("database_bytes", "gauge", "The database file.", lambda: read_sizes(path).file_bytes),
            Metric("database_log_bytes", "gauge", "The write-ahead log.", lambda: read_sizes(path).log_bytes),
            Metric("disk_free_bytes", "gauge", "What the disk has left.", lambda: read_space(self._data_dir).free_bytes),
            Metric("jobs_failing", "gauge", "System jobs whose last run failed.", self._count_failing_jobs),
            *self.more_metrics,
        ]

    def _count_failing_jobs(self) -> int:
        return sum(1 for job in self._jobs.states() if job.last_error)


def _held_problem(threads: ThreadState) -> str:
    first = threads.held[0]
    count = "A thread is" if threads.held_count == 1 else f"{threads.held_count} threads are"
    return (
        f"{count} held by blocks that were stopped or took too long, since {first.since} by {first.block} (node {first.title}, "
        f"run {first.graph_exec_id}). A restart of the server ends them; the block has to be mended."
    )


def memory_bytes() -> int | None:
    """Resident memory of this process; None where the system does not say so cheaply."""
    if sys.platform != "linux":
        return None
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
