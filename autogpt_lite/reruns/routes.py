"""The endpoints of repetitions."""

from __future__ import annotations

from ..web.routing import Request, Route
from .service import RerunService
from .types import RerunAnswer, RerunGraph, RerunOrigin

_TAGS = ("graphs",)
_RUN = "/api/graphs/{graph_id}/executions/{graph_exec_id}"


class RerunRoutes:
    """The handlers."""

    def __init__(self, service: RerunService):
        self._service = service

    async def rerun(self, request: Request) -> RerunAnswer:
        path = request.path
        asked = request.body or RerunGraph()
        return await self._service.rerun(request.principal.user_id, path["graph_id"], path["graph_exec_id"], asked)

    async def get_origin(self, request: Request) -> RerunOrigin:
        path = request.path
        return self._service.get_origin(request.principal.user_id, path["graph_id"], path["graph_exec_id"])


def rerun_routes(service: RerunService) -> list[Route]:
    """The routes of repetitions."""
    handlers = RerunRoutes(service)
    return [
        Route(
            method="POST",
            path=f"{_RUN}/rerun",
            handler=handlers.rerun,
            summary="Runs a past run again, from a node on; with `dry` only says what would run and what it cost before.",
            tags=_TAGS,
            body=RerunGraph | None,
            returns=RerunAnswer,
            errors=(400, 404),
            permission="EXECUTE_GRAPH",
        ),
        Route(
            method="GET",
            path=f"{_RUN}/origin",
            handler=handlers.get_origin,
            summary="Which run a run repeats, and which runs repeat it.",
            tags=_TAGS,
            returns=RerunOrigin,
            errors=(404,),
            permission="READ_GRAPH",
        ),
    ]
