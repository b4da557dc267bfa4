"""Reviews in AutoGPT's shapes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

ReviewStatus = Literal["WAITING", "APPROVED", "REJECTED"]

MAX_MESSAGE_CHARS = 2_000
MAX_ANSWERS = 1_000


class PageQuery(msgspec.Struct, kw_only=True):
    """Which page; pages count from 1."""

    page: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    page_size: Annotated[int, msgspec.Meta(ge=1, le=100)] = 25


class PendingHumanReviewModel(msgspec.Struct, kw_only=True):
    """What a node asks. `payload` is the data to decide on, `instructions` what the node calls it."""

    node_exec_id: str
    node_id: str
    user_id: str
    graph_exec_id: str
    graph_id: str
    graph_version: int
    payload: msgspec.Raw
    instructions: str | None
    editable: bool
    status: ReviewStatus
    review_message: str | None
    was_edited: bool | None
    processed: bool
    created_at: str
    updated_at: str | None
    reviewed_at: str | None


class ReviewItem(msgspec.Struct, kw_only=True):
    """One answer. `reviewed_data` is the data as the person changed it (null: as it was); `auto_approve_future` approves whatever
    the same node asks later in this run, and takes no changes."""

    node_exec_id: str
    approved: bool
    message: Annotated[str, msgspec.Meta(max_length=MAX_MESSAGE_CHARS)] | None = None
    reviewed_data: Any = None
    auto_approve_future: bool = False


class AnswerReviews(msgspec.Struct, kw_only=True):
    """Answers to reviews of one run: all of them count, or none."""

    reviews: Annotated[list[ReviewItem], msgspec.Meta(max_length=MAX_ANSWERS)]


class ReviewResponse(msgspec.Struct, kw_only=True):
    """How many were approved and rejected; nothing fails by halves, so `failed_count` is 0."""

    approved_count: int
    rejected_count: int
    failed_count: int = 0
    error: str | None = None
