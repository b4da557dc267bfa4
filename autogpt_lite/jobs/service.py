"""System jobs: work that the server does for itself, on one small timetable; visible, and startable by hand."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from ..clock import iso, now_us
from ..db import Database, Tx, load_sql
from ..errors import DatabaseError, NotFoundError
from .types import JobState

log = logging.getLogger(__name__)

sql = load_sql(__file__, "store.sql")


LOOK_EVERY_S = 60.0


class SystemJob(msgspec.Struct):
    """One job; what `run` returns is shown as its last result, None as nothing."""

    name: str
    every_s: float
    run: Callable[[], Awaitable[Any]]
    description: str = ""


class SystemJobs:
    """The registry and its one timer. Add jobs before `start`."""

    def __init__(self, db: Database):
        self._db = db
        self._jobs: dict[str, SystemJob] = {}
        self._due_at: dict[str, int] = {}
        self._asked: set[str] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task | None = None

    def add(self, job: SystemJob) -> None:
        """Registers a job; it runs `every_s` after the start (or after its last run), and whenever it is asked to."""
        self._jobs[job.name] = job

    def start(self) -> None:
        now = now_us()
        for job in self._jobs.values():
            row = self._db.point(sql.select_job, (job.name,))
            self._due_at[job.name] = max(now, (row[0] if row and row[0] else now) + int(job.every_s * 1_000_000))
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Cancels what runs; jobs go on where they were at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def run_soon(self, name: str) -> None:
        """Asks for a run of the job as soon as possible. Raises NotFoundError."""
        self._job(name)
        self._asked.add(name)
        self._wake.set()

    def states(self) -> list[JobState]:
        """All jobs with their last and next run."""
        return [self.state_of(name) for name in self._jobs]

    def state_of(self, name: str) -> JobState:
        """A job with its last and next run. Raises NotFoundError."""
        job = self._job(name)
        last_run_at, error, result = self._db.point(sql.select_job, (name,)) or (None, None, None)
        return JobState(name, job.description, job.every_s, iso(last_run_at), error, result, iso(self.next_run_at(name)))

    def next_run_at(self, name: str) -> int | None:
        """When the job runs next, in microseconds. Raises NotFoundError."""
        self._job(name)
        return now_us() if name in self._asked else self._due_at.get(name)

    def _job(self, name: str) -> SystemJob:
        if name not in self._jobs:
            raise NotFoundError(f"There is no job {name[:60]!r}.")
        return self._jobs[name]

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            self._notice_clock()
            due = [name for name, at in self._due_at.items() if at <= now_us() or name in self._asked]
            for name in due:
                self._asked.discard(name)
                await self._run_job(self._jobs[name])
            if due or self._asked:
                continue
            next_at = min(self._due_at.values(), default=None)
            # No longer than LOOK_EVERY_S: the clock may be set, or the machine sleep, meanwhile.
            timeout = None if next_at is None else min(max(0.0, (next_at - now_us()) / 1_000_000), LOOK_EVERY_S)
            try:
                await asyncio.wait_for(self._wake.wait(), timeout)
            except TimeoutError:
                pass

    def _notice_clock(self) -> None:
        # A clock that was set back must not put everything off by as much.
        for name, job in self._jobs.items():
            if name in self._due_at:
                self._due_at[name] = min(self._due_at[name], now_us() + int(job.every_s * 1_000_000))

    async def _run_job(self, job: SystemJob) -> None:
        error: str | None = None
        result: object = None
        try:
            result = await job.run()
        except Exception as caught:
            log.exception("the job %s failed", job.name)
            error = str(caught) or type(caught).__name__
        now = now_us()
        self._due_at[job.name] = now + int(job.every_s * 1_000_000)

        def note(tx: Tx) -> None:
            told = None if result is None else str(result)
            tx.execute_uncounted(
                sql.note_run, {"name": job.name, "at": now, "error": error, "result": told, "next": self._due_at[job.name]}
            )

        try:
            await self._db.write(note)
        except DatabaseError as caught:  # a full disk must not end the timetable
            log.error("the run of the job %s could not be noted: %s", job.name, caught)
