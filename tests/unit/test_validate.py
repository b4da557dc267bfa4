"""A graph with mistakes is refused with all of them, by node; one without is not."""

from __future__ import annotations

import time
from typing import Any

import pytest

from autogpt_lite.engine.plan import compile_plan
from autogpt_lite.engine.problems import MAX_PROBLEMS, Problems
from autogpt_lite.engine.starting import starting_inputs
from autogpt_lite.engine.validate import (
    MAX_LINKS,
    MAX_NODES,
    MAX_SUB_GRAPHS,
    check_size,
    force_static_links,
    starting_nodes,
    validate_graph,
)
from autogpt_lite.errors import GraphValidationError, PayloadTooLargeError

from .graph_blocks import (
    CallBlock,
    DriveBlock,
    FetchBlock,
    GiveBlock,
    HookBlock,
    ModelBlock,
    NoteBlock,
    OffBlock,
    TakeBlock,
    WorkBlock,
    call_of,
    make_graph,
    make_registry,
    make_sub_graph,
)

REGISTRY = make_registry()
UNKNOWN = "99999999-0000-4000-8000-000000000000"


def problems_of(graph, **more: Any) -> dict[str, set[str]]:
    return {node: set(fields) for node, fields in validate_graph(graph, REGISTRY, **more).node_errors.items()}


def test_a_sound_graph_has_no_problems():
    nodes = {"in": (TakeBlock, {"name": "x"}), "work": (WorkBlock, {}), "out": (GiveBlock, {"name": "y"}), "note": NoteBlock}
    graph = make_graph(nodes, ["in.result -> work.a", "work.out_#_k -> out.value", "work.out -> work.values_$_0"])
    assert problems_of(graph) == {}
    assert problems_of(graph, for_run=True) == {}


def test_every_structural_problem_is_reported_at_once():
    nodes = {"a": (WorkBlock, {"a": 1}), "b": (WorkBlock, {"a": 1}), "c": UNKNOWN, "d": OffBlock}
    links = ["a.nope -> b.a", "a.out -> b.nope", "a.out -> ghost.x", "ghost.y -> b.a", "ghost.y -> spirit.x", "c.any -> b.a"]
    assert problems_of(make_graph(nodes, links)) == {
        "a": {"nope", "out"},
        "b": {"nope", "a"},
        "c": {"block_id"},
        "d": {"block_id"},
        "": {"link l4"},
    }


def test_two_nodes_with_one_id_are_a_problem():
    graph = make_graph({"a": (WorkBlock, {"a": 1})})
    graph.nodes *= 2
    assert problems_of(graph) == {"a": {"id"}}


def test_two_problems_of_one_pin_are_both_told():
    graph = make_graph({"a": (WorkBlock, {"a": 1})}, ["a.out -> ghost.x", "a.out -> spirit.x"])
    message = validate_graph(graph, REGISTRY).node_errors["a"]["out"]
    assert "'ghost'" in message
    assert "'spirit'" in message


def test_tool_pins_need_no_declaration():
    graph = make_graph({"a": (WorkBlock, {"a": 1}), "b": (WorkBlock, {})}, ["a.tools_^_b_~_a -> b.a", "a.tools -> b.values"])
    assert problems_of(graph, for_run=True) == {}


def test_unknown_blocks_can_be_listed_instead_of_refused():
    graph = make_graph({"a": UNKNOWN, "b": UNKNOWN, "c": (WorkBlock, {"a": 1})}, ["a.any -> b.thing", "a.any -> c.nope"])
    problems = validate_graph(graph, REGISTRY, allow_missing_blocks=True)
    assert problems.missing_blocks == {UNKNOWN: ["a", "b"]}
    assert set(problems.node_errors) == {"c"}


