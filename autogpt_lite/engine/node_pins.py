"""Which pins a node has. Nearly always those of its block; agent and tool nodes carry schemas of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from .graph import Node

if TYPE_CHECKING:
    from ..registry import BlockEntry


class NodePins(msgspec.Struct, frozen=True):
    """The pins of one node: {name: JSON schema} for both sides, the required ones, and the values given on the node."""

    inputs: dict[str, Any]
    required: tuple[str, ...]
    outputs: dict[str, Any]
    defaults: dict[str, Any]


def pins_of_node(entry: BlockEntry, node: Node) -> NodePins:
    """The pins of a node. A stored schema of the wrong shape counts as one without pins."""
    own_input = entry.block.input_schema_of_node(node.input_default)
    own_output = entry.block.output_schema_of_node(node.input_default)
    input_schema = entry.input_schema if own_input is None else own_input
    output_schema = entry.output_schema if own_output is None else own_output
    return NodePins(
        properties_of(input_schema), required_of(input_schema), properties_of(output_schema), default_inputs(entry, node)
    )


def default_inputs(entry: BlockEntry, node: Node) -> dict[str, Any]:
    """The values that stand on the node itself. Those for a called agent or tool lie one level deeper."""
    if entry.ui_type == "Agent":
        return _nested(node, "inputs")
    if entry.ui_type == "MCP Tool":
        return {**node.input_default, **_nested(node, "tool_arguments")}
    return node.input_default


def _nested(node: Node, key: str) -> dict[str, Any]:
    values = node.input_default.get(key)
    return values if isinstance(values, dict) else {}


def properties_of(schema: Any) -> dict[str, Any]:
    """The properties of an object schema; {} for anything else, since agent files hold schemas that somebody wrote."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return properties if isinstance(properties, dict) else {}


def required_of(schema: Any) -> tuple[str, ...]:
    """The required names of an object schema that it also describes."""
    required = schema.get("required") if isinstance(schema, dict) else None
    properties = properties_of(schema)
    return tuple(name for name in required if isinstance(name, str) and name in properties) if isinstance(required, list) else ()
