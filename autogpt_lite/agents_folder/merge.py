"""What is done for one agent and its file: read in, written back, taken up, let go, or both kept."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import msgspec

from ..db import Database
from ..engine.graph import Graph
from ..errors import AutoGPTLiteError, NotFoundError
from ..graphs.agent_file import parse_agent_file
from ..graphs.service import GraphService
from . import disk, store
from .file_format import encode_agent, file_name_of, is_name_of_ours, normalized, renamed_ids, with_secrets_of
from .types import DiskFile, FolderRow, IdMap

log = logging.getLogger(__name__)


class AgentFiles:
    """The steps of one look at the folder. `take` gives it what is known; every step keeps `rows` true, in memory and stored.
    A step answers a sentence where somebody has to be told something."""

    def __init__(self, db: Database, graphs: GraphService, user_id: str, path: Path):
        self._db = db
        self._graphs = graphs
        self._user_id = user_id
        self._path = path
        self.agents: dict[str, tuple[int, str]] = {}
        self.rows: dict[str, FolderRow] = {}

    def take(self, *, agents: dict[str, tuple[int, str]], rows: dict[str, FolderRow]) -> None:
        self.agents, self.rows = agents, rows

    def without_file(self) -> list[str]:
        """Agents that have no file. One that came inside the file of another agent stays there."""
        inside = {ours for row in self.rows.values() for ours, theirs in row.ids.items() if ours != theirs}
        return [graph_id for graph_id in self.agents if graph_id not in self.rows and graph_id not in inside]

    # --- from disk ---------------------------------------------------------------------------------------

    async def read_in(self, row: FolderRow, file: DiskFile) -> None:
        """The file has changed: a new version, with the secrets of the one before; none where only its bytes are others."""
        stored = self._graphs.get_graph(self._user_id, row.graph_id, row.graph_version)
        if await self._is_equal(file, stored, {**row.ids, row.graph_id: row.file_id}):
            return await self._note(stored, file, row.file_id, row.ids)
        data = await asyncio.to_thread(disk.read, self._path, file.name)
        ours = {theirs: ours for ours, theirs in row.ids.items()} | self._graphs_by_file_id()
        in_file = parse_agent_file(data)
        in_file.id = row.file_id
        graph = self._with_secrets(stored, renamed_ids(in_file, {**ours, row.file_id: row.graph_id}))
        named = _Named(in_file, graph)
        saved = await self._graphs.update_graph(self._user_id, row.graph_id, graph)
        log.info("agents folder, %s: version %d of %r was read in", file.name, saved.version, saved.name)
        await self._note(saved, file, row.file_id, {**row.ids, **named.ids()})

    def _with_secrets(self, stored: Graph, graph: Graph) -> Graph:
        shared = {node.id: node for node in self._graphs.without_secrets(stored).nodes}
        before = {node.id: node for node in stored.nodes}
        for i, node in enumerate(graph.nodes):
            if (old := before.get(node.id)) is not None and old.block_id == node.block_id:
                clean = shared[node.id]
                merged = {
                    name: with_secrets_of(getattr(old, name), getattr(clean, name), getattr(node, name))
                    for name in ("input_default", "metadata")
                }
                graph.nodes[i] = msgspec.structs.replace(node, **merged)
        return graph

    async def adopt(self, file: DiskFile) -> str | None:
        """A file that nothing is known of: an agent that is here already, or a new one."""
        graph_id = self._find(file.file_id)
        if graph_id is not None:
            return await self._link(file, graph_id)
        data = await asyncio.to_thread(disk.read, self._path, file.name)
        in_file = parse_agent_file(data)
        graph = renamed_ids(in_file, self._graphs_by_file_id())
        named = _Named(in_file, graph)
        saved = await self._graphs.create_graph(self._user_id, graph, is_upload=True, keep_stored_sub_graphs=True)
        log.info("agents folder, %s: %r is a new agent", file.name, saved.name)
        if file.file_id is not None:
            await self._note(saved, file, file.file_id, named.ids())
        else:  # without an id it could not be told from others: it gets one
            self.agents[saved.id] = (saved.version, saved.name)
            await self._write(saved, saved.id, file.name, {})

    def _find(self, file_id: str | None) -> str | None:
        if file_id is None:
            return None
        graph_id = self._graphs_by_file_id().get(file_id, file_id)
        try:
            graph = self._graphs.get_graph(self._user_id, graph_id)
        except NotFoundError:
            return None
        return graph_id if graph.user_id == self._user_id and graph_id not in self.rows else None

    async def _link(self, file: DiskFile, graph_id: str) -> None:
        """An agent that is here without a file: it came inside another one's file, say."""
        version = self.agents[graph_id][0] if graph_id in self.agents else None
        stored = self._graphs.get_graph(self._user_id, graph_id, version)
        known = {ours: theirs for row in self.rows.values() for ours, theirs in row.ids.items()}
        await self._return(self._row(stored, file.name, "", file.file_id or graph_id, known), file)

    async def come_back(self, row: FolderRow, file: DiskFile) -> str | None:
        """The file of an agent that was put away is there again, so the agent is as well; a new one where that is gone for good."""
        try:
            self._graphs.get_graph(self._user_id, row.graph_id, row.graph_version)
        except NotFoundError:
            await self._forget(row)
            return await self.adopt(file)
        await self._return(row, file)

    async def _return(self, row: FolderRow, file: DiskFile) -> None:
        await self.read_in(row, file)
        if row.graph_id not in self.agents:
            await self._graphs.set_active_version(self._user_id, row.graph_id, self.rows[row.graph_id].graph_version)

    def _graphs_by_file_id(self) -> IdMap:
        """{id of a graph in a file: id here}, sub-agents inside of files included; an agent's own file counts more."""
        inside = {theirs: ours for row in self.rows.values() for ours, theirs in row.ids.items()}
        return inside | {row.file_id: row.graph_id for row in self.rows.values()}

    # --- to disk -----------------------------------------------------------------------------------------

    async def write_new(self, graph_id: str) -> None:
        """The first file of an agent."""
        graph = self._graphs.get_graph(self._user_id, graph_id, self.agents[graph_id][0])
        await self._write(graph, graph_id, self._free_name(graph.name, graph_id), {})

    async def write_back(self, row: FolderRow, file: DiskFile | None = None) -> None:
        """The agent has another version than the file: written, under a name that follows the agent's."""
        graph, ids = self._current(row)
        if file is not None and disk.digest_of(await asyncio.to_thread(disk.read, self._path, file.name)) != file.digest:
            return  # somebody writes it at this moment: the next look sees both
        name = file.name if file is not None else row.file_name
        if file is None and (self._path / name).exists():
            name = self._free_name(graph.name, row.file_id)  # another agent's by now
        wanted = file_name_of(graph.name, row.file_id)
        if wanted != name and is_name_of_ours(name, row.file_id) and not (self._path / wanted).exists():
            if file is not None:
                # First the name and then the bytes: whenever the process dies, one file holds the agent.
                await asyncio.to_thread(disk.rename, self._path, name, wanted)
            name = wanted
        await self._write(graph, row.file_id, name, ids)

    def _current(self, row: FolderRow) -> tuple[Graph, IdMap]:
        graph = self._graphs.get_graph(self._user_id, row.graph_id, self.agents[row.graph_id][0])
        return graph, self._carried_over(row, graph)

    def _carried_over(self, row: FolderRow, graph: Graph) -> IdMap:
        """The ids that the nodes of a new version have in the file: those of the nodes that they were before."""
        try:
            old = self._graphs.get_graph(self._user_id, row.graph_id, row.graph_version)
        except NotFoundError:
            return row.ids
        ids = dict(row.ids)
        before = {one.id: one for one in (old, *old.sub_graphs)}
        for one in (graph, *graph.sub_graphs):
            if one.id in before:
                pairs = self._graphs.pair_nodes(before[one.id], one)
                ids |= {new: row.ids.get(old_id, old_id) for old_id, new in pairs.items()}
        return ids

    async def _write(self, graph: Graph, file_id: str, name: str, ids: IdMap) -> None:
        ids = {**ids, graph.id: file_id}
        data = await asyncio.to_thread(self._encode, graph, ids)
        await asyncio.to_thread(disk.write, self._path, name, data)
        await self._put(self._row(graph, name, disk.digest_of(data), file_id, ids))

    def _encode(self, graph: Graph, ids: IdMap) -> bytes:
        return encode_agent(renamed_ids(self._graphs.without_secrets(graph), ids))

    def _free_name(self, agent_name: str, file_id: str) -> str:
        name = file_name_of(agent_name, file_id)
        return f"{name.removesuffix('.json')}-{file_id}.json" if (self._path / name).exists() else name

    # --- neither -----------------------------------------------------------------------------------------

    async def keep_both(self, row: FolderRow, file: DiskFile) -> str | None:
        """Both have changed. Where they are equal in the end nothing has happened."""
        graph, ids = self._current(row)
        if file.problem is None and await self._is_equal(file, graph, {**ids, graph.id: row.file_id}):
            await self._note(graph, file, row.file_id, ids)
            return None
        kept = await asyncio.to_thread(disk.set_aside, self._path, file.name, file.digest)
        await self.write_back(row)
        told = f"The file and the agent have both changed: the agent's version {graph.version} stays, the file's text is kept as {kept}."
        log.warning("agents folder, %s: %s", file.name, told)

    async def _is_equal(self, file: DiskFile, graph: Graph, ids: IdMap) -> bool:
        data = await asyncio.to_thread(disk.read, self._path, file.name)
        try:
            return await asyncio.to_thread(normalized, data) == await asyncio.to_thread(self._encode, graph, ids)
        except AutoGPTLiteError:
            return False

    async def let_go(self, row: FolderRow, file: DiskFile | None) -> None:
        """The agent has left the library: its file goes, or is kept where it has changed since. The row stays: a file that comes
        back is known by it."""
        if file is not None and (row.is_elsewhere or file.digest != row.digest):
            await self.keep_aside(file)
        elif file is not None:
            await asyncio.to_thread(disk.remove, self._path, file.name)
            log.info("agents folder, %s: its agent was put away, so the file is gone too", file.name)
        if row.digest:
            await self._put(msgspec.structs.replace(row, digest="", is_elsewhere=False))

    async def keep_aside(self, file: DiskFile) -> None:
        """Its agent was put away, but nobody has these bytes anywhere else."""
        kept = await asyncio.to_thread(disk.set_aside, self._path, file.name, file.digest)
        log.warning("agents folder, %s: its agent was put away, and the file is another. It is kept as %s.", file.name, kept)

    async def _forget(self, row: FolderRow) -> None:
        del self.rows[row.graph_id]
        await store.delete_row(self._db, self._user_id, row.graph_id)

    async def note_name(self, row: FolderRow, file: DiskFile) -> None:
        """Somebody may have renamed the file."""
        if file.name != row.file_name:
            await self._put(msgspec.structs.replace(row, file_name=file.name))

    # --- rows --------------------------------------------------------------------------------------------

    async def _note(self, graph: Graph, file: DiskFile, file_id: str, ids: IdMap) -> None:
        await self._put(self._row(graph, file.name, file.digest, file_id, {**ids, graph.id: file_id}))

    def _row(self, graph: Graph, name: str, digest: str, file_id: str, ids: IdMap) -> FolderRow:
        used = {one.id for one in (graph, *graph.sub_graphs)} | {
            node.id for one in (graph, *graph.sub_graphs) for node in one.nodes
        }
        kept = {ours: theirs for ours, theirs in ids.items() if ours in used and ours != theirs}
        return FolderRow(graph_id=graph.id, file_id=file_id, file_name=name, digest=digest, graph_version=graph.version, ids=kept)

    async def _put(self, row: FolderRow) -> None:
        await store.put_row(self._db, self._user_id, str(self._path), row)
        self.rows[row.graph_id] = row
        version = row.graph_version
        if row.graph_id in self.agents:
            self.agents[row.graph_id] = (version, self.agents[row.graph_id][1])


class _Named:
    """Remembers what is called how in a file, over a save that gives everything new ids in place."""

    def __init__(self, in_file: Graph, to_save: Graph):
        self._pairs = list(zip((in_file, *in_file.sub_graphs), (to_save, *to_save.sub_graphs), strict=True))

    def ids(self) -> IdMap:
        """{new id: id in the file}"""
        found: IdMap = {}
        for in_file, saved in self._pairs:
            found[saved.id] = in_file.id
            found |= {new.id: old.id for old, new in zip(in_file.nodes, saved.nodes, strict=True)}
        return found
