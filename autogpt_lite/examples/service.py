"""The agents that are in the library at the first start, and can be brought back later."""

from __future__ import annotations

import logging
from pathlib import Path

from ..db import Database, Tx, load_sql
from ..engine.credential_groups import credentials_needs
from ..engine.graph import Graph
from ..errors import AutoGPTLiteError, NotFoundError
from ..graphs.agent_file import parse_agent_file
from ..graphs.service import GraphService
from ..library_cards.types import CardLink, CardNode
from ..paths import packaged_file
from ..registry import Registry
from ..users.types import DEFAULT_USER_ID
from .types import Example

sql = load_sql(__file__, "store.sql")
log = logging.getLogger(__name__)

INSTALLED = "examples_installed"


class ExampleService:
    """examples/*.json, each as an agent of whoever asks for it."""

    def __init__(self, db: Database, graphs: GraphService, registry: Registry):
        self._db = db
        self._graphs = graphs
        self._registry = registry

    async def install(self) -> None:
        """Adds all of them once in the life of a data directory: one that the user deletes stays deleted."""
        if self._db.point(sql.select_fact, (INSTALLED,)) is not None:
            return
        for name in _files():
            try:
                await self.add(DEFAULT_USER_ID, name)
            except AutoGPTLiteError as error:
                log.error("the example %s could not be imported: %s", name, error)

        def note(tx: Tx) -> None:
            tx.execute(sql.insert_fact, (INSTALLED, "yes"))

        await self._db.write(note)

    def list_examples(self) -> list[Example]:
        """Those that can be added, by file name."""
        return [self._example(name, parse_agent_file(path.read_bytes())) for name, path in _files().items()]

    async def add(self, user_id: str, name: str) -> Graph:
        """A copy in the user's library. Raises NotFoundError."""
        path = _files().get(name)
        if path is None:
            raise NotFoundError(f"There is no example {name[:80]!r}.", hint="GET /api/library/examples lists them.")
        return await self._graphs.create_graph(user_id, parse_agent_file(path.read_bytes()), is_upload=True)

    def _example(self, name: str, graph: Graph) -> Example:
        ends = ("id", "source_id", "source_name", "sink_id", "sink_name", "is_static")
        return Example(
            name=name,
            title=graph.name,
            description=graph.description,
            nodes=[CardNode(id=one.id, block_id=one.block_id, status=None) for one in graph.nodes],
            links=[CardLink(**{end: getattr(one, end) for end in ends}) for one in graph.links],
            needs_key=any(need.is_required for need in credentials_needs(graph, self._registry)),
        )


def _files() -> dict[str, Path]:
    return {path.stem: path for path in sorted(packaged_file("examples").glob("*.json"))}
