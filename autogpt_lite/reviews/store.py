"""Rows of reviews: what the engine opens and reads, inside its own transactions."""

from __future__ import annotations

from collections.abc import Sequence

import apsw
import msgspec

from ..clock import iso, now_us
from ..db import Tx, load_sql
from ..engine.ids import MAX_SEQ, node_exec_id, node_key
from ..engine.reviews import StoredReviews
from ..sdk import Review
from .types import PendingHumanReviewModel

sql = load_sql(__file__, "store.sql")
decode = msgspec.json.Decoder().decode

NewReview = tuple[int, str, str, bytes, str, int]
"""(key of the node execution, user_id, node_id, payload as JSON, instructions, is_editable)"""


class ReviewRows:
    """The engine's view of reviews."""

    def open(self, tx: Tx, rows: Sequence[NewReview]) -> None:
        """Nodes begin to wait."""
        names = ("node_exec_id", "user_id", "node_id", "payload", "instructions", "is_editable")
        now = now_us()
        tx.executemany(sql.open_review, [{**dict(zip(names, row, strict=True)), "created_at": now} for row in rows])

    def read(self, connection: apsw.Connection, graph_exec_key: int) -> StoredReviews:
        """What was answered in a run."""
        approvals = connection.execute(sql.approvals_of_run, (graph_exec_key,)).fetchall()
        rows = connection.execute(sql.answers_of_run, span(graph_exec_key)).fetchall()
        answers = {key: answer(bool(approved), *rest) for key, approved, *rest in rows}
        return StoredReviews(answers, {node_id for (node_id,) in approvals})

    def decided_runs(self, tx: Tx) -> list[int]:
        """Keys of the roots in REVIEW in which nothing waits any more."""
        return [key for (key,) in tx.fetch_all(sql.decided_runs)]

    def is_decided(self, tx: Tx, graph_exec_key: int) -> bool:
        """Whether nothing in the run waits any more."""
        return tx.fetch_one(sql.has_waiting, span(graph_exec_key)) is None


def answer(approved: bool, payload: bytes, reviewed_payload: bytes | None, message: str | None) -> Review:
    """A person's answer from its row."""
    data = payload if reviewed_payload is None else reviewed_payload
    return Review(approved, decode(data), message or "", reviewed_payload is not None)


def span(graph_exec_key: int) -> tuple[int, int]:
    """The first and the last key that a node execution of the run can have."""
    return node_key(graph_exec_key, 0), node_key(graph_exec_key, MAX_SEQ)


def model_of(row: tuple) -> PendingHumanReviewModel:
    """A review as clients see it, from a row of list_waiting."""
    key, node_id, user_id, uuid, graph_id, version, payload, reviewed, instructions, editable, status, message, created, at = row
    return PendingHumanReviewModel(
        node_exec_id=node_exec_id(uuid, key & MAX_SEQ),
        node_id=node_id,
        user_id=user_id,
        graph_exec_id=uuid,
        graph_id=graph_id,
        graph_version=version,
        payload=msgspec.Raw(payload if reviewed is None else reviewed),
        instructions=instructions or None,
        editable=bool(editable),
        status=status,
        review_message=message,
        was_edited=None if status == "WAITING" else reviewed is not None,
        processed=status != "WAITING",
        created_at=iso(created) or "",
        updated_at=iso(at or created),
        reviewed_at=iso(at),
    )
