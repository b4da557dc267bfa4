"""Blocks that wait or compute for long get threads, a bounded number, and never hold up the others."""

from __future__ import annotations

import asyncio
import queue
import threading

import pytest

from .conftest import BLOCKS
from .harness import make_graph, open_harness
from .script_blocks import QuickOrSlowBlock, SlowStepBlock, ThreadBlock, ThreadEachBlock, ThreadZoneBlock
from .tiny_blocks import EachBlock, OutBlock
from .views import inputs_of, stored_of, values_of


@pytest.fixture(autouse=True)
def _fresh_gate():
    ThreadBlock.gate, ThreadBlock.started, ThreadBlock.threads = threading.Event(), threading.Semaphore(0), set()
    yield
    ThreadBlock.gate.set()


async def begun(count):
    for _ in range(count):
        assert await asyncio.to_thread(ThreadBlock.started.acquire, timeout=10)


async def test_a_blocking_block_does_not_hold_up_others(harness):
    run = await harness.start(make_graph("g", {"t": (ThreadBlock, {"a": 1})}, []))
    await begun(1)
    assert (await harness.run(make_graph("h", {"e": (EachBlock, {"items": [1]})}, []))).status == "COMPLETED"
    assert run.status == "RUNNING"
    ThreadBlock.gate.set()
    await harness.engine.wait_ended(run)
    assert await values_of(harness, run, "t", "result") == [1, [1, "again"]]


async def test_yields_of_threads_arrive_in_order(harness):
    nodes = {"e": (EachBlock, {"items": [300, 200]}), "t": ThreadEachBlock, "o": (OutBlock, {"name": "o"})}
    run = await harness.run(make_graph("g", nodes, ["e.item -> t.count", "t.item -> o.value"]))
    assert [int(text) for _, text in run.outputs] == [*range(300), *range(200)]


async def test_a_block_on_a_thread_is_told_the_time_zone_by_the_loop(harness):
    asked_on = set()

    def timezone_of(user_id):
        asked_on.add(threading.current_thread())
        return "Europe/Madrid"

    harness.engine.core.services.timezone_of = timezone_of
    run = await harness.run(make_graph("g", {"t": ThreadZoneBlock}, []))
    assert await values_of(harness, run, "t", "zone") == ["Europe/Madrid"]
    assert asked_on == {threading.main_thread()}


async def test_further_executions_wait_for_a_thread(tmp_path):
    async with open_harness(tmp_path, BLOCKS, engine__max_threads=2) as harness:
        nodes = {"e": (EachBlock, {"items": [1, 2, 3, 4]}), "t": ThreadBlock}
        run = await harness.start(make_graph("g", nodes, ["e.item -> t.a"]))
        await begun(2)
        assert not ThreadBlock.started.acquire(blocking=False)
        ThreadBlock.gate.set()
        await harness.engine.wait_ended(run)
        assert [row.status for row in await stored_of(harness, run, "t")] == ["COMPLETED"] * 4


async def test_what_comes_while_the_only_thread_takes_something_else_does_not_wait_for_that(harness):
    taken, go = threading.Event(), threading.Event()

    class HesitantQueue(queue.SimpleQueue):
        def get(self):
            job = super().get()
            taken.set()
            assert go.wait(10)
            return job

    jobs = harness.engine.core.threads._jobs = HesitantQueue()
    first = await harness.start(make_graph("g", {"t": (ThreadBlock, {"a": 1})}, []))
    assert await asyncio.to_thread(taken.wait, 10)
    second = await harness.start(make_graph("h", {"t": (ThreadBlock, {"a": 2})}, []))
    async with asyncio.timeout(10):
        while not jobs.qsize():
            await asyncio.sleep(0)
    go.set()
    await begun(2)
    ThreadBlock.gate.set()
    for run in (first, second):
        assert await harness.engine.wait_ended(run) == "COMPLETED"


async def test_an_abandoned_thread_gives_its_place_to_others(tmp_path):
    async with open_harness(tmp_path, BLOCKS, engine__max_threads=1) as harness:
        for number in range(3):  # each hangs for ever as far as the engine is concerned
            run = await harness.start(make_graph(f"g{number}", {"t": (ThreadBlock, {"a": number})}, []))
            await begun(1)
            await harness.engine.stop(run.id)
        good = await harness.run(make_graph("good", {"t": (ThreadEachBlock, {"count": 3})}, []))
        assert await values_of(harness, good, "t", "item") == [0, 1, 2]


