"""What a run begins with: the inputs of its starting nodes, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..errors import BlockInputError
from .plan import GraphPlan, NodePlan
from .problems import Problems
from .resolve import resolve_input

Masks = Mapping[str, Mapping[str, Any]]


def starting_inputs(
    plan: GraphPlan,
    inputs: Mapping[str, Any],
    masks: Masks,
    problems: Problems,
    pinned: Collection[str] = (),
    skipped: Collection[str] = (),
) -> list[tuple[NodePlan, dict[str, Any], Any]]:
    """[(starting node, its input as it is stored, its input as the block gets it)] in stored order; what is wrong goes into
    `problems`.

    `inputs` are the graph inputs by name; names that no Input node has are ignored. A required one that is missing or null is a
    problem. Nodes in `pinned` and `skipped` run with whatever is there.
    """
    found = []
    for node in plan.starting:
        data = _given(node, inputs, masks)
        if node.id in pinned or node.id in skipped:
            found.append((node, {**node.defaults, **data}, None))
        elif not _is_missing(node, data, problems) and (resolved := _resolve(node, data, problems)) is not None:
            found.append((node, *resolved))
    return found


def _given(node: NodePlan, inputs: Mapping[str, Any], masks: Masks) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if node.is_input and node.name in inputs:
        given["value"] = inputs[node.name]
    given.update(masks.get(node.id, {}))
    return given


def _is_missing(node: NodePlan, data: Mapping[str, Any], problems: Problems) -> bool:
    """Notes a value that only the one who starts the run can give: a graph input, or what a webhook brought."""
    if node.is_input and node.name and _has_no_value(node, data):
        problems.add(node.id, "value", f"The input {node.name!r} is required.")
    elif node.is_trigger and data.get("payload") is None:
        problems.add(node.id, "payload", "This agent starts when its trigger fires, and there is no payload of one.")
    else:
        return False
    return True


def _has_no_value(node: NodePlan, data: Mapping[str, Any]) -> bool:
    # A toggle is false where nothing is said, so it always has a value; most inputs have null.
    schema = node.entry.input_schema["properties"].get("value", {}) if node.entry else {}
    return data.get("value", node.defaults.get("value", schema.get("default"))) is None


def _resolve(node: NodePlan, data: dict[str, Any], problems: Problems) -> tuple[dict[str, Any], Any] | None:
    try:
        if missing := [pin for pin in node.linked_pins if pin not in data]:
            problems.add(node.id, missing[0], "An input node starts at once, so no link may lead to it.")
            return None
        return resolve_input(node, data, dynamic_mask=True)
    except BlockInputError as error:
        problems.add(node.id, "input", str(error))
        return None
