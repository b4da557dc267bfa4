"""Starts a run that repeats another one."""

from __future__ import annotations

from collections import Counter

import msgspec

from ..clock import now_us
from ..db import Database, Tx
from ..engine.engine import Engine
from ..engine.plan import GraphPlan
from ..engine.records import GraphExecution
from ..errors import ConflictError, InvalidInputError, NotFoundError
from ..executions.service import ExecutionService
from ..executions.types import ExecuteGraph, PinnedOutputs
from ..graphs.service import GraphService
from ..graphs.types import GraphFacts, Misfit
from ..prices.service import PriceService
from ..schedules.service import ScheduleService
from ..triggers.service import TriggerService
from .record import RunRecord, decode, nodes_from, read_record, sql
from .types import RerunAnswer, RerunGraph, RerunOrigin

MAX_LISTED = 100


class RerunService:
    """Repeats runs in the very version of the graph that they ran in, or their inputs in another one."""

    def __init__(
        self,
        db: Database,
        engine: Engine,
        executions: ExecutionService,
        schedules: ScheduleService,
        triggers: TriggerService,
        prices: PriceService,
        graphs: GraphService,
    ):
        self._db = db
        self._engine = engine
        self._executions = executions
        self._schedules = schedules
        self._triggers = triggers
        self._prices = prices
        self._graphs = graphs

    async def rerun(self, user_id: str, graph_id: str, graph_exec_id: str, asked: RerunGraph) -> RerunAnswer:
        """Starts the repetition, or only says what it would run and cost (`dry`).

        Raises NotFoundError, InvalidInputError for a node that did not run (its detail names those that did), and whatever a
        start may refuse.
        """
        key, version, inputs, _source = self._find(user_id, graph_id, graph_exec_id)
        if asked.graph_version not in (None, version):
            return await self._rerun_in(user_id, graph_id, graph_exec_id, asked.graph_version, asked)
        plan = self._engine.plan_of(graph_id, version)
        # From the beginning nothing is taken along.
        with_outputs = asked.from_node is not None
        record = await self._db.read(lambda connection: read_record(connection, key, with_outputs=with_outputs))
        again = _nodes_to_run(plan, record, asked.from_node)
        if record.outputs is None:
            raise InvalidInputError("The recorded outputs are too large to be taken along.", hint="Run it from the beginning.")
        recorded = {plan.nodes[i].id: lists for i, lists in record.outputs.items() if i not in again}
        pinned = {**recorded, **asked.pinned_outputs}
        answer = _describe(plan, record, again, graph_exec_id, asked)
        if asked.dry:
            given = _values_given(plan, again, pinned)
            answer.at_most = await self._prices.bound(user_id, graph_id, version, given, asked.limits)
            return answer
        given = ExecuteGraph(inputs={**inputs, **asked.inputs}, pinned_outputs=pinned, limits=asked.limits)
        return await self._start(user_id, answer, given)

    async def _rerun_in(self, user_id: str, graph_id: str, graph_exec_id: str, wanted: int, asked: RerunGraph) -> RerunAnswer:
        """The same inputs in another version. Raises ConflictError where some do not fit and are not to be left out."""
        if asked.from_node is not None or asked.pinned_outputs:
            hint = "Leave `from_node` and `pinned_outputs` out, or run it in its own version."
            raise InvalidInputError("Another version can only be run from the beginning: its nodes have other ids.", hint=hint)
        key, version, inputs, _source = self._find(user_id, graph_id, graph_exec_id)
        current = self._graphs.facts(user_id, graph_id, wanted)
        problems = self._graphs.find_misfits(self._made_for(user_id, graph_id, version, current), current, inputs)
        problems = [problem for problem in problems if problem.name not in asked.inputs]
        plan = self._engine.plan_of(graph_id, wanted)
        record = await self._db.read(lambda connection: read_record(connection, key, with_outputs=False))
        answer = RerunAnswer(
            graph_exec_id=None,
            origin_id=graph_exec_id,
            from_node=None,
            graph_id=graph_id,
            graph_version=wanted,
            nodes=[node.id for node in plan.nodes],
            recorded_nodes=[],
            cost_credits=sum(record.costs.values()),
            node_exec_count=sum(record.counts.values()),
            problems=problems,
        )
        if asked.dry:
            answer.at_most = await self._prices.bound(user_id, graph_id, wanted, {}, asked.limits)
            return answer
        if problems and not asked.leave_out:
            raise _no_fit(version, wanted, problems)
        left = {problem.name for problem in problems}
        kept = {name: value for name, value in inputs.items() if name not in left}
        return await self._start(user_id, answer, ExecuteGraph(inputs={**kept, **asked.inputs}, limits=asked.limits))

    def _made_for(self, user_id: str, graph_id: str, version: int, current: GraphFacts) -> GraphFacts:
        try:
            return self._graphs.facts(user_id, graph_id, version)
        except NotFoundError:
            return current  # an older version of somebody else's graph cannot be looked at any more

    async def _start(self, user_id: str, answer: RerunAnswer, given: ExecuteGraph) -> RerunAnswer:
        def note(tx: Tx, run: GraphExecution) -> None:
            tx.execute(sql.insert_rerun, (run.id, user_id, answer.origin_id, answer.from_node, now_us()))

        graph_id, version = answer.graph_id, answer.graph_version
        run = await self._executions.start_graph(user_id, graph_id, version, given, source="rerun", also=note)
        answer.graph_exec_id = run.id
        return answer

    def get_origin(self, user_id: str, graph_id: str, graph_exec_id: str) -> RerunOrigin:
        """What began a run, what it repeats, and which runs repeat it. Raises NotFoundError."""
        *_, source = self._find(user_id, graph_id, graph_exec_id)
        row = self._db.point(sql.select_rerun, (graph_exec_id, user_id)) or (None, None)
        repeated = self._db.loop_connection.execute(sql.list_reruns, (graph_exec_id, user_id, MAX_LISTED)).fetchall()
        return RerunOrigin(
            source=source,
            schedule=self._schedules.find_fire(user_id, graph_exec_id) if source == "schedule" else None,
            webhook=self._triggers.find_delivery(user_id, graph_exec_id) if source == "webhook" else None,
            origin_id=row[0],
            from_node=row[1],
            repetitions=[one for (one,) in reversed(repeated)],
        )

    def _find(self, user_id: str, graph_id: str, graph_exec_id: str) -> tuple[int, int, dict, str]:
        """(key, version, inputs, source) of a run."""
        row = self._db.point(sql.key_of_run, (graph_exec_id,))
        if row is None or row[1] != user_id or row[2] != graph_id:
            raise NotFoundError(f"There is no run {graph_exec_id[:60]!r}.")
        return row[0], row[3], decode(row[4]), row[5]


