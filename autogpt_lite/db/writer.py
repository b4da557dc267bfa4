"""The one writer: a thread that turns whatever waits into the next transaction (group commit, synchronous=FULL).

No timer: while a commit is on its way to the disk the next callers queue up, and they are the next transaction.
Each caller's function runs in a savepoint of its own, so a failing one fails alone. The callers' futures resolve
only after COMMIT, in one call_soon_threadsafe a batch.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import apsw

from .. import faultpoints
from ..errors import DatabaseBusyError, DatabaseError
from .connection import BUSY_TIMEOUT_MS
from .failures import disk_failure

log = logging.getLogger(__name__)

Params = dict[str, Any] | Sequence[Any]
CHECKPOINT_EVERY_S = 0.1
MAX_WAITING = 50_000


class Tx:
    """What a function given to `Database.write` may do. Only valid inside that function."""

    __slots__ = ("_after_commit", "_connection", "_execute", "uncounted")

    def __init__(self, connection: apsw.Connection):
        self._after_commit: list[Callable[[], None]] = []
        self._connection = connection
        self._execute = connection.cursor().execute
        self.uncounted = 0
        """Rows that execute_uncounted has changed. For the writer."""

    @property
    def connection(self) -> apsw.Connection:
        """The writing connection, for code that reads many rows; it is not to be kept."""
        return self._connection

    def execute(self, sql: str, params: Params = ()) -> int:
        """Runs a statement to its end; the number of rows that it changed."""
        for _ in self._execute(sql, params):
            pass  # an undrained RETURNING would block COMMIT
        return self._connection.changes()

    def execute_uncounted(self, sql: str, params: Params = ()) -> int:
        """As execute, for a note of the server about itself, which is nothing new to anybody (Writer.rows_changed)."""
        n_changed = self.execute(sql, params)
        self.uncounted += n_changed
        return n_changed

    def executemany(self, sql: str, rows: Iterable[Params]) -> None:
        for _ in self._connection.executemany(sql, rows):
            pass  # a RETURNING that nobody reads would end it at the first row

    def undo(self) -> None:
        """Takes back everything that this function has written so far."""
        self._connection.execute("ROLLBACK TO job")

    def after_commit(self, call: Callable[[], None]) -> None:
        """Calls call() on the loop's thread once this function's changes are on the disk, before its caller goes on; never where it
        has failed."""
        self._after_commit.append(call)

    def take_after_commit(self) -> list[Callable[[], None]]:
        """What was given to after_commit since the last time. For the writer."""
        taken, self._after_commit = self._after_commit, []
        return taken

    def fetch_one(self, sql: str, params: Params = ()) -> tuple | None:
        rows = self._execute(sql, params).fetchall()
        return rows[0] if rows else None

    def fetch_all(self, sql: str, params: Params = ()) -> list[tuple]:
        return self._execute(sql, params).fetchall()


class _Job:
    __slots__ = ("after_commit", "error", "fn", "future", "result")

    def __init__(self, fn: Callable[[Tx], Any], future: asyncio.Future):
        self.fn = fn
        self.future = future
        self.result: Any = None
        self.after_commit: Sequence[Callable[[], None]] = ()
        self.error: BaseException | None = None


class _Between(NamedTuple):
    step: Callable[[apsw.Connection], bool]
    future: asyncio.Future[None]


class Writer:
    """Owns the writing connection and its thread. All methods are for the loop's thread."""

    def __init__(self, connection: apsw.Connection, *, wal_limit_bytes: int):
        self._connection = connection
        self._tx = Tx(connection)
        self._wal_limit_bytes = wal_limit_bytes
        self._jobs: deque[_Job] = deque()
        self._between: deque[_Between] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wal_pages = 0
        self._page_size = connection.pragma("page_size")
        self._fatal: BaseException | None = None
        self.commits = 0
        self.rows_changed = 0
        """Rows that were inserted, updated or deleted since the start, but for notes of the server about itself."""
        self.failure: DatabaseError | None = None
        """Why nothing can be written at the moment (a full disk, say); None when the last change went through."""
        self.failures = 0
        """Transactions that the disk refused."""
        self._checkpoint_fails = False
        connection.set_wal_hook(self._note_wal_pages)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread = threading.Thread(target=self._run, name="db-writer", daemon=True)
        self._thread.start()

    def submit(self, fn: Callable[[Tx], Any]) -> asyncio.Future:
        """Queues fn(tx) and returns a future of its result; it resolves after the commit."""
        assert self._loop is not None
        future = self._loop.create_future()
        if self._closing or self._fatal is not None:
            future.set_exception(DatabaseError("The database is closed.") if self._closing else _as_error(self._fatal))
            return future
        if len(self._jobs) >= MAX_WAITING:
            future.set_exception(DatabaseBusyError(hint="Try again in a moment."))
            return future
        self._jobs.append(_Job(fn, future))
        if not self._wake.is_set():
            self._wake.set()
        self._give_up_if_ended()
        return future

    def run_between(self, step: Callable[[apsw.Connection], bool]) -> asyncio.Future[None]:
        """Calls step(connection) between transactions on the writer thread until it returns False (backup, vacuum) or raises; the
        future says that, or what it has raised."""
        assert self._loop is not None
        future: asyncio.Future[None] = self._loop.create_future()
        if self._closing:
            future.set_exception(DatabaseError("The database is closed."))
            return future
        self._between.append(_Between(step, future))
        self._wake.set()
        self._give_up_if_ended()
        return future

    def checkpoint_soon(self) -> asyncio.Future[None]:
        """Moves the log into the file between two transactions; the future says when that is done."""

        def step(connection: apsw.Connection) -> bool:
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            return False

        return self.run_between(step)

    async def close(self) -> None:
        """Commits what waits, checkpoints and closes the connection."""
        # Said on the loop's thread: what is handed over is then either before it and still done, or refused.
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
        self._connection.close()

    def _give_up_if_ended(self) -> None:
        # The thread may have ended since its caller looked, and then nobody else would tell those who wait.
        if self._fatal is not None:
            self._give_up_all(self._fatal)

    # --- the writer thread -------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._serve()
        except BaseException as error:
            # A bug here must not leave everybody waiting for ever.
            log.critical("the database writer has ended", exc_info=error)
            self._fatal = error
            self._give_up_all(error)

    def _serve(self) -> None:
        last_checkpoint = time.monotonic()
        while True:
            is_closing = self._closing  # first: what was handed over before it was said is then seen below
            if not self._jobs and not self._between:
                if is_closing:
                    break
                timeout = CHECKPOINT_EVERY_S if self._wal_pages else None
                self._wake.wait(timeout)
            self._wake.clear()
            if self._jobs:
                batch = [self._jobs.popleft() for _ in range(len(self._jobs))]
                try:
                    self._commit(batch)
                except BaseException as error:
                    self._give_up(batch, error)
                    raise
            if self._between:
                self._step_between()
            now = time.monotonic()
            if self._wal_pages and now - last_checkpoint >= CHECKPOINT_EVERY_S:
                self._checkpoint()
                last_checkpoint = time.monotonic()
        self._checkpoint(final=True)

    def _commit(self, batch: list[_Job]) -> None:
        connection = self._connection
        changes, self._tx.uncounted = connection.total_changes(), 0
        try:
            connection.execute("BEGIN IMMEDIATE")
            for job in batch:
                self._run_job(connection, job)
            faultpoints.hit("db.before_commit")
            connection.execute("COMMIT")
            self.commits += 1
            n_changed = connection.total_changes() - changes
            self.rows_changed += n_changed - self._tx.uncounted
            faultpoints.hit("db.after_commit")
            if self.failure is not None and n_changed:
                log.warning("the database can be written again")
                self.failure = None
        except Exception as error:
            self._roll_back(batch, error)
        self._tell(batch)

    def _roll_back(self, batch: list[_Job], error: Exception) -> None:
        connection = self._connection
        failure = disk_failure(error, connection.system_errno)
        self.failures += failure is not None
        if failure is None:
            log.error("a database transaction failed: %s", error)
        elif self.failure is None or self.failure.message != failure.message:
            log.error("the database cannot be written: %s (%s)", failure.message, error)  # once, however many wait for it
            self.failure = failure
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        for job in batch:
            job.error = job.error or failure or _as_error(error)

    def _give_up_all(self, error: BaseException) -> None:
        self._give_up(list(self._jobs), error)
        for between in list(self._between):
            self._call_soon(_settle, between.future, _as_error(error))

    def _give_up(self, batch: list[_Job], error: BaseException) -> None:
        for job in batch:
            job.error = job.error or _as_error(error)
        self._tell(batch)

    def _tell(self, batch: list[_Job]) -> None:
        self._call_soon(_resolve, batch)

    def _call_soon(self, call: Callable[..., None], *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *arguments)  # type: ignore[union-attr]
        except RuntimeError:
            pass  # the loop is gone: nobody waits any more, and what was committed stays committed

    def _run_job(self, connection: apsw.Connection, job: _Job) -> None:
        connection.execute("SAVEPOINT job")
        try:
            job.result = job.fn(self._tx)
            if self._tx._after_commit:
                job.after_commit = self._tx.take_after_commit()
        except Exception as error:
            job.error = disk_failure(error, connection.system_errno) if isinstance(error, apsw.Error) else None
            job.error = job.error or error
            self._tx.take_after_commit()
            if not connection.in_transaction:
                # A trigger's RAISE(ROLLBACK) or a full disk ended the whole transaction: everybody in the batch has to know.
                raise
            connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")

    def _step_between(self) -> None:
        between, error = self._between[0], None
        try:
            if between.step(self._connection):
                return
        except Exception as caught:
            error = disk_failure(caught) or caught
        self._between.popleft()
        self._call_soon(_settle, between.future, error)

    def _note_wal_pages(self, connection: apsw.Connection, name: str, pages: int) -> int:
        self._wal_pages = pages
        return apsw.SQLITE_OK

    def _checkpoint(self, *, final: bool = False) -> None:
        # PASSIVE alone never shrinks the log, so past the limit the log is started anew as soon as no reader needs it.
        large = self._wal_pages * self._page_size > self._wal_limit_bytes
        if final or large:
            self._connection.set_busy_timeout(0)  # with the usual five seconds one long read would hold up every writer
            try:
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
                self._wal_pages = 0
                self._checkpoint_fails = False
                return
            except apsw.BusyError:
                pass  # a reader holds the log: move what can be moved, and try again later
            except apsw.Error as error:
                self._note_failed_checkpoint(error)
                return
            finally:
                self._connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        try:
            total, done = self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            self._checkpoint_fails = False
            if done >= total and not large:
                self._wal_pages = 0
        except apsw.BusyError:
            pass
        except apsw.Error as error:
            self._note_failed_checkpoint(error)

    def _note_failed_checkpoint(self, error: apsw.Error) -> None:
        if not self._checkpoint_fails:  # it is tried ten times a second: said once
            log.error("the log could not be moved into the database: %s", error)
        self._checkpoint_fails = True


def _resolve(batch: list[_Job]) -> None:
    for job in batch:
        if job.error is None:
            for call in job.after_commit:
                _call(call)
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)


def _settle(future: asyncio.Future[None], error: Exception | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(None)


def _call(call: Callable[[], None]) -> None:
    try:
        call()
    except Exception:
        log.exception("what was to follow a commit failed")  # the callers of the batch have to be told all the same


def _as_error(error: BaseException | None) -> DatabaseError:
    if isinstance(error, DatabaseError):
        return error
    return disk_failure(error) or DatabaseError(f"The database refused: {error}")
