"""/api/library/agents."""

from __future__ import annotations

from typing import Any

from ..web.routing import Request, Response, Route
from .service import LibraryAgentService
from .types import (
    AddAgent,
    AgentCounts,
    BulkMoveAgents,
    ByGraphQuery,
    GraphSettings,
    LeaveQuery,
    LibraryAgent,
    LibraryAgents,
    ListAgents,
    PageQuery,
    UpdateAgent,
    UpdateSettings,
)

_TAGS = ("v2", "library", "private")


class LibraryAgentRoutes:
    """The handlers."""

    def __init__(self, service: LibraryAgentService):
        self._service = service

    async def list_agents(self, request: Request) -> LibraryAgents:
        return await self._service.list_agents(request.principal.user_id, request.query)

    async def count_agents(self, request: Request) -> AgentCounts:
        return await self._service.count_agents(request.principal.user_id)

    async def list_favorites(self, request: Request) -> LibraryAgents:
        page = request.query
        query = ListAgents(page=page.page, page_size=page.page_size, is_favorite=True)
        return await self._service.list_agents(request.principal.user_id, query)

    async def add_agent(self, request: Request) -> LibraryAgent:
        return await self._service.add_agent(request.principal.user_id, request.body)

    async def get_agent(self, request: Request) -> LibraryAgent:
        return await self._service.get_agent(request.principal.user_id, request.path["library_agent_id"])

    async def get_agent_of_graph(self, request: Request) -> LibraryAgent:
        user_id, version = request.principal.user_id, request.query.version
        return await self._service.get_agent_of_graph(user_id, request.path["graph_id"], version)

    async def update_agent(self, request: Request) -> LibraryAgent:
        user_id, agent_id = request.principal.user_id, request.path["library_agent_id"]
        return await self._service.update_agent(user_id, agent_id, request.body, running=request.query.running)

    async def update_settings(self, request: Request) -> GraphSettings:
        return await self._service.update_settings(request.principal.user_id, request.path["graph_id"], request.body)

    async def remove_agent(self, request: Request) -> Response:
        user_id, agent_id = request.principal.user_id, request.path["library_agent_id"]
        await self._service.remove_agent(user_id, agent_id, running=request.query.running)
        return Response(status=204)

    async def restore_agent(self, request: Request) -> LibraryAgent:
        return await self._service.restore_agent(request.principal.user_id, request.path["library_agent_id"])

    async def fork_agent(self, request: Request) -> LibraryAgent:
        return await self._service.fork_agent(request.principal.user_id, request.path["library_agent_id"])

    async def move_agents(self, request: Request) -> list[LibraryAgent]:
        body: BulkMoveAgents = request.body
        return await self._service.move_agents(request.principal.user_id, body.agent_ids, body.folder_id)


def library_agent_routes(service: LibraryAgentService) -> list[Route]:
    """The routes of the library's agents."""
    handlers = LibraryAgentRoutes(service)

    def route(method: Any, path: str, handler: Any, summary: str, **more: Any) -> Route:
        permission = "READ_GRAPH" if method == "GET" else "WRITE_LIBRARY"
        more = {"permission": permission, "returns": LibraryAgent, "errors": (404,), **more}
        return Route(method=method, path=path, handler=handler, summary=summary, tags=_TAGS, **more)

    agents = "/api/library/agents"
    one = f"{agents}/{{library_agent_id}}"
    return [
        route(
            "GET",
            agents,
            handlers.list_agents,
            "A page of the library's agents: searched, filtered, sorted.",
            query=ListAgents,
            returns=LibraryAgents,
            errors=(),
        ),
        route(
            "GET",
            f"{agents}/counts",
            handlers.count_agents,
            "How many agents the library has, and how many of them run, need a person, have a schedule or a trigger.",
            returns=AgentCounts,
            errors=(),
        ),
        route(
            "POST",
            agents,
            handlers.add_agent,
            "Brings a graph of one's own back into the library.",
            body=AddAgent,
            status=201,
            errors=(400, 404),
        ),
        route(
            "GET",
            f"{agents}/favorites",
            handlers.list_favorites,
            "A page of the agents with a star.",
            query=PageQuery,
            returns=LibraryAgents,
            errors=(),
        ),
        route(
            "GET",
            f"{agents}/by-graph/{{graph_id}}",
            handlers.get_agent_of_graph,
            "The agent of a graph.",
            query=ByGraphQuery,
        ),
        route("GET", one, handlers.get_agent, "One agent of the library."),
        route(
            "PATCH",
            one,
            handlers.update_agent,
            "Star, archive, pause, folder or version of an agent. One that is archived loses what would start it.",
            query=LeaveQuery,
            body=UpdateAgent,
        ),
        route(
            "DELETE",
            one,
            handlers.remove_agent,
            "Removes an agent with everything that would start it; its queued runs end with it.",
            query=LeaveQuery,
            status=204,
            returns=None,
        ),
        route(
            "PATCH",
            "/api/graphs/{graph_id}/settings",
            handlers.update_settings,
            "Which nodes of a graph's agent wait for a person.",
            body=UpdateSettings,
            returns=GraphSettings,
        ),
        route("POST", f"{one}/restore", handlers.restore_agent, "Brings a removed agent back; what started it stays gone."),
        route("POST", f"{one}/fork", handlers.fork_agent, "A copy of an agent under new ids.", errors=(400, 404)),
        route(
            "POST",
            "/api/library/folders/agents/bulk-move",
            handlers.move_agents,
            "Moves agents into a folder, or to the top.",
            body=BulkMoveAgents,
            returns=list[LibraryAgent],
        ),
    ]
