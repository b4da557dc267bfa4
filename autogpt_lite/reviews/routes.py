"""/api/review: what waits for a person."""

from __future__ import annotations

from ..web.routing import Request, Route
from .service import ReviewService
from .types import AnswerReviews, PageQuery, PendingHumanReviewModel, ReviewResponse

_TAGS = ("v2", "executions", "review")


class ReviewRoutes:
    """The handlers."""

    def __init__(self, service: ReviewService):
        self._service = service

    async def list_waiting(self, request: Request) -> list[PendingHumanReviewModel]:
        return await self._service.list_waiting(request.principal.user_id, request.query)

    async def list_waiting_of_run(self, request: Request) -> list[PendingHumanReviewModel]:
        return await self._service.list_waiting_of_run(request.principal.user_id, request.path["graph_exec_id"])

    async def answer(self, request: Request) -> ReviewResponse:
        return await self._service.answer(request.principal.user_id, request.body.reviews)


def review_routes(service: ReviewService) -> list[Route]:
    """The routes of reviews."""
    handlers = ReviewRoutes(service)
    return [
        Route(
            method="GET",
            path="/api/review/pending",
            handler=handlers.list_waiting,
            summary="A page of everything that waits for a person, the newest runs first.",
            tags=_TAGS,
            query=PageQuery,
            returns=list[PendingHumanReviewModel],
            permission="READ_GRAPH",
        ),
        Route(
            method="GET",
            path="/api/review/execution/{graph_exec_id}",
            handler=handlers.list_waiting_of_run,
            summary="What waits for a person in one run.",
            tags=_TAGS,
            returns=list[PendingHumanReviewModel],
            errors=(404,),
            permission="READ_GRAPH",
        ),
        Route(
            method="POST",
            path="/api/review/action",
            handler=handlers.answer,
            summary="Answers reviews of one run, all or none; the run goes on when nothing in it waits any more.",
            tags=_TAGS,
            body=AnswerReviews,
            returns=ReviewResponse,
            errors=(400, 404, 409),
            permission="EXECUTE_GRAPH",
        ),
    ]
