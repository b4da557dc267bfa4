"""The endpoints of the agents folder, for administrators."""

from __future__ import annotations

from ..web.routing import Request, Route
from .service import AgentsFolder
from .types import AgentsFolderState


class AgentsFolderRoutes:
    """The handlers."""

    def __init__(self, folder: AgentsFolder):
        self._folder = folder

    async def get_state(self, request: Request) -> AgentsFolderState:
        return self._folder.state()

    async def sync(self, request: Request) -> AgentsFolderState:
        return await self._folder.sync()


def agents_folder_routes(folder: AgentsFolder) -> list[Route]:
    """The routes of the agents folder."""
    handlers = AgentsFolderRoutes(folder)
    path, facts = "/api/system/agents-folder", {"tags": ("system", "v1"), "access": "admin", "returns": AgentsFolderState}
    shown = "Where the agents folder is, and which of its files are not in step with the library."
    return [
        Route(method="GET", path=path, handler=handlers.get_state, summary=shown, **facts),
        Route(method="POST", path=f"{path}/sync", handler=handlers.sync, summary="Looks at the agents folder now.", **facts),
    ]
