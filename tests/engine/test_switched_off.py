"""A node that is switched off is not run and nothing is charged for it; where it has one obvious way through, what comes in goes on."""

from __future__ import annotations

import time
from typing import Any

import pytest

from autogpt_lite.engine.graph import Graph, Link, Node
from autogpt_lite.engine.plan import compile_plan
from autogpt_lite.engine.switched_off import links_of_run, pin_kind
from autogpt_lite.engine.validate import validate_graph

from .harness import make_graph
from .script_blocks import EchoBlock, EmitBlock, JoinOptionalBlock
from .tiny_blocks import AddBlock, EachBlock, FailBlock, InBlock, JoinBlock, OutBlock, PaidBlock
from .views import inputs_of, stored_nodes

OFF = {"disabled": True}


def emit(*items: tuple[str, Any]) -> tuple[type, dict[str, Any]]:
    return (EmitBlock, {"items": [list(item) for item in items]})


def off(block: type, **inputs: Any) -> tuple[type, dict[str, Any], dict[str, Any]]:
    return (block, inputs, OFF)


async def test_its_value_goes_on_as_if_its_neighbours_were_linked(harness):
    links = ["e.x -> f.a", "f.result -> c.a", "f.error -> d.a"]
    graph = make_graph("g", {"e": emit(("x", 5)), "f": off(FailBlock), "c": EchoBlock, "d": EchoBlock}, links)
    run = await harness.run(graph)
    assert [(row.node_id, row.status) for row in await stored_nodes(harness, run)] == [("e", "COMPLETED"), ("c", "COMPLETED")]
    assert await inputs_of(harness, run, "c") == [{"a": 5}]


async def test_a_chain_of_them_passes_on_and_costs_nothing(harness):
    nodes = {"e": emit(("x", 5)), **{f"p{i}": off(AddBlock, b=1) for i in range(4)}, "c": EchoBlock}
    links = ["e.x -> p0.a", *(f"p{i}.result -> p{i + 1}.a" for i in range(3)), "p3.result -> c.a"]
    run = await harness.run(make_graph("g", nodes, links))
    assert await inputs_of(harness, run, "c") == [{"a": 5}]
    paid = await harness.run(make_graph("h", {"e": emit(("x", 5)), "p": off(PaidBlock)}, ["e.x -> p.a"]))
    assert [row.node_id for row in await stored_nodes(harness, paid)] == ["e"]
    assert paid.stats.cost == 0


@pytest.mark.parametrize(
    ("nodes", "links"),
    [
        pytest.param({"o": off(EachBlock)}, ["e.x -> o.items", "o.item -> c.a"], id="another type comes out"),
        pytest.param({"o": off(AddBlock)}, ["e.x -> o.a", "e.y -> o.b", "o.result -> c.a"], id="two ways in"),
        pytest.param({"o": off(EchoBlock)}, ["e.x -> o.a", "o.a_#_k -> c.a", "o.a -> c.a"], id="two ways out"),
        pytest.param({"o": off(EmitBlock)}, ["o.x -> c.a"], id="no way in"),
        pytest.param({"o": off(FailBlock)}, ["e.x -> o.a", "o.error -> c.a"], id="only its error goes on"),
        pytest.param({"o": off(EchoBlock), "p": off(EchoBlock)}, ["o.a -> p.a", "p.a -> o.a", "p.a -> c.a"], id="a circle"),
        pytest.param({"o": off(EchoBlock)}, ["e.x -> o.a_#_k", "o.a -> c.a"], id="a part of an input"),
    ],
)
async def test_without_an_obvious_way_what_follows_gets_nothing_and_does_not_start_by_itself(harness, nodes, links):
    graph = make_graph("g", {"e": emit(("x", 5), ("y", 6)), **nodes, "c": EchoBlock}, links)
    run = await harness.run(graph)
    assert run.status == "COMPLETED"
    assert {row.node_id for row in await stored_nodes(harness, run)} == {"e"}
    assert validate_graph(graph, harness.engine.core.registry, for_run=True).node_errors == {}


async def test_what_only_hangs_on_one_does_not_run_either_however_long_the_branch_is(harness):
    nodes = {"e": emit(("x", 5)), "o": off(EmitBlock), "p": AddBlock, "q": off(EchoBlock), "r": EchoBlock, "k": JoinOptionalBlock}
    links = ["o.x -> p.a", "o.y -> p.b", "p.result -> q.a", "q.a -> r.a", "r.a -> r.a", "r.a -> k.b", "e.x -> k.a"]
    graph = make_graph("g", nodes, links)
    registry = harness.engine.core.registry
    assert links_of_run(graph, registry).cut_off == {"p", "r"}, "k has a way in that is on"
    assert validate_graph(graph, registry, for_run=True).node_errors == {}
    run = await harness.run(graph)
    assert run.status == "COMPLETED"
    assert {row.node_id for row in await stored_nodes(harness, run)} == {"e", "k"}
    assert await inputs_of(harness, run, "k") == [{"a": 5}]


