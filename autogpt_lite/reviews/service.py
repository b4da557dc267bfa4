"""Shows what waits for a person, and takes the answers."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

import msgspec

from ..clock import now_us
from ..db import Database, Tx
from ..engine import states
from ..engine.engine import Engine
from ..engine.ids import node_key, parse_node_exec_id
from ..engine.reviews import Decision, check_edit
from ..errors import ConflictError, InvalidInputError, NotFoundError
from .store import answer, decode, model_of, span, sql
from .types import PageQuery, PendingHumanReviewModel, ReviewItem, ReviewResponse

encode = msgspec.json.Encoder().encode

MAX_OF_RUN = 1_000


class _Run(NamedTuple):
    id: str
    key: int
    user_id: str
    graph_id: str
    graph_version: int
    status: str


class _Answer(NamedTuple):
    item: ReviewItem
    seq: int
    node_id: str
    payload: bytes
    edited: bytes | None


class ReviewService:
    """All methods see only the reviews of `user_id`; those of others do not exist for them (NotFoundError)."""

    def __init__(self, db: Database, engine: Engine):
        self._db = db
        self._engine = engine
        self._following: set[asyncio.Task] = set()

    async def list_waiting(self, user_id: str, query: PageQuery) -> list[PendingHumanReviewModel]:
        """A page of everything that waits for the user, the newest runs first."""
        rows = await self._db.fetch_all(sql.list_waiting, (user_id, query.page_size, (query.page - 1) * query.page_size))
        return [model_of(row) for row in rows]

    async def list_waiting_of_run(self, user_id: str, graph_exec_id: str) -> list[PendingHumanReviewModel]:
        """What waits in a run, at most MAX_OF_RUN. Raises NotFoundError."""
        run = self._run(user_id, graph_exec_id)
        rows = await self._db.fetch_all(sql.list_waiting_of_run, (*span(run.key), MAX_OF_RUN))
        return [model_of(row) for row in rows]

    async def answer(self, user_id: str, items: list[ReviewItem]) -> ReviewResponse:
        """Takes answers to reviews of one run, all or none; a run in which nothing waits any more goes on.

        Raises NotFoundError, InvalidInputError for an edit that does not fit, ConflictError where somebody was first or the run
        has ended.
        """
        run, answers = self._checked(user_id, items)
        # Once the answer is stored, what follows from it happens, even where the caller has gone away.
        task = asyncio.ensure_future(self._take(run, answers))
        self._following.add(task)
        task.add_done_callback(self._following.discard)
        await asyncio.shield(task)
        approved = sum(item.approved for item in items)
        return ReviewResponse(approved_count=approved, rejected_count=len(items) - approved)

    # --- before it is written ----------------------------------------------------------------------------

    def _checked(self, user_id: str, items: list[ReviewItem]) -> tuple[_Run, list[_Answer]]:
        if not items:
            raise InvalidInputError("There is no answer in the request.")
        ids = {item.node_exec_id: parse_node_exec_id(item.node_exec_id) for item in items}
        if len(set(ids.values())) < len(items):
            raise InvalidInputError("There are two answers to one review.")
        runs = [self._run(user_id, graph_exec_id) for graph_exec_id in {graph_exec_id for graph_exec_id, _ in ids.values()}]
        rows = {item.node_exec_id: self._review(ids[item.node_exec_id]) for item in items}
        if len(runs) > 1:
            raise ConflictError("The reviews belong to different runs.", hint="Answer those of one run at a time.")
        if runs[0].status in states.ENDED:
            raise ConflictError(f"The run is {runs[0].status}; nothing in it waits any more.")
        return runs[0], [
            self._checked_answer(runs[0], item, ids[item.node_exec_id][1], rows[item.node_exec_id]) for item in items
        ]

    def _run(self, user_id: str, graph_exec_id: str) -> _Run:
        row = self._db.point(sql.select_run, (graph_exec_id,))
        if row is None or row[1] != user_id:
            raise NotFoundError(f"There is no run {graph_exec_id[:60]!r}.")
        return _Run(graph_exec_id, *row)

    def _review(self, place: tuple[str, int]) -> tuple[str, str, bytes, int]:
        graph_exec_id, seq = place
        run = self._db.point(sql.select_run, (graph_exec_id,))
        row = self._db.point(sql.select_review, (node_key(run[0], seq),)) if run is not None else None
        if row is None:
            raise NotFoundError(f"Node execution {seq} of the run {graph_exec_id} waits for no review.")
        return row

    def _checked_answer(self, run: _Run, item: ReviewItem, seq: int, row: tuple[str, str, bytes, int]) -> _Answer:
        status, node_id, payload, is_editable = row
        if status != "WAITING":
            raise _was_first(status)
        edited = None
        if item.approved and not item.auto_approve_future and item.reviewed_data is not None:
            shown = decode(payload)
            # Same text: 1 and true, or 1 and 1.0, are equal for Python.
            if (text := encode(item.reviewed_data)) != payload:
                self._check_edit(run, node_id, shown, item.reviewed_data, text, bool(is_editable))
                edited = text
        return _Answer(item, seq, node_id, payload, edited)

    def _check_edit(self, run: _Run, node_id: str, shown: Any, data: Any, text: bytes, is_editable: bool) -> None:
        if not is_editable:
            raise InvalidInputError("The data of this review may not be changed.", hint="Approve or reject it as it is.")
        limit = self._engine.core.config.engine.max_review_bytes
        if len(text) > limit:
            raise InvalidInputError(f"The edited data is {len(text):,} bytes long; engine.max_review_bytes allows {limit:,}.")
        check_edit(self._engine.plan_of(run.graph_id, run.graph_version).nodes_by_id[node_id], shown, data)

    # --- from then on --------------------------------------------------------------------------------------

    async def _take(self, run: _Run, answers: list[_Answer]) -> None:
        now, engine = now_us(), self._engine

        def write(tx: Tx) -> bool:
            for one in answers:
                self._answer_tx(tx, run.key, one, now)
            # Only a run that is not in memory is changed here; the engine's own next write would not know of it.
            return not is_in_memory and engine.requeue_tx(tx, run.key)

        is_in_memory = engine.is_in_memory(run.id)
        is_requeued = await self._db.write(write)
        if not is_requeued and not engine.decide(run.id, list(map(_decision_of, answers))):
            # It may have come to rest while the answer was written; and one that was not in memory may have come there.
            is_requeued = await self._db.write_patiently(lambda tx: engine.requeue_tx(tx, run.key))
        if is_requeued:
            engine.start_requeued(run.key)
        for one in answers:
            item = one.item
            node = {"node_exec_id": item.node_exec_id, "node_id": one.node_id, "approved": item.approved}
            engine.core.tell_review("answered", run.user_id, run.graph_id, run.id, **node)

    def _answer_tx(self, tx: Tx, run_key: int, one: _Answer, now: int) -> None:
        key = node_key(run_key, one.seq)
        row = {
            "status": "APPROVED" if one.item.approved else "REJECTED",
            "reviewed_payload": one.edited,
            "message": one.item.message,
            "now": now,
            "node_exec_id": key,
        }
        if not tx.execute(sql.answer, row):
            found = tx.fetch_one(sql.select_review, (key,))
            raise _was_first(found[0]) if found else NotFoundError("The run was deleted.")
        if one.item.approved and one.item.auto_approve_future:
            tx.execute(sql.approve_node, (run_key, one.node_id))


def _decision_of(one: _Answer) -> Decision:
    item = one.item
    review = answer(item.approved, one.payload, one.edited, item.message)
    return Decision(one.seq, review, item.approved and item.auto_approve_future)


def _was_first(status: str) -> ConflictError:
    return ConflictError(f"The review is {status} already; the first answer counts.")
