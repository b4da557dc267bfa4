"""The endpoint behind `autogpt-lite run` where a server is running."""

from __future__ import annotations

from ..web.routing import Request, Route
from .service import AgentFileService
from .types import ExecuteAgentFile, StartedAgentFile


class AgentFileRoutes:
    """The handler."""

    def __init__(self, service: AgentFileService):
        self._service = service

    async def execute_agent_file(self, request: Request) -> StartedAgentFile:
        run, stored = await self._service.start(request.principal.user_id, request.body)
        return StartedAgentFile(
            graph_exec_id=run.id,
            graph_id=stored.graph_id,
            graph_version=stored.version,
            node_ids=stored.node_ids,
            titles={node.id: node.title for node in run.plan.nodes},
        )


def agent_file_routes(service: AgentFileService) -> list[Route]:
    """The routes of agent files."""
    handlers = AgentFileRoutes(service)
    return [
        Route(
            method="POST",
            path="/api/agent-files/execute",
            handler=handlers.execute_agent_file,
            summary="Runs an agent file; it is imported the first time that this very file comes.",
            tags=("graphs",),
            body=ExecuteAgentFile,
            returns=StartedAgentFile,
            errors=(400, 413),
            permission="EXECUTE_GRAPH",
            more_permissions=("WRITE_GRAPH",),  # it stores what the caller has written, and may approve it
        )
    ]
