"""Stores an agent file once and runs it."""

from __future__ import annotations

import hashlib

import msgspec

from ..db import Database, Tx, load_sql
from ..engine.graph import Graph
from ..engine.input_names import check_known
from ..engine.records import GraphExecution
from ..errors import GraphValidationError, NotFoundError
from ..executions.service import ExecutionService
from ..executions.types import ExecuteGraph
from ..graphs.agent_file import parse_agent_file
from ..graphs.service import GraphService
from .types import ExecuteAgentFile, StoredFile

sql = load_sql(__file__, "store.sql")


class AgentFileService:
    """`start` is `autogpt-lite run`, whether in this process or for a command that asks the server."""

    def __init__(self, db: Database, graphs: GraphService, executions: ExecutionService):
        self._db = db
        self._graphs = graphs
        self._executions = executions

    async def start(self, user_id: str, order: ExecuteAgentFile) -> tuple[GraphExecution, StoredFile]:
        """Starts a run of the file's agent; the file is imported if this very content was not before.

        Raises InvalidInputError for a file that is no agent or (`strict_inputs`) for an input that it does not have, GraphValidationError in the node ids of the file, and
        NotApprovedError where the agent would do something outside of itself and the order does not approve that.
        """
        stored = await self.store(user_id, order.agent.encode(), allow_missing_blocks=order.allow_missing_blocks, is_foreign=True)
        if order.strict_inputs:
            facts = self._graphs.facts(user_id, stored.graph_id, stored.version)
            check_known(facts.input_schema["properties"], order.inputs)
        if order.approve:
            await self._graphs.imports.approve(user_id, self._graphs.get_graph(user_id, stored.graph_id, stored.version))
        pinned = {stored.node_ids.get(node_id, node_id): lists for node_id, lists in order.pinned_outputs.items()}
        given = ExecuteGraph(inputs=order.inputs, pinned_outputs=pinned, limits=order.limits)
        try:
            run = await self._executions.start_graph(user_id, stored.graph_id, stored.version, given, source="cli")
        except GraphValidationError as error:
            raise in_words_of_file(error, stored) from None
        return run, stored

    async def store(
        self, user_id: str, content: bytes, *, allow_missing_blocks: bool = False, is_foreign: bool = False
    ) -> StoredFile:
        """The stored agent of this very content; imports it where it is not there (any more). A foreign one waits for an approval,
        one that the owner has named in config.toml does not."""
        key = f"agent_file:{user_id}:{hashlib.sha256(content).hexdigest()}"
        known = self._find(user_id, key)
        if known is not None:
            return known
        graph = parse_agent_file(content)
        before = _node_ids(graph)
        await self._graphs.create_graph(
            user_id, graph, allow_missing_blocks=allow_missing_blocks, is_upload=True, is_foreign=is_foreign
        )
        stored = StoredFile(graph.id, graph.version, dict(zip(before, _node_ids(graph), strict=True)))

        def note(tx: Tx) -> None:
            tx.execute(sql.put_fact, (key, msgspec.json.encode(stored).decode()))

        await self._db.write(note)
        return stored

    def _find(self, user_id: str, key: str) -> StoredFile | None:
        row = self._db.point(sql.select_fact, (key,))
        if row is None:
            return None
        stored = msgspec.json.decode(row[0], type=StoredFile)
        try:
            self._graphs.get_runnable_graph(user_id, stored.graph_id, stored.version)
        except (NotFoundError, GraphValidationError):
            return None
        return stored


def in_words_of_file(error: GraphValidationError, stored: StoredFile) -> GraphValidationError:
    """The same problems under the node ids of the file."""
    in_file = {stored_id: file_id for file_id, stored_id in stored.node_ids.items()}
    node_errors = {in_file.get(node_id, node_id): fields for node_id, fields in error.node_errors.items()}
    return GraphValidationError(node_errors=node_errors, hint=error.hint)


def _node_ids(graph: Graph) -> list[str]:
    return [node.id for one in (graph, *graph.sub_graphs) for node in one.nodes]
