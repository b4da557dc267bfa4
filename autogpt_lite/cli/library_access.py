"""The library for commands: through the running server, or by opening the data directory in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec

from ..config import Config
from ..errors import GraphValidationError, InvalidInputError
from ..instance_lock import InstanceLock, is_locked
from .loop import loop_factory
from .options import make_data_dir, read_settings


class Library(Protocol):
    """What import and export need."""

    def import_file(self, content: bytes, allow_missing_blocks: bool) -> dict[str, Any]:
        """The stored graph as the server answers it."""

    def export_file(self, graph_id: str, version: int | None) -> bytes:
        """An agent file."""


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


class _LocalLibrary:
    def __init__(self, runner: asyncio.Runner, config: Config, data_dir: Path):
        from ..app import App

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