@pytest.mark.parametrize(
    ("node", "at_save", "at_run"),
    [
        ((WorkBlock, {}), set(), {"a"}),
        ((WorkBlock, {"a": None}), set(), {"a"}),
        ((WorkBlock, {"a": 0}), set(), set()),
        ((TakeBlock, {}), {"name"}, {"name"}),
        ((GiveBlock, {"name": None}), {"name"}, {"name"}),
        ((TakeBlock, {"name": "credentials"}), {"name"}, {"name"}),
        ((TakeBlock, {"name": "my_credentials"}), {"name"}, {"name"}),
        ((CallBlock, {"graph_version": True}), {"graph_id", "graph_version"}, {"graph_id", "graph_version"}),
        (call_of(), {"number"}, {"number"}),
        ((CallBlock, {**call_of()[1], "inputs": {"number": 1}}), set(), set()),
        ((ModelBlock, {}), set(), set()),
        ((ModelBlock, {"model": " "}), set(), set()),
        ((FetchBlock, {}), set(), {"url"}),
        ((FetchBlock, {"credentials": {"id": "x"}}), {"credentials"}, {"credentials", "url"}),
        ((WorkBlock, {"a": 1, "duration": 5}), set(), {"duration"}),
        ((WorkBlock, {"a": 1, "duration": 5, "unit": " "}), set(), {"duration"}),
        ((WorkBlock, {"a": 1, "duration": 5, "unit": "day"}), set(), set()),
        ((DriveBlock, {"document": "id"}), {"document"}, {"document"}),
        ((DriveBlock, {"document": {"id": "x"}}), {"document"}, {"document"}),
        ((DriveBlock, {"document": {"id": "x", "_credentials_id": None}}), set(), set()),
        ((DriveBlock, {"document": None}), set(), set()),
        ((NoteBlock, {"text": 5}), set(), set()),
    ],
)
def test_what_a_node_needs(node, at_save, at_run):
    graph = make_graph({"n": node, "start": (WorkBlock, {"a": 1})})
    assert problems_of(graph).get("n", set()) == at_save
    assert problems_of(graph, for_run=True).get("n", set()) == at_run


def test_a_link_or_a_mask_gives_a_value():
    graph = make_graph({"s": (WorkBlock, {"a": 1}), "n": (WorkBlock, {}), "m": (WorkBlock, {})}, ["s.out -> n.a"])
    assert problems_of(graph, for_run=True) == {"m": {"a"}}
    assert problems_of(graph, for_run=True, masks={"m": {"a": 1}}) == {}


def test_a_pinned_node_needs_neither_its_block_nor_its_inputs():
    graph = make_graph({"a": UNKNOWN, "b": (WorkBlock, {}), "c": (OffBlock, {})}, ["a.any -> b.nope", "b.nope -> c.x"])
    assert set(problems_of(graph, for_run=True)) == {"a", "b", "c"}
    assert problems_of(graph, for_run=True, pinned={"a", "b", "c"}) == {}


def test_sub_graphs_are_judged_with_their_graph():
    graph = make_graph({"call": (CallBlock, {**call_of()[1], "inputs": {"number": 1}})})
    graph.sub_graphs = [make_graph({"inner": (WorkBlock, {})}, id="sub", version=3)]
    assert problems_of(graph) == {}
    assert problems_of(graph, for_run=True) == {"inner": {"a"}}


def test_a_run_needs_a_node_to_begin_with():
    graph = make_graph({"a": (WorkBlock, {}), "note": NoteBlock}, ["a.out -> a.a"])
    assert problems_of(graph) == {}
    assert problems_of(graph, for_run=True) == {"": {"nodes"}}


def test_a_link_into_an_input_of_the_agent_refuses_the_run():
    graph = make_graph({"a": (WorkBlock, {"a": 1}), "in": (TakeBlock, {"name": "x"})}, ["a.out -> in.value"])
    assert problems_of(graph) == {}
    assert problems_of(graph, for_run=True) == {"in": {"value"}}


def test_odd_schemas_of_agent_nodes_are_no_crash():
    for schema in (None, [], "x", {"properties": []}, {"properties": {"a": 1}, "required": {"a": 1}}, {"required": [[], "b"]}):
        values = {**call_of()[1], "input_schema": schema, "output_schema": schema, "inputs": schema}
        validate_graph(make_graph({"n": (CallBlock, values)}, ["n.x -> n.y"]), REGISTRY, for_run=True)


def test_a_problem_names_its_node_and_the_number_of_others():
    with pytest.raises(GraphValidationError, match=r"node n, a: .* \(and 1 more problems\)") as caught:
        validate_graph(make_graph({"n": (WorkBlock, {}), "m": (WorkBlock, {})}), REGISTRY, for_run=True).raise_if_any()
    assert caught.value.status == 400
    assert set(caught.value.node_errors) == {"n", "m"}


# --- static links and starting nodes --------------------------------------------------------------------


