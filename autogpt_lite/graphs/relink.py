"""Repairs agent files whose agent nodes lost the agents that they call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..engine.graph import Graph, Node, agent_nodes, called_graph
from ..engine.node_pins import properties_of
from .schema import input_schema, output_schema

if TYPE_CHECKING:
    from ..registry import Registry

Names = tuple[frozenset[str], frozenset[str]]


def relink_sub_graphs(graph: Graph, registry: Registry) -> int:
    """Lets agent nodes call the sub-graph that is in the file under another id. In place; returns how many were repaired.

    AutoGPT's export gives sub-graphs new ids without telling the nodes that call them: all its bundled agents with sub-agents are
    like that and cannot run there. A sub-graph of the same version with the same input and output names, that no other node
    calls, is the one that was meant.
    """
    graphs = (graph, *graph.sub_graphs)
    there = {(one.id, one.version) for one in graphs}
    nodes = [node for one in graphs for node in agent_nodes(one)]
    called = {called_graph(node) for node in nodes}
    free = [sub for sub in graph.sub_graphs if (sub.id, sub.version) not in called]
    lost = [node for node in nodes if (target := called_graph(node)) is not None and target not in there]
    return sum(_relink(node, free, registry) for node in lost)


def _relink(node: Node, free: list[Graph], registry: Registry) -> bool:
    version = node.input_default["graph_version"]
    fitting = [sub for sub in free if sub.version == version and _names(sub, registry) == _stored_names(node)]
    if len(fitting) != 1:
        return False
    node.input_default = {**node.input_default, "graph_id": fitting[0].id}
    return True


def _stored_names(node: Node) -> Names:
    inputs, outputs = (properties_of(node.input_default.get(key)) for key in ("input_schema", "output_schema"))
    return frozenset(inputs), frozenset(outputs)


def _names(graph: Graph, registry: Registry) -> Names:
    return frozenset(input_schema(graph, registry)["properties"]), frozenset(output_schema(graph, registry)["properties"])
