"""/api/graphs/{graph_id}/retention."""

from __future__ import annotations

from typing import Any

from ..web.routing import Request, Route
from .service import RetentionService
from .types import AgentRetention, RetentionRule


class RetentionRoutes:
    """The handlers."""

    def __init__(self, service: RetentionService):
        self._service = service

    async def get_retention(self, request: Request) -> AgentRetention:
        return self._service.get_rule(request.principal.user_id, request.path["graph_id"])

    async def set_retention(self, request: Request) -> AgentRetention:
        return await self._service.put_rule(request.principal.user_id, request.path["graph_id"], request.body)


def retention_routes(service: RetentionService) -> list[Route]:
    """The routes of retention."""
    handlers = RetentionRoutes(service)

    def route(method: Any, handler: Any, summary: str, **more: Any) -> Route:
        path = "/api/graphs/{graph_id}/retention"
        return Route(method=method, path=path, handler=handler, summary=summary, tags=("graphs",), returns=AgentRetention, **more)

    return [
        route("GET", handlers.get_retention, "How long the runs of an agent are kept.", errors=(404,), permission="READ_GRAPH"),
        route(
            "PUT",
            handlers.set_retention,
            "Sets how long the runs of an agent are kept: null is the server's setting, 0 keeps all.",
            body=RetentionRule,
            errors=(404,),
            permission="WRITE_GRAPH",
        ),
    ]
