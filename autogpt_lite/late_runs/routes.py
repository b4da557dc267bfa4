"""/api/executions/late."""

from __future__ import annotations

from ..web.routing import Request, Route
from .service import LateRunService
from .types import LateRuns


class LateRunRoutes:
    """The handler."""

    def __init__(self, service: LateRunService):
        self._service = service

    async def list_late(self, request: Request) -> LateRuns:
        return await self._service.find(request.principal.user_id)


def late_run_routes(service: LateRunService) -> list[Route]:
    """The route of late runs."""
    handlers = LateRunRoutes(service)
    return [
        Route(
            method="GET",
            path="/api/executions/late",
            handler=handlers.list_late,
            summary="Own runs that wait for five minutes or make no progress for as long, each with what holds it.",
            tags=("graphs", "v1"),
            returns=LateRuns,
            permission="READ_GRAPH",
        )
    ]
