"""The price of a run of one graph with the agents that it calls. Pure: what it needs is brought along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..config import LlmConfig
from ..engine.plan import GraphPlan, NodePlan
from .counts import Given, most_executions
from .entries import ANY_NUMBER, FREE, NO_AGENT, Each, price_each
from .yields import most_values

FindPlan = Callable[[NodePlan], "Priced | None"]


class Priced(NamedTuple):
    """A compiled graph, and the credentials that a run would give its nodes: {node id: {pin: reference}}."""

    plan: GraphPlan
    masks: Mapping[str, Mapping[str, Any]]


class NodePrice(NamedTuple):
    """Credits of one node: of one execution, and of all at most; `why` there is no bound, where there is none."""

    node_id: str
    title: str
    each: Each
    most: int | None
    why: str


class Estimate(NamedTuple):
    """Of one run. `outputs` is how many values each output of the agent gets at most, by name."""

    nodes: list[NodePrice]
    outputs: dict[str, int | None]

    @property
    def usual(self) -> int:
        """Each node that runs, once."""
        return sum(one.each.usual or 0 for one in self.nodes if one.most != 0)

    @property
    def most(self) -> int | None:
        """None where one node has no bound."""
        known = [one.most for one in self.nodes if one.most is not None]
        return sum(known) if len(known) == len(self.nodes) else None


class Estimator:
    """`find(node)` is the graph that an agent node calls, or None; `max_node_s` what the run or the agent allows a node."""

    def __init__(self, find: FindPlan, llm: LlmConfig, max_node_s: float | None):
        self._find = find
        self._llm = llm
        self._max_node_s = max_node_s
        self._called: dict[tuple[str, int], Estimate | None] = {}

    def estimate(self, priced: Priced, given: Given | None = None) -> Estimate:
        """The price of a run in which the nodes of `given` give recorded outputs."""
        given = given or {}
        plan = priced.plan
        runs = most_executions(plan, given, self._most_values)
        nodes = [
            self._price(node, runs[node.index], priced.masks) for node in plan.nodes if not node.is_note and node.id not in given
        ]
        outputs: dict[str, int | None] = dict(Counter(node.name for node in plan.nodes if node.is_output))
        for node in plan.nodes:
            if node.is_output:
                outputs[node.name] = runs[node.index] if outputs[node.name] == 1 else None
        return Estimate(nodes, outputs)

    def _price(self, node: NodePlan, runs: int | None, masks: Mapping[str, Mapping[str, Any]]) -> NodePrice:
        each = self._each(node, masks.get(node.id, {}))
        if each.most == 0 or runs == 0:
            return NodePrice(node.id, node.title, each, 0, "")
        if each.most is None or runs is None:
            return NodePrice(node.id, node.title, each, None, each.why if each.most is None else ANY_NUMBER)
        return NodePrice(node.id, node.title, each, runs * each.most, "")

    def _each(self, node: NodePlan, mask: Mapping[str, Any]) -> Each:
        if not node.is_agent:
            return price_each(node, mask, max_node_s=self._max_node_s, llm=self._llm)
        called = self._agent(node)
        if called is None:
            return Each(None, None, NO_AGENT)
        why = next((one.why for one in called.nodes if one.why), "")
        return FREE if called.most == 0 else Each(called.usual, called.most, why)

    def _most_values(self, node: NodePlan, pin: str) -> int | None:
        if node.entry is None:
            return None
        if not node.is_agent:
            return most_values(node.entry, pin)
        called = self._agent(node)
        return None if called is None else called.outputs.get(pin, 0)

    def _agent(self, node: NodePlan) -> Estimate | None:
        key = (str(node.input_default.get("graph_id")), node.input_default.get("graph_version") or 0)
        if key not in self._called:
            self._called[key] = None  # while it is worked out: an agent that calls itself has no bound
            found = self._find(node)
            self._called[key] = None if found is None else self.estimate(found)
        return self._called[key]
