"""What a run could cost, before it begins: one turn of each of its nodes, by the price lists."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..errors import NotFoundError
from . import pricing
from .plan import GraphPlan, NodePlan
from .records import GraphExecution

PlanOf = Callable[[str, int], GraphPlan]

MAX_AGENTS = 200
"""Agents that are looked into: they may call each other, and themselves."""


def possible_cost(run: GraphExecution, plan_of: PlanOf) -> int:
    """Credits, with the agents that it calls, and at most what its tree may cost. Prices that are only known afterwards count as
    nothing, and a node that runs many times as one."""
    left = [MAX_AGENTS]
    unpaid = {*run.pinned_outputs, *run.nodes_to_skip}
    cost = _of_plan(run.plan, run.masks, unpaid, plan_of, left)
    return min(cost, run.tree.limits.max_credits)


def _of_plan(
    plan: GraphPlan, masks: Mapping[str, Mapping[str, Any]], unpaid: Collection[str], plan_of: PlanOf, left: list[int]
) -> int:
    left[0] -= 1
    nodes = [node for node in plan.nodes if node.entry is not None and node.id not in unpaid]
    cost = sum(pricing.price(node.entry.block.costs, {**node.defaults, **masks.get(node.id, {})}) for node in nodes)  # type: ignore[union-attr]
    return cost + sum(_of_agent(node, plan_of, left) for node in nodes if node.is_agent and left[0] > 0)


def _of_agent(node: NodePlan, plan_of: PlanOf, left: list[int]) -> int:
    graph_id, version = node.input_default.get("graph_id"), node.input_default.get("graph_version")
    if not isinstance(graph_id, str) or not isinstance(version, int):
        return 0
    try:
        return _of_plan(plan_of(graph_id, version), {}, (), plan_of, left)
    except NotFoundError:
        return 0
