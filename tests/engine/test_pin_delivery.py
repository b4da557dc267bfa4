"""How a value arrives at a pin: selected, put into lists and dictionaries, converted (contract: semantics 5 and 6)."""

from __future__ import annotations

from typing import Any

import pytest

from .harness import make_graph
from .script_blocks import AiBlock, EchoBlock, EmitBlock, TypedBlock
from .tiny_blocks import AddBlock
from .views import inputs_of, stored_of, values_of


async def deliver(harness, link_sink, *values, node=TypedBlock, source="e.x"):
    """Yields the values one by one and returns what the executions of the sink got."""
    nodes = {"e": (EmitBlock, {"items": [["x", value] for value in values]}), "t": node}
    run = await harness.run(make_graph("g", nodes, [f"{source} -> t.{link_sink}"]))
    return [got[link_sink.split("_#_")[0].split("_$_")[0]] for got in await values_of(harness, run, "t", "got")]


@pytest.mark.parametrize(
    ("pin", "given", "arrives"),
    [
        ("text", 5, "5"),
        ("text", True, "true"),
        ("text", [1, 2], "[1, 2]"),
        ("text", {"a": 1}, '{"a": 1}'),
        ("number", "5.7", 5),
        ("number", "word", 0),
        ("number", [1, 2, 3], 3),
        ("ratio", 2, 2.0),
        ("ratio", "2.5", 2.5),
        ("flag", "TRUE", True),
        ("flag", "yes", False),
        ("flag", 3, True),
        ("items", "[1, 2]", [1, 2]),
        ("items", "text", ["text"]),
        ("items", {"a": 1}, [["a", 1]]),
        ("names", [1, "b"], ["1", "b"]),
        ("table", '{"a": 1}', {"a": 1}),
        ("table", "text", {"value": "text"}),
        ("table", ["p", "q"], {"0": "p", "1": "q"}),
        ("color", "blue", "blue"),
        ("anything", [None], [None]),
    ],
)
async def test_values_are_converted_to_the_type_of_the_pin(harness, pin, given, arrives):
    assert await deliver(harness, pin, given) == [arrives]


