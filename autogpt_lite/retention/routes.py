"""/api/graphs/{graph_id}/retention, and /api/system/retention for all agents."""

from __future__ import annotations

from typing import Any

import msgspec

from ..web.routing import Request, Route
from .service import RetentionService
from .types import AgentRetention, RetentionRule, RetentionSettings, ServerRetention


class RetentionRoutes:
    """The handlers."""

    def __init__(self, service: RetentionService):
        self._service = service

    async def get_retention(self, request: Request) -> AgentRetention:
        return self._service.get_rule(request.principal.user_id, request.path["graph_id"])

    async def set_retention(self, request: Request) -> AgentRetention:
        return await self._service.put_rule(request.principal.user_id, request.path["graph_id"], request.body)

    async def get_settings(self, request: Request) -> ServerRetention:
        return self._service.get_settings()

    async def set_settings(self, request: Request) -> ServerRetention:
        request.audit_detail.update(msgspec.structs.asdict(request.body))
        return await self._service.put_settings(request.body)


def retention_routes(service: RetentionService) -> list[Route]:
    """The routes of retention."""
    handlers = RetentionRoutes(service)

    def of_server(method: Any, handler: Any, summary: str, **more: Any) -> Route:
        common = {"path": "/api/system/retention", "tags": ("system",), "access": "admin", "returns": ServerRetention}
        return Route(method=method, handler=handler, summary=summary, **common, **more)

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
        of_server("GET", handlers.get_settings, "How long runs are kept, and what of that config.toml has fixed."),
        of_server(
            "PUT",
            handlers.set_settings,
            "Sets how long runs are kept: null is the default, 0 no limit. What config.toml has set is a 409.",
            body=RetentionSettings,
            errors=(409,),
        ),
    ]
