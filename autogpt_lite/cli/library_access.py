"""The library for commands, with and without a running server."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import msgspec

from ..errors import GraphValidationError, InvalidInputError, NotFoundError
from .api import Api, open_api
from .client import ServerRefusedError

PAGE_SIZE = 100
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@contextmanager
def open_library(config_path: str | None, data_dir: str | None) -> Iterator[Library]:
    """The library of the data directory."""
    with open_api(config_path, data_dir) as api:
        yield Library(api)


class Library:
    """What commands do with the library. Agents are as the server answers them."""

    def __init__(self, api: Api):
        self._api = api

    def import_file(self, content: bytes, allow_missing_blocks: bool) -> dict[str, Any]:
        """The stored graph as the server answers it."""
        from ..graphs.agent_file import parse_agent_file

        graph = msgspec.to_builtins(parse_agent_file(content))
        del graph["created_at"]  # a number inside, a text outside, and the store sets it anew
        body = {"graph": graph, "source": "upload", "allow_missing_blocks": allow_missing_blocks}
        try:
            return self._api.post("/api/graphs", body)
        except ServerRefusedError as error:
            detail = error.detail if isinstance(error.detail, dict) else {}
            if "node_errors" in detail:
                raise GraphValidationError(str(error), node_errors=detail["node_errors"], hint=error.hint) from None
            raise InvalidInputError(str(error), hint=error.hint) from None

    def report(self, graph_id: str, *, approve: bool = False) -> dict[str, Any]:
        """What the agent would do outside of itself; with `approve` it may."""
        path = f"/api/graphs/{graph_id}/report"
        return self._api.post(f"{path}/approve") if approve else self._api.get(path)

    def graph_id_of(self, wanted: str) -> str:
        """The id of an agent's graph, given as in `find_agent`; an id that is no agent's is taken as a graph's (a sub-agent, say)."""
        try:
            return find_agent([*self.list_agents(is_archived=False), *self.list_agents(is_archived=True)], wanted)["graph_id"]
        except NotFoundError:
            if not _UUID.fullmatch(wanted):
                raise
            return wanted

    def export_file(self, graph_id: str, version: int | None) -> bytes:
        """An agent file."""
        query = "?for_export=true" + (f"&version={version}" if version is not None else "")
        return msgspec.json.format(msgspec.json.encode(self._api.get(f"/api/graphs/{graph_id}{query}")), indent=2)

    def list_agents(self, **query: Any) -> list[dict[str, Any]]:
        """All agents that the query asks for (library_agents/types.py: ListAgents)."""
        given = "".join(f"&{name}={str(value).lower()}" for name, value in query.items())
        agents: list[dict[str, Any]] = []
        for page in itertools.count(1):
            answer = self._api.get(f"/api/library/agents?page={page}&page_size={PAGE_SIZE}{given}")
            agents += answer["agents"]
            if page >= answer["pagination"]["total_pages"]:
                break
        return agents

    def update_agent(self, agent_id: str, **changes: Any) -> None:
        """Changes an agent (library_agents/types.py: UpdateAgent)."""
        self._api.request("PATCH", f"/api/library/agents/{agent_id}", changes)

    def remove_agent(self, agent_id: str, running: Literal["stop", "finish"]) -> None:
        """Removes an agent; its runs are stopped or may finish."""
        self._api.request("DELETE", f"/api/library/agents/{agent_id}?running={running}")

    def restore_agent(self, agent_id: str) -> None:
        """Brings a removed agent back."""
        self._api.post(f"/api/library/agents/{agent_id}/restore")


def find_agent(agents: list[dict[str, Any]], wanted: str, *, list_with: str = "") -> dict[str, Any]:
    """The agent of this id, graph id or name. Raises NotFoundError, or InvalidInputError where several have the name. `list_with` is the option
    that lists them."""
    for agent in agents:
        if wanted in (agent["id"], agent["graph_id"]):
            return agent
    named = [agent for agent in agents if agent["name"].casefold() == wanted.casefold()]
    if not named:
        shows = f"`autogpt-lite {' '.join(filter(None, ('library list', list_with)))}` shows all."
        raise NotFoundError(f"The library has no {'removed ' if list_with else ''}agent {wanted[:80]!r}.", hint=shows)
    if len(named) > 1:
        ids = ", ".join(agent["id"] for agent in named)
        raise InvalidInputError(f"{len(named)} agents are called {wanted[:80]!r}.", hint=f"Give one of the ids: {ids}")
    return named[0]
