"""Agents from files do not run before somebody has seen what they would do."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ..clock import iso, now_us
from ..db import Database, Tx
from ..engine.graph import Graph
from ..errors import NotApprovedError
from ..registry import Registry
from .report import content_hash, is_risky, make_report
from .store import sql
from .types import ImportReport, WaitingImport


class ImportApprovals:
    """Which imported agents wait for an approval. What was made here, or approved once, never does."""

    def __init__(self, db: Database, registry: Registry):
        self._db = db
        self._registry = registry

    def hash_if_risky(self, graph: Graph) -> str | None:
        """What has to be approved before this graph from a file may run; None where it would do nothing outside of itself."""
        return content_hash(graph) if is_risky(make_report(graph, self._registry)) else None

    def note_tx(self, tx: Tx, user_id: str, graphs: list[Graph], hash_of_file: str) -> None:
        """These graphs have just been stored, and wait for an approval of the file that they came from."""
        for graph_id in dict.fromkeys(graph.id for graph in graphs):
            row = {"graph_id": graph_id, "user_id": user_id, "content_hash": hash_of_file}
            tx.execute(sql.insert_pending, {**row, "now": now_us()})

    def forget_tx(self, tx: Tx, user_id: str, graph_id: str) -> None:
        """A graph is being deleted."""
        tx.execute(sql.delete_pending, {"graph_id": graph_id, "user_id": user_id})

    def report(self, graph: Graph) -> ImportReport:
        """What the graph, with its sub-graphs, would do."""
        found = make_report(graph, self._registry)
        if (row := self._db.point(sql.select_pending, (graph.id,))) is not None:
            found.needs_approval, found.content_hash = True, row[0]
        return found

    async def list_waiting(self, user_id: str) -> list[WaitingImport]:
        """The user's agents that wait for an approval, the newest first, at most 200."""
        rows = await self._db.fetch_all(sql.list_pending, (user_id,))
        return [WaitingImport(graph_id, name, iso(at) or "") for graph_id, name, at in rows]

    def is_waiting(self, graph_id: str) -> bool:
        """Whether the graph waits for an approval."""
        return self._db.point(sql.select_pending, (graph_id,)) is not None

    def hash_of_waiting(self, graphs: Iterable[Graph]) -> str | None:
        """What the first of these that waits for an approval waits for; None where none of them does."""
        rows = (self._db.point(sql.select_pending, (graph.id,)) for graph in graphs)
        return next((row[0] for row in rows if row is not None), None)

    def check(self, graph: Graph) -> None:
        """Raises NotApprovedError where the graph waits for an approval. The report is with it where the graph has its sub-graphs."""
        if not self.is_waiting(graph.id):
            return
        path = f"/api/graphs/{graph.id}/report"
        raise NotApprovedError(
            f"The agent {graph.name[:80]!r} came from a file, and what it would do has not been approved.",
            hint=f"Look at it, then approve it: in the browser, with `autogpt-lite approve {graph.id}`, or by POST {path}/approve.",
            detail={"type": "not_approved", "graph_id": graph.id, "report": msgspec.to_builtins(self.report(graph))},
        )

    async def approve(self, user_id: str, graph: Graph) -> None:
        """Lets the agent run, with all that came with it and other copies of the file; the same file needs no approval again."""
        row = self._db.point(sql.select_pending, (graph.id,))
        if row is None:
            return
        key = {"user_id": user_id, "content_hash": row[0]}

        def write(tx: Tx) -> None:
            tx.execute(sql.insert_approved, {**key, "now": now_us()})
            tx.execute(sql.delete_pending_of_content, key)

        await self._db.write(write)
