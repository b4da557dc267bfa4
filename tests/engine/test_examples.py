"""The agents that are there at the first start: sound, in AutoGPT's format, and they do what they say."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autogpt_lite.app import App, load_registry
from autogpt_lite.config import load_config
from autogpt_lite.engine.validate import starting_nodes, validate_graph
from autogpt_lite.executions.types import ExecuteGraph, NodesQuery
from autogpt_lite.graphs.agent_file import parse_agent_file
from autogpt_lite.graphs.export import without_secrets
from autogpt_lite.paths import packaged_file
from autogpt_lite.users.types import DEFAULT_USER_ID

FILES = sorted(packaged_file("examples").glob("*.json"))


@pytest.fixture(scope="module")
def registry():
    return load_registry(load_config(environ={}))


@pytest.fixture
async def app(tmp_path) -> AsyncIterator[App]:
    async with App.open(load_config(environ={}), tmp_path) as opened:
        yield opened


async def run(app: App, name: str, **inputs: Any) -> tuple[dict[str, list[Any]], str]:
    """Runs an example to its end: its outputs and its status."""
    (graph,) = [graph async for graph in app.graphs.list_graphs(DEFAULT_USER_ID) if graph.name == name]
    started = await app.executions.start_graph(DEFAULT_USER_ID, graph.id, None, ExecuteGraph(inputs=inputs))
    await asyncio.wait_for(app.engine.wait_ended(started), 30)
    found = await app.executions.get_run(DEFAULT_USER_ID, started.id, graph.id, NodesQuery())
    errors = [node for node in found.node_executions if node.status == "FAILED"]
    assert errors == []
    return {name: [msgspec.json.decode(value) for value in values] for name, values in found.outputs.items()}, found.status


def test_there_are_examples():
    assert len(FILES) == 2


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_is_a_sound_agent_file(path: Path, registry):
    graph = parse_agent_file(path.read_bytes())
    for one in (graph, *graph.sub_graphs):
        assert one.name
        assert len(one.description) > 40
        assert starting_nodes(one, registry)
        assert validate_graph(one, registry, for_run=True).node_errors == {}
        assert all("position" in node.metadata for node in one.nodes)
    assert without_secrets(graph, registry).nodes == graph.nodes
    used = {registry.find(node.block_id) for one in (graph, *graph.sub_graphs) for node in one.nodes}
    assert not any(entry.credentials_pins for entry in used)


def test_an_example_that_calls_an_agent_stores_the_pins_of_that_agent(registry):
    from autogpt_lite.graphs.schema import input_schema, output_schema

    graph = parse_agent_file((packaged_file("examples") / "invitations-for-a-party.json").read_bytes())
    (call,) = [node for node in graph.nodes if "graph_version" in node.input_default]
    (sub,) = graph.sub_graphs
    assert call.input_default["graph_id"] == sub.id
    for stored, derived in (("input_schema", input_schema(sub, registry)), ("output_schema", output_schema(sub, registry))):
        assert call.input_default[stored] == derived


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_autogpt_would_take_the_file_as_it_is(path: Path, contract):
    from ..compat.contract_blocks import ContractRegistry

    theirs = ContractRegistry(contract)
    graph = parse_agent_file(path.read_bytes())
    assert validate_graph(graph, theirs, for_run=True).node_errors == {}
    json.loads(path.read_bytes())


async def test_the_loop_ends_and_tells_its_way(app):
    outputs, status = await run(app, "The long way down to one")
    assert status == "COMPLETED"
    assert outputs["Path"] == [[7, 22, 11, 34, 17, 52, 26, 13, 40, 20, 10, 5, 16, 8, 4, 2, 1]]
    assert outputs["Story"] == [
        "7 comes down to 1 in 16 steps, a short way. The highest point is 52: "
        "7 → 22 → 11 → 34 → 17 → 52 → 26 → 13 → 40 → 20 → 10 → 5 → 16 → 8 → 4 → 2 → 1"
    ]


@pytest.mark.parametrize(("start", "steps", "verdict"), [(27, 111, "a long way"), (1, 0, "a short way"), (0, 0, "a short way")])
async def test_the_loop_ends_whatever_it_starts_with(app, start, steps, verdict):
    outputs, status = await run(app, "The long way down to one", **{"Start number": start})
    assert status == "COMPLETED"
    assert len(outputs["Path"][0]) == steps + 1
    assert f"in {steps} steps, {verdict}" in outputs["Story"][0]


async def test_every_guest_gets_an_invitation_of_the_other_agent(app):
    guests = "Ada\nGrace & Vincent\nBrandon Anderson"
    outputs, status = await run(app, "Invitations for a party", Guests=guests, Occasion="a picnic", When="Sunday")
    assert status == "COMPLETED"
    assert outputs["Number of invitations"] == [3]
    assert sorted(outputs["Invitation"]) == [
        "Dear Ada,\n\nwe would love to have you at a picnic on Sunday. Bring somebody you like!",
        "Dear Brandon Anderson,\n\nwe would love to have you at a picnic on Sunday. Bring somebody you like!",
        "Dear Grace & Vincent,\n\nwe would love to have you both at a picnic on Sunday. Come hungry, the two of you!",
    ]


async def test_the_called_agent_is_in_the_library_too(app):
    names = {graph.name async for graph in app.graphs.list_graphs(DEFAULT_USER_ID)}
    assert names == {"The long way down to one", "Invitations for a party", "Invitation writer"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nodes_stand_apart_and_fit_on_a_screen(path: Path):
    top = json.loads(path.read_text(encoding="utf-8"))
    for graph in (top, *top.get("sub_graphs", ())):
        places = [(node["metadata"]["position"]["x"], node["metadata"]["position"]["y"]) for node in graph["nodes"]]
        for (x1, y1), (x2, y2) in itertools.combinations(places, 2):
            assert abs(x1 - x2) >= 208 or abs(y1 - y2) >= 100, f"{graph['name']}: {(x1, y1)} and {(x2, y2)}"
        # Seven columns: more could not be read at 1280 pixels.
        assert max(x for x, _ in places) - min(x for x, _ in places) <= 6 * 224
