"""Finds a node in the past runs of its agent, whatever version they ran in."""

from __future__ import annotations

from typing import Any

import apsw

from ..clock import iso
from ..db import Database, load_sql
from ..engine import states
from ..engine.ids import MAX_SEQ, node_key
from ..errors import NotFoundError
from ..graphs.service import GraphService
from .types import NodeRun

sql = load_sql(__file__, "store.sql")

MOST_RUNS = 20
MOST_VERSIONS = 8
"""Nodes of older versions are found by what they hold, which takes a while for a large agent."""
MOST_SCANNED = 5_000
MOST_COUNTED = 1_000

Place = tuple[int, str]
"""(position of the node in its version, its id there)"""


class NodeHistoryService:
    """The past of a node. Only what belongs to `user_id` is seen."""

    def __init__(self, db: Database, graphs: GraphService):
        self._db = db
        self._graphs = graphs

    async def list_node_runs(self, user_id: str, graph_id: str, version: int, node_id: str) -> list[NodeRun]:
        """The newest runs in whose version the node is, newest first. Raises NotFoundError."""
        here = self._position(user_id, graph_id, version, node_id)
        given = {"graph_id": graph_id, "user_id": user_id, "limit": MOST_RUNS}
        runs = await self._db.fetch_all(sql.last_runs, given)
        places: dict[int, Place | None] = {version: (here, node_id)}
        for _, _, other, *_ in runs:
            if other not in places:
                places[other] = (
                    await self._find(user_id, graph_id, version, other, node_id) if len(places) < MOST_VERSIONS else None
                )
        return await self._db.read(
            lambda connection: [_node_run(connection, run, place) for run in runs if (place := places[run[2]]) is not None]
        )

    async def _find(self, user_id: str, graph_id: str, version: int, other: int, node_id: str) -> Place | None:
        pairs = await self._graphs.pair_versions(user_id, graph_id, version, other)
        found = pairs.get(node_id)
        return None if found is None else (self._position(user_id, graph_id, other, found), found)

    def _position(self, user_id: str, graph_id: str, version: int, node_id: str) -> int:
        nodes = self._graphs.get_graph(user_id, graph_id, version).nodes
        found = next((i for i, node in enumerate(nodes) if node.id == node_id), None)
        if found is None:
            raise NotFoundError(f"Version {version} has no node {node_id[:60]!r}.")
        return found


def _node_run(connection: apsw.Connection, run: tuple[Any, ...], place: Place) -> NodeRun:
    key, run_id, version, status, at, number = run
    wanted = {"first": node_key(key, 0), "last": node_key(key, MAX_SEQ), "node": place[0]}
    rows = connection.execute(sql.executions_of_node, {**wanted, "scanned": MOST_SCANNED, "limit": MOST_COUNTED}).fetchall()
    last, added_at, started_us, ended_us, _ = rows[0] if rows else (None, 0, None, None, 0)
    return NodeRun(
        graph_exec_id=run_id,
        number=number,
        graph_version=version,
        run_status=status,
        run_at=iso(at),
        node_id=place[1],
        executions=len(rows),
        status=None if last is None else states.STATUSES[last],
        started_at=None if started_us is None else iso(added_at + started_us),
        took_s=None if started_us is None or ended_us is None else (ended_us - started_us) / 1_000_000,
        cost=sum(row[4] for row in rows),
    )
