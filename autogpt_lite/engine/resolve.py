"""From the values that links brought to the input of a block (semantics 4)."""

from __future__ import annotations

from typing import Any

import msgspec

from ..errors import BlockInputError
from .pins import merge_dynamic_pins
from .plan import NodePlan


def resolve_input(node: NodePlan, data: dict[str, Any], *, dynamic_mask: bool = False) -> tuple[dict[str, Any], Any]:
    """(the input as it is stored, the input as the block gets it). Every linked pin has to be in `data` already.

    Raises BlockInputError where the values do not fit the block.
    """
    merged = merge_defaults(node, data)
    if node.has_dynamic_pins or dynamic_mask:
        merged = merge_dynamic_pins(merged)
    entry = node.entry
    if entry is None:
        return merged, None
    if node.is_agent:
        return merged, _agent_input(node, merged)
    offered = merged
    if entry.credentials_pins:
        offered = _without_empty_credentials(merged, entry.credentials_pins)
    try:
        # Most values fit as they are, and then one call in C both proves it and makes the block's input.
        return merged, entry.convert_input(offered if None not in offered.values() else _without_none(offered))
    except (msgspec.ValidationError, ValueError):
        pass
    for name, coerce in entry.coercers:
        value = merged.get(name)
        if value is not None:
            merged[name] = coerce(value)
    return merged, block_input(node, merged)


def merge_defaults(node: NodePlan, data: dict[str, Any]) -> dict[str, Any]:
    """The values of links over those on the node. Lists and dictionaries are copied: a block may change what it is given."""
    merged = {**node.defaults, **data}
    for name in node.container_defaults:
        if name not in data:
            merged[name] = isolated(merged[name])
    return merged


def unchecked_input(node: NodePlan, data: dict[str, Any]) -> dict[str, Any]:
    """The input as it is stored of a node whose block does not run, because its outputs are pinned: nothing has to fit."""
    merged = merge_defaults(node, data)
    try:
        return merge_dynamic_pins(merged) if node.has_dynamic_pins else merged
    except BlockInputError:
        return merged


def block_input(node: NodePlan, merged: dict[str, Any]) -> Any:
    """The block's Input from what is stored of an execution. Raises BlockInputError."""
    entry = node.entry
    if node.is_agent:
        # The user is the one who runs it, whoever's id an imported file holds (semantics 7).
        return convert_input(entry, {**node.input_default, "user_id": "", "inputs": merged})
    return convert_input(entry, _without_empty_credentials(merged, entry.credentials_pins) if entry.credentials_pins else merged)


def convert_input(entry: Any, data: dict[str, Any]) -> Any:
    """The block's Input from plain JSON. None counts as absent. Raises BlockInputError."""
    try:
        return entry.convert_input(_without_none(data))
    except (msgspec.ValidationError, ValueError) as error:
        raise BlockInputError(f"{entry.name}: {_readable(error)}") from None


def _readable(error: Exception) -> str:
    # msgspec says "Expected `str`, got `int` - at `$.name`"; a user knows pins, not paths.
    return str(error).replace("Object missing required field", "a required input is missing:").replace(" - at `$.", " - at pin `")


def _without_none(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}


def _without_empty_credentials(data: dict[str, Any], pins: tuple[str, ...]) -> dict[str, Any]:
    return {k: v for k, v in data.items() if k not in pins or (isinstance(v, dict) and v.get("id"))}


def _agent_input(node: NodePlan, inputs: dict[str, Any]) -> Any:
    schema = node.input_default.get("input_schema") or {}
    missing = [name for name in schema.get("required") or () if inputs.get(name) is None]
    if missing:
        raise BlockInputError(f"the agent needs a value for {', '.join(map(repr, missing))}")
    return block_input(node, inputs)


def isolated(value: Any) -> Any:
    """A value that its receiver may change without others seeing it; scalars are their own."""
    return msgspec.to_builtins(value) if value.__class__ in (dict, list) else value