async def test_a_value_that_cannot_be_converted_does_not_fire_and_the_others_do(harness):
    nodes = {"e": (EmitBlock, {"items": [["x", "purple"], ["x", "blue"]]}), "t": TypedBlock, "c": EchoBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x -> t.color", "e.x -> c.a"]))
    assert [got["color"] for got in await values_of(harness, run, "t", "got")] == ["blue"]
    assert await inputs_of(harness, run, "t", "INCOMPLETE") == [{"color": "purple"}]
    assert await inputs_of(harness, run, "c") == [{"a": "purple"}, {"a": "blue"}]
    assert run.status == "COMPLETED"
    assert run.stats.node_error_count == 0


async def test_numbers_that_are_too_large_for_sqlite_travel_all_the_same(harness):
    nodes = {"e": (EmitBlock, {"items": [["x", 2**63], ["x", -(2**70)], ["x", "9" * 39]]}), "t": AddBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x -> t.a"]))
    assert await values_of(harness, run, "t", "result") == [2**63 + 1, 1 - 2**70, 10**39]


# --- dynamic pins ---------------------------------------------------------------------------------------------


async def test_dynamic_pins_fill_a_dictionary(harness):
    nodes = {"e": (EmitBlock, {"items": [["x", 1], ["y", 2]]}), "t": (TypedBlock, {"table": {"kept": 0}})}
    run = await harness.run(make_graph("g", nodes, ["e.x -> t.table_#_one", "e.y -> t.table_#_two"]))
    assert [got["table"] for got in await values_of(harness, run, "t", "got")] == [{"kept": 0, "one": 1, "two": 2}]
    [stored] = await inputs_of(harness, run, "t")
    assert stored["table_#_one"] == 1  # the flattened keys stay beside the merged pin


async def test_dynamic_pins_fill_a_list(harness):
    nodes = {"e": (EmitBlock, {"items": [["y", "last"], ["x", "first"]]}), "t": (TypedBlock, {"items": ["p", "q"]})}
    run = await harness.run(make_graph("g", nodes, ["e.x -> t.items_$_0", "e.y -> t.items_$_3"]))
    assert [got["items"] for got in await values_of(harness, run, "t", "got")] == [["first", "q", None, "last"]]


async def test_every_dynamic_pin_is_waited_for(harness):
    nodes = {"e": (EmitBlock, {"items": [["x", 1], ["x", 2], ["y", 3]]}), "t": TypedBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x -> t.table_#_a", "e.y -> t.table_#_b"]))
    assert [got["table"] for got in await values_of(harness, run, "t", "got")] == [{"a": 1, "b": 3}]
    assert await inputs_of(harness, run, "t", "INCOMPLETE") == [{"table_#_a": 2}]


async def test_nested_dynamic_pins(harness):
    assert await deliver(harness, "table_#_a_$_1", "v") == [{"a": [None, "v"]}]


async def test_a_list_index_that_is_no_number_does_not_fire(harness):
    assert await deliver(harness, "items_$_first", "v") == []


async def test_executions_do_not_share_the_list_that_dynamic_pins_fill(harness):
    nodes = {"e": (EmitBlock, {"items": [["x", 1], ["x", 2]]}), "t": (TypedBlock, {"items": ["p", "q"]})}
    run = await harness.run(make_graph("g", nodes, ["e.x -> t.items_$_0"]))
    assert [got["items"] for got in await values_of(harness, run, "t", "got")] == [[1, "q"], [2, "q"]]


# --- selectors ---------------------------------------------------------------------------------------------------


async def test_a_link_may_take_a_part_of_the_output(harness):
    nodes = {"e": (EmitBlock, {"items": [["x", {"list": [1, {"k": "v"}]}]]}), "c": EchoBlock, "d": EchoBlock, "f": EchoBlock}
    links = ["e.x_#_list_$_1_#_k -> c.a", "e.x_#_list_$_-2 -> d.a", "e.x_#_list_$_9 -> f.a"]
    run = await harness.run(make_graph("g", nodes, links))
    assert await inputs_of(harness, run, "c") == [{"a": "v"}]
    assert await inputs_of(harness, run, "d") == [{"a": 1}]
    assert await stored_of(harness, run, "f") == []


async def test_two_links_that_take_parts_do_not_share_them(harness):
    from .script_blocks import ChangesItsInputBlock

    nodes = {"e": (EmitBlock, {"items": [["x", {"k": ["v"]}]]}), "c": ChangesItsInputBlock, "d": EchoBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x_#_k -> c.a", "e.x_#_k -> d.a"]))
    assert await inputs_of(harness, run, "d") == [{"a": ["v"]}]


async def test_a_tool_call_reaches_the_node_that_it_names_and_no_other(harness):
    nodes = {"o": (AiBlock, {"items": [["tools_^_c_~_a", "for c"]]}), "c": EchoBlock, "d": EchoBlock}
    run = await harness.run(make_graph("g", nodes, ["o.tools -> c.a", "o.tools -> d.a"]))
    assert await inputs_of(harness, run, "c") == [{"a": "for c"}]
    assert await stored_of(harness, run, "d") == []


# --- what travels is JSON -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("nan")], {"k": [float("-inf")]}])
async def test_what_the_next_node_gets_is_what_is_stored(tmp_path, value):
    """JSON has no NaN: a run that goes on after a restart must not see another value than one that never stopped."""
    from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin

    from .harness import open_harness

    class NanBlock(Block):
        id = "00000000-0000-4000-8000-000000000201"
        pure = True

        class Input(BlockInput):
            a: Any = pin(None)

        class Output(BlockOutput):
            x: Any = pin()

        def run(self, input, ctx):
            yield "x", value

    seen = []

    class SeeBlock(Block):
        id = "00000000-0000-4000-8000-000000000202"
        pure = True

        class Input(BlockInput):
            a: Any = pin(None)

        def run(self, input, ctx):
            seen.append(input.a)
            return
            yield

    async with open_harness(tmp_path, (NanBlock, SeeBlock)) as harness:
        run = await harness.run(make_graph("g", {"n": NanBlock, "s": SeeBlock}, ["n.x -> s.a"]))
        [stored] = await values_of(harness, run, "n", "x")
        assert seen == [stored]
