"""The order of things where nodes take their time: outputs of one node leave in the order of its starts (contract: semantics 8)."""

from __future__ import annotations

import asyncio
import threading

from autogpt_lite.engine.admit import AdmitRequest

from .harness import USER, make_graph
from .script_blocks import EchoBlock, EmitBlock, FlakyBlock, GateBlock, QuickOrSlowBlock, ThreadBlock
from .tiny_blocks import EachBlock, JoinBlock, OutBlock
from .views import inputs_of, stored_nodes, stored_of, until, values_of


def gates(*values):
    GateBlock.gates = {value: asyncio.Event() for value in values}
    GateBlock.started = []
    return GateBlock.gates


async def test_outputs_of_a_later_execution_wait_for_the_earlier_one(harness):
    opened = gates("slow", "quick", "medium")
    nodes = {"e": (EachBlock, {"items": ["slow", "quick", "medium"]}), "w": GateBlock, "c": EchoBlock}
    run = await harness.start(make_graph("g", nodes, ["e.item -> w.a", "w.result -> c.a"]))
    await until(harness, lambda: len(GateBlock.started) == 3)
    for value in ("medium", "quick"):
        opened[value].set()
    await until(harness, lambda: sum(e.status == "COMPLETED" for e in run.executions.values()) == 2)
    await harness.engine.settle()
    rows = await stored_of(harness, run, "w")
    assert [(row.status, row.n_propagated) for row in rows] == [("RUNNING", 0), ("COMPLETED", 0), ("COMPLETED", 0)]
    assert [row.values("result") for row in rows] == [[], ["quick"], ["medium"]]  # committed, but held
    assert await stored_of(harness, run, "c") == []
    opened["slow"].set()
    await harness.engine.wait_ended(run)
    assert await inputs_of(harness, run, "c") == [{"a": "slow"}, {"a": "quick"}, {"a": "medium"}]


async def test_the_first_executions_outputs_leave_while_it_still_runs(harness):
    opened = gates("a1", "a2", "b1", "b2")
    nodes = {"e": (EachBlock, {"items": [["a1", "a2"], ["b1", "b2"]]}), "w": GateBlock, "c": EchoBlock}
    run = await harness.start(make_graph("g", nodes, ["e.item -> w.a", "w.result -> c.a"]))
    await until(harness, lambda: len(GateBlock.started) == 2)
    opened["b1"].set()
    opened["a1"].set()
    await until(harness, lambda: run.stats.node_exec_count == 2)  # e, and c for a1
    assert await inputs_of(harness, run, "c") == [{"a": "a1"}]
    opened["a2"].set()  # the first ends: what the second has yielded so far follows, the rest flows at once
    await until(harness, lambda: run.stats.node_exec_count == 5)
    assert await inputs_of(harness, run, "c") == [{"a": "a1"}, {"a": "a2"}, {"a": "b1"}]
    opened["b2"].set()
    await harness.engine.wait_ended(run)
    assert [row["a"] for row in await inputs_of(harness, run, "c")] == ["a1", "a2", "b1", "b2"]


async def test_different_nodes_do_not_wait_for_each_other(harness):
    opened = gates(1, 2)
    nodes = {"x": (GateBlock, {"a": 1}), "y": (GateBlock, {"a": 2}), "c": EchoBlock}
    run = await harness.start(make_graph("g", nodes, ["x.result -> c.a", "y.result -> c.a"]))
    opened[2].set()
    await until(harness, lambda: run.stats.node_exec_count == 2)
    assert await inputs_of(harness, run, "c") == [{"a": 2}]
    opened[1].set()
    await harness.engine.wait_ended(run)


async def test_a_failed_executions_error_keeps_its_place(harness):
    opened = gates("first")
    nodes = {"e": (EachBlock, {"items": ["first", "no gate"]}), "w": GateBlock, "c": EchoBlock, "d": EchoBlock}
    links = ["e.item -> w.a", "w.result -> c.a", "w.error -> d.a"]
    run = await harness.start(make_graph("g", nodes, links))
    await until(harness, lambda: any(e.status == "FAILED" for e in run.executions.values()))
    await harness.engine.settle()
    assert await stored_of(harness, run, "d") == []
    opened["first"].set()
    await harness.engine.wait_ended(run)
    assert [row.node_id for row in await stored_nodes(harness, run)][-2:] == ["c", "d"]


