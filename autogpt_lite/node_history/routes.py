"""The endpoint of a node's past."""

from __future__ import annotations

from ..errors import NotFoundError
from ..web.routing import Request, Route
from .service import NodeHistoryService
from .types import NodeRun


class NodeHistoryRoutes:
    """The handlers."""

    def __init__(self, service: NodeHistoryService):
        self._service = service

    async def list_node_runs(self, request: Request) -> list[NodeRun]:
        path = request.path
        text = path["version"]
        if not (text.isascii() and text.isdigit() and len(text) <= 10):
            raise NotFoundError(f"There is no version {text[:40]!r}.")
        return await self._service.list_node_runs(request.principal.user_id, path["graph_id"], int(text), path["node_id"])


def node_history_routes(service: NodeHistoryService) -> list[Route]:
    """The route of a node's past."""
    return [
        Route(
            method="GET",
            path="/api/graphs/{graph_id}/versions/{version}/nodes/{node_id}/runs",
            handler=NodeHistoryRoutes(service).list_node_runs,
            summary="What a node of a version did in the newest 20 runs of the agent, also in those of other versions.",
            tags=("graphs",),
            returns=list[NodeRun],
            errors=(404,),
            permission="READ_GRAPH",
        )
    ]
