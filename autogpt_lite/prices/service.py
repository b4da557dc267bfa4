"""Says what a run will cost before it begins."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from ..config import Config
from ..db import Database, load_sql
from ..engine.graph import Graph
from ..engine.limits import GivenLimits, Limits, OwnLimits, limits_of_config, tightest
from ..engine.plan import GraphPlan, NodePlan, compile_plan
from ..engine.records import GraphExecution
from ..engine.validate import check_size
from ..errors import InvalidInputError, NotFoundError
from ..executions.service import ExecutionService
from ..graphs.service import LARGE, GraphService
from ..library.service import LibraryService
from ..registry import Registry
from .counts import Given
from .estimate import Estimate, Estimator, Priced
from .types import Bound, NodePriceAnswer, PriceRun, RunPrice, UnknownPrice

sql = load_sql(__file__, "store.sql")

MOST_RUNS = 10
MOST_REASONS = 20


class PriceService:
    """Works out prices from the blocks' price lists, past runs and limits (docs/runs.md)."""

    def __init__(
        self,
        db: Database,
        registry: Registry,
        graphs: GraphService,
        library: LibraryService,
        executions: ExecutionService,
        config: Config,
    ):
        self._db = db
        self._registry = registry
        self._graphs = graphs
        self._library = library
        self._executions = executions
        self._config = config

    async def price_run(self, user_id: str, asked: PriceRun) -> RunPrice:
        """The price of a run of a stored version or of a draft. Raises NotFoundError, InvalidInputError, PayloadTooLargeError."""
        graph = self._graph(user_id, asked)
        limits = self._limits(user_id, asked.graph_id, asked.limits)
        estimate = await self._estimate(graph, asked.given, limits)
        costs = [] if asked.given or asked.graph or not asked.graph_id else await self._past_costs(user_id, graph)
        nodes = {one.node_id: one for one in estimate.nodes if one.each.most != 0}
        return RunPrice(
            about_credits=round(sum(costs) / len(costs)) if costs else estimate.usual,
            about_by="runs" if costs else "prices",
            runs=len(costs),
            by_use=[node_id for node_id, one in nodes.items() if one.each.usual is None and one.most != 0],
            nodes={
                node_id: NodePriceAnswer(about_credits=one.each.usual, at_most_credits=one.most) for node_id, one in nodes.items()
            },
            **_bound_fields(estimate, limits),
        )

    async def bound(self, user_id: str, graph_id: str, version: int, given: Given, limits: GivenLimits | None) -> Bound:
        """The most that a run of a stored version costs, in which the nodes of `given` do not run. Raises NotFoundError."""
        graph = self._graphs.get_graph(user_id, graph_id, version)
        allowed = self._limits(user_id, graph_id, limits)
        return Bound(**_bound_fields(await self._estimate(graph, given, allowed), allowed))

    def usual_cost(self, run: GraphExecution, find_plan: Callable[[str, int], GraphPlan]) -> int:
        """What a root run that is about to begin costs if each of its nodes runs once, and at most what it may cost."""

        def find(node: NodePlan) -> Priced | None:
            graph_id, version = node.input_default.get("graph_id"), node.input_default.get("graph_version")
            try:
                return Priced(find_plan(str(graph_id), version or 0), {})
            except NotFoundError:
                return None

        given = {
            node_id: [Counter(pin for pin, _ in values) for values in turns] for node_id, turns in run.pinned_outputs.items()
        }
        given |= {node_id: [Counter()] for node_id in run.nodes_to_skip}
        estimate = Estimator(find, self._config.llm, None).estimate(Priced(run.plan, run.masks), given)
        return min(estimate.usual, run.tree.limits.max_credits)

    def _graph(self, user_id: str, asked: PriceRun) -> Graph:
        if asked.graph is None:
            if asked.graph_id is None:
                raise InvalidInputError("Of which agent?", hint="Give `graph_id`, or a draft as `graph`.")
            return self._graphs.get_graph(user_id, asked.graph_id, asked.graph_version)
        graph = asked.graph.to_graph()
        graph.user_id = user_id
        check_size(graph)
        graph.sub_graphs = self._graphs.get_sub_graphs(graph)
        return graph

    def _limits(self, user_id: str, graph_id: str | None, of_run: GivenLimits | None) -> Limits:
        of_agent = self._library.limits_of(graph_id, user_id) if graph_id else None
        return tightest(limits_of_config(self._config.engine), OwnLimits(agent=of_agent, run=of_run))

    async def _estimate(self, graph: Graph, given: Given, limits: Limits) -> Estimate:
        graphs = {(one.id, one.version): one for one in graph.sub_graphs}
        masks = {id(one): self._executions.system_masks(one) for one in (graph, *graph.sub_graphs)}

        def priced(one: Graph) -> Priced:
            return Priced(compile_plan(one, self._registry), masks[id(one)])

        def find(node: NodePlan) -> Priced | None:
            called = graphs.get((str(node.input_default.get("graph_id")), node.input_default.get("graph_version") or 0))
            return None if called is None else priced(called)

        def work_out() -> Estimate:
            return Estimator(find, self._config.llm, _own(limits, "max_node_s")).estimate(priced(graph), given)

        size = sum(len(one.nodes) + len(one.links) for one in (graph, *graph.sub_graphs))
        return await asyncio.to_thread(work_out) if size > LARGE else work_out()

    async def _past_costs(self, user_id: str, graph: Graph) -> list[int]:
        key = {"user_id": user_id, "graph_id": graph.id, "graph_version": graph.version, "limit": MOST_RUNS}
        return [cost for (cost,) in await self._db.fetch_all(sql.last_costs, key)]


def _own(limits: Limits, name: str) -> float | None:
    """What the run or the agent says; the server's own limit is an emergency brake, and no estimate."""
    values = [getattr(one, name, None) for one in (limits.own.run, limits.own.agent) if one is not None]
    return min((value for value in values if value is not None), default=None)


def _bound_fields(estimate: Estimate, limits: Limits) -> Mapping[str, Any]:
    """The lower one of what the price lists allow and of the limits."""
    most, stops_at = estimate.most, limits.max_credits
    by = "prices"
    if most is None or most > stops_at:
        by = next(
            (name for name, own in (("run", limits.own.run), ("agent", limits.own.agent)) if own and own.max_credits == stops_at),
            "server",
        )
        most, by = (stops_at, by) if most is not None or by != "server" else (None, None)  # type: ignore[assignment]
    unknown = [one for one in estimate.nodes if one.most is None]
    return {
        "at_most_credits": most,
        "at_most_by": by,
        "stops_at_credits": stops_at,
        "unknown": [UnknownPrice(node_id=one.node_id, title=one.title, why=one.why) for one in unknown[:MOST_REASONS]],
    }