async def test_a_quick_answer_waits_for_a_slow_one_of_the_same_node(harness):
    nodes = {"e": (EachBlock, {"items": [1, 2, 3, 4]}), "w": QuickOrSlowBlock, "c": EchoBlock}
    run = await harness.run(make_graph("g", nodes, ["e.item -> w.a", "w.result -> c.a"]))
    assert [row["a"] for row in await inputs_of(harness, run, "c")] == [["slow", 1], ["quick", 2], ["slow", 3], ["quick", 4]]


async def test_an_execution_that_is_tried_again_keeps_its_place(harness):
    FlakyBlock.tries = {"second": 99}
    nodes = {"e": (EachBlock, {"items": ["first", "second"]}), "f": (FlakyBlock, {"failures": 2}), "c": EchoBlock}
    run = await harness.run(make_graph("g", nodes, ["e.item -> f.a", "f.result -> c.a"]))
    assert [row.tries for row in await stored_of(harness, run, "f")] == [2, 0]
    assert [row["a"] for row in await inputs_of(harness, run, "c")] == ["first", "second"]


async def test_held_outputs_keep_the_run_open(harness):
    opened = gates("slow", "quick")
    nodes = {"e": (EachBlock, {"items": ["slow", "quick"]}), "w": GateBlock}
    run = await harness.start(make_graph("g", nodes, ["e.item -> w.a"]))
    opened["quick"].set()
    await until(harness, lambda: any(e.status == "COMPLETED" and e.has_place for e in run.executions.values()))
    assert run.status == "RUNNING"
    opened["slow"].set()
    await harness.engine.wait_ended(run)
    assert (run.status, run.n_open, run.executions, run.active) == ("COMPLETED", 0, {}, {})


async def test_a_yield_is_saved_and_told_while_its_node_goes_on_though_nobody_takes_it(harness):
    opened = gates("first", "second")
    told = []
    harness.engine.core.bus.subscribe(lambda events: told.extend(getattr(event, "n_outputs", 0) for event in events))
    run = await harness.start(make_graph("g", {"w": (GateBlock, {"a": ["first", "second"]})}, []))
    await until(harness, lambda: GateBlock.started)
    await harness.engine.settle()
    told.clear()
    opened["first"].set()
    await until(harness, lambda: told)
    assert told == [1]
    assert await values_of(harness, run, "w", "result") == ["first"]
    opened["second"].set()
    await harness.engine.wait_ended(run)


async def test_a_yield_of_a_thread_is_told_while_it_goes_on(harness):
    ThreadBlock.gate, ThreadBlock.started, ThreadBlock.after = threading.Event(), threading.Semaphore(0), threading.Event()
    told = []
    harness.engine.core.bus.subscribe(lambda events: told.extend(getattr(event, "n_outputs", 0) for event in events))
    ThreadBlock.gate.set()
    try:
        run = await harness.start(make_graph("g", {"t": (ThreadBlock, {"a": 1})}, []))
        await until(harness, lambda: 1 in told)
        assert run.status == "RUNNING"
    finally:
        ThreadBlock.after.set()
    await harness.engine.wait_ended(run)


# --- pinned outputs and skipped nodes ------------------------------------------------------------------------------


async def test_pinned_outputs_stand_in_for_the_block_the_nth_list_for_the_nth_execution(harness):
    nodes = {"e": (EachBlock, {"items": [1, 2, 3, 4]}), "p": EchoBlock, "c": EchoBlock}
    pinned = {"p": [[("a", "one")], [("a", "two"), ("a", "two again")]]}
    run = await harness.run(make_graph("g", nodes, ["e.item -> p.a", "p.a -> c.a"]), pinned_outputs=pinned)
    got = [row["a"] for row in await inputs_of(harness, run, "c")]
    assert got == ["one"] + ["two", "two again"] * 3  # the last list repeats


async def test_a_pinned_node_needs_no_fitting_input(harness):
    nodes = {"e": (EmitBlock, {"items": [["x", None], ["y", 1]]}), "p": JoinBlock, "c": EchoBlock}
    pinned = {"p": [[("pair", ["given"])]]}
    run = await harness.run(make_graph("g", nodes, ["e.x -> p.a", "e.y -> p.b", "p.pair -> c.a"]), pinned_outputs=pinned)
    assert await inputs_of(harness, run, "c") == [{"a": ["given"]}]


async def test_a_pinned_node_with_no_recorded_outputs_yields_nothing(harness):
    for recorded in ([], [[]]):
        nodes = {"p": (EchoBlock, {"a": 1}), "c": EchoBlock}
        run = await harness.run(make_graph("g", nodes, ["p.a -> c.a"]), pinned_outputs={"p": recorded})
        assert [(row.node_id, row.status) for row in await stored_nodes(harness, run)] == [("p", "COMPLETED")]