def test_links_from_a_block_with_static_output_become_static_and_others_stay():
    graph = make_graph(
        {"in": (TakeBlock, {"name": "x"}), "a": WorkBlock}, ["in.result -> a.a", "a.out -> a.values", "a.out -> a.a"]
    )
    graph.links[1].is_static = True
    force_static_links(graph, REGISTRY)
    assert [link.is_static for link in graph.links] == [True, True, False]


def test_starting_nodes_have_no_link_into_them_or_are_inputs():
    nodes = {"note": NoteBlock, "b": (WorkBlock, {}), "in": (TakeBlock, {"name": "x"}), "a": (WorkBlock, {}), "c": UNKNOWN}
    graph = make_graph(nodes, ["a.out -> b.a", "a.out -> in.value"])
    assert [node.id for node in starting_nodes(graph, REGISTRY)] == ["in", "a", "c"]


# --- what a run begins with -----------------------------------------------------------------------------


def start(graph, inputs=None, masks=None, **more: Any):
    problems = Problems()
    found = starting_inputs(compile_plan(graph, REGISTRY), inputs or {}, masks or {}, problems, **more)
    return {node.id: data for node, data, *_ in found}, problems.node_errors


def test_a_missing_required_input_of_the_agent_is_named():
    graph = make_graph({"in": (TakeBlock, {"name": "topic"}), "with default": (TakeBlock, {"name": "style", "value": "dry"})})
    for inputs in ({}, {"topic": None}, {"other": 1}):
        data, errors = start(graph, inputs)
        assert list(errors) == ["in"]
        assert "'topic'" in errors["in"]["value"]
        assert data == {"with default": {"name": "style", "value": "dry"}}


def test_inputs_go_to_the_nodes_of_their_name_and_masks_win():
    graph = make_graph({"in": (TakeBlock, {"name": "topic"}), "work": (WorkBlock, {"a": "5"})})
    data, errors = start(graph, {"topic": "sea", "unknown": 1}, {"in": {"value": "sky"}, "work": {"values_$_0": 7}})
    assert errors == {}
    assert data["in"]["value"] == "sky"
    assert data["work"]["a"] == 5
    assert data["work"]["values"] == [7]


def test_a_starting_node_with_a_wrong_value_is_a_problem():
    data, errors = start(make_graph({"work": (WorkBlock, {"a": 1, "values_$_x": 1}), "other": (WorkBlock, {"a": 1})}))
    assert list(errors) == ["work"]
    assert list(data) == ["other"]


def test_an_agent_with_a_trigger_needs_the_payload_of_its_trigger():
    graph = make_graph({"hook": HookBlock})
    assert list(start(graph)[1]) == ["hook"]
    assert start(graph, masks={"hook": {"payload": {"a": 1}}})[0]["hook"]["payload"] == {"a": 1}


def test_pinned_and_skipped_nodes_start_with_whatever_is_there():
    graph = make_graph({"in": (TakeBlock, {"name": "topic"}), "work": (WorkBlock, {})})
    data, errors = start(graph, pinned={"in"}, skipped={"work"})
    assert errors == {}
    assert set(data) == {"in", "work"}


# --- limits ---------------------------------------------------------------------------------------------


def test_a_graph_beyond_the_limits_is_refused_before_it_is_looked_at():
    too_many_nodes = make_graph({"a": WorkBlock})
    too_many_nodes.nodes *= MAX_NODES + 1
    too_many_links = make_graph({"a": WorkBlock}, ["a.out -> a.a"])
    too_many_links.links *= MAX_LINKS + 1
    too_many_subs = make_graph({})
    too_many_subs.sub_graphs = [make_sub_graph()] * (MAX_SUB_GRAPHS + 1)
    nested = make_graph({})
    nested.sub_graphs = [too_many_nodes]
    for graph in (too_many_nodes, too_many_links, too_many_subs, nested):
        with pytest.raises(PayloadTooLargeError):
            check_size(graph)


def test_the_largest_graph_is_judged_in_seconds_and_a_broken_one_answers_briefly():
    nodes = {f"n{i}": (WorkBlock, {}) for i in range(MAX_NODES)}
    links = [f"n{i % MAX_NODES}.out -> n{(i * 7 + 1) % MAX_NODES}.nope" for i in range(MAX_LINKS)]
    graph = make_graph(nodes, links)
    began = time.process_time()
    problems = validate_graph(graph, REGISTRY, for_run=True)
    assert time.process_time() - began < 5
    assert sum(map(len, problems.node_errors.values())) <= MAX_PROBLEMS < problems.count
