"""The engine and a naive interpreter of the contract agree on random graphs."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin

from .conftest import check_nothing_is_left
from .harness import make_graph, open_harness
from .reference import Kind, Reference, RefLink, RefNode
from .script_blocks import EchoBlock, EmitBlock, JoinOptionalBlock, ThreadEachBlock
from .tiny_blocks import AddBlock, FailBlock, JoinBlock
from .views import stored_nodes, stored_run


class DownBlock(Block):
    """Counts down: yields a - 1 on x while that is positive, then "end" on y."""

    id = "00000000-0000-4000-8000-000000000501"
    pure = True

    class Input(BlockInput):
        a: int = pin()

    class Output(BlockOutput):
        x: int = pin()
        y: str = pin()

    def run(self, input, ctx):
        if input.a > 1:
            yield "x", input.a - 1
        else:
            yield "y", "end"


class LateEchoBlock(EchoBlock):
    """Echo in a task; the larger the text of the value, the later."""

    id = "00000000-0000-4000-8000-000000000502"
    pure = False

    async def run(self, input, ctx):
        for _ in range(len(str(input.a)) % 7):
            await asyncio.sleep(0)
        yield "a", input.a


class ThreadEchoBlock(EchoBlock):
    id = "00000000-0000-4000-8000-000000000503"
    pure = False
    blocking = True


class LateJoinBlock(JoinBlock):
    id = "00000000-0000-4000-8000-000000000504"
    pure = False

    async def run(self, input, ctx):
        for _ in range(len(str(input.b)) % 5):
            await asyncio.sleep(0)
        yield "pair", [input.a, input.b]


def echo(inputs):
    return [("a", inputs["a"])], None


def join(inputs):
    return [("pair", [inputs["a"], inputs["b"]])], None


KINDS: dict[str, tuple[type[Block], Kind, tuple[str, ...]]] = {
    # name: (block, its kind, output pins)
    "emit": (EmitBlock, Kind((), {"items": []}, lambda inputs: ([tuple(item) for item in inputs["items"]], None)), ("x", "y")),
    "echo": (EchoBlock, Kind((), {"a": None}, echo, ways=(("a", "a"),)), ("a",)),
    "join": (JoinBlock, Kind(("a", "b"), {}, join), ("pair",)),
    "add": (
        AddBlock,
        Kind(
            ("a",),
            {"b": 1},
            lambda inputs: ([("result", inputs["a"] + inputs["b"])], None),
            ("a", "b"),
            (("a", "result"), ("b", "result")),
        ),
        ("result",),
    ),
    "down": (
        DownBlock,
        Kind(
            ("a",),
            {},
            lambda inputs: ([("x", inputs["a"] - 1)] if inputs["a"] > 1 else [("y", "end")], None),
            ("a",),
            (("a", "x"),),
        ),
        ("x", "y"),
    ),
    "fail": (
        FailBlock,
        Kind(("a",), {}, lambda inputs: ([("result", inputs["a"])], f"no {inputs['a']}"), ways=(("a", "result"),)),
        ("result",),
    ),
    "optional": (
        JoinOptionalBlock,
        Kind((), {p: f"default {p}" for p in "abc"}, lambda inputs: ([("got", [inputs[p] for p in "abc"])], None)),
        ("got",),
    ),
}
PINS = {
    "emit": ("a",),
    "echo": ("a",),
    "join": ("a", "b"),
    "add": ("a", "b"),
    "down": ("a",),
    "fail": ("a",),
    "optional": ("a", "b", "c"),
}
# For graphs whose result does not depend on timing: the same blocks, in the pump, in tasks and in threads.
LATE = {"echo": (EchoBlock, LateEchoBlock, ThreadEchoBlock), "join": (JoinBlock, LateJoinBlock)}
BLOCKS = (*(block for block, _, _ in KINDS.values()), LateEchoBlock, ThreadEchoBlock, LateJoinBlock, ThreadEachBlock)

scalars = st.one_of(st.integers(-3, 9), st.sampled_from(["", "text", "7", None]))
values = st.one_of(scalars, st.lists(scalars, max_size=3), st.fixed_dictionaries({"k": scalars}))


@st.composite
def emits(draw):
    return {"items": draw(st.lists(st.tuples(st.sampled_from(["x", "y"]), values).map(list), min_size=1, max_size=5))}


@st.composite
def graphs(draw):
    """Any graph: circles, static links, several links into a pin, parts of outputs, masks, pinned, skipped and switched off nodes."""
    nodes = {"start": ("emit", draw(emits()))}
    for number in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(sorted(KINDS)))
        defaults = draw(emits()) if kind == "emit" else {}
        nodes[f"n{number}"] = (kind, defaults)
    names = sorted(nodes)
    links = []
    for _ in range(draw(st.integers(1, 10))):
        source, sink = draw(st.sampled_from(names)), draw(st.sampled_from([name for name in names if name != "start"]))
        out = draw(st.sampled_from([*KINDS[nodes[source][0]][2], "error"]))
        selector = draw(st.sampled_from(["", "", "", "_#_k", "_$_0", "_$_-1", "_$_0_#_k"]))
        is_static = draw(st.integers(0, 3)) == 0
        links.append(RefLink(source, out + selector, sink, draw(st.sampled_from(PINS[nodes[sink][0]])), is_static))
    for name, (kind, defaults) in nodes.items():
        for one in KINDS[kind][1].required:
            if not any(link.sink == name for link in links):
                defaults[one] = draw(st.integers(0, 4))  # it starts by itself, so it has to be complete
    masks = draw(
        st.dictionaries(
            st.sampled_from(names), st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 5), max_size=1), max_size=1
        )
    )
    recorded = st.lists(st.lists(st.tuples(st.sampled_from(["x", "a", "pair"]), values), max_size=2), max_size=2)
    pinned = draw(st.dictionaries(st.sampled_from(names), recorded, max_size=1))
    skipped = draw(st.lists(st.sampled_from(names), max_size=1)) if draw(st.booleans()) else []
    off = draw(st.lists(st.sampled_from(names[:-1]), unique=True, max_size=3)) if draw(st.booleans()) else []
    return nodes, links, masks, pinned, skipped, off


@st.composite
def timeless_graphs(draw):
    """Graphs without circles, with at most one link into a pin and none static: what comes out depends on no timing."""
    nodes: dict[str, tuple[str, dict]] = {"start": ("emit", draw(emits()))}
    links = []
    for number in range(draw(st.integers(1, 7))):
        kind = draw(st.sampled_from(["echo", "join", "fail", "optional", "add", "emit"]))
        name = f"n{number}"
        sources = sorted(nodes)
        nodes[name] = (kind, draw(emits()) if kind == "emit" else {})
        for one in PINS[kind]:
            if one in ("a", "b") or draw(st.booleans()):
                source = draw(st.sampled_from(sources))
                out = draw(st.sampled_from([*KINDS[nodes[source][0]][2], "error"]))
                links.append(RefLink(source, out, name, one))
    blocks = {name: draw(st.sampled_from(LATE.get(kind, (KINDS[kind][0],)))) for name, (kind, _) in nodes.items()}
    return nodes, links, blocks


async def run_engine(graph: Any, limit: int, slice_ms: float, **more: Any):
    with tempfile.TemporaryDirectory() as folder:
        async with open_harness(Path(folder), BLOCKS, engine__max_node_executions=limit, engine__slice_ms=slice_ms) as harness:
            run = await harness.run(graph, **more)
            check_nothing_is_left(harness.engine)
            assert (run.n_open, run.executions) == (0, {}) or run.status == "FAILED"
            return await stored_run(harness, run), await stored_nodes(harness, run)


def build(nodes, links, blocks=None, off=()):
    """The same graph for both."""
    made = {
        name: ((blocks or {}).get(name, KINDS[kind][0]), defaults, {"disabled": True} if name in off else {})
        for name, (kind, defaults) in nodes.items()
    }
    graph = make_graph("g", made, [])
    texts = [
        f"{link.source}.{link.source_name} {'=>' if link.is_static else '->'} {link.sink}.{link.sink_name}" for link in links
    ]
    graph.links = make_graph("g", {}, texts).links
    return graph, [RefNode(name, KINDS[kind][1], defaults, name in off) for name, (kind, defaults) in nodes.items()]


def lines_of(executions):
    return [(e.node_id if hasattr(e, "node_id") else e.node.id, e.status, e.outputs) for e in executions]


def inputs_of(executions):
    """What is stored as the input: the resolved one, or what has come so far."""
    return [e.input if hasattr(e, "node_id") or e.status != "INCOMPLETE" else e.data for e in executions]


SETTINGS = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
MANY = settings(SETTINGS, max_examples=3_000)


@SETTINGS
@given(graphs())
def test_the_engine_does_what_the_contract_says(given_graph):
    check_against_reference(given_graph)


@pytest.mark.slow
@pytest.mark.timeout(3_000)
@MANY
@given(graphs())
def test_the_engine_does_what_the_contract_says_for_many_graphs(given_graph):
    check_against_reference(given_graph)


def check_against_reference(given_graph):
    nodes, links, masks, pinned, skipped, off = given_graph
    graph, reference_nodes = build(nodes, links, off=off)
    expected = Reference(reference_nodes, links, masks=masks, pinned=pinned, skipped=skipped, limit=150).run()
    more = {"masks": masks, "pinned_outputs": pinned, "nodes_to_skip": frozenset(skipped)}
    # One long slice: then the engine too does one thing after the other, and its order is determined.
    row, found = asyncio.run(run_engine(graph, 150, 60_000.0, **more))
    note(f"{nodes}\n{links}\n{more}\n{off}")
    assert row["status"] == expected.status
    if expected.status == "COMPLETED":
        assert lines_of(found) == lines_of(expected.executions)
        assert inputs_of(found) == inputs_of(expected.executions)
        assert row["stats"]["node_exec_count"] == sum(e.status != "INCOMPLETE" for e in expected.executions)
        assert row["stats"]["node_error_count"] == sum(e.status == "FAILED" for e in expected.executions)
        assert all(e.n_propagated == len(e.outputs) for e in found)
    else:
        assert len(found) == 150
        assert {e.status for e in found} <= {"COMPLETED", "FAILED", "TERMINATED"}


@SETTINGS
@given(timeless_graphs(), st.sampled_from([0.0, 1.0]))
def test_tasks_threads_and_slices_change_nothing_where_order_is_determined(given_graph, slice_ms):
    check_order(given_graph, slice_ms)


@pytest.mark.slow
@pytest.mark.timeout(3_000)
@MANY
@given(timeless_graphs(), st.sampled_from([0.0, 1.0]))
def test_tasks_threads_and_slices_change_nothing_for_many_graphs(given_graph, slice_ms):
    check_order(given_graph, slice_ms)


def check_order(given_graph, slice_ms):
    nodes, links, blocks = given_graph
    graph, reference_nodes = build(nodes, links, blocks)
    expected = Reference(reference_nodes, links).run()
    row, found = asyncio.run(run_engine(graph, 10_000, slice_ms))
    note(f"{nodes}\n{links}\n{blocks}")
    assert row["status"] == "COMPLETED"
    for name in nodes:
        of_engine, of_reference = ([e for e in side if node_of(e) == name] for side in (found, expected.executions))
        assert lines_of(of_engine) == lines_of(of_reference)
        assert inputs_of(of_engine) == inputs_of(of_reference)


def node_of(execution):
    return execution.node_id if hasattr(execution, "node_id") else execution.node.id
