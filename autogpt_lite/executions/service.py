"""Runs: started, shown, stopped, deleted."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import msgspec

from ..clock import now_us
from ..credentials.service import CredentialsAccess
from ..db import Database, Tx
from ..engine import states
from ..engine.engine import AlsoWrite, Engine
from ..engine.flush import sql as engine_sql
from ..engine.graph import Graph
from ..engine.ids import MAX_SEQ, node_key
from ..engine.plan import GraphPlan
from ..engine.records import GraphExecution
from ..engine.stored_runs import end_stored_run
from ..errors import ConflictError, NotFoundError, StopTimeoutError, TooManyRequestsError
from ..graphs.service import GraphService
from ..registry import Registry
from . import preview, store, texts, values
from .checks import Masks, StartChecks
from .tree import build_tree, read_tree
from .types import (
    ExecuteGraph,
    ExecutionTree,
    GraphExecutionMeta,
    GraphExecutionsPaginated,
    GraphExecutionWithNodes,
    NodePreview,
    NodesQuery,
    Pagination,
    PreviewQuery,
    RunPreview,
    RunTexts,
    StopMessage,
    StopQuery,
    ValueQuery,
)
from .values import ValueFile

log = logging.getLogger(__name__)

MAX_LISTED = 250
DAY_US = 86_400_000_000
MAX_PAGE_SIZE = 250
MAX_OPEN_VALUES = 8
MAX_BRIEF_INPUTS_BYTES = 2_000
RERUN_INSTEAD = "Run it again, from any of its nodes: POST .../rerun, or `autogpt-lite rerun ID`."


class ExecutionService:
    """Everything that a user may do with runs. All methods see only what belongs to `user_id`."""

    def __init__(self, db: Database, registry: Registry, engine: Engine, graphs: GraphService, credentials: CredentialsAccess):
        self._db = db
        self._registry = registry
        self._engine = engine
        self._graphs = graphs
        self._open_values = 0
        self._checks = StartChecks(registry, engine, graphs, credentials)

    # --- starting --------------------------------------------------------------------------------------

    async def start_graph(
        self,
        user_id: str,
        graph_id: str,
        graph_version: int | None,
        given: ExecuteGraph,
        *,
        preset_id: str | None = None,
        source: str = "user",
        also: AlsoWrite | None = None,
    ) -> GraphExecution:
        """Starts a run of a graph version (None: the active one). When this returns, the run is on the disk, and in the same
        transaction the rows that also(tx, run) wrote.

        Raises NotFoundError, GraphNotInLibraryError, or GraphValidationError with all problems by node id.
        """
        request = self._checks.request_of(user_id, graph_id, graph_version, given, preset_id=preset_id, source=source)
        return await self._engine.start(request, also=also)

    def check_start(self, user_id: str, graph_id: str, graph_version: int | None, given: ExecuteGraph) -> int:
        """Whether start_graph would take this, now; nothing is written. Returns the version that it would run. Raises as it does."""
        request = self._checks.request_of(user_id, graph_id, graph_version, given, preset_id=None, source="user")
        self._engine.check(request)
        return request.plan.version

    def system_masks(self, graph: Graph) -> Masks:
        """The server's own credentials for every pin that names none."""
        return self._checks.system_masks(graph)

    # --- showing ---------------------------------------------------------------------------------------

    def place_of(self, graph_exec_id: str) -> tuple[str, str] | None:
        """(user id, root id) of a run: whose it is, and the tree that it belongs to; None if there is no such run."""
        run = self._engine.core.runs.get(graph_exec_id)
        if run is not None:
            return run.user_id, run.ref.root_id
        return self._db.point(store.sql.place_of, (graph_exec_id,))

    def get_meta(self, user_id: str, graph_exec_id: str, graph_id: str | None = None) -> GraphExecutionMeta:
        """A run without its outputs. Raises NotFoundError, also where it belongs to somebody or something else."""
        return store.meta_of(self._row(user_id, graph_exec_id, graph_id))

    async def get_run(self, user_id: str, graph_exec_id: str, graph_id: str | None, query: NodesQuery) -> GraphExecutionWithNodes:
        """A run with its outputs and node executions. Raises NotFoundError."""
        row = self._row(user_id, graph_exec_id, graph_id)
        plan = self._plan_or_none(row[3], row[4])

        def read(connection: Any) -> dict[str, Any]:
            return {
                "node_executions": store.read_nodes(connection, row, plan, limit=query.node_limit, after_seq=query.after_seq),
                "outputs": store.read_outputs(connection, row, plan),
                "children": store.read_children(connection, row),
            }

        fields = {**store.meta_fields(row), "inputs": store.inputs_of(row, plan)}
        return GraphExecutionWithNodes(**fields, **await self._db.read(read))

    async def get_preview(self, user_id: str, graph_exec_id: str, graph_id: str | None, query: PreviewQuery) -> RunPreview:
        """A run as pages show it: small, whatever it has yielded. Raises NotFoundError."""
        row = self._row(user_id, graph_exec_id, graph_id)
        plan = self._plan_or_none(row[3], row[4])
        return await self._db.read(lambda connection: preview.read_preview(connection, row, plan, query))

    async def list_node_previews(
        self, user_id: str, graph_exec_id: str, graph_id: str | None, query: PreviewQuery
    ) -> list[NodePreview]:
        """More node executions of get_preview. Raises NotFoundError."""
        row = self._row(user_id, graph_exec_id, graph_id)
        plan = self._plan_or_none(row[3], row[4])
        cutter = preview.Cutter(preview.path_of_run(row))
        return await self._db.read(lambda connection: preview.read_node_previews(connection, row, plan, cutter, query))

    async def open_value(self, user_id: str, graph_exec_id: str, graph_id: str | None, query: ValueQuery) -> ValueFile:
        """A value of a run as a file. Raises NotFoundError, InvalidInputError, TooManyRequestsError."""
        row = self._row(user_id, graph_exec_id, graph_id)
        if query.node_exec_id is not None and query.input is None and query.output is None:
            return ValueFile("application/json", "json", self._all_outputs(values.node_key_of(row, query.node_exec_id)))
        if self._open_values >= MAX_OPEN_VALUES:
            raise TooManyRequestsError("Some large values are being downloaded already.", retry_after_s=5)
        plan = self._plan_or_none(row[3], row[4])
        inputs = bytes(store.inputs_of(row, plan))
        found = await self._db.read(lambda connection: values.read_value(connection, row, plan, inputs, query))
        file = values.file_of(found)
        return ValueFile(file.content_type, file.ending, self._counted(file.chunks))

    async def _counted(self, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
        # Each holds its whole value in memory until the last chunk is written.
        self._open_values += 1
        try:
            for chunk in chunks:
                yield chunk
        finally:
            self._open_values -= 1

    async def _all_outputs(self, key: int) -> AsyncIterator[bytes]:
        start, before = 0, b"["
        while found := await self._db.read(partial(values.read_next_outputs, key=key, start=start)):
            pairs = [b"[" + msgspec.json.encode(pin) + b"," + value + b"]" for pin, value in found]
            yield before + b",\n".join(pairs)
            start, before = start + len(found), b",\n"
        yield b"]" if start else b"[]"

    async def read_texts(self, keys: list[int]) -> list[RunTexts]:
        """The inputs and outputs of runs by their rows' keys, of whomever they are; deleted ones are left out."""
        return await self._db.read(
            lambda connection: texts.read_texts(connection, keys, self._graphs.read_version, self._registry)
        )

    async def list_node_errors(self, user_id: str, graph_exec_id: str, graph_id: str | None = None) -> list[tuple[str, str]]:
        """[(node_id, message)] of the node executions that failed. Raises NotFoundError."""
        row = self._row(user_id, graph_exec_id, graph_id)
        plan = self._plan_or_none(row[3], row[4])
        return await self._db.read(lambda connection: store.read_node_errors(connection, row, plan))

    def _row(self, user_id: str, graph_exec_id: str, graph_id: str | None) -> tuple:
        row = self._db.point(store.sql.select_run, (graph_exec_id,))
        if row is None or row[2] != user_id or graph_id not in (None, row[3]):
            raise NotFoundError(f"There is no run {graph_exec_id[:60]!r}.")
        return row

    def _plan_or_none(self, graph_id: str, version: int) -> GraphPlan | None:
        try:
            return self._engine.plan_of(graph_id, version)
        except NotFoundError:
            return None

    async def get_tree(self, user_id: str, graph_exec_id: str, graph_id: str | None = None) -> ExecutionTree:
        """The whole tree that a run belongs to. Raises NotFoundError."""
        row = self._row(user_id, graph_exec_id, graph_id)
        tree = await self._db.read(lambda connection: read_tree(connection, row[0]))
        return build_tree(tree, self._engine.core.limits, self._engine.core.runs, self._plan_or_none)

    async def list_runs(self, user_id: str, *, is_brief: bool = False) -> list[GraphExecutionMeta]:
        """The newest runs of a user, children left out; brief ones without long inputs."""
        rows = await self._db.fetch_all(
            store.sql.list_of_user, {"user_id": user_id, "limit": MAX_LISTED, "most_inputs": _most_inputs(is_brief)}
        )
        return [store.meta_of(row) for row in rows]

    async def count_run_days(self, user_id: str) -> tuple[int, int | None, list[int]]:
        """(how many runs of a user are kept, when the newest began, the days since 1970 on which the newest 1,000 began: newest
        first). Children do not count."""
        ((count,),) = await self._db.fetch_all(store.sql.count_roots, (user_id,))
        times = [at for (at,) in await self._db.fetch_all(store.sql.last_run_times, (user_id,))]
        return count, times[0] if times else None, list(dict.fromkeys(at // DAY_US for at in times))

    async def list_runs_of_graph(self, user_id: str, graph_id: str, *, is_brief: bool = False) -> list[GraphExecutionMeta]:
        """The newest runs of one graph, children left out; brief ones without long inputs."""
        span = {"limit": MAX_LISTED, "offset": 0, "most_inputs": _most_inputs(is_brief)}
        rows = await self._db.fetch_all(store.sql.list_of_graph, {"graph_id": graph_id, "user_id": user_id, **span})
        return [store.meta_of(row) for row in rows]

    async def page_of_graph(self, user_id: str, graph_id: str, page: int, page_size: int) -> GraphExecutionsPaginated:
        """One page of the runs of a graph; pages count from 1."""
        page, page_size = max(page, 1), min(max(page_size, 1), MAX_PAGE_SIZE)
        span = {"limit": page_size, "offset": (page - 1) * page_size, "most_inputs": _most_inputs(False)}
        rows = await self._db.fetch_all(store.sql.list_of_graph, {"graph_id": graph_id, "user_id": user_id, **span})
        total = (await self._db.fetch_all(store.sql.count_of_graph, (graph_id, user_id)))[0][0]
        pagination = Pagination(total_items=total, total_pages=-(-total // page_size), current_page=page, page_size=page_size)
        return GraphExecutionsPaginated(executions=[store.meta_of(row) for row in rows], pagination=pagination)

    # --- ending ----------------------------------------------------------------------------------------

    async def stop_run(
        self, user_id: str, graph_exec_id: str, graph_id: str | None = None, *, given: StopQuery | None = None
    ) -> GraphExecutionMeta:
        """Stops a run with all its sub-agents; a run that has ended stays as it is.

        Raises NotFoundError, StopTimeoutError, ConflictError for one that may not take its running sub-agents along.
        """
        given = given or StopQuery()
        row = self._row(user_id, graph_exec_id, graph_id)
        if row[6] not in states.ENDED and not given.cascade and self._engine.has_running_children(graph_exec_id):
            raise ConflictError("The run has sub-agents that run.", hint="Stop it with `cascade`, or stop the sub-agents first.")
        if row[6] not in states.ENDED and not await self._engine.stop(graph_exec_id, wait_timeout_s=given.wait_timeout):
            await self._engine.stop_stored(row[0])
        return self.get_meta(user_id, graph_exec_id)

    async def stop_by_message(self, user_id: str, data: Any) -> GraphExecutionMeta:
        """stop_run for a WebSocket message. Raises msgspec.ValidationError too."""
        given = msgspec.convert(data, StopMessage)
        return await self.stop_run(user_id, given.graph_exec_id, given=given)

    async def resume_run(self, user_id: str, graph_exec_id: str, graph_id: str | None = None) -> GraphExecutionMeta:
        """Sets a TERMINATED run going again where it was stopped, with the sub-agents that were stopped with it; nothing that had
        ended in it runs or is charged again. One that is under way stays as it is.

        Raises NotFoundError, GraphNotInLibraryError, ConflictError for a run that ended otherwise and for a sub-agent's.
        """
        row = self._row(user_id, graph_exec_id, graph_id)
        if row[16] != row[1]:
            raise ConflictError(
                "The run belongs to another run.",
                hint=f"Resume the whole tree with its root {row[16]}.",
                detail={"root_id": row[16]},
            )
        status = (await self._engine.resume(row[0])).status if row[6] in states.ENDED else row[6]
        if status in (states.COMPLETED, states.FAILED):
            raise ConflictError(
                f"The run is {status}. Only a TERMINATED one is resumed.", hint=RERUN_INSTEAD, detail={"status": status}
            )
        return self.get_meta(user_id, graph_exec_id)

    async def delete_run(self, user_id: str, graph_exec_id: str) -> None:
        """Deletes a run that has ended; its children stay. Raises NotFoundError, ConflictError for one that has not."""
        key, status = (row := self._row(user_id, graph_exec_id, None))[0], row[6]
        if status not in states.ENDED:
            raise ConflictError(f"The run is {status}.", hint="Stop it first.")

        def delete(tx: Tx) -> None:
            tx.execute(store.sql.mark_for_purge, (key,))
            tx.execute(store.sql.keep_root, {"id": key, "uuid": graph_exec_id})
            tx.execute(store.sql.delete_run, (key,))

        await self._db.write(delete)

    def delete_runs_of_graph_tx(self, tx: Tx, user_id: str, graph_id: str) -> None:
        """The rows of a deleted graph's runs go with it (GraphService.deleting)."""
        tx.execute(store.sql.mark_graph_for_purge, (graph_id, user_id))
        tx.execute(store.sql.delete_runs_of_graph, (graph_id, user_id))

    def end_queued_runs_tx(self, tx: Tx, user_id: str, graph_id: str) -> None:
        """Ends what still waits to run: the agent leaves the library in this very write (LibraryService.leaving). A run that
        is a part of another agent's is not touched."""
        keys = [key for (key,) in tx.fetch_all(store.sql.queued_of_graph, (graph_id, user_id))]
        tx.executemany(engine_sql.terminate_nodes, [{"first": node_key(key, 0), "last": node_key(key, MAX_SEQ)} for key in keys])
        end = {"status": states.TERMINATED, "reason": "The agent left the library before the run began.", "ended_at": now_us()}
        tx.executemany(engine_sql.end_stored_run, [{"id": key, **end} for key in keys])

    async def stop_after_leaving(self, user_id: str, graph_id: str, *, stop_running: bool) -> None:
        """After that write: what it has ended leaves the memory, and what runs already is stopped, unless it may finish."""
        runs = [run for run in self._engine.core.runs.values() if run.parent is None and run.user_id == user_id]
        wanted = [run for run in runs if run.plan.graph_id == graph_id and (stop_running or self._has_ended(run))]
        stops = (self._engine.stop(run.id, wait_timeout_s=1.0) for run in wanted)
        for result in await asyncio.gather(*stops, return_exceptions=True):
            if isinstance(result, StopTimeoutError):
                log.warning("a run of the removed agent %s is cut off: %s", graph_id, result.detail)
            elif isinstance(result, BaseException):
                raise result
        if stop_running:
            await self._db.write(lambda tx: self._end_open_runs_tx(tx, user_id, graph_id))

    def _end_open_runs_tx(self, tx: Tx, user_id: str, graph_id: str) -> None:
        # Those that no engine has in memory: they wait for a person, or for the next start of a server that was killed.
        for (key,) in tx.fetch_all(store.sql.open_roots_of_graph, (graph_id, user_id)):
            end_stored_run(tx, self._engine.core.services.ledger, key, states.TERMINATED, "The agent left the library.")

    def _has_ended(self, run: GraphExecution) -> bool:
        row = self._db.point(engine_sql.status_of, (run.key,))
        return row is None or row[0] in states.ENDED

    async def delete_runs_of_user(self, user_id: str) -> None:
        """Ends and deletes what is left of a user who leaves: runs of other people's agents (UserService.leaving)."""
        for run in [run for run in self._engine.core.runs.values() if run.parent is None and run.user_id == user_id]:
            with contextlib.suppress(StopTimeoutError):
                await self._engine.stop(run.id, wait_timeout_s=1.0)

        def write(tx: Tx) -> None:
            tx.execute(store.sql.mark_user_for_purge, (user_id,))
            tx.execute(store.sql.delete_runs_of_user, (user_id,))

        await self._db.write(write)

    async def stop_runs_of_graph(self, user_id: str, graph_id: str) -> None:
        """Ends what still runs in memory of a deleted graph (GraphService.deleted)."""
        for run in list(self._engine.core.runs.values()):
            if run.plan.graph_id == graph_id and run.user_id == user_id:
                await self._engine.stop(run.id, wait_timeout_s=1.0)
        self._engine.forget_plans(graph_id)
        self._checks.forget(graph_id)


def _most_inputs(is_brief: bool) -> int:
    return MAX_BRIEF_INPUTS_BYTES if is_brief else sys.maxsize
