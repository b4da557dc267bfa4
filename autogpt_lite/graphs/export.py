"""Makes a graph safe to hand to others: no secrets, no credentials, nobody's ids."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import msgspec

from ..engine.graph import AGENT_EXECUTOR_BLOCK_ID, Graph, Node
from ..engine.node_pins import properties_of
from .answer import graph_model
from .secret_names import is_secret_header, is_secret_key
from .secret_texts import without_secret_texts
from .types import GraphModel

if TYPE_CHECKING:
    from ..registry import BlockEntry, Registry

_RUN_METADATA = {"pinned_output"}
"""What a past run gave and the builder keeps on a node: data of its owner, not a part of the agent."""
_AGENT_SCHEMAS = ("input_schema", "output_schema")


def export_graph(graph: Graph, registry: Registry) -> GraphModel:
    """The graph as an agent file holds it. The graph itself is not changed."""
    return graph_model(without_secrets(graph, registry), registry)


def export_file(graph: Graph, registry: Registry) -> bytes:
    """The bytes of an agent file; the same graph gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(export_graph(graph, registry)), indent=2)


def without_secrets(graph: Graph, registry: Registry) -> Graph:
    """A copy of a graph and its sub-graphs without secret values, credentials and user ids."""
    clean = copy.copy(graph)
    clean.user_id = clean.note = ""
    clean.nodes = [_without_secrets(node, registry.find(node.block_id)) for node in graph.nodes]
    clean.sub_graphs = [without_secrets(sub, registry) for sub in graph.sub_graphs]
    return clean


def _without_secrets(node: Node, entry: BlockEntry | None) -> Node:
    given = {name: value for name, value in node.input_default.items() if not _is_secret_pin(name, node, entry)}
    if node.block_id == AGENT_EXECUTOR_BLOCK_ID:
        schemas = {key: _schema_without_secrets(given[key]) for key in _AGENT_SCHEMAS if key in given}
        # The names in these schemas are the pins of another agent, so the schemas stay whole.
        given = {**_cleaned(given), **schemas, "user_id": ""}
        _drop_secret_inputs(given)
    else:
        given = _cleaned(given)
    metadata = {key: value for key, value in node.metadata.items() if key not in _RUN_METADATA}
    return Node(id=node.id, block_id=node.block_id, input_default=given, metadata=_cleaned(metadata))


def _is_secret_pin(name: str, node: Node, entry: BlockEntry | None) -> bool:
    if entry is None:
        return False
    schema = entry.input_schema["properties"].get(name, {})
    is_secret_input = name == "value" and bool(node.input_default.get("secret")) and entry.ui_type in ("Input", "Output")
    return bool(schema.get("secret")) or name in entry.credentials_pins or is_secret_input


def _cleaned(value: Any) -> Any:
    """A copy of plain JSON without the secret keys, at any depth, and without secrets inside of texts. Lists of {name or key, value}
    count as keys too; below `headers`, whatever a header may hold a secret in."""
    root: list[Any] = [None]
    stack: list[tuple[Any, Any, Any, bool]] = [(root, 0, value, False)]
    while stack:
        holder, place, current, is_headers = stack.pop()
        if isinstance(current, dict):
            made: Any = {key: item for key, item in current.items() if not _is_hidden(key, item, is_headers)}
            if _names_a_secret(made, is_headers):
                made = {key: item for key, item in made.items() if key != "value"}
            stack.extend((made, key, item, is_headers or "headers" in key.lower()) for key, item in made.items())
        elif isinstance(current, list):
            made = list(current)
            stack.extend((made, i, item, is_headers) for i, item in enumerate(made))
        else:
            made = without_secret_texts(current) if isinstance(current, str) else current
        holder[place] = made
    return root[0]


def _is_hidden(key: str, value: Any, is_headers: bool) -> bool:
    pin, _, name = key.rpartition("_#_")  # the field of a pin: headers_#_X-Key
    in_headers = is_headers or "headers" in pin.lower()
    return is_secret_key(key, value) or (in_headers and isinstance(value, str) and is_secret_header(name))


def _names_a_secret(entry: dict[str, Any], is_headers: bool) -> bool:
    name = entry.get("name", entry.get("key"))
    return "value" in entry and isinstance(name, str) and _is_hidden(name, entry["value"], is_headers)


def _schema_without_secrets(schema: Any) -> Any:
    properties = properties_of(schema)
    if not properties:
        return schema
    kept = {
        name: {key: fact for key, fact in pin.items() if key != "default"} if _is_secret_schema(name, pin) else pin
        for name, pin in properties.items()
    }
    return {**schema, "properties": kept}


def _is_secret_schema(name: str, pin: Any) -> bool:
    return isinstance(pin, dict) and (bool(pin.get("secret")) or is_secret_key(name, pin.get("default")))


def _drop_secret_inputs(given: dict[str, Any]) -> None:
    secret = {name for name, pin in properties_of(given.get("input_schema")).items() if _is_secret_schema(name, pin)}
    if isinstance(inputs := given.get("inputs"), dict):
        given["inputs"] = {name: value for name, value in inputs.items() if name not in secret}
