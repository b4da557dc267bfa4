"""Reads the cards of a library, a page of them at a time."""

from __future__ import annotations

import asyncio

import apsw
import msgspec

from ..clock import iso
from ..costs.service import CostService
from ..db import Database, load_sql
from ..engine import states
from ..engine.graph import Graph
from ..engine.ids import MAX_SEQ, node_key
from ..graphs.service import GraphService
from .types import CardLink, CardNode, CardRun, LibraryCard

sql = load_sql(__file__, "store.sql")

MAX_NODES, MAX_LINKS = 400, 800
"""A picture of 250 points' width shows no more; a graph may have 10,000."""

N_RUNS = 13
MAX_STATUSES = 1_000


class _Stats(msgspec.Struct):
    cost: int = 0
    node_exec_count: int = 0
    node_error_count: int = 0
    error: str | None = None


_decode_stats = msgspec.json.Decoder(_Stats).decode


class _History(msgspec.Struct):
    """What the database knows about the runs of one agent; `statuses` are {index of the node: status} of the last run."""

    runs: list[CardRun]
    statuses: dict[int, str]


class LibraryCardService:
    """Cards of a user's own library."""

    def __init__(self, db: Database, graphs: GraphService, costs: CostService):
        self._db = db
        self._graphs = graphs
        self._costs = costs

    async def list_cards(self, user_id: str, graph_ids: list[str]) -> list[LibraryCard]:
        """The cards of those graphs that are in the user's library, in the order of the ids."""
        month = self._costs.this_month(user_id)

        def read(connection: apsw.Connection) -> tuple[dict[str, int], list[tuple[str, int, _History]]]:
            listed = msgspec.json.encode(graph_ids).decode()
            found = connection.execute(sql.versions, {"user_id": user_id, "graph_ids": listed}).fetchall()
            histories = [(graph, version, _read_history(connection, user_id, graph, version)) for graph, version in found]
            return self._costs.spent_in(month, connection, user_id), histories

        costs, histories = await self._db.read(read)
        cards = []
        for graph_id, version, history in histories:
            # The library has just been asked for it. One that its owner has deleted has no picture.
            card = _card(graph_id, self._graphs.look_at(graph_id, version), history, costs.get(graph_id, 0))
            card.needs_approval = self._graphs.imports.is_waiting(graph_id)
            cards.append(card)
            # One large graph is a millisecond of work.
            await asyncio.sleep(0)
        return cards


def _read_history(connection: apsw.Connection, user_id: str, graph_id: str, version: int) -> _History:
    key = {"user_id": user_id, "graph_id": graph_id}
    rows = connection.execute(sql.last_runs, {**key, "limit": N_RUNS}).fetchall()
    # Another version's nodes are other nodes.
    statuses = _read_statuses(connection, rows[0][0]) if rows and rows[0][2] == version else {}
    return _History(runs=[_run(row) for row in rows], statuses=statuses)


def _read_statuses(connection: apsw.Connection, run_key: int) -> dict[int, str]:
    found: dict[int, str] = {}
    for node, code in connection.execute(sql.node_statuses, (node_key(run_key, 0), node_key(run_key, MAX_SEQ), MAX_STATUSES)):
        found.setdefault(node, states.STATUSES[code])
    return found


def _run(row: tuple) -> CardRun:
    _, run_id, version, status, started_at, ended_at, raw, number = row
    stats = _decode_stats(raw) if raw is not None else _Stats()
    return CardRun(
        id=run_id,
        number=number,
        graph_version=version,
        status=status,
        started_at=iso(started_at),
        ended_at=iso(ended_at),
        node_exec_count=stats.node_exec_count,
        node_error_count=stats.node_error_count,
        cost=stats.cost,
        error=stats.error,
    )


def _card(graph_id: str, graph: Graph | None, history: _History, cost_this_month: int) -> LibraryCard:
    nodes, links = (graph.nodes, graph.links) if graph is not None else ([], [])
    return LibraryCard(
        graph_id=graph_id,
        n_nodes=len(nodes),
        nodes=[
            CardNode(id=one.id, block_id=one.block_id, status=history.statuses.get(i)) for i, one in enumerate(nodes[:MAX_NODES])
        ],
        links=[
            CardLink(
                id=one.id,
                source_id=one.source_id,
                source_name=one.source_name,
                sink_id=one.sink_id,
                sink_name=one.sink_name,
                is_static=one.is_static,
            )
            for one in links[:MAX_LINKS]
        ],
        runs=history.runs,
        cost_this_month=cost_this_month,
    )
