"""A stopped run goes on where it was, and only because somebody says so: what had ended is neither run nor charged again."""

from __future__ import annotations

import asyncio

import pytest

from autogpt_lite.engine.ids import node_key
from autogpt_lite.errors import GraphNotInLibraryError

from .conftest import BLOCKS
from .crash import all_ended
from .harness import make_graph, open_harness
from .script_blocks import AgentBlock, CountBlock, EchoBlock, GateBlock, PaidCountBlock, PaidFlakyBlock, UsdBlock
from .tiny_blocks import EachBlock, InBlock, JoinBlock, OutBlock
from .views import children_of, inputs_of, stored_nodes, stored_of, stored_run, until, values_of


@pytest.fixture(autouse=True)
def fresh_blocks(tmp_path):
    CountBlock.file = PaidCountBlock.file = tmp_path / "ran.txt"
    GateBlock.gates, GateBlock.started = {value: asyncio.Event() for value in ("first", "second")}, []


def ran(tmp_path):
    file = tmp_path / "ran.txt"
    return [line.split()[0] for line in file.read_text().splitlines()] if file.exists() else []


async def charges(harness):
    return await harness.engine.core.db.fetch_all(
        "SELECT node_exec_id & 16777215, try, kind, settled_credits FROM charges ORDER BY node_exec_id, kind DESC"
    )


async def start_and_stop(harness, graph, started=1):
    run = await harness.start(graph)
    await until(harness, lambda: len(GateBlock.started) == started)
    await harness.engine.settle()
    assert await harness.engine.stop(run.id)
    return run


async def resume(harness, run):
    assert await harness.engine.resume(run.key) == (True, "QUEUED")
    return harness.engine.core.runs[run.id]


async def test_what_had_ended_is_neither_run_nor_charged_again(harness, tmp_path):
    nodes = {"before": (PaidCountBlock, {"a": "first"}), "w": GateBlock, "after": PaidCountBlock}
    run = await start_and_stop(harness, make_graph("g", nodes, ["before.result -> w.a", "w.result -> after.a"]))
    assert (await stored_run(harness, run))["status"] == "TERMINATED"
    again = await resume(harness, run)
    GateBlock.gates["first"].set()
    assert await harness.engine.wait_ended(again) == "COMPLETED"
    assert [(row.node_id, row.status) for row in await stored_nodes(harness, run)] == [
        ("before", "COMPLETED"),
        ("w", "COMPLETED"),
        ("after", "COMPLETED"),
    ]
    assert len(ran(tmp_path)) == len(set(ran(tmp_path))) == 2
    assert GateBlock.started == ["first", "first"]  # it was in flight: it runs again
    assert await charges(harness) == [(1, 0, 0, 2), (3, 0, 0, 2)]
    stored = await stored_run(harness, run)
    assert (stored["stats"]["cost"], stored["stats"]["node_exec_count"], stored["stats"]["error"]) == (4, 3, None)
    assert stored["ended_at"] > stored["started_at"]


async def test_a_value_that_waited_for_another_is_still_there(harness):
    nodes = {"e": (EachBlock, {"items": ["first"]}), "w": GateBlock, "j": JoinBlock}
    run = await start_and_stop(harness, make_graph("g", nodes, ["e.item -> w.a", "e.item -> j.a", "w.result -> j.b"]))
    assert [row.status for row in await stored_of(harness, run, "j")] == ["TERMINATED"]
    again = await resume(harness, run)
    GateBlock.gates["first"].set()
    await harness.engine.wait_ended(again)
    assert [row.status for row in await stored_of(harness, run, "j")] == ["COMPLETED"]
    assert await inputs_of(harness, run, "j") == [{"a": "first", "b": "first"}]


async def test_outputs_keep_the_order_that_they_had_before_the_stop(harness):
    nodes = {"e": (EachBlock, {"items": ["first", "second"]}), "w": GateBlock, "c": EchoBlock}
    graph = make_graph("g", nodes, ["e.item -> w.a", "w.result -> c.a"])
    run = await harness.start(graph)
    await until(harness, lambda: len(GateBlock.started) == 2)
    GateBlock.gates["second"].set()
    await until(harness, lambda: [e for e in run.executions.values() if e.status == "COMPLETED"])
    await harness.engine.settle()
    await harness.engine.stop(run.id)
    assert await stored_of(harness, run, "c") == []  # what the second one said is held back
    again = await resume(harness, run)
    GateBlock.gates["first"].set()
    await harness.engine.wait_ended(again)
    assert await values_of(harness, run, "c", "a") == ["first", "second"]


