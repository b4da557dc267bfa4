"""What a user may rely on when values travel from node to node (contract: semantics 3 and 4)."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from autogpt_lite.engine.propagation import _fill_static
from autogpt_lite.errors import GraphValidationError

from .harness import make_graph
from .script_blocks import (
    ChangesItsInputBlock,
    EchoBlock,
    EmitAsyncBlock,
    EmitBlock,
    JoinOptionalBlock,
    StaticBlock,
    TypedBlock,
    WithoutOutputBlock,
)
from .tiny_blocks import AddBlock, InBlock, JoinBlock, OutBlock
from .views import inputs_of, stored_nodes, stored_of, stored_run, values_of


def emit(*items, block=EmitBlock):
    """A node that yields these (pin, value)."""
    return (block, {"items": [list(item) for item in items]})


# --- yields and consumers ----------------------------------------------------------------------------------


async def test_every_yield_starts_the_consumer_anew(harness):
    graph = make_graph("g", {"e": emit(("x", 1), ("x", 2), ("x", 3)), "c": EchoBlock}, ["e.x -> c.a"])
    run = await harness.run(graph)
    assert await inputs_of(harness, run, "c") == [{"a": 1}, {"a": 2}, {"a": 3}]


async def test_every_link_of_a_pin_gets_the_value_in_stored_order(harness):
    graph = make_graph("g", {"e": emit(("x", 7)), "c": EchoBlock, "d": EchoBlock}, ["e.x -> d.a", "e.x -> c.a"])
    run = await harness.run(graph)
    assert [row.node_id for row in await stored_nodes(harness, run)] == ["e", "d", "c"]


async def test_a_pin_that_nothing_is_yielded_on_starts_nothing(harness):
    graph = make_graph("g", {"e": emit(("x", 1)), "c": EchoBlock}, ["e.y -> c.a"])
    run = await harness.run(graph)
    assert run.status == "COMPLETED"
    assert await stored_of(harness, run, "c") == []


async def test_a_node_without_outputs_completes(harness):
    run = await harness.run(make_graph("g", {"e": WithoutOutputBlock, "c": EchoBlock}, ["e.x -> c.a"]))
    assert [(row.node_id, row.status) for row in await stored_nodes(harness, run)] == [("e", "COMPLETED")]


async def test_two_links_into_one_pin_run_the_node_once_for_each_value(harness):
    graph = make_graph("g", {"e": emit(("x", 1), ("y", 2)), "c": EchoBlock}, ["e.x -> c.a", "e.y -> c.a"])
    run = await harness.run(graph)
    assert await inputs_of(harness, run, "c") == [{"a": 1}, {"a": 2}]


async def test_one_link_twice_gives_the_value_twice(harness):
    graph = make_graph("g", {"e": emit(("x", 1)), "c": EchoBlock}, ["e.x -> c.a", "e.x -> c.a"])
    run = await harness.run(graph)
    assert await inputs_of(harness, run, "c") == [{"a": 1}, {"a": 1}]


async def test_a_consumer_that_changes_a_shared_value_does_not_change_it_for_the_next(harness):
    graph = make_graph("g", {"e": emit(("x", ["v"])), "c": ChangesItsInputBlock, "d": EchoBlock}, ["e.x -> c.a", "e.x -> d.a"])
    run = await harness.run(graph)
    assert await values_of(harness, run, "c", "a") == [["v", "changed"]]
    assert await inputs_of(harness, run, "d") == [{"a": ["v"]}]
    assert await values_of(harness, run, "e", "x") == [["v"]]


async def test_a_block_that_changes_its_default_does_not_change_the_graph(harness):
    graph = make_graph("g", {"e": emit(("x", 1), ("x", 2)), "c": (ChangesItsInputBlock, {"b": ["default"]})}, ["e.x -> c.a"])
    for _ in range(2):
        run = await harness.run(graph)
        assert await values_of(harness, run, "c", "b") == [["default", "changed"]] * 2


async def test_a_block_that_changes_a_static_value_does_not_change_it_for_the_next(harness):
    numbers = emit(("x", 1), ("x", 2), ("x", 3), block=EmitAsyncBlock)
    nodes = {"s": emit(("x", ["static"]), block=StaticBlock), "e": numbers, "c": ChangesItsInputBlock}
    run = await harness.run(make_graph("g", nodes, ["s.x => c.b", "e.x -> c.a"]))
    assert await values_of(harness, run, "c", "b") == [["static", "changed"]] * 3


async def test_a_block_that_changes_a_mask_does_not_change_it_for_the_next(harness):
    nodes = {"e": emit(("x", 1), ("x", 2)), "c": ChangesItsInputBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x -> c.a"]), masks={"c": {"b": ["mask"]}})
    assert await values_of(harness, run, "c", "b") == [["mask", "changed"]] * 2


# --- matching ------------------------------------------------------------------------------------------------


async def test_values_are_matched_first_in_first_out(harness):
    nodes = {"e": emit(("x", 1), ("x", 2), ("x", 3), ("y", "a"), ("y", "b"), ("y", "c")), "j": JoinBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x -> j.a", "e.y -> j.b"]))
    assert await values_of(harness, run, "j", "pair") == [[1, "a"], [2, "b"], [3, "c"]]


async def test_what_stays_incomplete_does_not_keep_the_run_from_completing(harness):
    nodes = {"e": emit(("x", 1), ("x", 2), ("x", 3), ("y", "only")), "j": JoinBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x -> j.a", "e.y -> j.b"]))
    assert run.status == "COMPLETED"
    assert (await stored_run(harness, run))["status"] == "COMPLETED"
    assert await inputs_of(harness, run, "j") == [{"a": 1, "b": "only"}]
    assert await inputs_of(harness, run, "j", "INCOMPLETE") == [{"a": 2}, {"a": 3}]


async def test_the_oldest_execution_that_lacks_the_pin_gets_the_value(harness):
    nodes = {"e": emit(("y", "a"), ("x", 1), ("x", 2), ("y", "b"), ("y", "c")), "j": JoinBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x -> j.a", "e.y -> j.b"]))
    assert await values_of(harness, run, "j", "pair") == [[1, "a"], [2, "b"]]
    assert await inputs_of(harness, run, "j", "INCOMPLETE") == [{"b": "c"}]


async def test_three_pins_wait_for_all_three(harness):
    nodes = {"e": emit(("x", 1), ("y", 2), ("x", 3), ("y", 4)), "f": emit(("x", "f")), "j": JoinOptionalBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x -> j.a", "e.y -> j.b", "f.x -> j.c"]))
    assert await values_of(harness, run, "j", "got") == [[1, 2, "f"]]
    assert await inputs_of(harness, run, "j", "INCOMPLETE") == [{"a": 3, "b": 4}]


async def test_a_default_does_not_stand_in_for_a_linked_pin(harness):
    nodes = {"e": emit(("x", 1)), "never": WithoutOutputBlock, "j": (JoinOptionalBlock, {"b": "node default"})}
    run = await harness.run(make_graph("g", nodes, ["e.x -> j.a", "never.x -> j.b"]))
    assert await inputs_of(harness, run, "j", "INCOMPLETE") == [{"a": 1}]
    assert await inputs_of(harness, run, "j") == []


async def test_defaults_fill_what_no_link_brings_and_links_win_over_defaults(harness):
    nodes = {"e": emit(("x", "linked")), "j": (JoinOptionalBlock, {"a": "unused", "b": "node default"})}
    run = await harness.run(make_graph("g", nodes, ["e.x -> j.a"]))
    assert await values_of(harness, run, "j", "got") == [["linked", "node default", "default c"]]


async def test_a_required_pin_without_a_value_leaves_the_execution_incomplete(harness):
    run = await harness.run(make_graph("g", {"e": emit(("x", 1)), "j": JoinBlock}, ["e.x -> j.a"]))
    assert await inputs_of(harness, run, "j", "INCOMPLETE") == [{"a": 1}]
    assert run.status == "COMPLETED"


# --- None ---------------------------------------------------------------------------------------------------


async def test_a_yield_of_none_fires_the_link_of_that_name(harness):
    run = await harness.run(make_graph("g", {"e": emit(("x", None)), "c": EchoBlock}, ["e.x -> c.a"]))
    assert await inputs_of(harness, run, "c") == [{"a": None}]


async def test_a_selection_that_finds_none_does_not_fire(harness):
    nodes = {"e": emit(("x", {"k": None}), ("x", {}), ("x", "text"), ("x", {"k": 5})), "c": EchoBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x_#_k -> c.a"]))
    assert await inputs_of(harness, run, "c") == [{"a": 5}]


async def test_none_on_a_required_pin_leaves_the_execution_incomplete(harness):
    run = await harness.run(make_graph("g", {"e": emit(("x", None), ("y", 1)), "j": JoinBlock}, ["e.x -> j.a", "e.y -> j.b"]))
    assert await inputs_of(harness, run, "j", "INCOMPLETE") == [{"a": None, "b": 1}]


async def test_none_counts_as_absent_where_the_block_has_a_default(harness):
    run = await harness.run(make_graph("g", {"e": emit(("x", None)), "c": AddBlock}, ["e.x -> c.b"]), masks={"c": {"a": 1}})
    assert await values_of(harness, run, "c", "result") == [2]


# --- static links -----------------------------------------------------------------------------------------------


async def test_a_static_value_is_taken_again_for_every_later_arrival(harness):
    nodes = {"s": emit(("x", "static"), block=StaticBlock), "e": emit(("x", 1), ("x", 2), ("x", 3)), "j": JoinBlock}
    run = await harness.run(make_graph("g", nodes, ["s.x => j.b", "e.x -> j.a"]))
    assert await values_of(harness, run, "j", "pair") == [[1, "static"], [2, "static"], [3, "static"]]
    assert await inputs_of(harness, run, "j", "INCOMPLETE") == []


async def test_a_static_value_alone_starts_nothing(harness):
    nodes = {"s": emit(("x", "static"), block=StaticBlock), "never": WithoutOutputBlock, "j": JoinBlock}
    run = await harness.run(make_graph("g", nodes, ["s.x => j.b", "never.x -> j.a"]))
    assert await inputs_of(harness, run, "j", "INCOMPLETE") == [{"b": "static"}]


async def test_a_static_value_that_comes_late_releases_all_that_waited_for_it(harness):
    nodes = {"e": emit(("x", 1), ("x", 2), ("x", 3)), "s": emit(("x", "late"), block=EmitAsyncBlock), "j": JoinBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x -> j.a", "s.x => j.b"]))
    assert await values_of(harness, run, "j", "pair") == [[1, "late"], [2, "late"], [3, "late"]]


async def test_a_link_that_is_not_static_releases_only_one(harness):
    nodes = {"e": emit(("x", 1), ("x", 2)), "s": emit(("x", "late"), block=EmitAsyncBlock), "j": JoinBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x -> j.a", "s.x -> j.b"]))
    assert await values_of(harness, run, "j", "pair") == [[1, "late"]]


async def test_the_latest_static_value_counts(harness):
    nodes = {
        "s": emit(("x", "first"), ("x", "second"), block=StaticBlock),
        "e": emit(("x", 1), ("x", 2), ("x", 3)),
        "j": JoinBlock,
    }
    run = await harness.run(make_graph("g", nodes, ["s.x => j.b", "e.x -> j.a"]))
    # "second" opened an execution of its own and is joined by 2; 3 finds nothing pending and takes the latest.
    assert await values_of(harness, run, "j", "pair") == [[1, "first"], [2, "second"], [3, "second"]]


def test_where_the_latest_execution_lacks_the_static_pin_it_is_none():
    sink = SimpleNamespace(static_pins=("s", "t"))
    data = {"a": 1, "t": "own"}
    _fill_static(data, sink, {"a": 5})
    assert data == {"a": 1, "s": None, "t": "own"}
    data = {"a": 1}
    _fill_static(data, sink, None)  # no execution yet: nothing to take
    assert data == {"a": 1}


async def test_links_from_an_input_node_serve_many_arrivals(harness):
    nodes = {
        "in": (InBlock, {"name": "n"}),
        "e": emit(("x", 1), ("x", 2), ("x", 3)),
        "add": AddBlock,
        "out": (OutBlock, {"name": "sum"}),
    }
    graph = make_graph("g", nodes, ["in.result => add.b", "e.x -> add.a", "add.result -> out.value"])
    run = await harness.run(graph, {"n": 10})
    assert [text for _, text in run.outputs] == [b"11", b"12", b"13"]


# --- masks --------------------------------------------------------------------------------------------------------


async def test_a_mask_wins_over_links_and_defaults(harness):
    nodes = {"e": emit(("x", "linked")), "j": (JoinOptionalBlock, {"b": "node default"})}
    masks = {"j": {"a": "masked", "b": "masked too"}}
    run = await harness.run(make_graph("g", nodes, ["e.x -> j.a"]), masks=masks)
    assert await values_of(harness, run, "j", "got") == [["masked", "masked too", "default c"]]


async def test_a_masked_pin_need_not_be_linked_any_more(harness):
    nodes = {"e": emit(("x", 1), ("x", 2)), "never": WithoutOutputBlock, "j": JoinBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x -> j.a", "never.x -> j.b"]), masks={"j": {"b": "masked"}})
    assert await values_of(harness, run, "j", "pair") == [[1, "masked"], [2, "masked"]]


async def test_a_mask_reaches_starting_nodes(harness):
    run = await harness.run(make_graph("g", {"c": (EchoBlock, {"a": "default"})}, []), masks={"c": {"a": "masked"}})
    assert await values_of(harness, run, "c", "a") == ["masked"]


async def test_a_mask_for_another_node_changes_nothing(harness):
    run = await harness.run(make_graph("g", {"c": (EchoBlock, {"a": "default"})}, []), masks={"other": {"a": "masked"}})
    assert await values_of(harness, run, "c", "a") == ["default"]


async def test_a_mask_with_a_dynamic_pin_is_merged(harness):
    nodes = {"e": emit(("x", 1)), "t": TypedBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x -> t.number"]), masks={"t": {"table_#_k": "v"}})
    [got] = await values_of(harness, run, "t", "got")
    assert got["table"] == {"k": "v"}


# --- inputs and outputs of the run -----------------------------------------------------------------------------------


async def test_inputs_reach_the_input_nodes_of_their_name_and_extra_ones_are_ignored(harness):
    nodes = {"a": (InBlock, {"name": "a"}), "b": (InBlock, {"name": "b"}), "out": (OutBlock, {"name": "o"})}
    graph = make_graph("g", nodes, ["a.result => out.value", "b.result => out.value"])
    run = await harness.run(graph, {"a": 1, "b": 2, "more": 3})
    assert run.outputs == [("o", b"1"), ("o", b"2")]
    assert run.ref.inputs == b'{"a":1,"b":2,"more":3}'


async def test_a_required_input_that_is_missing_refuses_the_run(harness):
    """AutoGPT would run and do nothing (docs/compatibility.md)."""
    nodes = {"a": (InBlock, {"name": "a"}), "c": EchoBlock}
    with pytest.raises(GraphValidationError) as refused:
        await harness.run(make_graph("g", nodes, ["a.result => c.a"]))
    assert refused.value.node_errors == {"a": {"value": "The input 'a' is required."}}
    assert await harness.engine.core.db.fetch_all("SELECT 1 FROM graph_executions") == []


async def test_outputs_of_the_run_are_what_its_output_nodes_were_given_in_the_order_of_queueing(harness):
    nodes = {
        "e": emit(("x", 1), ("y", 2), ("x", 3)),
        "first": (OutBlock, {"name": "first"}),
        "second": (OutBlock, {"name": "second"}),
    }
    run = await harness.run(make_graph("g", nodes, ["e.x -> first.value", "e.y -> second.value"]))
    assert run.outputs == [("first", b"1"), ("second", b"2"), ("first", b"3")]


async def test_a_run_counts_what_it_did(harness):
    nodes = {"e": emit(("x", 1), ("x", 2), ("z", 0)), "c": EchoBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x -> c.a"]))
    row = await stored_run(harness, run)
    assert row["stats"]["node_exec_count"] == 3
    assert row["stats"]["node_error_count"] == 1
    assert row["stats"]["error"] is None
    assert row["started_at"] <= row["ended_at"]