def test_what_only_hangs_on_one_needs_neither_inputs_nor_a_block_that_is_there(harness):
    registry = harness.engine.core.registry
    graph = make_graph("g", {"e": emit(("x", 5)), "o": off(EmitBlock), "j": JoinBlock}, ["o.x -> j.a"])
    lost = Node(id="lost", block_id="99999999-0000-4000-8000-000000000000")
    graph.nodes.append(lost)
    graph.links.append(Link(id="l", source_id="j", source_name="result", sink_id="lost", sink_name="a"))
    assert validate_graph(graph, registry, for_run=True).node_errors == {}
    graph.nodes[1].metadata = {}
    assert set(validate_graph(graph, registry, for_run=True).node_errors) == {"j", "lost"}


def test_nodes_in_a_circle_that_nothing_begins_are_not_taken_for_such(harness):
    nodes = {"e": emit(("x", 5)), "a": EchoBlock, "b": EchoBlock, "o": off(EmitBlock), "c": EchoBlock}
    graph = make_graph("g", nodes, ["a.a -> b.a", "b.a -> a.a", "o.x -> c.a"])
    assert links_of_run(graph, harness.engine.core.registry).cut_off == {"c"}


async def test_what_it_would_fill_is_a_problem_only_where_it_is_needed(harness):
    registry = harness.engine.core.registry
    nodes = {"e": emit(("x", 5)), "o": off(EmitBlock), "j": JoinBlock, "k": JoinOptionalBlock}
    graph = make_graph("g", nodes, ["e.x -> j.a", "o.x -> j.b", "e.x -> k.a", "o.y -> k.b"])
    problems = validate_graph(graph, registry, for_run=True).node_errors
    assert list(problems) == ["j"]
    assert "switched off" in problems["j"]["b"]
    graph.nodes[2].input_default = {"b": 1}
    assert validate_graph(graph, registry, for_run=True).node_errors == {}
    run = await harness.run(graph)
    assert await inputs_of(harness, run, "j") == [{"a": 5, "b": 1}]
    assert await inputs_of(harness, run, "k") == [{"a": 5}]


def test_it_needs_neither_inputs_nor_a_block_that_is_there_but_an_agent_of_such_nodes_does_not_run(harness):
    registry = harness.engine.core.registry
    graph = make_graph("g", {"e": emit(("x", 5)), "o": off(AddBlock)}, [])
    graph.nodes.append(Node(id="lost", block_id="99999999-0000-4000-8000-000000000000", metadata=OFF))
    assert validate_graph(graph, registry, for_run=True).node_errors == {}
    assert set(validate_graph(graph, registry).node_errors) == {"lost"}, "it is saved as AutoGPT would save it"
    graph.nodes[0].metadata = OFF
    assert "no node that a run could begin with" in validate_graph(graph, registry, for_run=True).node_errors[""]["nodes"]


async def test_inputs_and_outputs_of_the_agent_can_be_off(harness):
    nodes = {"i": (InBlock, {"name": "a"}, OFF), "e": emit(("x", 5)), "o": (OutBlock, {"name": "b"}, OFF)}
    run = await harness.run(make_graph("g", nodes, ["e.x -> o.value"]), {"a": 1})
    assert [row.node_id for row in await stored_nodes(harness, run)] == ["e"]
    assert run.outputs == []


@pytest.mark.parametrize("said", [False, "true", 1, None, [], {}])
def test_only_true_switches_off(said):
    assert not Node(id="n", block_id="b", metadata={"disabled": said}).is_disabled


def test_ten_thousand_of_them_in_a_row_are_gone_through_quickly(harness):
    n = 10_000
    nodes = [Node(id=f"n{i}", block_id=EchoBlock.id, metadata=OFF if 0 < i < n - 1 else {}) for i in range(n)]
    ends = [(i, i + 1) for i in range(n - 1)] + [(i, n - 1) for i in range(1, n - 1)]
    links = [
        Link(id=f"l{a}-{b}", source_id=f"n{a}", source_name="a", sink_id=f"n{b}", sink_name="a", is_static=a == 0)
        for a, b in ends
    ]
    began = time.process_time()
    found, cut_off = links_of_run(Graph(id="g", nodes=nodes, links=links), harness.engine.core.registry)
    assert time.process_time() - began < 5
    assert not cut_off
    assert {(one.source_id, one.sink_id, one.is_static) for one in found} == {("n0", f"n{n - 1}", True)}


def test_nothing_changes_where_none_is_off(harness):
    graph = make_graph("g", {"e": emit(("x", 5)), "c": EchoBlock}, ["e.x -> c.a"])
    registry = harness.engine.core.registry
    assert links_of_run(graph, registry).links is graph.links
    assert [node.id for node in compile_plan(graph, registry).starting] == ["e"]


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, "text"),
        ({"type": ["null", "integer"]}, "number"),
        ({"type": "boolean"}, "toggle"),
        ({"anyOf": [{"type": "array"}, {"type": "null"}]}, "list"),
        ({"oneOf": [{"anyOf": [{"type": "object"}]}]}, "dictionary"),
        ({"enum": ["a"]}, "text"),
        ({"anyOf": [{"type": "string"}, {"type": "number"}]}, "any"),
        ({"anyOf": 3}, "any"),
        ({"type": {}}, "any"),
        (None, "any"),
    ],
)
def test_types_of_pins_are_those_of_the_builder(schema, kind):
    assert pin_kind(schema) == kind