async def test_children_are_resumed_with_their_parent(harness, tmp_path):
    inner = {"in": (InBlock, {"name": "n"}), "count": PaidCountBlock, "w": GateBlock, "out": (OutBlock, {"name": "got"})}
    harness.add(make_graph("inner", inner, ["in.result -> count.a", "count.result -> w.a", "w.result -> out.value"]))
    nodes = {"a": (AgentBlock, {"graph_id": "inner", "inputs": {"n": "first"}}), "o": (OutBlock, {"name": "got"})}
    harness.add(make_graph("middle", nodes, ["a.got -> o.value"]))
    nodes = {"a": (AgentBlock, {"graph_id": "middle"}), "c": EchoBlock}
    run = await start_and_stop(harness, make_graph("outer", nodes, ["a.got -> c.a"]))
    db = harness.engine.core.db
    assert await db.fetch_all("SELECT DISTINCT status FROM graph_executions") == [("TERMINATED",)]
    again = await resume(harness, run)
    GateBlock.gates["first"].set()
    assert await harness.engine.wait_ended(again) == "COMPLETED"
    assert await db.fetch_all("SELECT count(*), min(status), max(status) FROM graph_executions") == [
        (3, "COMPLETED", "COMPLETED")
    ]
    assert await values_of(harness, run, "c", "a") == ["first"]
    assert len(ran(tmp_path)) == 1
    assert [settled for *_, settled in await charges(harness)] == [2]


async def test_a_child_that_had_been_stopped_alone_stays_so(harness):
    """Its caller had gone on to the next call by then, and takes the first one as ended."""
    GateBlock.gates["third"] = asyncio.Event()
    nodes = {"in": (InBlock, {"name": "n"}), "w": GateBlock, "out": (OutBlock, {"name": "got"})}
    harness.add(make_graph("child", nodes, ["in.result -> w.a", "w.result -> out.value"]))
    graph = make_graph("parent", {"a": (AgentBlock, {"graph_id": "child", "inputs": {"n": "first"}, "times": 2})}, [])
    run = await harness.start(graph)
    await until(harness, lambda: len(GateBlock.started) == 1)
    [child] = [one for one in harness.engine.core.runs.values() if one.parent is not None]
    await harness.engine.stop(child.id)
    await until(harness, lambda: len(GateBlock.started) == 2)
    await harness.engine.stop(run.id)
    again = await resume(harness, run)
    GateBlock.gates["first"].set()
    assert await harness.engine.wait_ended(again) == "COMPLETED"
    assert [status for _, status, _ in await children_of(harness, run)] == ["TERMINATED", "COMPLETED"]
    assert len(GateBlock.started) == 3


async def test_what_the_stopped_try_has_spent_stays_spent(harness):
    UsdBlock.gate, UsdBlock.started = asyncio.Event(), asyncio.Event()
    run = await harness.start(make_graph("g", {"u": (UsdBlock, {"usd": 0.07})}, []))
    await UsdBlock.started.wait()
    await harness.engine.stop(run.id)
    again = await resume(harness, run)
    UsdBlock.gate.set()
    assert await harness.engine.wait_ended(again) == "COMPLETED"
    assert await charges(harness) == [(1, 0, 0, 7), (1, 0, -1, 7)]
    assert (await stored_run(harness, run))["stats"]["cost"] == 14
    assert [row.stats for row in await stored_nodes(harness, run)] == [{"cost": 14, "error": None}]


