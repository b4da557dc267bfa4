"""What a graph looks like from outside: the inputs that it takes, the outputs that it gives, and a few facts about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..engine.graph import Graph, Node
from .types import GraphTriggerInfo

if TYPE_CHECKING:
    from ..registry import BlockEntry, Registry

WEBHOOK_TYPES = ("Webhook", "Webhook (manual)")
_OWN_FACTS = ("description", "default", "title", "secret", "advanced")


def input_schema(graph: Graph, registry: Registry) -> dict[str, Any]:
    """The object schema of the graph's inputs: one property for each name of an Input node; of equal names the last counts."""
    return _io_schema(graph, registry, "Input")


def output_schema(graph: Graph, registry: Registry) -> dict[str, Any]:
    """The object schema of the graph's outputs: one property for each name of an Output node."""
    return _io_schema(graph, registry, "Output")


def _io_schema(graph: Graph, registry: Registry, ui_type: str) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: dict[str, bool] = {}
    for node, entry in nodes_of_type(graph, registry, ui_type):
        name = node.input_default.get("name")
        # A node without a name is told about when the graph is saved; here it has nothing to stand under.
        if isinstance(name, str) and name:
            properties[name] = _io_pin_schema(node, entry, name)
            required[name] = "default" not in properties[name]
    return {"type": "object", "properties": properties, "required": [name for name, is_so in required.items() if is_so]}


def _io_pin_schema(node: Node, entry: BlockEntry, name: str) -> dict[str, Any]:
    declared = entry.input_schema["properties"].get("value", {})
    given = node.input_default
    value = given.get("value", declared.get("default"))
    schema: dict[str, Any] = {
        # What has no value to fall back on has to be asked for, so it cannot be a detail.
        "advanced": bool(given.get("advanced")) and value is not None,
        **{key: fact for key, fact in declared.items() if key not in _OWN_FACTS},
        **(entry.block.value_schema(given) or {}),
        "secret": bool(given.get("secret")),
        "title": given.get("title") or name,
    }
    if description := given.get("description"):
        schema["description"] = description
    if value is not None:
        schema["default"] = value
    return schema


def nodes_of_type(graph: Graph, registry: Registry, *ui_types: str) -> Iterator[tuple[Node, BlockEntry]]:
    """The graph's nodes whose block is of one of these types, in stored order, without those that are switched off."""
    for node in graph.nodes:
        entry = None if node.is_disabled else registry.find(node.block_id)
        if entry is not None and entry.ui_type in ui_types:
            yield node, entry


# --- facts --------------------------------------------------------------------------------------------


def has_external_trigger(graph: Graph, registry: Registry) -> bool:
    """Whether something outside (a webhook) starts the graph."""
    return next(nodes_of_type(graph, registry, *WEBHOOK_TYPES), None) is not None


def has_human_in_the_loop(graph: Graph, registry: Registry) -> bool:
    """Whether a node of the graph asks a person."""
    return next(nodes_of_type(graph, registry, "Human In The Loop"), None) is not None


def has_sensitive_action(graph: Graph, registry: Registry) -> bool:
    """Whether a node of the graph does something that a person may want to see first."""
    entries = (registry.find(node.block_id) for node in graph.nodes if not node.is_disabled)
    return any(entry is not None and entry.block.is_sensitive_action for entry in entries)


def trigger_setup_info(graph: Graph, registry: Registry) -> GraphTriggerInfo | None:
    """How the trigger is set up, or None for a graph without one. The first trigger node counts."""
    found = next(nodes_of_type(graph, registry, *WEBHOOK_TYPES), None)
    if found is None or not (webhook := found[1].block.webhook):
        return None
    entry = found[1]
    pins = {
        name: schema
        for name, schema in entry.input_schema["properties"].items()
        if name not in entry.credentials_pins and name != "payload" and not schema.get("hidden")
    }
    required = [name for name in entry.required if name in pins]
    return GraphTriggerInfo(
        provider=str(webhook.get("provider", "")),
        config_schema={"type": "object", "properties": pins, "required": required},
        credentials_input_name=next(iter(entry.credentials_pins), None),
    )
