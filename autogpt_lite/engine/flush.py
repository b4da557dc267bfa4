"""Saves what has changed: rows are encoded on the loop, written in one go on the writer thread, and only then told."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import apsw
import msgspec

from ..clock import now_us
from ..db import RETRY_S, Tx, load_sql
from ..events import Event
from . import states
from .core import Core, EngineServices, run_stats
from .graph_execution import cut_off_run
from .records import OUTPUT_BYTES, GraphExecution, NodeExecution

log = logging.getLogger(__name__)

sql = load_sql(__file__, "store.sql")
encode = msgspec.json.Encoder().encode

INLINE_OUTPUTS = 8
INLINE_BYTES = 65_536
MIN_UNSAVED, MAX_UNSAVED = 30, 800
QUICK_DISK_S, UNSAVED_PER_S = 0.008, 80_000
_CODES = states.CODES


class Batch:
    """The rows of one flush, as immutable as bytes and tuples can be, and what to do once they are on the disk."""

    __slots__ = (
        "after_commit",
        "events",
        "inserts",
        "new_reviews",
        "outputs",
        "reservations",
        "run_keys",
        "runs",
        "settlements",
        "updates",
        "updates_with_input",
    )

    def __init__(self) -> None:
        self.inserts: list[tuple] = []
        self.updates: list[tuple] = []
        self.updates_with_input: list[tuple] = []
        self.outputs: list[tuple] = []
        self.runs: list[tuple] = []
        self.reservations: list[tuple] = []
        self.settlements: list[tuple] = []
        self.new_reviews: list[tuple] = []
        self.run_keys: set[int] = set()
        self.events: list[Event] = []
        self.after_commit: list[Callable[[], None]] = []


class Flusher:
    """At most one batch is on its way; what changes meanwhile is the next one. So batches are as large as the disk is slow."""

    def __init__(self, core: Core):
        self._core = core
        self._in_flight = False
        self._sent_at = 0.0
        self.refused: Exception | None = None
        """Why the last batch was not stored (a full disk, for instance); it is tried again until it is."""
        self.max_unsaved = MIN_UNSAVED
        """Rows that may wait while a batch is on its way. On a quick disk few: the writer is done soonest where the loop does not
        want the interpreter too, and a start that is admitted meanwhile waits behind little. On a slow one more, to fill the
        wait. Memory stays flat on either."""

    @property
    def is_busy(self) -> bool:
        """Whether a batch is on its way to the disk."""
        return self._in_flight

    def flush(self) -> None:
        """Sends what has changed, unless a batch is on its way already."""
        core = self._core
        if self._in_flight or not (core.dirty_nodes or core.dirty_runs or core.events or core.after_commit):
            return
        batch = self._take()
        self._in_flight = True
        self._send(batch)

    def _send(self, batch: Batch) -> None:
        services = self._core.services
        self._sent_at = time.perf_counter()
        future = self._core.db.writer.submit(lambda tx: write_batch(tx, batch, services))
        future.add_done_callback(lambda done: self._committed(batch, done))

    def _take(self) -> Batch:
        core, batch = self._core, Batch()
        core.tell_stats()
        nodes, core.dirty_nodes = core.dirty_nodes, []
        runs, core.dirty_runs = core.dirty_runs, []
        batch.events, core.events = core.events, []
        core.unsaved_bytes = 0
        batch.after_commit, core.after_commit = core.after_commit, []
        batch.reservations, core.reservations = core.reservations, []
        batch.settlements, core.settlements = core.settlements, []
        now = now_us()
        batch.new_reviews, core.new_reviews = core.new_reviews, []
        for execution in nodes:
            execution.is_dirty = False
            execution.run.progressed_at = now
            try:
                add_node_row(batch, execution)
            except Exception:
                log.exception("node %s of run %s cannot be stored", execution.node.id, execution.run.id)
        for run in runs:
            run.is_dirty = False
            add_run_row(batch, run)
        core.n_stored += len(batch.inserts)
        batch.inserts.sort()  # the rows of one run lie together: fewer pages to touch, fuller pages
        return batch

    def _committed(self, batch: Batch, future: Any) -> None:
        core = self._core
        error = future.exception()
        if error is not None:
            # Nothing of the batch was stored (a full disk, for instance): the runs wait, and go on when it works again.
            if self.refused is None:
                log.error("the database refused %d rows, trying again every %s s: %s", len(batch.inserts), RETRY_S, error)
            self.refused = error
            if core.is_closing:
                self._in_flight = False  # what it held is done again after the next start
            else:
                asyncio.get_running_loop().call_later(RETRY_S, self._send, batch)
            return
        self._in_flight = False
        self.refused = None
        self._cut_off(future.result())
        took_s = time.perf_counter() - self._sent_at
        self.max_unsaved = min(max(int((took_s - QUICK_DISK_S) * UNSAVED_PER_S), MIN_UNSAVED), MAX_UNSAVED)
        if batch.events:
            core.bus.publish(batch.events)
        for call in batch.after_commit:
            try:
                call()
            except Exception:
                log.exception("what was to follow a commit failed")  # the others' calls have to follow all the same
        self.flush()
        core.wake()

    def _cut_off(self, ended: dict[int, str]) -> None:
        # Before anything that was to follow the commit, so that no block begins in a run that has ended on the disk.
        if ended:
            for run in [run for run in self._core.runs.values() if run.key in ended and run.status not in states.ENDED]:
                cut_off_run(self._core, run, ended[run.key])


def add_node_row(batch: Batch, execution: NodeExecution) -> None:
    """One execution as it is now; from here on the batch counts as stored, since batches are written in order."""
    key = execution.run.key << 24 | execution.seq
    status = execution.status
    added = execution.added_at
    output = _inline_outputs(batch, execution, key)
    if execution.stored_status is None:
        batch.run_keys.add(execution.run.key)
        batch.inserts.append(
            (
                key,
                execution.node.index,
                _CODES[status],
                execution.try_number,
                execution.n_propagated,
                added,
                None if execution.queued_at is None else execution.queued_at - added,
                None if execution.started_at is None else execution.started_at - added,
                None if execution.ended_at is None else execution.ended_at - added,
                _input_of(execution),
                output,
                _stats_of(execution),
            )
        )
    else:
        _add_update(batch, execution, key, output)
    execution.stored_status = status


def _add_update(batch: Batch, execution: NodeExecution, key: int, output: bytes | None) -> None:
    batch.run_keys.add(execution.run.key)
    added = execution.added_at
    row = (
        _CODES[execution.status],
        execution.try_number,
        execution.n_propagated,
        None if execution.queued_at is None else execution.queued_at - added,
        None if execution.started_at is None else execution.started_at - added,
        None if execution.ended_at is None else execution.ended_at - added,
        output,
        _stats_of(execution),
    )
    where = (key, _CODES[execution.stored_status])  # type: ignore[index]
    if execution.input_unsaved or execution.data is not None:
        batch.updates_with_input.append((*row, _input_of(execution), *where))
    else:
        batch.updates.append((*row, *where))


def _input_of(execution: NodeExecution) -> bytes:
    if execution.data is not None:
        execution.input_json = encode(execution.data)
    else:
        execution.input_unsaved = False
    return execution.input_json


def _stats_of(execution: NodeExecution) -> bytes | None:
    if execution.error is None and not execution.cost and execution.failed_tries is None:
        return None
    stats: dict[str, Any] = {"cost": execution.cost, "error": execution.error}
    if execution.error_code is not None:
        stats["error_code"] = execution.error_code
    if execution.failed_tries is not None:
        stats["tries"] = execution.failed_tries
    return encode(stats)


def _inline_outputs(batch: Batch, execution: NodeExecution, key: int) -> bytes | None:
    outputs = execution.outputs
    if not outputs:
        return None
    if execution.n_stored == 0 and len(outputs) <= INLINE_OUTPUTS:
        pairs = b",".join([b"[" + encode(pin) + b"," + value + b"]" for pin, value in outputs])
        if len(pairs) <= INLINE_BYTES:
            return b"[" + pairs + b"]"
    # Many or large: a row each, written once, so that the tenth thousandth output does not rewrite the others.
    stored = execution.n_stored
    for ordinal in range(stored, len(outputs)):
        pin, value = outputs[ordinal]
        batch.outputs.append((key, ordinal, pin, value))
        execution.kept_bytes += len(value) + OUTPUT_BYTES
    execution.n_stored = len(outputs)
    execution.drop_outputs(min(stored, execution.n_propagated))
    return None


def add_run_row(batch: Batch, run: GraphExecution) -> None:
    """The run's row as it is now."""
    batch.run_keys.add(run.key)
    stats = encode(run_stats(run)) if run.status in states.ENDED else None
    batch.runs.append((run.status, run.started_at, run.ended_at, stats, run.key, run.stored_status))
    run.stored_status = run.status