async def test_a_stop_between_two_tries_keeps_the_try(harness):
    """The stop ends the waiting at once, and the resumed node does the try that it had waited for, with the same key."""
    PaidFlakyBlock.tries, PaidFlakyBlock.keys = {}, []
    metadata = {"retry": {"attempts": 2, "wait_s": 3600}}
    nodes = {"f": (PaidFlakyBlock, {"a": 1, "failures": 1, "asks_for_retry": False}, metadata)}
    run = await harness.start(make_graph("g", nodes, []))
    [execution] = run.executions.values()
    while (waiting := execution.next_try) is None:
        await asyncio.sleep(0)
    await harness.engine.stop(run.id)
    assert waiting.cancelled()
    again = await resume(harness, run)
    assert await harness.engine.wait_ended(again) == "COMPLETED"
    key = f"{run.id[:-6]}000001"
    assert PaidFlakyBlock.keys == [f"{key}-0", f"{key}-1"]
    assert [(row.status, row.tries) for row in await stored_nodes(harness, run)] == [("COMPLETED", 1)]


async def test_resuming_waits_for_a_place_and_can_be_stopped_and_resumed_again(tmp_path):
    async with open_harness(tmp_path, BLOCKS, engine__workers=1) as harness:
        run = await start_and_stop(harness, make_graph("g", {"w": (GateBlock, {"a": "first"})}, []))
        other = await harness.start(make_graph("h", {"w": (GateBlock, {"a": "second"})}, []))
        await until(harness, lambda: len(GateBlock.started) == 2)
        assert (await resume(harness, run)).status == "QUEUED"
        assert await harness.engine.stop(run.id)
        again = await resume(harness, run)
        for gate in GateBlock.gates.values():
            gate.set()
        assert await harness.engine.wait_ended(other) == "COMPLETED"
        assert await harness.engine.wait_ended(again) == "COMPLETED"
        assert [row.status for row in await stored_nodes(harness, run)] == ["COMPLETED"]


async def test_h5_two_who_resume_at_once_start_it_once(harness):
    run = await start_and_stop(harness, make_graph("g", {"w": (GateBlock, {"a": "first"})}, []))
    engine = harness.engine
    assert await asyncio.gather(engine.resume(run.key), engine.resume(run.key)) == [(True, "QUEUED"), (False, "QUEUED")]
    GateBlock.gates["first"].set()
    assert await engine.wait_ended(engine.core.runs[run.id]) == "COMPLETED"
    assert len(GateBlock.started) == 2
    assert await engine.resume(run.key) == (False, "COMPLETED")


async def test_a_stop_that_meets_a_resume_on_its_way_wins(harness):
    run = await start_and_stop(harness, make_graph("g", {"w": (GateBlock, {"a": "first"})}, []))
    engine = harness.engine
    resumed = asyncio.ensure_future(engine.resume(run.key))
    await asyncio.sleep(0)  # its write is on the way
    await engine.stop_stored(run.key)
    await resumed
    assert engine.core.runs == {}
    assert (await stored_run(harness, run))["status"] == "TERMINATED"
    assert engine.dispatcher.n_running == 0


async def test_a_resumed_run_goes_on_after_a_restart(tmp_path):
    graphs = {}
    nodes = {"e": (EachBlock, {"items": ["first"]}), "w": GateBlock, "j": JoinBlock}
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        graph = make_graph("g", nodes, ["e.item -> w.a", "e.item -> j.a", "w.result -> j.b"])
        run = await start_and_stop(harness, graph)
        await resume(harness, run)
        await until(harness, lambda: len(GateBlock.started) == 2)
    GateBlock.gates["first"].set()
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        await all_ended(harness)
        assert (await stored_run(harness, run))["status"] == "COMPLETED"
        assert await inputs_of(harness, run, "j") == [{"a": "first", "b": "first"}]


async def test_an_agent_that_left_the_library_is_not_resumed(harness):
    class Left:
        def is_graph_in_user_library_tx(self, tx, graph_id, user_id, graph_version=None):
            return False

    run = await start_and_stop(harness, make_graph("g", {"w": (GateBlock, {"a": "first"})}, []))
    harness.engine.core.services.library = Left()
    with pytest.raises(GraphNotInLibraryError):
        await harness.engine.resume(run.key)
    assert (await stored_run(harness, run))["status"] == "TERMINATED"
    row = await harness.engine.core.db.fetch_all("SELECT status FROM node_executions WHERE id = ?", (node_key(run.key, 1),))
    assert row == [(6,)]
