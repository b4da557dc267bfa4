"""A node that fails says so on its error pin, and the run goes on (contract: semantics 7)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from autogpt_lite.engine.retry import MAX_ATTEMPTS, MAX_WAIT_S, read_policy, retry_wait_s
from autogpt_lite.errors import BlockError, BlockRetry, KeyRefusedError

from .harness import make_graph
from .script_blocks import (
    AiBlock,
    EchoBlock,
    EmitAsyncBlock,
    EmitBlock,
    FlakyBlock,
    OddPinBlock,
    RaiseAsyncBlock,
    RaiseBlock,
    RaiseThreadBlock,
)
from .tiny_blocks import AddBlock, FailBlock
from .views import inputs_of, stored_of, stored_run, values_of

KINDS = pytest.mark.parametrize("block", [RaiseBlock, RaiseAsyncBlock, RaiseThreadBlock], ids=["pump", "task", "thread"])


async def test_a_failed_node_does_not_fail_the_run(harness):
    nodes = {"f": (FailBlock, {"a": 5}), "after": EchoBlock, "handler": EchoBlock}
    run = await harness.run(make_graph("g", nodes, ["f.result -> after.a", "f.error -> handler.a"]))
    row = await stored_run(harness, run)
    assert row["status"] == "COMPLETED"
    assert row["stats"]["node_error_count"] == 1
    [failed] = await stored_of(harness, run, "f")
    assert failed.status == "FAILED"
    assert failed.outputs == [("result", 5), ("error", "no 5")]
    assert await inputs_of(harness, run, "after") == [{"a": 5}]
    assert await inputs_of(harness, run, "handler") == [{"a": "no 5"}]


@KINDS
@pytest.mark.parametrize(
    ("error", "text"),
    [
        (BlockError("it is broken"), "it is broken"),
        (ValueError("a value"), "a value"),
        (KeyError(), "KeyError"),
        (SystemExit(3), "3"),
        (asyncio.CancelledError("inside"), "inside"),
        (asyncio.CancelledError(), "CancelledError"),
        (TimeoutError("too slow"), "too slow"),
        (ValueError("half a pair: \ud800"), "half a pair: ?"),
    ],
    ids=["BlockError", "ValueError", "empty", "SystemExit", "cancelled", "cancelled-empty", "timeout", "surrogate"],
)
async def test_whatever_a_block_raises_ends_this_node_only(harness, block, error, text):
    block.error = error
    run = await harness.run(make_graph("g", {"r": (block, {"a": 1}), "c": EchoBlock}, ["r.error -> c.a"]))
    [row] = await stored_of(harness, run, "r")
    assert (row.status, row.outputs[0]) == ("FAILED", ("result", 1))
    assert row.values("error") == [text]
    assert run.status == "COMPLETED"
    assert await inputs_of(harness, run, "c") == [{"a": text}]


@KINDS
@pytest.mark.parametrize(
    ("error", "code"),
    [(KeyRefusedError("revoked"), "key_refused"), (BlockError("401 Unauthorized"), None), (SystemExit("busy"), None)],
    ids=["refused key", "words that sound like one", "an error that is not ours"],
)
async def test_a_failure_that_programs_can_tell_has_a_code(harness, block, error, code):
    block.error = error
    run = await harness.run(make_graph("g", {"r": (block, {"a": 1})}, []))
    [row] = await stored_of(harness, run, "r")
    assert row.stats.get("error_code") == code
    assert "error_code" not in (await stored_run(harness, run))["stats"]


@pytest.mark.parametrize("block", [EmitBlock, EmitAsyncBlock, AiBlock], ids=["pump", "task", "kind whose types are not checked"])
async def test_a_yield_on_the_error_pin_ends_the_block(harness, block):
    nodes = {"e": (block, {"items": [["x", 1], ["error", "enough"], ["x", 2]]})}
    run = await harness.run(make_graph("g", nodes, []))
    [row] = await stored_of(harness, run, "e")
    assert row.status == "FAILED"
    assert row.outputs == [("x", 1), ("error", "enough")]


async def test_an_output_that_is_not_declared_fails_the_node(harness):
    run = await harness.run(make_graph("g", {"e": (EmitBlock, {"items": [["x", 1], ["nowhere", 2]]})}, []))
    [row] = await stored_of(harness, run, "e")
    assert row.status == "FAILED"
    assert "nowhere" in row.values("error")[0]


async def test_a_block_whose_outputs_are_not_checked_may_yield_on_any_pin(harness):
    nodes = {"e": (AiBlock, {"items": [["anything", 1]]}), "c": EchoBlock}
    run = await harness.run(make_graph("g", nodes, ["e.anything -> c.a"]))
    assert await inputs_of(harness, run, "c") == [{"a": 1}]


async def test_an_output_of_the_wrong_type_fails_the_node(harness):
    run = await harness.run(make_graph("g", {"a": (AddBlock, {"a": 1})}, []))
    assert await values_of(harness, run, "a", "result") == [2]
    from autogpt_lite.sdk import Block, BlockOutput, pin

    class WrongBlock(Block):
        id = "00000000-0000-4000-8000-000000000203"
        pure = True

        class Output(BlockOutput):
            number: int = pin()

        def run(self, input, ctx):
            yield "number", "word"

    harness.engine.core.registry.add(WrongBlock())
    run = await harness.run(make_graph("wrong", {"w": WrongBlock}, []))
    [row] = await stored_of(harness, run, "w")
    assert row.status == "FAILED"
    assert [pin for pin, _ in row.outputs] == ["error"]
    assert "number" in row.values("error")[0]


@pytest.mark.parametrize("value", ["\ud800", object(), {1: object()}, {object(): 1}], ids=["surrogate", "object", "value", "key"])
async def test_an_output_that_is_no_json_fails_the_node_only(harness, value):
    from autogpt_lite.sdk import Block, BlockOutput, pin

    class NoJsonBlock(Block):
        id = "00000000-0000-4000-8000-000000000204"

        class Output(BlockOutput):
            x: Any = pin()

        async def run(self, input, ctx):
            yield "x", value

    harness.engine.core.registry.add(NoJsonBlock())
    graph = make_graph("g", {"n": NoJsonBlock, "other": (EmitBlock, {"items": [["x", 1]]})}, [])
    run = await harness.run(graph)
    [row] = await stored_of(harness, run, "n")
    assert row.status == "FAILED"
    [other] = await stored_of(harness, run, "other")
    assert other.status == "COMPLETED"


@pytest.mark.parametrize("name", ["\ud800", 5, None, ["x"]], ids=["surrogate", "number", "none", "list"])
async def test_a_pin_that_is_no_text_fails_the_node_only(harness, name):
    OddPinBlock.pin_name = name
    graph = make_graph("g", {"odd": OddPinBlock, "other": (EmitBlock, {"items": [["x", 1]]})}, [])
    run = await harness.run(graph)
    [row] = await stored_of(harness, run, "odd")
    assert row.status == "FAILED"
    [other] = await stored_of(harness, run, "other")
    assert other.status == "COMPLETED"
    again = await harness.run(make_graph("again", {"other": (EmitBlock, {"items": [["x", 1]]})}, []))
    assert again.status == "COMPLETED"


@pytest.mark.parametrize("block", [EmitBlock, EmitAsyncBlock, AiBlock], ids=["pump", "task", "unchecked"])
async def test_something_other_than_a_pair_fails_the_node_only(harness, block):
    nodes = {"e": (block, {"items": [["x", 1]]}), "odd": (block, {"items": [["x"]]})}
    run = await harness.run(make_graph("g", nodes, []))
    assert [row.status for row in await stored_of(harness, run, "odd")] == ["FAILED"]
    assert [row.status for row in await stored_of(harness, run, "e")] == ["COMPLETED"]


async def test_an_output_above_the_limit_fails_the_node(tmp_path):
    from . import script_blocks
    from .harness import open_harness

    async with open_harness(tmp_path, script_blocks.ALL, engine__max_output_bytes=1000) as harness:
        run = await harness.run(make_graph("g", {"e": (EmitBlock, {"items": [["x", "a" * 1000]]})}, []))
        [row] = await stored_of(harness, run, "e")
        assert row.status == "FAILED"
        assert "engine.max_output_bytes" in row.values("error")[0]


async def test_an_unknown_block_fails_its_node_and_pinned_outputs_stand_in_for_it(harness):
    graph = make_graph(
        "g", {"e": (EmitBlock, {"items": [["x", 1]]}), "u": EchoBlock, "c": EchoBlock}, ["e.x -> u.a", "u.a -> c.a"]
    )
    graph.nodes[1].block_id = "ffffffff-0000-4000-8000-000000000000"
    run = await harness.run(graph)
    [row] = await stored_of(harness, run, "u")
    assert row.status == "FAILED"
    assert graph.nodes[1].block_id in row.values("error")[0]
    run = await harness.run(graph, pinned_outputs={"u": [[("a", "pinned")]]})
    assert await inputs_of(harness, run, "c") == [{"a": "pinned"}]


async def test_a_disabled_block_fails_its_node(tmp_path):
    from .harness import open_harness

    async with open_harness(tmp_path, (EmitBlock, EchoBlock)) as harness:
        harness.engine.core.registry.find(EchoBlock.id).disabled = True
        run = await harness.run(make_graph("g", {"e": (EmitBlock, {"items": [["x", 1]]}), "c": EchoBlock}, ["e.x -> c.a"]))
        [row] = await stored_of(harness, run, "c")
        assert (row.status, row.outputs[0][0]) == ("FAILED", "error")
        assert run.status == "COMPLETED"


async def test_a_node_that_takes_longer_than_its_own_limit_fails(harness):
    from .script_blocks import GateBlock

    GateBlock.gates = {1: asyncio.Event()}
    graph = make_graph("g", {"w": (GateBlock, {"a": 1}, {"timeout_s": 0.01})}, [])
    run = await harness.run(graph)
    [row] = await stored_of(harness, run, "w")
    assert row.status == "FAILED"
    assert row.values("error") == ["The node took longer than 0.01 s."]


async def test_a_timeout_inside_the_block_is_not_mistaken_for_that_of_the_node(harness):
    RaiseAsyncBlock.error = TimeoutError("the block's own")
    run = await harness.run(make_graph("g", {"r": (RaiseAsyncBlock, {}, {"timeout_s": 60})}, []))
    assert await values_of(harness, run, "r", "error") == ["the block's own"]


async def test_a_thread_that_takes_longer_than_the_node_may_fails_the_node(harness):
    import threading

    from .script_blocks import ThreadBlock

    ThreadBlock.gate, ThreadBlock.started = threading.Event(), threading.Semaphore(0)
    run = await harness.run(make_graph("g", {"t": (ThreadBlock, {"a": 1}, {"timeout_s": 0.01})}, []))
    ThreadBlock.gate.set()
    assert await values_of(harness, run, "t", "error") == ["The node took longer than 0.01 s."]


# --- another try ------------------------------------------------------------------------------------------------


async def test_a_block_that_asks_for_another_try_gets_it(harness):
    FlakyBlock.tries = {}
    run = await harness.run(make_graph("g", {"f": (FlakyBlock, {"a": "x", "failures": 2})}, []))
    [row] = await stored_of(harness, run, "f")
    assert (row.status, row.tries, row.outputs) == ("COMPLETED", 2, [("result", "x")])
    assert run.stats.node_error_count == 0


async def test_after_the_third_try_the_node_fails(harness):
    FlakyBlock.tries = {}
    run = await harness.run(make_graph("g", {"f": (FlakyBlock, {"a": "x", "failures": 99})}, []))
    [row] = await stored_of(harness, run, "f")
    assert (row.status, row.outputs) == ("FAILED", [("error", "not yet")])
    assert row.stats["error_code"] == "busy"
    assert FlakyBlock.tries == {"x": 3}


async def test_any_error_is_tried_again_where_the_node_says_so(harness):
    FlakyBlock.tries = {}
    metadata = {"retry": {"attempts": 4, "wait_s": 0.0, "backoff": 1.0}}
    node = (FlakyBlock, {"a": "x", "failures": 3, "asks_for_retry": False}, metadata)
    run = await harness.run(make_graph("g", {"f": node}, []))
    assert FlakyBlock.tries == {"x": 4}
    assert await values_of(harness, run, "f", "result") == ["x"]


async def test_without_a_policy_an_error_is_not_tried_again(harness):
    FlakyBlock.tries = {}
    await harness.run(make_graph("g", {"f": (FlakyBlock, {"a": "x", "failures": 1, "asks_for_retry": False})}, []))
    assert FlakyBlock.tries == {"x": 1}


async def test_another_try_does_not_emit_again_what_was_emitted(harness):
    FlakyBlock.tries = {}
    nodes = {"f": (FlakyBlock, {"a": "x", "failures": 2, "yields_first": True}), "c": EchoBlock}
    run = await harness.run(make_graph("g", nodes, ["f.before -> c.a"]))
    [row] = await stored_of(harness, run, "f")
    assert row.outputs == [("before", ["x", 1]), ("result", "x")]
    assert await inputs_of(harness, run, "c") == [{"a": ["x", 1]}]


@pytest.mark.parametrize(
    "retry",
    [
        "yes",
        [3],
        {"attempts": "many"},
        {"attempts": None},
        {"attempts": 10**9, "wait_s": 0, "backoff": 10**300},
        {"attempts": True},
    ],
    ids=str,
)
async def test_nonsense_in_a_files_retry_policy_cannot_hang_a_run(harness, retry):
    FlakyBlock.tries = {}
    node = (FlakyBlock, {"a": "x", "failures": 1, "asks_for_retry": False}, {"retry": retry})
    run = await harness.run(make_graph("g", {"f": node}, []))
    assert run.status == "COMPLETED"


def test_what_makes_no_sense_in_a_retry_policy_counts_as_not_said():
    assert read_policy({"retry": {"attempts": 2.9, "wait_s": "soon", "backoff": [1]}}) == (2, 1.0, 2.0)
    assert read_policy({"retry": {"attempts": 3, "wait_s": float("nan"), "backoff": -1}}) == (3, 1.0, 2.0)
    assert read_policy({"retry": {"attempts": 10**9, "wait_s": 5}}) == (MAX_ATTEMPTS, 5, 2.0)
    assert read_policy({"retry": {"attempts": 0}}).attempts == 1
    policy = read_policy({"retry": {"attempts": 9, "wait_s": 2, "backoff": 10.0**300}})
    assert [policy.wait_after_s(n) for n in (0, 1, 5)] == [2, MAX_WAIT_S, MAX_WAIT_S]
    assert retry_wait_s(policy, 8, ValueError()) is None


@pytest.mark.parametrize("after_s", ["soon", None, float("nan"), -1])
def test_a_block_that_asks_for_a_wait_that_makes_no_sense_waits_a_second(after_s):
    assert retry_wait_s(None, 0, BlockRetry(after_s=after_s)) == 1.0


@pytest.mark.parametrize("timeout_s", ["soon", [1], -1, 0, True, float("nan")], ids=str)
@pytest.mark.parametrize("block", [EmitAsyncBlock, RaiseThreadBlock], ids=["task", "thread"])
async def test_nonsense_in_a_files_timeout_cannot_hang_a_run(harness, timeout_s, block):
    RaiseThreadBlock.error = BlockError("expected")
    run = await harness.run(make_graph("g", {"f": (block, {"items": [["x", 1]]}, {"timeout_s": timeout_s})}, []))
    assert run.status == "COMPLETED"
    [row] = await stored_of(harness, run, "f")
    assert row.outputs[0][0] in ("x", "result")
