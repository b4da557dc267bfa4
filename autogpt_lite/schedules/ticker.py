"""Fires schedules: one timer on the earliest due time, which an index knows, so schedules cost nothing while none is due.

A fire's row and its QUEUED run are one transaction, keyed by (schedule, due time), which also moves the schedule on to its next
time: whenever the process dies, a due time is either still to come or has its run.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from itertools import pairwise

from ..clock import iso, now_us
from ..db import Database, Tx
from ..engine import states
from ..engine.records import GraphExecution
from ..errors import (
    AutoGPTLiteError,
    DatabaseError,
    GraphNotInLibraryError,
    GraphValidationError,
    InvalidInputError,
    NotAuthorizedError,
    NotFoundError,
)
from ..events import Event, EventBus, GraphExecutionEvent
from ..executions.service import ExecutionService
from ..library.service import LibraryService
from . import store
from .catch_up import FirePlan, plan_fires
from .cron import find_zone, parse_cron
from .service import stored_start
from .types import StoredSchedule

log = logging.getLogger(__name__)

BATCH = 25
"""Schedules that are started together: a batch is one commit, and others are answered every 30 ms."""
LOOK_EVERY_S = 30.0
"""A wall clock that was set, or a machine that slept, is noticed after this time."""
AFTER_ERROR_S = 5.0
MAX_WAITING = 100

_PERMANENT = (GraphValidationError, NotAuthorizedError, NotFoundError)
"""What the next time would not change: such a schedule is paused, and says why."""
_AGENT_IS_PAUSED = "The agent is paused."
_OVERLAPS = "The run before it had not ended."
_TOO_MANY_WAIT = f"The run before it had not ended, and {MAX_WAITING} others wait for that already."


class _MovedOnError(Exception):
    """Somebody edited, paused or deleted the schedule meanwhile."""


class _FiredBeforeError(Exception):
    """This due time has its row already."""


class Ticker:
    """Open it with `start()` after the engine, `close()` it before. `run_due()` is the whole of its work, once."""

    def __init__(self, db: Database, executions: ExecutionService, library: LibraryService, bus: EventBus):
        self._db = db
        self._library = library
        self._executions = executions
        self._wake = asyncio.Event()
        self._awaited: set[str] = set()
        self._task: asyncio.Task | None = None
        self._unsubscribe = bus.subscribe(self._see)

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        self._unsubscribe()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """The timer may have to be set anew."""
        self._wake.set()

    def _see(self, events: Sequence[Event]) -> None:
        if not self._awaited:
            return
        for event in events:
            if (
                isinstance(event, GraphExecutionEvent)
                and event.run.graph_exec_id in self._awaited
                and event.status in states.ENDED
            ):
                self._awaited.discard(event.run.graph_exec_id)
                self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.run_due()
                delay_s = self._delay_s()
            except Exception:
                log.exception("schedules could not be started; the next attempt is in %d s", AFTER_ERROR_S)
                await asyncio.sleep(AFTER_ERROR_S)
                continue
            try:
                await asyncio.wait_for(self._wake.wait(), delay_s)
            except TimeoutError:
                pass

    def _delay_s(self) -> float:
        (earliest,) = self._db.point(store.sql.earliest_due) or (None,)
        if earliest is None:
            return LOOK_EVERY_S
        return min(LOOK_EVERY_S, max(0.0, (earliest - now_us()) / 1_000_000))

    async def run_due(self) -> None:
        """Starts everything that is due now, in the order of the due times, and what waited for a run that has ended."""
        while rows := await self._db.fetch_all(store.sql.list_due, {"now": now_us(), "limit": BATCH}):
            planned = [await self._plan(store.stored_of(row)) for row in rows]
            await _all(self._run_schedule(schedule, plan) for schedule, plan in planned if plan is not None)
        await self._start_waiting()

    # --- one schedule ----------------------------------------------------------------------------------------

    async def _plan(self, schedule: StoredSchedule) -> tuple[StoredSchedule, FirePlan | None]:
        now = now_us()
        try:
            plan = plan_fires(schedule, parse_cron(schedule.cron), find_zone(schedule.timezone), now)
        except InvalidInputError as error:
            # It was fine when it was stored: a zone can leave the time zone database.
            row = {"id": schedule.id, "reason": error.message, "now": now}
            await self._db.write(lambda tx: tx.execute(store.sql.pause_schedule, row))
            return schedule, None
        if plan.missed:
            await asyncio.sleep(0)  # a long absence takes milliseconds to look through, and there may be many schedules
        return schedule, plan

    async def _run_schedule(self, schedule: StoredSchedule, plan: FirePlan) -> None:
        following = [*plan.to_fire, plan.next_due_at]
        try:
            if plan.missed or following[0] != schedule.next_due_at:
                await self._note_missed(schedule, plan.missed, following[0])
            for due_at, next_due_at in pairwise(following):
                await self._fire(schedule, due_at, next_due_at)
        except _MovedOnError:
            pass  # the next look reads it as it is now

    async def _note_missed(self, schedule: StoredSchedule, missed: list[tuple[int, str]], next_due_at: int | None) -> None:
        due_at = schedule.next_due_at

        def write(tx: Tx) -> None:
            _advance(tx, schedule, due_at, next_due_at)
            for missed_at, reason in missed:
                _insert_fire(tx, schedule, missed_at, "missed", reason=reason)

        await self._db.write(write)
        if missed:
            log.warning("schedule %s missed %d times since %s", schedule.id, len(missed), iso(missed[0][0]))

    async def _fire(self, schedule: StoredSchedule, due_at: int, next_due_at: int | None) -> None:
        held = self._why_held(schedule)
        if held is not None:
            await self._hold(schedule, due_at, next_due_at, *held)
            return

        def also(tx: Tx, run: GraphExecution) -> None:
            _advance(tx, schedule, due_at, next_due_at)
            if not _insert_fire(tx, schedule, due_at, "started", run=run):
                raise _FiredBeforeError
            tx.execute(store.sql.note_run, {"key": schedule.key, "graph_exec_id": run.id})

        try:
            run = await self._start(schedule, also)
        except _FiredBeforeError:
            await self._db.write(lambda tx: _advance(tx, schedule, due_at, next_due_at))
        except (DatabaseError, _MovedOnError):
            raise
        except Exception as error:
            await self._refuse(schedule, due_at, next_due_at, error)
        else:
            schedule.last_graph_exec_id = run.id

    async def _start(self, schedule: StoredSchedule, also) -> GraphExecution:
        return await self._executions.start_graph(
            schedule.user_id,
            schedule.graph_id,
            schedule.graph_version,
            stored_start(schedule.inputs, schedule.credentials),
            source="schedule",
            also=also,
        )

    async def _refuse(self, schedule: StoredSchedule, due_at: int, next_due_at: int | None, error: Exception) -> None:
        if await self._has_cleaned_up(schedule, error):
            raise _MovedOnError
        reason = _reason_of(schedule, error)

        def write(tx: Tx) -> None:
            _advance(tx, schedule, due_at, next_due_at)
            _insert_fire(tx, schedule, due_at, "refused", reason=reason)
            _pause_where_permanent(tx, schedule, error, reason)

        await self._db.write(write)
        if isinstance(error, _PERMANENT):
            raise _MovedOnError

    async def _has_cleaned_up(self, schedule: StoredSchedule, error: Exception) -> bool:
        """A run was refused since the agent is gone. Triggers keep schedules without an agent out of the file; one that came into it
        all the same goes here, with all others of that agent."""
        key = {"user_id": schedule.user_id, "graph_id": schedule.graph_id}
        is_gone = isinstance(error, (GraphNotInLibraryError, NotFoundError))
        if not is_gone or self._library.is_graph_in_user_library(schedule.graph_id, schedule.user_id):
            return False
        n_removed = await self._db.write(lambda tx: tx.execute(store.sql.delete_of_agent, key))
        told = "the agent %s is not in the library of the user %s: %d schedules that would have started it are removed"
        log.warning(told, schedule.graph_id, schedule.user_id, n_removed)
        return True

    # --- overlapping runs --------------------------------------------------------------------------------------

    def _why_held(self, schedule: StoredSchedule) -> tuple[str, str] | None:
        """(status, reason) of a fire that does not start now."""
        if self._library.is_paused(schedule.graph_id, schedule.user_id):
            return "skipped", _AGENT_IS_PAUSED
        if schedule.overlap == "parallel":
            return None
        n_waiting = self._count_waiting(schedule)
        if not n_waiting and not self._is_open(schedule.last_graph_exec_id):
            return None
        if schedule.overlap == "queue" and n_waiting < MAX_WAITING:
            return "waiting", _OVERLAPS
        return "skipped", _OVERLAPS if schedule.overlap == "skip" else _TOO_MANY_WAIT

    def _is_open(self, graph_exec_id: str | None) -> bool:
        row = self._db.point(store.sql.status_of_run, (graph_exec_id,)) if graph_exec_id else None
        return row is not None and row[0] not in states.ENDED

    def _count_waiting(self, schedule: StoredSchedule) -> int:
        (count,) = self._db.point(store.sql.count_waiting, (schedule.key,)) or (0,)
        return count

    async def _hold(self, schedule: StoredSchedule, due_at: int, next_due_at: int | None, status: str, reason: str) -> None:
        def write(tx: Tx) -> None:
            _advance(tx, schedule, due_at, next_due_at)
            _insert_fire(tx, schedule, due_at, status, reason=reason)

        await self._db.write(write)

    async def _start_waiting(self) -> None:
        has_started = True
        while has_started:
            has_started = False
            for key, due_at, schedule_id, last_graph_exec_id in await self._db.fetch_all(store.sql.list_waiting):
                if self._is_open(last_graph_exec_id):
                    # Its end is an event that comes after its commit, so it cannot slip through between these two lines.
                    self._awaited.add(last_graph_exec_id)
                else:
                    await self._start_one_waiting(key, due_at, schedule_id)
                    has_started = True

    async def _start_one_waiting(self, key: int, due_at: int, schedule_id: str) -> None:
        row = self._db.point(store.sql.select_schedule, (schedule_id,))
        if row is None:
            return
        schedule = store.stored_of(row)

        def also(tx: Tx, run: GraphExecution) -> None:
            _end_waiting(tx, key, due_at, "started", run=run)
            tx.execute(store.sql.note_run, {"key": key, "graph_exec_id": run.id})

        def refuse(tx: Tx) -> None:
            _end_waiting(tx, key, due_at, "refused", reason=reason)
            _pause_where_permanent(tx, schedule, error, reason)

        try:
            await self._start(schedule, also)
        except _MovedOnError:
            pass
        except DatabaseError:
            raise
        except Exception as caught:
            if not await self._has_cleaned_up(schedule, caught):
                error, reason = caught, _reason_of(schedule, caught)
                await self._db.write(refuse)


# --- rows ------------------------------------------------------------------------------------------------------


def _advance(tx: Tx, schedule: StoredSchedule, due_at: int | None, next_due_at: int | None) -> None:
    row = {"key": schedule.key, "due_at": due_at, "next_due_at": next_due_at}
    if tx.execute(store.sql.advance, row) == 0:
        raise _MovedOnError


def _insert_fire(
    tx: Tx, schedule: StoredSchedule, due_at: int, status: str, *, run: GraphExecution | None = None, reason: str | None = None
) -> int:
    row = {"key": schedule.key, "due_at": due_at, "status": status, "reason": reason}
    return tx.execute(store.sql.insert_fire, {**row, **_begun(run)})


def _end_waiting(
    tx: Tx, key: int, due_at: int, status: str, *, run: GraphExecution | None = None, reason: str | None = None
) -> None:
    row = {"key": key, "due_at": due_at, "status": status, "reason": reason}
    if tx.execute(store.sql.end_waiting, {**row, **_begun(run)}) == 0:
        raise _MovedOnError


def _begun(run: GraphExecution | None) -> dict[str, int | str | None]:
    return {"fired_at": run.created_at if run else None, "graph_exec_id": run.id if run else None}


def _pause_where_permanent(tx: Tx, schedule: StoredSchedule, error: Exception, reason: str) -> None:
    if isinstance(error, _PERMANENT):
        tx.execute(store.sql.pause_schedule, {"id": schedule.id, "reason": reason, "now": now_us()})


def _reason_of(schedule: StoredSchedule, error: Exception) -> str:
    if isinstance(error, AutoGPTLiteError):
        log.warning("schedule %s could not start its agent: %s", schedule.id, error.message)
        return error.message
    log.error("schedule %s could not start its agent", schedule.id, exc_info=error)
    return "Something went wrong in the server; its log says what."


async def _all(fires) -> None:
    """Runs them together to their ends, then raises the first error of any."""
    results = await asyncio.gather(*fires, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
