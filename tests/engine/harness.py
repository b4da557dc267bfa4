"""An engine over a real database, with graphs given in memory and a few tiny blocks."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from autogpt_lite.budgets.book import BudgetBook
from autogpt_lite.config import load_config
from autogpt_lite.credits.ledger import Ledger
from autogpt_lite.db import Database, Tx
from autogpt_lite.engine.admit import AdmitRequest
from autogpt_lite.engine.core import EngineServices, SafeModes
from autogpt_lite.engine.engine import Engine
from autogpt_lite.engine.graph import Graph, Link, Node
from autogpt_lite.errors import NotFoundError
from autogpt_lite.events import EventBus
from autogpt_lite.registry import Registry
from autogpt_lite.reviews.store import ReviewRows

USER = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"


def make_graph(graph_id: str, nodes: dict[str, Any], links: Iterable[str], version: int = 1) -> Graph:
    """nodes: {id: block class, or (block class, input_default[, metadata])}; links: "a.out -> b.in", "=>" for a static one."""
    made = []
    for node_id, given in nodes.items():
        block, defaults, metadata = (*given, {}, {})[:3] if isinstance(given, tuple) else (given, {}, {})
        made.append(Node(id=node_id, block_id=block.id, input_default=defaults, metadata=metadata))
    return Graph(id=graph_id, version=version, name=graph_id, nodes=made, links=[_link(text) for text in links])


_numbers = itertools.count()


def _link(text: str) -> Link:
    arrow = "=>" if "=>" in text else "->"
    source, sink = (part.strip().split(".", 1) for part in text.split(arrow))
    return Link(
        id=f"l{next(_numbers)}",
        source_id=source[0],
        source_name=source[1],
        sink_id=sink[0],
        sink_name=sink[1],
        is_static=arrow == "=>",
    )


class OpenLibrary:
    """Everything is in everybody's library."""

    def is_graph_in_user_library_tx(self, tx: Tx, graph_id: str, user_id: str, graph_version: int | None = None) -> bool:
        return True

    def safe_modes(self, graph_id: str, user_id: str) -> SafeModes:
        return SafeModes()

    def limits_of(self, graph_id: str, user_id: str) -> None:
        return None

    def allowed_hosts_of(self, graph_id: str, user_id: str) -> None:
        return None


class NoCredentials:
    async def acquire(self, user_id: str, ref: dict[str, Any], **use: str) -> Any:
        raise NotFoundError("There are no such credentials.")

    def mask(self, text: str) -> str:
        return text

    def remember_inputs(self, secrets: dict[str, Any]) -> None:
        pass


class Harness:
    """`run` starts a graph and waits for its end; `rows` are the node executions as stored."""

    def __init__(self, engine: Engine, graphs: dict[tuple[str, int], Graph]):
        self.engine = engine
        self.graphs = graphs

    def add(self, graph: Graph) -> Graph:
        self.graphs[(graph.id, graph.version)] = graph
        return graph

    async def start(self, graph: Graph, inputs: dict[str, Any] | None = None, **more: Any) -> Any:
        self.add(graph)
        plan = self.engine.plan_of(graph.id, graph.version)
        return await self.engine.start(AdmitRequest(user_id=USER, plan=plan, inputs=inputs or {}, **more))

    async def run(self, graph: Graph, inputs: dict[str, Any] | None = None, **more: Any) -> Any:
        run = await self.start(graph, inputs, **more)
        await asyncio.wait_for(self.engine.wait_ended(run), 60)
        return run

    async def rows(self, run: Any) -> list[dict[str, Any]]:
        db = self.engine.core.db
        first, last = run.key << 24, run.key << 24 | 0xFFFFFF
        found = await db.fetch_all(
            "SELECT id, node, status, n_propagated, input, output FROM node_executions WHERE id BETWEEN ? AND ? ORDER BY id",
            (first, last),
        )
        names = ("id", "node", "status", "n_propagated", "input", "output")
        return [dict(zip(names, row, strict=True)) | {"node_id": run.plan.nodes[row[1]].id} for row in found]


@asynccontextmanager
async def open_harness(
    folder: Path,
    blocks: Iterable[type],
    graphs: dict[tuple[str, int], Graph] | None = None,
    *,
    opens: bool = True,
    library: Any = None,
    budgets: BudgetBook | None = None,
    **overrides: Any,
) -> AsyncIterator[Harness]:
    """A running engine on folder/db.sqlite; overrides are settings, for instance engine__workers=2. With opens=False the test
    calls engine.open() itself."""
    config = load_config(overrides={key.replace("__", "."): value for key, value in overrides.items()}, environ={})
    db = await Database.open(folder / "db.sqlite", config.database)
    registry = Registry()
    for block in blocks:
        registry.add(block())
    stored = graphs if graphs is not None else {}

    def load_graph(graph_id: str, version: int) -> Graph:
        try:
            return stored[(graph_id, version)]
        except KeyError:
            raise NotFoundError(f"There is no graph {graph_id} version {version}.") from None

    services = EngineServices(
        budgets=budgets or BudgetBook(lambda user_id: "UTC"),
        credentials=NoCredentials(),
        ledger=Ledger(),
        library=library or OpenLibrary(),
        reviews=ReviewRows(),
        load_graph=load_graph,
        timezone_of=lambda user_id: "UTC",
    )
    engine = Engine(db, registry, EventBus(), config, services)
    if opens:
        await engine.open()
    try:
        yield Harness(engine, stored)
    finally:
        await engine.close()
        await db.close()