async def test_a_pinned_error_fails_the_node(harness):
    nodes = {"p": (EchoBlock, {"a": 1}), "c": EchoBlock}
    pinned = {"p": [[("a", 1), ("error", "as recorded"), ("a", 2)]]}
    run = await harness.run(make_graph("g", nodes, ["p.error -> c.a"]), pinned_outputs=pinned)
    [row] = await stored_of(harness, run, "p")
    assert (row.status, row.outputs) == ("FAILED", [("a", 1), ("error", "as recorded")])
    assert await inputs_of(harness, run, "c") == [{"a": "as recorded"}]


async def test_a_pinned_output_node_still_gives_the_runs_output(harness):
    nodes = {"e": (EmitBlock, {"items": [["x", 5]]}), "o": (OutBlock, {"name": "n"})}
    run = await harness.run(make_graph("g", nodes, ["e.x -> o.value"]), pinned_outputs={"o": [[("output", "pinned")]]})
    assert run.outputs == [("n", b"5")]


async def test_skipped_nodes_end_completed_without_outputs(harness):
    nodes = {"e": (EmitBlock, {"items": [["x", 1], ["x", 2]]}), "s": EchoBlock, "c": EchoBlock}
    graph = make_graph("g", nodes, ["e.x -> s.a", "s.a -> c.a"])
    run = await harness.run(graph, nodes_to_skip=frozenset({"s"}))
    assert [(row.status, row.outputs) for row in await stored_of(harness, run, "s")] == [("COMPLETED", [])] * 2
    assert await stored_of(harness, run, "c") == []
    assert run.status == "COMPLETED"


# --- who goes first -----------------------------------------------------------------------------------------------


async def submit(harness, name, **more):
    graph = harness.add(make_graph(name, {"w": (GateBlock, {"a": name})}, []))
    plan = harness.engine.plan_of(graph.id, graph.version)
    return await harness.engine.start(AdmitRequest(user_id=USER, plan=plan, **more))


async def test_only_so_many_runs_are_worked_on_and_the_others_wait_for_a_place(tmp_path):
    from .conftest import BLOCKS
    from .harness import open_harness

    async with open_harness(tmp_path, BLOCKS, engine__workers=2) as harness:
        opened = gates(*"abcd")
        runs = [await submit(harness, name) for name in "abcd"]
        await until(harness, lambda: len(GateBlock.started) == 2)
        assert [run.status for run in runs] == ["RUNNING", "RUNNING", "QUEUED", "QUEUED"]
        assert (harness.engine.dispatcher.n_running, harness.engine.dispatcher.n_waiting) == (2, 2)
        opened["b"].set()
        await until(harness, lambda: "c" in GateBlock.started)
        assert runs[3].status == "QUEUED"
        for gate in opened.values():
            gate.set()
        assert [await harness.engine.wait_ended(run) for run in runs] == ["COMPLETED"] * 4


async def test_the_more_urgent_run_goes_first_and_waiting_makes_urgent(tmp_path, monkeypatch):
    from .conftest import BLOCKS
    from .harness import open_harness

    now = [1_000_000_000_000]
    monkeypatch.setattr("autogpt_lite.engine.admit.now_us", lambda: now[0])
    async with open_harness(tmp_path, BLOCKS, engine__workers=1) as harness:
        opened = gates(*"abcdef")
        runs = [await submit(harness, "a")]
        runs.append(await submit(harness, "b", priority=9))
        now[0] += 1
        runs.append(await submit(harness, "c", priority=5))
        runs.append(await submit(harness, "d", priority=5))
        now[0] += 3 * 60_000_000  # three minutes later: a step of priority is worth one
        runs.append(await submit(harness, "e", priority=3))
        runs.append(await submit(harness, "f", priority=5))
        for gate in opened.values():
            gate.set()
        for run in runs:
            await harness.engine.wait_ended(run)
        # c and d have waited for three minutes: as good as priority 2 of now, and before e with 3; b is 6.
        assert GateBlock.started == ["a", "c", "d", "e", "f", "b"]


async def test_runs_take_turns(harness):
    """A run with thousands of ready nodes does not hold up another one's single node."""
    big = make_graph("big", {"e": (EachBlock, {"items": list(range(2000))}), "c": EchoBlock}, ["e.item -> c.a"])
    small = make_graph("small", {"c": (EchoBlock, {"a": 1})}, [])
    first = await harness.start(big)
    second = await harness.start(small)
    await harness.engine.wait_ended(second)
    assert first.status == "RUNNING"
    await harness.engine.wait_ended(first)
