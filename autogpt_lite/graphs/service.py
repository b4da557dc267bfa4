"""Graphs: saved, versioned, read, deleted."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from typing import Any, TypeVar

import apsw

from ..clock import now_us
from ..db import Database, Tx
from ..engine.credential_groups import FindCredentials, credentials_needs
from ..engine.graph import Graph, Node, agent_nodes, called_graph
from ..engine.problems import Problems
from ..engine.validate import MAX_SUB_GRAPHS, check_size, force_static_links, validate_graph
from ..errors import GraphNotInLibraryError, InvalidInputError, NotFoundError
from ..library.service import LibraryService
from ..registry import BlockEntry, Registry
from . import store
from .answer import graph_facts, graph_model, graph_pins
from .diff import GraphDifference, diff_graphs
from .export import export_graph, without_secrets
from .fit import find_problems
from .ids import reassign_ids
from .imports import ImportApprovals
from .pairing import pair_nodes
from .relink import relink_sub_graphs
from .schema import WEBHOOK_TYPES, nodes_of_type
from .types import MAX_VERSION, GraphFacts, GraphModel, GraphName, GraphPins, Misfit

T = TypeVar("T")
DeletingHook = Callable[[Tx, str, str], None]
DeletedHook = Callable[[str, str], Awaitable[None]]
MAX_FACTS = 1_000
LARGE = 300
"""Nodes and links from which a graph is worked on in a thread: the largest take a second, and others are answered meanwhile."""


class GraphService:
    """Saves, reads and deletes graphs. Every method that takes a user_id only sees what that user may see.

    `deleting` are functions fn(tx, user_id, graph_id) called inside the write that deletes a graph, `deleted` are coroutine
    functions fn(user_id, graph_id) called after it. `find_credentials(user_id)` gives the lookup of that user's credentials;
    without it, ids of credentials are not checked when a graph is saved.
    """

    def __init__(
        self,
        db: Database,
        registry: Registry,
        library: LibraryService,
        *,
        find_credentials: Callable[[str], FindCredentials] | None = None,
    ):
        self._db = db
        self._registry = registry
        self._library = library
        self._find_credentials = find_credentials
        self.imports = ImportApprovals(db, registry)
        self.deleting: list[DeletingHook] = []
        self.deleted: list[DeletedHook] = []
        self._facts: OrderedDict[tuple[str, int], GraphFacts] = OrderedDict()

    # --- saving ---------------------------------------------------------------------------------------

    async def create_graph(
        self,
        user_id: str,
        graph: Graph,
        *,
        allow_missing_blocks: bool = False,
        is_upload: bool = False,
        keep_stored_sub_graphs: bool = False,
        is_foreign: bool = False,
        waits_for: str | None = None,
    ) -> Graph:
        """Stores a new graph with its sub-graphs, all under new ids, and puts them into the user's library; with
        `keep_stored_sub_graphs` those that the user has already stay as they are.

        Raises GraphValidationError with everything that is wrong, PayloadTooLargeError, or DiskFullError for an upload that
        would take what is kept for runs. Of an uploaded file, credentials
        that this user does not have are forgotten instead of refused. A foreign one (from a file that nobody here has made) waits for
        an approval before it runs, where it would do anything outside of itself; `waits_for` is the file of one that waits anyway.
        """
        check_size(graph)
        if is_upload:
            self._db.check_room()
        relink_sub_graphs(graph, self._registry)
        if is_foreign:
            waits_for = self.imports.hash_if_risky(graph)
        if keep_stored_sub_graphs:
            graph.sub_graphs = [sub for sub in graph.sub_graphs if not self._is_stored(user_id, sub)]
        await self._prepare(user_id, graph, allow_missing_blocks=allow_missing_blocks, is_upload=is_upload)
        await self._store(user_id, graph, is_new=True, waits_for=waits_for)
        return self.get_graph(user_id, graph.id, graph.version)

    async def update_graph(self, user_id: str, graph_id: str, graph: Graph, *, allow_missing_blocks: bool = False) -> Graph:
        """Stores the next version of a graph. Sub-graphs that are stored already stay as they are, others become new graphs.

        Raises NotFoundError, GraphValidationError or PayloadTooLargeError.
        """
        self._own(user_id, graph_id)
        graph.id = graph_id
        check_size(graph)
        relink_sub_graphs(graph, self._registry)
        graph.sub_graphs = [sub for sub in graph.sub_graphs if not self._is_stored(user_id, sub)]
        await self._prepare(user_id, graph, allow_missing_blocks=allow_missing_blocks)
        await self._store(user_id, graph, is_new=False)
        return self.get_graph(user_id, graph.id, graph.version)

    async def fork_graph(self, user_id: str, graph_id: str, version: int) -> Graph:
        """Stores a copy of a graph under new ids that remembers where it comes from. Raises NotFoundError.

        Of somebody else's graph, secret values and credentials stay behind. What waits for an approval does so as a copy as well.
        """
        original = self.get_graph(user_id, graph_id, version)
        waits_for = self.imports.hash_of_waiting([original, *original.sub_graphs])
        copy = original if original.user_id == user_id else without_secrets(original, self._registry)
        for one in (copy, *copy.sub_graphs):
            one.forked_from_id, one.forked_from_version = one.id, one.version
            one.is_active = True
        copy.name, copy.note = f"{copy.name} (copy)", ""
        if not any(called and called[0] == graph_id for called in map(called_graph, _agent_nodes_of(copy))):
            copy.version = 1  # the copy's own history begins here
        return await self.create_graph(user_id, copy, allow_missing_blocks=True, is_upload=True, waits_for=waits_for)

    async def _prepare(self, user_id: str, graph: Graph, *, allow_missing_blocks: bool, is_upload: bool = False) -> None:
        # Checked under the ids that the client sent, so that the errors name nodes that it knows.
        def check() -> Problems:
            for one in (graph, *graph.sub_graphs):
                force_static_links(one, self._registry)
            return validate_graph(graph, self._registry, allow_missing_blocks=allow_missing_blocks)

        problems = await _in_turns(graph, check)
        self._check_sub_graphs(graph, problems)
        self._check_credentials(user_id, graph, problems, is_upload)
        problems.raise_if_any()

    def _check_sub_graphs(self, graph: Graph, problems: Problems) -> None:
        seen: set[tuple[str, int]] = {(graph.id, graph.version)}
        for sub in graph.sub_graphs:
            if (sub.id, sub.version) in seen:
                problems.add("", "sub_graphs", f"Version {sub.version} of the sub-agent {sub.name[:80]!r} is there twice.")
            seen.add((sub.id, sub.version))

    def _check_credentials(self, user_id: str, graph: Graph, problems: Problems, is_upload: bool) -> None:
        if self._find_credentials is None:
            return
        find = self._find_credentials(user_id)
        for need in credentials_needs(graph, self._registry):
            given = need.node.input_default.get(need.pin)
            if not given or (isinstance(given, dict) and find(str(given.get("id"))) is not None):
                continue
            if need.is_required and not is_upload:
                problems.add(need.node.id, need.pin, "These credentials do not exist. Choose others.")
            else:
                rest = {pin: value for pin, value in need.node.input_default.items() if pin != need.pin}
                need.node.input_default = rest

    async def list_of_credentials(self, user_id: str, credentials_id: str) -> list[tuple[str, str]]:
        """[(id, name)] of the active graphs that have these credentials in a node."""
        return await self._db.fetch_all(store.sql.list_of_credentials, {"user_id": user_id, "credentials_id": credentials_id})

    async def _store(self, user_id: str, graph: Graph, *, is_new: bool, waits_for: str | None = None) -> None:
        graphs = [graph, *graph.sub_graphs]

        def make_rows() -> tuple[dict[str, int], list[dict[str, Any]]]:
            reassign_ids(graph, user_id, keep_graph_id=not is_new)
            shown_versions = _keep_one_active(graphs)
            for one in graphs:
                one.created_at = now_us()
            return shown_versions, [store.row_of(one) for one in graphs]

        shown_versions, rows = await _in_turns(graph, make_rows)

        def write(tx: Tx) -> int:
            for one, row in zip(graphs, rows, strict=True):
                is_update = one is graph and not is_new
                if is_update:
                    row["version"] = self._next_version(tx, user_id, one.id)
                store.insert_graph(tx, row)
                is_shown = shown_versions.get(one.id) in (None, one.version)
                if one.is_active or (is_shown and not is_update):
                    self._library.put_graph_tx(tx, user_id, one.id, row["version"])
            if waits_for is not None:
                self.imports.note_tx(tx, user_id, graphs, waits_for)
            return rows[0]["version"]

        graph.version = await self._db.write(write)

    def _next_version(self, tx: Tx, user_id: str, graph_id: str) -> int:
        row = tx.fetch_one(store.sql.select_highest_version, {"graph_id": graph_id, "user_id": user_id})
        if row is None or row[0] is None:
            raise _no_such_graph(graph_id)
        return row[0] + 1

    # --- reading --------------------------------------------------------------------------------------

    def get_graph(self, user_id: str, graph_id: str, version: int | None = None) -> Graph:
        """A graph with its sub-graphs, own or in the user's library. Without a version the active one, or the highest.

        Raises NotFoundError; a graph of somebody else's is not found either.
        """
        graph = self._select(graph_id, version)
        if graph is None or not (graph.user_id == user_id or self._may_read(user_id, graph)):
            raise _no_such_graph(graph_id, version)
        graph.sub_graphs = self.get_sub_graphs(graph)
        return graph

    def load_graph(self, graph_id: str, version: int) -> Graph:
        """A version of a graph without its sub-graphs, whoever's it is: for the engine, after it has asked the library.

        Raises NotFoundError, and NotApprovedError: so no way of starting a graph passes by the approval.
        """
        graph = self.look_at(graph_id, version)
        if graph is None:
            raise _no_such_graph(graph_id, version)
        self.imports.check(graph)
        return graph

    def look_at(self, graph_id: str, version: int) -> Graph | None:
        """As load_graph, for showing it only: one that waits for an approval can be looked at. None where it is not there."""
        return self._select(graph_id, version)

    def read_version(self, connection: apsw.Connection, graph_id: str, version: int) -> Graph | None:
        """As look_at, for a reading thread."""
        return store.read_graph(connection, graph_id, version)

    def get_runnable_graph(self, user_id: str, graph_id: str, version: int | None = None) -> Graph:
        """A graph with its sub-graphs that the user may run. Raises NotFoundError or GraphNotInLibraryError."""
        graph = self.get_graph(user_id, graph_id, version)
        if not self._library.is_graph_in_user_library(graph.id, user_id, graph.version):
            raise GraphNotInLibraryError(hint="Add the agent to the library again to run it.")
        return graph

    def get_sub_graphs(self, graph: Graph) -> list[Graph]:
        """All graphs that a graph calls, and those that these call: breadth first, of the same owner, in the exact version."""
        seen = {(graph.id, graph.version)}
        queue, found = [graph], []
        for one in queue:
            for node in agent_nodes(one):
                target = called_graph(node)
                if target is None or target in seen or len(found) >= MAX_SUB_GRAPHS:
                    continue
                seen.add(target)
                sub = self._select(*target)
                if sub is not None and sub.user_id == graph.user_id:
                    found.append(sub)
                    queue.append(sub)
        return found

    async def list_graphs(self, user_id: str) -> AsyncIterator[Graph]:
        """The active version of each of the user's graphs, newest first, without sub-graphs."""
        for row in await self._db.fetch_all(store.sql.select_active_of_user, {"user_id": user_id}):
            yield store.graph_of(row)
            # One large graph is a millisecond of work and there may be hundreds.
            await asyncio.sleep(0)

    async def list_names(self, user_id: str) -> list[GraphName]:
        """The id and the name of each of the user's graphs, newest first: a thousand graphs themselves may be 85 MB."""
        return [
            GraphName(id=graph_id, name=name) for graph_id, name in await self._db.fetch_all(store.sql.list_names, (user_id,))
        ]

    async def list_pins(self, user_id: str) -> list[GraphPins]:
        """What each of the user's graphs takes and gives, newest first."""

        # On a reading thread and one by one: 1,000 graphs of 100 nodes are 60 ms of work, and 33 MB that need not be there at once [measured].
        def read(connection: apsw.Connection) -> list[GraphPins]:
            rows = connection.execute(store.sql.select_active_of_user, {"user_id": user_id})
            return [graph_pins(store.graph_of(row), self._registry) for row in rows]

        return await self._db.read(read)

    async def list_versions(self, user_id: str, graph_id: str) -> list[Graph]:
        """The newest 50 versions of an own graph, newest first. Raises NotFoundError."""
        rows = await self._db.fetch_all(store.sql.select_versions, {"graph_id": graph_id, "user_id": user_id})
        if not rows:
            raise _no_such_graph(graph_id)
        return [store.graph_of(row) for row in rows]

    async def diff_versions(self, user_id: str, graph_id: str, before: int, after: int) -> GraphDifference:
        """What has changed between two versions of a graph that the user may see. Raises NotFoundError."""
        old, new = (self.get_graph(user_id, graph_id, version) for version in (before, after))
        return await _in_turns(new, lambda: diff_graphs(old, new, self._registry))

    def facts(self, user_id: str, graph_id: str, version: int) -> GraphFacts:
        """Schemas and facts of a version, kept in memory once worked out. Raises NotFoundError."""
        found = self._facts.get((graph_id, version))
        if found is not None and (found.owner_id == user_id or self._library.may_read(graph_id, user_id, version)):
            self._facts.move_to_end((graph_id, version))
            return found
        found = graph_facts(self.get_graph(user_id, graph_id, version), self._registry)
        self._facts[graph_id, version] = found
        if len(self._facts) > MAX_FACTS:
            self._facts.popitem(last=False)
        return found

    def model(self, graph: Graph, *, for_export: bool = False) -> GraphModel:
        """The graph as an answer; for an export without secrets."""
        return export_graph(graph, self._registry) if for_export else graph_model(graph, self._registry)

    def without_secrets(self, graph: Graph) -> Graph:
        """A copy of a graph and its sub-graphs that may be shown to anybody: no secret values, credentials or user ids."""
        return without_secrets(graph, self._registry)

    def pair_nodes(self, old: Graph, new: Graph) -> dict[str, str]:
        """{id of a node in the old version: id of the same node in the new one}."""
        return pair_nodes(old, new)

    async def pair_versions(self, user_id: str, graph_id: str, before: int, after: int) -> dict[str, str]:
        """pair_nodes of two versions that the user may see. Raises NotFoundError."""
        old, new = (self.get_graph(user_id, graph_id, version) for version in (before, after))
        return await _in_turns(new, lambda: pair_nodes(old, new))

    def find_misfits(
        self, made_for: GraphFacts, current: GraphFacts, inputs: Mapping[str, Any], credentials: Collection[str] = ()
    ) -> list[Misfit]:
        """What keeps inputs (and groups of credentials) that were made for one version from the current one. Inputs are the same where
        their names are: ids of nodes differ from version to version."""
        return find_problems(made_for, current, inputs, credentials)

    def trigger_of(self, graph: Graph) -> tuple[Node, BlockEntry] | None:
        """The node that starts the graph when something happens elsewhere, the first of several; None where it has none."""
        return next(nodes_of_type(graph, self._registry, *WEBHOOK_TYPES), None)

    def _select(self, graph_id: str, version: int | None) -> Graph | None:
        if version is not None and not 0 < version <= MAX_VERSION:
            return None
        return store.select_graph(self._db, graph_id, version)

    def _may_read(self, user_id: str, graph: Graph) -> bool:
        return self._library.may_read(graph.id, user_id, graph.version)

    def _own(self, user_id: str, graph_id: str) -> Graph:
        graph = self._select(graph_id, None)
        if graph is None or graph.user_id != user_id:
            raise _no_such_graph(graph_id)
        return graph

    def _is_stored(self, user_id: str, graph: Graph) -> bool:
        stored = self._select(graph.id, graph.version)
        return stored is not None and stored.user_id == user_id

    # --- the active version, the end --------------------------------------------------------------------

    async def set_active_version(self, user_id: str, graph_id: str, version: int) -> None:
        """Makes a version the active one; the library entry moves to it. Raises NotFoundError."""
        key = {"graph_id": graph_id, "user_id": user_id}

        def write(tx: Tx) -> None:
            tx.execute(store.sql.deactivate_versions, key)
            if tx.execute(store.sql.activate_version, {**key, "version": version}) == 0:
                raise _no_such_graph(graph_id, version)
            self._library.put_graph_tx(tx, user_id, graph_id, version)

        if not 0 < version <= MAX_VERSION:
            raise _no_such_graph(graph_id, version)
        await self._db.write(write)

    async def delete_graph(self, user_id: str, graph_id: str) -> int:
        """Deletes all versions of an own graph; returns how many. Raises NotFoundError."""
        key = {"graph_id": graph_id, "user_id": user_id}

        def write(tx: Tx) -> int:
            count = tx.execute(store.sql.delete_graph, key)
            if count == 0:
                raise _no_such_graph(graph_id)
            self._library.remove_graph_tx(tx, user_id, graph_id)
            self.imports.forget_tx(tx, user_id, graph_id)
            for hook in self.deleting:
                hook(tx, user_id, graph_id)
            return count

        count = await self._db.write(write)
        for key in [key for key in self._facts if key[0] == graph_id]:
            del self._facts[key]
        for hook in self.deleted:
            await hook(user_id, graph_id)
        return count

    async def delete_graphs_of_user(self, user_id: str) -> None:
        """Deletes all graphs of somebody who leaves, one by one (UserService.leaving)."""
        for (graph_id,) in await self._db.fetch_all(store.sql.list_graph_ids_of_user, (user_id,)):
            await self.delete_graph(user_id, graph_id)


