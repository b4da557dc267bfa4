"""Large graphs and long lists: they go through, and the server's memory and queues stay bounded."""

from __future__ import annotations

import gc
import tracemalloc

import psutil
import pytest

from .conftest import BLOCKS
from .harness import make_graph, open_harness
from .script_blocks import AsyncEachBlock, EchoBlock, StaticBlock, ThreadEachBlock
from .tiny_blocks import AddBlock, EachBlock, InBlock, JoinBlock, OutBlock
from .views import stored_nodes

COUNT = 20_000


async def test_a_chain_of_a_thousand_nodes(harness):
    nodes = {
        "in": (InBlock, {"name": "n"}),
        "n0": AddBlock,
        **{f"n{i}": AddBlock for i in range(1, 1000)},
        "out": (OutBlock, {"name": "sum"}),
    }
    links = ["in.result => n0.a", *(f"n{i}.result -> n{i + 1}.a" for i in range(999)), "n999.result -> out.value"]
    run = await harness.run(make_graph("g", nodes, links), {"n": 0})
    assert run.outputs == [("sum", b"1000")]
    assert len(await stored_nodes(harness, run)) == 1002


async def test_a_thousand_nodes_side_by_side(harness):
    nodes = {"e": (EachBlock, {"items": [1, 2]}), **{f"n{i}": EchoBlock for i in range(998)}, "out": (OutBlock, {"name": "all"})}
    links = [f"e.item -> n{i}.a" for i in range(998)] + [f"n{i}.a -> out.value" for i in range(998)]
    run = await harness.run(make_graph("g", nodes, links))
    assert len(run.outputs) == 2 * 998
    assert {row.status for row in await stored_nodes(harness, run)} == {"COMPLETED"}


class Watched:
    """The most that ever waited in the engine, looked at with every batch of events."""

    def __init__(self, engine):
        self.ready = self.unsaved = self.executions = self.lacking = 0
        self._core = engine.core
        engine.core.bus.subscribe(self.look)

    def look(self, events):
        core = self._core
        self.ready = max(self.ready, core.n_ready)
        self.unsaved = max(self.unsaved, len(core.dirty_nodes))
        for run in core.runs.values():
            self.executions = max(self.executions, len(run.executions))
            self.lacking = max(self.lacking, sum(len(waiting) for waiting in run.lacking.values()))


@pytest.mark.parametrize(
    ("producer", "pin"),
    [
        ((EachBlock, {"items": list(range(COUNT))}), "item"),
        ((AsyncEachBlock, {"count": COUNT}), "item"),
        ((ThreadEachBlock, {"count": COUNT}), "item"),
    ],
    ids=["pump", "task", "thread"],
)
@pytest.mark.parametrize("joined", ["alone", "with a static value"])
async def test_a_long_list_keeps_queues_and_memory_flat(tmp_path, producer, pin, joined):
    async with open_harness(tmp_path, BLOCKS, engine__max_node_executions=10**6) as harness:
        watched = Watched(harness.engine)
        if joined == "alone":
            graph = make_graph("g", {"e": producer, "c": EchoBlock}, [f"e.{pin} -> c.a"])
        else:
            nodes = {"e": producer, "s": (StaticBlock, {"items": [["x", "static"]]}), "c": JoinBlock}
            graph = make_graph("g", nodes, ["s.x => c.b", f"e.{pin} -> c.a"])
        await harness.run(graph)
        assert watched.ready < 5_000
        assert watched.executions < 5_000
        assert watched.lacking < 5_000  # an entry for each arrival would be 20,000


async def test_a_hundred_thousand_items_take_little_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("autogpt_lite.engine.node_execution.SLOW_STEP_S", 60.0)  # as below
    process = psutil.Process()
    async with open_harness(tmp_path, BLOCKS, engine__max_node_executions=10**6) as harness:
        watched = Watched(harness.engine)
        graph = make_graph("g", {"e": (EachBlock, {"items": list(range(100_000))}), "c": EchoBlock}, ["e.item -> c.a"])
        gc.collect()
        before = process.memory_info().rss
        run = await harness.run(graph)
        grown_mb = (process.memory_info().rss - before) / 1_000_000
        assert run.stats.node_exec_count == 100_001
        assert watched.ready < 5_000
        assert watched.unsaved < 50_000
        # The outputs of the producer and the events that are kept for clients; the rows themselves would be several times that.
        assert grown_mb < 150


async def test_memory_does_not_grow_with_what_a_run_has_done(tmp_path, monkeypatch):
    """Ten times the work, and about the same memory: what is finished lives in the database only."""
    # On a busy machine a step seems slow, and the block moves to threads: each of its executions is a task then.
    monkeypatch.setattr("autogpt_lite.engine.node_execution.SLOW_STEP_S", 60.0)
    async with open_harness(tmp_path, BLOCKS, engine__max_node_executions=10**6) as harness:
        nodes = {"e": EachBlock, "s": (StaticBlock, {"items": [["x", "static"]]}), "c": JoinBlock, "d": EchoBlock}
        graph = make_graph("g", nodes, ["s.x => c.b", "e.item -> c.a", "c.pair -> d.a"])
        harness.engine.core.bus._ring_events = 100  # kept for clients that come back; bounded, but larger than the rest
        peaks = []
        # The large one thrice: what waits for a slow disk differs from time to time, what a run keeps is there each time.
        for count in (500, 500, 5_000, 5_000, 5_000):
            gc.collect()
            tracemalloc.start()
            run = await harness.run(graph, masks={"e": {"items": list(range(count))}})
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert run.stats.node_exec_count == 2 * count + 2
            if len(peaks) > 2 and peaks[-1] - peaks[1] < 4_500 * 1_000:
                break
        # 4,500 more: a list of numbers, an output of the producer each, and what a slow disk keeps waiting; rows would take five times that.
        assert min(peaks[2:]) - peaks[1] < 4_500 * 1_000


async def test_ended_runs_leave_nothing_behind(harness):
    graph = make_graph("g", {"e": (EachBlock, {"items": list(range(20))}), "c": EchoBlock}, ["e.item -> c.a"])
    await harness.run(graph)
    gc.collect()
    harness.engine.core.bus._ring.clear()

    def alive():
        return sum(type(thing).__name__ in ("GraphExecution", "NodeExecution") for thing in gc.get_objects())

    before = alive()
    gc.disable()  # circles would have to wait for the collector, which is made to come rarely
    try:
        for _ in range(20):
            await harness.run(graph)
        harness.engine.core.bus._ring.clear()
        assert alive() - before < 30
    finally:
        gc.enable()
