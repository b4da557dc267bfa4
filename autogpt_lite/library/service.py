"""The library: which graphs a user may run, and in which version."""

from __future__ import annotations

import uuid

from ..clock import now_us
from ..db import Database, Tx, load_sql

sql = load_sql(__file__, "store.sql")


class LibraryService:
    """A graph is in a user's library from the moment that it is saved or added, until it is removed from it."""

    def __init__(self, db: Database):
        self._db = db

    def is_graph_in_user_library(self, graph_id: str, user_id: str, graph_version: int | None = None) -> bool:
        """Whether the user may run this version: any version of an own graph, otherwise exactly the one in the library."""
        row = self._db.point(sql.select_entry, {"user_id": user_id, "graph_id": graph_id})
        return _covers(row, graph_version)

    def is_graph_in_user_library_tx(self, tx: Tx, graph_id: str, user_id: str, graph_version: int | None = None) -> bool:
        """The same, inside a write."""
        return _covers(tx.fetch_one(sql.select_entry, {"user_id": user_id, "graph_id": graph_id}), graph_version)

    def put_graph_tx(self, tx: Tx, user_id: str, graph_id: str, graph_version: int) -> None:
        """Brings a graph into the user's library, or the entry that is there to this version."""
        row = {"id": str(uuid.uuid4()), "user_id": user_id, "graph_id": graph_id, "graph_version": graph_version}
        tx.execute(sql.upsert_entry, {**row, "now": now_us()})

    def remove_graph_tx(self, tx: Tx, user_id: str, graph_id: str) -> None:
        """Takes a graph that is being deleted out of its owner's library."""
        tx.execute(sql.delete_entries_of_graph, {"user_id": user_id, "graph_id": graph_id})


def _covers(row: tuple | None, graph_version: int | None) -> bool:
    if row is None:
        return False
    version, is_own = row
    return bool(is_own) or graph_version is None or graph_version == version