async def test_threads_that_nobody_waits_for_are_named_and_bounded(tmp_path):
    async with open_harness(tmp_path, BLOCKS, engine__max_threads=1, engine__max_abandoned_threads=2) as harness:
        threads = harness.engine.core.threads
        stopped, other = [await start_and_stop(harness, name) for name in ("Hangs", "Hangs too")]
        assert [(one.graph_exec_id, one.node_id, one.title, one.block) for one in threads.abandoned] == [
            (stopped.id, "t", "Hangs", "ThreadBlock"),
            (other.id, "t", "Hangs too", "ThreadBlock"),
        ]
        refused = await harness.run(make_graph("refused", {"t": (ThreadEachBlock, {"count": 3})}, []))
        [row] = await stored_of(harness, refused, "t")
        assert row.status == "FAILED"
        message = row.values("error")[0]
        assert message.startswith(
            "2 threads are held by blocks that were stopped or took too long, the first by ThreadBlock (node Hangs"
        )
        assert stopped.id in message
        assert (await harness.run(make_graph("quick", {"e": (EachBlock, {"items": [1]})}, []))).status == "COMPLETED"
        await ended(threads)
        good = await harness.run(make_graph("good", {"t": (ThreadEachBlock, {"count": 3})}, []))
        assert await values_of(harness, good, "t", "item") == [0, 1, 2], "as soon as they have ended, there are threads again"
        assert threads.n_abandoned_ever == 2


async def start_and_stop(harness, name):
    run = await harness.start(make_graph(name, {"t": (ThreadBlock, {"a": 1}, {"customized_name": name})}, []))
    await begun(1)
    await harness.engine.stop(run.id)
    return run


async def ended(threads):
    """Lets the blocks go on, and waits until their threads have taken notice."""
    ThreadBlock.gate.set()
    async with asyncio.timeout(20):
        while threads.abandoned:
            await asyncio.sleep(0.01)


async def test_a_thread_whose_block_goes_on_as_a_task_is_free_and_not_held(harness, monkeypatch):
    monkeypatch.setattr(QuickOrSlowBlock, "is_slow_in_pump", True)
    nodes = {"e": (EachBlock, {"items": list(range(40))}), "s": QuickOrSlowBlock, "o": (OutBlock, {"name": "o"})}
    await harness.run(make_graph("g", nodes, ["e.item -> s.a", "s.result -> o.value"]))
    assert harness.engine.core.registry.find(QuickOrSlowBlock.id).slow_steps >= 3, "so it has been on threads"
    assert harness.engine.core.threads.n_abandoned_ever == 0


async def test_an_execution_that_is_stopped_while_it_waits_for_a_thread_never_begins(tmp_path):
    async with open_harness(tmp_path, BLOCKS, engine__max_threads=1) as harness:
        first = await harness.start(make_graph("g", {"t": (ThreadBlock, {"a": 1})}, []))
        await begun(1)
        second = await harness.start(make_graph("h", {"t": (ThreadBlock, {"a": 2})}, []))
        await harness.engine.settle()
        await harness.engine.stop(second.id)
        ThreadBlock.gate.set()
        await harness.engine.wait_ended(first)
        good = await harness.run(make_graph("good", {"t": (ThreadEachBlock, {"count": 3})}, []))
        assert good.status == "COMPLETED"
        assert not ThreadBlock.started.acquire(blocking=False)


async def test_threads_are_used_again(harness):
    before = threading.active_count()
    nodes = {"e": (EachBlock, {"items": [1] * 200}), "t": ThreadEachBlock}
    await harness.run(make_graph("g", nodes, ["e.item -> t.count"]))
    assert threading.active_count() - before <= harness.engine.core.config.engine.max_threads


async def test_a_synchronous_block_that_turns_out_slow_moves_to_a_thread(harness):
    SlowStepBlock.threads = []
    nodes = {"e": (EachBlock, {"items": list(range(8))}), "s": SlowStepBlock, "o": (OutBlock, {"name": "o"})}
    run = await harness.run(make_graph("g", nodes, ["e.item -> s.a", "s.result -> o.value"]))
    assert SlowStepBlock.threads[0] == threading.current_thread().name
    assert SlowStepBlock.threads[-1] == "block"
    assert [int(text) for _, text in run.outputs] == list(range(8))


async def test_a_slow_block_may_still_ask_for_a_task(harness, monkeypatch):
    monkeypatch.setattr(QuickOrSlowBlock, "is_slow_in_pump", True)
    nodes = {"e": (EachBlock, {"items": list(range(10))}), "s": QuickOrSlowBlock, "o": (OutBlock, {"name": "o"})}
    run = await harness.run(make_graph("g", nodes, ["e.item -> s.a", "s.result -> o.value"]))
    assert [row["value"] for row in await inputs_of(harness, run, "o")] == [["slow" if n % 2 else "quick", n] for n in range(10)]
    assert harness.engine.core.registry.find(QuickOrSlowBlock.id).slow_steps >= 3


async def test_slow_steps_are_made_up_for_by_quick_executions_but_long_ones_never(harness):
    entry = harness.engine.core.registry.find(OutBlock.id)
    nodes = {"e": (EachBlock, {"items": [1] * 400}), "o": (OutBlock, {"name": "o"})}
    entry.slow_steps = 2.0
    await harness.run(make_graph("g", nodes, ["e.item -> o.value"]))
    assert entry.slow_steps < 2
    entry.slow_steps, entry.long_steps = 2.5, 2
    await harness.run(make_graph("h", nodes, ["e.item -> o.value"]))
    assert entry.slow_steps >= 2
