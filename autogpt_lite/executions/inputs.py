"""What a request to start a run may say about its graph, beyond what the graph itself is checked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..engine.graph import Graph
from ..engine.plan import GraphPlan
from ..engine.problems import Problems
from ..errors import InvalidInputError, PayloadTooLargeError

MAX_INPUTS = 1_000


def check_inputs(plan: GraphPlan, inputs: Mapping[str, Any]) -> None:
    """Names that the agent does not have are ignored, as in AutoGPT, as long as there are few and none looks like a way into
    something else (`__class__`, `a.b`). Raises PayloadTooLargeError, InvalidInputError."""
    if len(inputs) > MAX_INPUTS and len(inputs) > len(plan.starting):
        raise PayloadTooLargeError(f"The request has {len(inputs)} inputs; at most {MAX_INPUTS} are taken.")
    odd = [name for name in inputs if name.startswith("__") or "." in name]
    if odd and (unknown := [name for name in odd if name not in {node.name for node in plan.starting if node.is_input}]):
        names = ", ".join(repr(name[:60]) for name in unknown[:5])
        raise InvalidInputError(f"The agent has no input {names}.", hint="Its inputs are the properties of its `input_schema`.")


def check_pinned_nodes(graph: Graph, pinned: Collection[str], problems: Problems) -> None:
    """Notes pins for nodes that are not there: the node that was meant would really run."""
    known = {node.id for one in (graph, *graph.sub_graphs) for node in one.nodes} if pinned else ()
    for node_id in pinned:
        if node_id not in known:
            problems.add(node_id, "pinned_outputs", "The agent and its sub-agents have no node of this id.")
