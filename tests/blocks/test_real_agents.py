"""Agents that people made with AutoGPT find the pins that they use, and their saved values fit them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autogpt_lite.engine.pins import coercer, sanitize_pin_name
from autogpt_lite.registry import BlockEntry, Registry

# From before a pin got the name or the form that it has today; AutoGPT ignores them, too.
OLD_PINS = {"placeholder_values", "format", "input1", "input2"}


def _graphs(graph: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield graph
    for sub_graph in graph.get("sub_graphs") or ():
        yield from _graphs(sub_graph)


@pytest.fixture(scope="module")
def graphs(contract: Path) -> list[dict[str, Any]]:
    files = sorted((contract / "agents").glob("*.json"))
    assert files
    return [graph for path in files for graph in _graphs(json.loads(path.read_text("utf-8")))]


def _nodes(graphs: list[dict[str, Any]], registry: Registry) -> Iterator[tuple[dict[str, Any], dict[str, Any], BlockEntry]]:
    for graph in graphs:
        for node in graph["nodes"]:
            if (entry := registry.find(node["block_id"])) is not None:
                yield graph, node, entry


def test_links_end_at_pins_that_the_blocks_have(graphs: list, registry: Registry):
    missing = set()
    for graph, node, entry in _nodes(graphs, registry):
        if entry.ui_type == "Agent":
            continue
        for link in graph["links"]:
            if link["source_id"] == node["id"] and sanitize_pin_name(link["source_name"]) not in entry.output_pins:
                missing.add((entry.name, "output", link["source_name"]))
            if link["sink_id"] == node["id"] and sanitize_pin_name(link["sink_name"]) not in entry.input_pins:
                missing.add((entry.name, "input", link["sink_name"]))
    assert {item for item in missing if item[2] not in OLD_PINS} == set()


def test_saved_values_fit_the_pins(graphs: list, registry: Registry):
    problems = []
    for _, node, entry in _nodes(graphs, registry):
        hints = type(entry.block).Input.__annotations_of_all__()
        for name, value in node["input_default"].items():
            base = sanitize_pin_name(name)
            if base not in hints:
                problems += [(entry.name, name)] if name not in OLD_PINS else []
            elif base == name and value is not None and base not in entry.credentials_pins:
                problems += _misfit(entry.name, name, value, hints[name])
    assert problems == []


def _misfit(block: str, name: str, value: Any, hint: Any) -> list[tuple[str, str, str]]:
    convert = coercer(hint)
    try:
        msgspec.convert(value if convert is None else convert(value), hint)
    except (msgspec.ValidationError, ValueError) as error:
        return [(block, name, str(error))]
    return []
