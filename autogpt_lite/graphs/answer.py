"""Turns a graph into the form of an answer: links at their nodes, schemas and facts worked out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..clock import iso
from ..engine.credential_groups import credentials_schema
from ..engine.graph import Graph
from . import schema
from .types import BaseGraphModel, GraphFacts, GraphModel, GraphNodeModel, GraphPins, NodeModel

if TYPE_CHECKING:
    from ..registry import Registry


def graph_model(graph: Graph, registry: Registry) -> GraphModel:
    """The answer for a graph and its sub-graphs."""
    place = {"graph_id": graph.id, "graph_version": graph.version}
    return GraphModel(
        **_base(graph, registry),
        nodes=[GraphNodeModel(**fields, **place) for fields in _nodes(graph)],
        sub_graphs=[_sub_graph_model(sub, registry) for sub in graph.sub_graphs],
        user_id=graph.user_id,
        created_at=iso(graph.created_at) or "",
        credentials_input_schema=credentials_schema(graph, registry),
        has_webhook_trigger=schema.has_external_trigger(graph, registry),
        note=graph.note,
        missing_blocks=missing_blocks(graph, registry),
    )


def graph_pins(graph: Graph, registry: Registry) -> GraphPins:
    """The graph as one that others may call."""
    return GraphPins(
        id=graph.id,
        version=graph.version,
        name=graph.name,
        description=graph.description,
        input_schema=schema.input_schema(graph, registry),
        output_schema=schema.output_schema(graph, registry),
        has_external_trigger=schema.has_external_trigger(graph, registry),
    )


def graph_facts(graph: Graph, registry: Registry) -> GraphFacts:
    """The facts of a graph; its sub-graphs have to be there, since their credentials are asked for as well."""
    return GraphFacts(
        name=graph.name,
        description=graph.description,
        instructions=graph.instructions,
        recommended_schedule_cron=graph.recommended_schedule_cron,
        owner_id=graph.user_id,
        input_schema=schema.input_schema(graph, registry),
        output_schema=schema.output_schema(graph, registry),
        credentials_input_schema=credentials_schema(graph, registry),
        has_external_trigger=schema.has_external_trigger(graph, registry),
        has_human_in_the_loop=schema.has_human_in_the_loop(graph, registry),
        has_sensitive_action=schema.has_sensitive_action(graph, registry),
        trigger_setup_info=schema.trigger_setup_info(graph, registry),
    )


def missing_blocks(graph: Graph, registry: Registry) -> list[str]:
    """The ids of blocks in the graph and its sub-graphs that this server does not have."""
    used = {node.block_id: None for one in (graph, *graph.sub_graphs) for node in one.nodes}
    return [block_id for block_id in used if registry.find(block_id) is None]


def _sub_graph_model(graph: Graph, registry: Registry) -> BaseGraphModel:
    return BaseGraphModel(**_base(graph, registry), nodes=[NodeModel(**fields) for fields in _nodes(graph)])


def _base(graph: Graph, registry: Registry) -> dict[str, Any]:
    return {
        "id": graph.id,
        "version": graph.version,
        "is_active": graph.is_active,
        "name": graph.name,
        "description": graph.description,
        "instructions": graph.instructions,
        "recommended_schedule_cron": graph.recommended_schedule_cron,
        "forked_from_id": graph.forked_from_id,
        "forked_from_version": graph.forked_from_version,
        "links": graph.links,
        "input_schema": schema.input_schema(graph, registry),
        "output_schema": schema.output_schema(graph, registry),
        "has_external_trigger": schema.has_external_trigger(graph, registry),
        "has_human_in_the_loop": schema.has_human_in_the_loop(graph, registry),
        "has_sensitive_action": schema.has_sensitive_action(graph, registry),
        "trigger_setup_info": schema.trigger_setup_info(graph, registry),
    }


def _nodes(graph: Graph) -> list[dict[str, Any]]:
    into, out_of = graph.links_into(), graph.links_out_of()
    return [
        {
            "id": node.id,
            "block_id": node.block_id,
            "input_default": node.input_default,
            "metadata": node.metadata,
            "input_links": into.get(node.id, []),
            "output_links": out_of.get(node.id, []),
        }
        for node in graph.nodes
    ]
