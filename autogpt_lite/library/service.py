"""The library: which graphs a user may run, and in which version."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import msgspec

from ..clock import now_us
from ..db import Database, Tx, load_sql
from ..engine.core import SafeModes
from ..engine.limits import AgentLimits

sql = load_sql(__file__, "store.sql")

LeavingHook = Callable[[Tx, str, str], None]
MAX_KNOWN_LIMITS = 1_000


class LibraryService:
    """A graph is in a user's library from the moment that it is saved or added, until it is removed from it. An entry is live
    while it is neither removed nor archived; only what has a live entry can be run.

    `leaving` are functions fn(tx, user_id, graph_id), called inside the write in which an entry stops being live (removed,
    archived, or its graph deleted): whatever could start the agent has to go there and then, so that nothing outlives it.
    """

    def __init__(self, db: Database):
        self._db = db
        self.leaving: list[LeavingHook] = []
        self._known_limits: dict[tuple[str, str], AgentLimits | None] = {}

    def is_graph_in_user_library(self, graph_id: str, user_id: str, graph_version: int | None = None) -> bool:
        """Whether the user may run this version: any version of an own graph, otherwise exactly the one in the library."""
        row = self._db.point(sql.select_live_entry, {"user_id": user_id, "graph_id": graph_id})
        return _covers(row, graph_version)

    def is_graph_in_user_library_tx(self, tx: Tx, graph_id: str, user_id: str, graph_version: int | None = None) -> bool:
        """The same, inside a write."""
        return _covers(tx.fetch_one(sql.select_live_entry, {"user_id": user_id, "graph_id": graph_id}), graph_version)

    def may_read(self, graph_id: str, user_id: str, graph_version: int) -> bool:
        """Whether the user may look at this version of somebody else's graph: the one in the library, archived or not."""
        return self.version_of(graph_id, user_id) == graph_version

    def version_of(self, graph_id: str, user_id: str) -> int | None:
        """The version that the library holds, archived or not; None if it holds none."""
        row = self._db.point(sql.select_readable_version, {"user_id": user_id, "graph_id": graph_id})
        return None if row is None else row[0]

    def is_paused(self, graph_id: str, user_id: str) -> bool:
        """Whether the agent's schedules and triggers have to wait. Runs by hand are not asked."""
        return _is_set(self._db.point(sql.select_is_paused, {"user_id": user_id, "graph_id": graph_id}))

    def is_paused_tx(self, tx: Tx, graph_id: str, user_id: str) -> bool:
        """The same, inside a write."""
        return _is_set(tx.fetch_one(sql.select_is_paused, {"user_id": user_id, "graph_id": graph_id}))

    def safe_modes(self, graph_id: str, user_id: str) -> SafeModes:
        """Which nodes of the agent wait for a person."""
        return _modes(self._db.point(sql.select_safe_modes, {"user_id": user_id, "graph_id": graph_id}))

    def safe_modes_tx(self, tx: Tx, graph_id: str, user_id: str) -> SafeModes:
        """The same, inside a write."""
        return _modes(tx.fetch_one(sql.select_safe_modes, {"user_id": user_id, "graph_id": graph_id}))

    def limits_of(self, graph_id: str, user_id: str) -> AgentLimits | None:
        """The limits that this user has given to the runs of the agent; None where there are none."""
        # Kept in memory: every run asks, and nearly none has any (a read was 5 % of what a small run takes over HTTP).
        key = (graph_id, user_id)
        if key not in self._known_limits:
            row = self._db.point(sql.select_limits, {"user_id": user_id, "graph_id": graph_id})
            self._known_limits[key] = None if row is None or row[0] is None else msgspec.json.decode(row[0], type=AgentLimits)
            if len(self._known_limits) > MAX_KNOWN_LIMITS:
                del self._known_limits[next(iter(self._known_limits))]
        return self._known_limits[key]

    def _forget_limits(self, tx: Tx, graph_id: str, user_id: str) -> None:
        tx.after_commit(lambda: self._known_limits.pop((graph_id, user_id), None))

    def allowed_hosts_of(self, graph_id: str, user_id: str) -> list[str] | None:
        """The only hosts that the agent may reach; None where it may reach all that the server may."""
        row = self._db.point(sql.select_allowed_hosts, {"user_id": user_id, "graph_id": graph_id})
        return None if row is None or row[0] is None else msgspec.json.decode(row[0], type=list[str])

    # --- changes, all inside a write; those that answer a bool say whether there was something to change --------------

    def put_graph_tx(self, tx: Tx, user_id: str, graph_id: str, graph_version: int) -> None:
        """Brings a graph into the user's library, or the entry that is there to this version."""
        row = {"id": str(uuid.uuid4()), "user_id": user_id, "graph_id": graph_id, "graph_version": graph_version}
        tx.execute(sql.upsert_entry, {**row, "now": now_us()})
        self._forget_limits(tx, graph_id, user_id)

    def remove_graph_tx(self, tx: Tx, user_id: str, graph_id: str) -> None:
        """Takes a graph that is being deleted out of its owner's library, for good."""
        tx.execute(sql.delete_entries_of_graph, {"user_id": user_id, "graph_id": graph_id})
        self._forget_limits(tx, graph_id, user_id)
        self._leave(tx, user_id, graph_id)

    def remove_entry_tx(self, tx: Tx, user_id: str, graph_id: str) -> bool:
        """Removes the agent; restore_entry_tx brings it back, but not what would have started it."""
        if not tx.execute(sql.mark_deleted, {"user_id": user_id, "graph_id": graph_id, "now": now_us()}):
            return False
        self._leave(tx, user_id, graph_id)
        return True

    def restore_entry_tx(self, tx: Tx, user_id: str, graph_id: str) -> bool:
        """Brings a removed agent back."""
        return bool(tx.execute(sql.mark_restored, {"user_id": user_id, "graph_id": graph_id, "now": now_us()}))

    def set_archived_tx(self, tx: Tx, user_id: str, graph_id: str, is_archived: bool) -> bool:
        """Puts the agent into the archive, or takes it out."""
        key = {"user_id": user_id, "graph_id": graph_id, "now": now_us()}
        if not tx.execute(sql.set_archived, {**key, "is_archived": int(is_archived)}):
            return False
        if is_archived:
            self._leave(tx, user_id, graph_id)
        return True

    def set_paused_tx(self, tx: Tx, user_id: str, graph_id: str, is_paused: bool) -> bool:
        """Turns the pause switch."""
        key = {"user_id": user_id, "graph_id": graph_id, "now": now_us()}
        return bool(tx.execute(sql.set_paused, {**key, "is_paused": int(is_paused)}))

    def set_safe_modes_tx(self, tx: Tx, user_id: str, graph_id: str, modes: SafeModes) -> bool:
        """Lets nodes of the agent wait for a person, or not."""
        key = {"user_id": user_id, "graph_id": graph_id, "now": now_us()}
        return bool(tx.execute(sql.set_safe_modes, {**key, **modes._asdict()}))

    def set_limits_tx(self, tx: Tx, user_id: str, graph_id: str, limits: AgentLimits | None) -> bool:
        """Replaces the limits of the agent's runs; None is those of the server. Runs that have begun keep theirs."""
        stored = None if limits is None else msgspec.json.encode(limits)
        self._forget_limits(tx, graph_id, user_id)
        return bool(tx.execute(sql.set_limits, {"user_id": user_id, "graph_id": graph_id, "limits": stored, "now": now_us()}))

    def set_allowed_hosts_tx(self, tx: Tx, user_id: str, graph_id: str, hosts: list[str] | None) -> bool:
        """Replaces the list of hosts that the agent may reach, for runs under way as well; None is all."""
        stored = None if hosts is None else msgspec.json.encode(hosts)
        key = {"user_id": user_id, "graph_id": graph_id, "now": now_us()}
        return bool(tx.execute(sql.set_allowed_hosts, {**key, "allowed_hosts": stored}))

    def _leave(self, tx: Tx, user_id: str, graph_id: str) -> None:
        for hook in self.leaving:
            hook(tx, user_id, graph_id)


def _covers(row: tuple | None, graph_version: int | None) -> bool:
    if row is None:
        return False
    version, is_own = row
    return bool(is_own) or graph_version is None or graph_version == version


def _modes(row: tuple | None) -> SafeModes:
    return SafeModes() if row is None else SafeModes(*map(bool, row))


def _is_set(row: tuple | None) -> bool:
    return row is not None and bool(row[0])