def _no_fit(version: int, wanted: int, problems: list[Misfit]) -> ConflictError:
    told = " ".join(problem.message for problem in problems)
    return ConflictError(
        f"The inputs of version {version} do not fit version {wanted}. {told}",
        hint="Give others in `inputs`, or leave them to the agent's defaults with `leave_out`.",
        detail={"type": "rerun_does_not_fit", "problems": msgspec.to_builtins(problems)},
    )


def _nodes_to_run(plan: GraphPlan, record: RunRecord, from_node: str | None) -> set[int]:
    if from_node is None:
        return set(range(len(plan.nodes)))
    node = plan.nodes_by_id.get(from_node)
    if node is None or node.index not in record.counts:
        why = "is not in the graph" if node is None else "did not run"
        raise InvalidInputError(
            f"The node {from_node[:60]!r} {why}.",
            hint="`detail.nodes` lists the nodes that did.",
            detail={"nodes": [plan.nodes[index].id for index in sorted(record.counts)]},
        )
    return nodes_from(plan, from_node)


def _values_given(plan: GraphPlan, again: set[int], outputs: PinnedOutputs) -> dict[str, list[dict[str, int]]]:
    """How many values each node that does not run gives on each pin, execution by execution: those that never ran, none."""
    still = {node.id: [] for node in plan.nodes if node.index not in again}
    return {
        node_id: [dict(Counter(pin for pin, _ in values)) for values in lists] for node_id, lists in {**still, **outputs}.items()
    }


def _describe(plan: GraphPlan, record: RunRecord, again: set[int], origin_id: str, asked: RerunGraph) -> RerunAnswer:
    return RerunAnswer(
        graph_exec_id=None,
        origin_id=origin_id,
        from_node=asked.from_node,
        graph_id=plan.graph_id,
        graph_version=plan.version,
        nodes=[plan.nodes[index].id for index in sorted(again)],
        recorded_nodes=[plan.nodes[index].id for index in sorted(record.counts) if index not in again],
        cost_credits=sum(cost for index, cost in record.costs.items() if index in again),
        node_exec_count=sum(count for index, count in record.counts.items() if index in again),
    )