# --- on the writer thread ---------------------------------------------------------------------------------


def write_batch(tx: Tx, batch: Batch, services: EngineServices) -> dict[int, str]:
    """All rows of a flush. If a group fails, everything is replayed row by row, so that a bad row fails alone.

    Returns {key: status} of the runs that somebody else has ended: nothing of them was written.
    """
    ended = dict(tx.fetch_all(sql.ended_among, (encode(list(batch.run_keys)).decode(),)))
    if ended:
        _drop_rows_of(tx, batch, ended)
    try:
        open_reviews = services.reviews.open
        _write_groups(tx, batch, services.ledger, open_reviews, lambda statement, rows: _write_many(tx, statement, rows))
    except (*_BAD_ROW, _SomebodyWasFirst):
        tx.undo()
        one = _OneByOne(services)
        _write_groups(tx, batch, one, one.open_reviews, lambda statement, rows: _write_one_by_one(tx, rows, statement))
    return ended


# What one row can be guilty of. Anything else (a full disk, say) is about all of them: the batch waits and is tried again.
_BAD_ROW = (apsw.ConstraintError, apsw.MismatchError, apsw.TooBigError, TypeError, ValueError, OverflowError)


class _SomebodyWasFirst(Exception):
    """A row was no longer in the status that the batch follows."""


