"""The library for commands: through the running server, or by opening the data directory in this process."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from ..config import Config
from ..errors import GraphValidationError, InvalidInputError
from ..instance_lock import InstanceLock, is_locked
from .loop import loop_factory
from .options import make_data_dir, read_settings

PAGE_SIZE = 100


class Library(Protocol):
    """What commands do with the library. Agents are as the server answers them."""

    def import_file(self, content: bytes, allow_missing_blocks: bool) -> dict[str, Any]:
        """The stored graph as the server answers it."""

    def export_file(self, graph_id: str, version: int | None) -> bytes:
        """An agent file."""

    def list_agents(self, **query: Any) -> list[dict[str, Any]]:
        """All agents that the query asks for (library_agents/types.py: ListAgents)."""

    def update_agent(self, agent_id: str, **changes: Any) -> None:
        """Changes an agent (library_agents/types.py: UpdateAgent)."""

    def remove_agent(self, agent_id: str, running: Literal["stop", "finish"]) -> None:
        """Removes an agent; its runs are stopped or may finish."""

    def restore_agent(self, agent_id: str) -> None:
        """Brings a removed agent back."""


@contextmanager
def open_library(config_path: str | None, data_dir: str | None) -> Iterator[Library]:
    """The library of the data directory."""
    config, path = read_settings(config_path, {"data_dir": data_dir})
    make_data_dir(path)
    if is_locked(path):
        yield _ServerLibrary(path)
        return
    with InstanceLock(path), asyncio.Runner(loop_factory=loop_factory()) as runner:
        library = _LocalLibrary(runner, config, path)
        try:
            yield library
        finally:
            library.close()


class _ServerLibrary:
    def __init__(self, data_dir: Path):
        from .client import ServerClient

        self._client = ServerClient(data_dir)

    def import_file(self, content: bytes, allow_missing_blocks: bool) -> dict[str, Any]:
        from ..graphs.agent_file import parse_agent_file
        from .client import ServerRefusedError

        graph = msgspec.to_builtins(parse_agent_file(content))
        del graph["created_at"]  # a number inside, a text outside, and the store sets it anew
        body = {"graph": graph, "source": "upload", "allow_missing_blocks": allow_missing_blocks}
        try:
            return self._client.post("/api/graphs", body)
        except ServerRefusedError as error:
            detail = error.detail if isinstance(error.detail, dict) else {}
            if "node_errors" in detail:
                raise GraphValidationError(str(error), node_errors=detail["node_errors"], hint=error.hint) from None
            raise InvalidInputError(str(error), hint=error.hint) from None

    def export_file(self, graph_id: str, version: int | None) -> bytes:
        query = "?for_export=true" + (f"&version={version}" if version is not None else "")
        return msgspec.json.format(msgspec.json.encode(self._client.get(f"/api/graphs/{graph_id}{query}")), indent=2)

    def list_agents(self, **query: Any) -> list[dict[str, Any]]:
        given = "".join(f"&{name}={str(value).lower()}" for name, value in query.items())
        return all_pages(lambda page: self._client.get(f"/api/library/agents?page={page}&page_size={PAGE_SIZE}{given}"))

    def update_agent(self, agent_id: str, **changes: Any) -> None:
        self._client.request("PATCH", f"/api/library/agents/{agent_id}", changes)

    def remove_agent(self, agent_id: str, running: Literal["stop", "finish"]) -> None:
        self._client.request("DELETE", f"/api/library/agents/{agent_id}?running={running}")

    def restore_agent(self, agent_id: str) -> None:
        self._client.post(f"/api/library/agents/{agent_id}/restore")


class _LocalLibrary:
    def __init__(self, runner: asyncio.Runner, config: Config, data_dir: Path):
        from ..accounts.types import DEFAULT_USER_ID
        from ..app import App

        self._user_id = DEFAULT_USER_ID
        self._runner = runner
        self._stack = AsyncExitStack()
        self._app = runner.run(self._stack.enter_async_context(App.open(config, data_dir, go_on=False)))

    def close(self) -> None:
        self._runner.run(self._stack.aclose())

    def import_file(self, content: bytes, allow_missing_blocks: bool) -> dict[str, Any]:
        from ..accounts.types import DEFAULT_USER_ID
        from ..graphs.agent_file import parse_agent_file

        graphs = self._app.graphs
        graph = self._runner.run(
            graphs.create_graph(
                DEFAULT_USER_ID, parse_agent_file(content), allow_missing_blocks=allow_missing_blocks, is_upload=True
            )
        )
        return msgspec.to_builtins(graphs.model(graph))

    def export_file(self, graph_id: str, version: int | None) -> bytes:
        from ..accounts.types import DEFAULT_USER_ID
        from ..graphs.export import export_file

        return export_file(self._app.graphs.get_graph(DEFAULT_USER_ID, graph_id, version), self._app.registry)

    def list_agents(self, **query: Any) -> list[dict[str, Any]]:
        from ..library_agents.types import ListAgents

        def read(page: int) -> dict[str, Any]:
            wanted = ListAgents(page=page, page_size=PAGE_SIZE, **query)
            return msgspec.to_builtins(self._runner.run(self._app.library_agents.list_agents(self._user_id, wanted)))

        return all_pages(read)

    def update_agent(self, agent_id: str, **changes: Any) -> None:
        from ..library_agents.types import UpdateAgent

        self._runner.run(self._app.library_agents.update_agent(self._user_id, agent_id, UpdateAgent(**changes)))

    def remove_agent(self, agent_id: str, running: Literal["stop", "finish"]) -> None:
        self._runner.run(self._app.library_agents.remove_agent(self._user_id, agent_id, running=running))

    def restore_agent(self, agent_id: str) -> None:
        self._runner.run(self._app.library_agents.restore_agent(self._user_id, agent_id))


def all_pages(read: Callable[[int], dict[str, Any]]) -> list[dict[str, Any]]:
    """The agents of all pages of a listing."""
    agents: list[dict[str, Any]] = []
    for page in itertools.count(1):
        answer = read(page)
        agents += answer["agents"]
        if page >= answer["pagination"]["total_pages"]:
            break
    return agents