async def _in_turns(graph: Graph, work: Callable[[], T]) -> T:
    """work(), on a thread where the graph is large."""
    size = sum(len(one.nodes) + len(one.links) for one in (graph, *graph.sub_graphs))
    return work() if size < LARGE else await asyncio.to_thread(work)


def _keep_one_active(graphs: list[Graph]) -> dict[str, int]:
    """Leaves one active version of each graph at most. Returns {graph id: that version}."""
    # A file may hold two versions of one sub-agent that both call themselves active.
    highest: dict[str, int] = {}
    for one in graphs:
        if one.is_active:
            highest[one.id] = max(one.version, highest.get(one.id, 0))
    for one in graphs:
        one.is_active = one.is_active and highest[one.id] == one.version
    return highest


def _agent_nodes_of(graph: Graph) -> list[Node]:
    return [node for one in (graph, *graph.sub_graphs) for node in agent_nodes(one)]


def _no_such_graph(graph_id: str, version: int | None = None) -> NotFoundError:
    which = f"version {version} of the graph" if version is not None else "graph"
    return NotFoundError(f"There is no {which} {graph_id[:80]!r}.")


def check_body_id(graph_id: str, body_id: str | None) -> None:
    """Raises InvalidInputError where the body of an update names another graph than its address."""
    if body_id and body_id != graph_id:
        raise InvalidInputError("The id in the body is not the one in the address.", hint="Leave the id out, or send the same.")