def _write_groups(
    tx: Tx,
    batch: Batch,
    ledger: Any,
    open_reviews: Callable[[Tx, list[tuple]], None],
    write: Callable[[str, list[tuple]], None],
) -> None:
    for statement, rows in (
        (sql.insert_node, batch.inserts),
        (sql.update_node_input, batch.updates_with_input),
        (sql.update_node, batch.updates),
        (sql.insert_output, batch.outputs),
    ):
        if rows:
            write(statement, rows)
    if batch.reservations:
        ledger.reserve(tx, batch.reservations)
    if batch.settlements:
        ledger.settle(tx, batch.settlements)
    if batch.new_reviews:
        open_reviews(tx, batch.new_reviews)
    if batch.runs:
        write(sql.update_graph_execution, batch.runs)


def _write_many(tx: Tx, statement: str, rows: list[tuple]) -> None:
    before = tx.connection.total_changes()
    tx.executemany(statement, rows)
    if tx.connection.total_changes() - before < len(rows):
        raise _SomebodyWasFirst


def _log_refused(tx: Tx, statement: str, row: tuple) -> None:
    if statement == sql.update_graph_execution:
        found = tx.fetch_one(sql.status_of, (row[4],))
        states.log_refused("run", row[4], found[0] if found else None, row[0])
    elif statement in (sql.update_node, sql.update_node_input):
        found = tx.fetch_one(sql.status_of_node, (row[-2],))
        states.log_refused("node execution", row[-2], states.STATUSES[found[0]] if found else None, states.STATUSES[row[0]])


class _OneByOne:
    """The ledger and the reviews, for one row at a time."""

    def __init__(self, services: EngineServices):
        self._ledger = services.ledger
        self._reviews = services.reviews

    def reserve(self, tx: Tx, rows: list[tuple]) -> None:
        _write_one_by_one(tx, rows, lambda row: self._ledger.reserve(tx, [row]))

    def settle(self, tx: Tx, rows: list[tuple]) -> None:
        _write_one_by_one(tx, rows, lambda row: self._ledger.settle(tx, [row]))

    def open_reviews(self, tx: Tx, rows: list[tuple]) -> None:
        _write_one_by_one(tx, rows, lambda row: self._reviews.open(tx, [row]))


def _write_one_by_one(tx: Tx, rows: list[tuple], write: str | Callable[[tuple], None]) -> None:
    for row in rows:
        tx.execute("SAVEPOINT row")
        try:
            if not isinstance(write, str):
                write(row)
            elif not tx.execute(write, row):
                _log_refused(tx, write, row)
        except _BAD_ROW as error:
            tx.execute("ROLLBACK TO row")
            log.error("a row could not be stored: %s (%r)", error, row[:3])
        tx.execute("RELEASE row")


def _drop_rows_of(tx: Tx, batch: Batch, ended: dict[int, str]) -> None:
    # What comes after the end of a run is dropped: an ended status is left by an explicit resume only.
    for statement, rows in (
        (sql.update_graph_execution, [row for row in batch.runs if row[4] in ended]),
        (sql.update_node, [row for row in (*batch.updates, *batch.updates_with_input) if row[-2] >> 24 in ended]),
    ):
        for row in rows:
            _log_refused(tx, statement, row)
    batch.inserts = [row for row in batch.inserts if row[0] >> 24 not in ended]
    batch.updates = [row for row in batch.updates if row[8] >> 24 not in ended]
    batch.updates_with_input = [row for row in batch.updates_with_input if row[9] >> 24 not in ended]
    batch.outputs = [row for row in batch.outputs if row[0] >> 24 not in ended]
    batch.reservations = [row for row in batch.reservations if row[0] >> 24 not in ended]
    batch.new_reviews = [row for row in batch.new_reviews if row[0] >> 24 not in ended]
    batch.runs = [row for row in batch.runs if row[4] not in ended]
