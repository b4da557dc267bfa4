"""New ids for a graph that is saved, so that one agent file can be imported by everybody, twice."""

from __future__ import annotations

from typing import Any

from ..engine.graph import Graph, agent_nodes
from .types import new_id


def reassign_ids(graph: Graph, user_id: str, *, keep_graph_id: bool = False) -> None:
    """Gives the graph, its sub-graphs, their nodes and links new ids, and lets agent nodes call the new graphs. In place."""
    graphs = (graph, *graph.sub_graphs)
    graph_ids = {one.id: new_id() for one in graphs}
    if keep_graph_id:
        graph_ids[graph.id] = graph.id
    node_ids: dict[str, str] = {}
    for one in graphs:
        one.id = graph_ids[one.id]
        one.user_id = user_id
        node_ids.update(_reassign_nodes(one))
    for one in graphs:
        for node in agent_nodes(one):
            node.input_default = _of_user(node.input_default, user_id, graph_ids, node_ids)


def _reassign_nodes(graph: Graph) -> dict[str, str]:
    new = {node.id: new_id() for node in graph.nodes}
    for node in graph.nodes:
        node.id = new[node.id]
    for link in graph.links:
        link.id, link.source_id, link.sink_id = new_id(), new[link.source_id], new[link.sink_id]
    return new


def _of_user(given: dict[str, Any], user_id: str, graph_ids: dict[str, str], node_ids: dict[str, str]) -> dict[str, Any]:
    """An agent node's values after the change. `nodes_input_masks` names nodes of the called graph, which are new as well."""
    changed = {**given, "user_id": user_id}
    if isinstance(graph_id := given.get("graph_id"), str):
        changed["graph_id"] = graph_ids.get(graph_id, graph_id)
    if not isinstance(changed.get("inputs"), dict):
        changed["inputs"] = {}
    if isinstance(masks := given.get("nodes_input_masks"), dict):
        changed["nodes_input_masks"] = {node_ids.get(node_id, node_id): mask for node_id, mask in masks.items()}
    return changed
