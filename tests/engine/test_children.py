"""Agents in agents: a node runs another graph as a child of its own run (contract: semantics 11)."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace

import pytest

from autogpt_lite import faultpoints
from autogpt_lite.engine.admit import AdmitRequest
from autogpt_lite.engine.children import child_key
from autogpt_lite.engine.graph_execution import terminate_run
from autogpt_lite.errors import ConflictError, GraphNotInLibraryError

from .conftest import BLOCKS
from .crash import all_ended
from .harness import USER, make_graph, open_harness
from .script_blocks import AgentBlock, EchoBlock, EmitBlock, EndlessBlock, GateBlock
from .tiny_blocks import AddBlock, EachBlock, FailBlock, InBlock, OutBlock
from .views import children_of, decode, stored_of, stored_run, until, values_of


def add_child(harness, graph_id="child"):
    """Gives n + 1 on `sum` and n on `same`."""
    nodes = {
        "in": (InBlock, {"name": "n"}),
        "add": AddBlock,
        "sum": (OutBlock, {"name": "sum"}),
        "same": (OutBlock, {"name": "same"}),
    }
    return harness.add(make_graph(graph_id, nodes, ["in.result => add.a", "add.result -> sum.value", "in.result => same.value"]))


def agent(graph_id, metadata=None, **more):
    return (AgentBlock, {"graph_id": graph_id, **more}, metadata or {})


async def test_the_outputs_of_the_child_leave_on_pins_of_their_names(harness):
    add_child(harness)
    nodes = {"a": agent("child", inputs={"n": 4}), "c": EchoBlock, "d": EchoBlock}
    run = await harness.run(make_graph("parent", nodes, ["a.sum -> c.a", "a.same -> d.a"]))
    [row] = await stored_of(harness, run, "a")
    assert row.status == "COMPLETED"
    assert sorted(row.outputs) == [("same", 4), ("sum", 5)]
    assert await values_of(harness, run, "c", "a") == [5]
    assert await values_of(harness, run, "d", "a") == [4]
    [(_, status, depth)] = await children_of(harness, run)
    assert (status, depth) == ("COMPLETED", 1)


async def test_linked_inputs_are_the_childs_inputs(harness):
    add_child(harness)
    nodes = {"e": (EachBlock, {"items": [1, 2]}), "a": agent("child"), "c": EchoBlock}
    run = await harness.run(make_graph("parent", nodes, ["e.item -> a.n", "a.sum -> c.a"]))
    assert sorted(await values_of(harness, run, "c", "a")) == [2, 3]
    assert len(await children_of(harness, run)) == 2


async def test_a_failed_node_in_the_child_fails_neither_run(harness):
    nodes = {"f": (FailBlock, {"a": 1}), "o": (OutBlock, {"name": "problem"})}
    harness.add(make_graph("child", nodes, ["f.error -> o.value"]))
    run = await harness.run(make_graph("parent", {"a": agent("child")}, []))
    assert await values_of(harness, run, "a", "problem") == ["no 1"]
    assert [status for _, status, _ in await children_of(harness, run)] == ["COMPLETED"]


async def test_a_limit_that_a_child_reaches_ends_the_whole_tree(tmp_path):
    async with open_harness(tmp_path, BLOCKS, engine__max_node_executions=40) as harness:
        nodes = {
            "e": (EmitBlock, {"items": [["x", 1]]}),
            "o": (OutBlock, {"name": "first"}),
            "loop": EchoBlock,
        }
        harness.add(make_graph("child", nodes, ["e.x -> o.value", "e.x -> loop.a", "loop.a -> loop.a"]))
        run = await harness.run(make_graph("parent", {"a": agent("child")}, []))
        [row] = await stored_of(harness, run, "a")
        assert row.status == "TERMINATED"
        told = await stored_run(harness, run)
        assert told["status"] == "FAILED"
        assert "40 node executions" in told["stats"]["error"]
        [(key, status, _)] = await children_of(harness, run)
        assert status == "TERMINATED"
        [(stats,)] = await harness.engine.core.db.fetch_all("SELECT stats FROM graph_executions WHERE id = ?", (key,))
        assert decode(stats)["error"] == told["stats"]["error"]


async def test_a_child_that_is_stopped_does_not_fail_its_parent(harness):
    GateBlock.gates, GateBlock.started = {1: asyncio.Event()}, []
    harness.add(make_graph("child", {"w": (GateBlock, {"a": 1})}, []))
    run = await harness.start(make_graph("parent", {"a": agent("child")}, []))
    await until(harness, lambda: len(GateBlock.started) == 1)
    [child] = [r for r in harness.engine.core.runs.values() if r.parent is not None]
    assert await harness.engine.stop(child.id)
    assert await harness.engine.wait_ended(run) == "COMPLETED"
    assert [status for _, status, _ in await children_of(harness, run)] == ["TERMINATED"]
    assert [row.status for row in await stored_of(harness, run, "a")] == ["COMPLETED"]


async def test_a_graph_that_is_not_there_fails_the_node(harness):
    run = await harness.run(make_graph("parent", {"a": agent("nowhere")}, []))
    [row] = await stored_of(harness, run, "a")
    assert row.status == "FAILED"
    assert "nowhere" in row.values("error")[0]


async def test_a_child_whose_inputs_do_not_fit_fails_the_node_only(harness):
    harness.add(make_graph("child", {"in": (InBlock, {"name": "n"}), "c": EchoBlock}, ["in.result => c.a"]))
    run = await harness.run(make_graph("parent", {"a": agent("child")}, []))
    [row] = await stored_of(harness, run, "a")
    assert row.status == "FAILED"
    assert "'n'" in row.values("error")[0]
    assert await children_of(harness, run) == []


async def test_the_same_agent_with_the_same_inputs_runs_as_often_as_it_is_called(harness):
    add_child(harness)
    run = await harness.run(make_graph("parent", {"a": agent("child", inputs={"n": 1}, times=3)}, []))
    assert len(await children_of(harness, run)) == 3
    assert await values_of(harness, run, "a", "sum") == [2, 2, 2]


async def test_masks_reach_the_nodes_of_the_child(harness):
    add_child(harness)
    run = await harness.run(make_graph("parent", {"a": agent("child", inputs={"n": 1})}, []), masks={"add": {"b": 100}})
    assert await values_of(harness, run, "a", "sum") == [101]


async def test_pinned_outputs_and_skipped_nodes_reach_the_child(harness):
    add_child(harness)
    graph = make_graph("parent", {"a": agent("child", inputs={"n": 1})}, [])
    run = await harness.run(graph, pinned_outputs={"add": [[("result", "pinned")]]})
    assert await values_of(harness, run, "a", "sum") == ["pinned"]
    run = await harness.run(graph, nodes_to_skip=frozenset({"add"}))
    assert await values_of(harness, run, "a", "sum") == []


async def test_a_parent_node_that_runs_out_of_time_stops_its_child(harness):
    EndlessBlock.started = asyncio.Event()
    harness.add(make_graph("child", {"e": EndlessBlock}, []))
    run = await harness.start(make_graph("parent", {"a": agent("child", {"timeout_s": 0.1})}, []))
    assert await harness.engine.wait_ended(run) == "COMPLETED"
    await harness.engine.settle()
    assert [row.status for row in await stored_of(harness, run, "a")] == ["FAILED"]
    assert [status for _, status, _ in await children_of(harness, run)] == ["TERMINATED"]


async def test_a_parent_node_that_has_enough_stops_its_child(tmp_path):
    class FirstBlock(AgentBlock):
        id = "00000000-0000-4000-8000-000000000302"

        async def run(self, input, ctx):
            async for name, value in ctx.run_agent(input.graph_id, input.graph_version, input.inputs):
                yield name, value
                return

    GateBlock.gates, GateBlock.started = {"never": asyncio.Event()}, []
    async with open_harness(tmp_path, (*BLOCKS, FirstBlock)) as harness:
        nodes = {"e": (EmitBlock, {"items": [["x", 1]]}), "o": (OutBlock, {"name": "first"}), "w": (GateBlock, {"a": "never"})}
        harness.add(make_graph("child", nodes, ["e.x -> o.value"]))
        run = await harness.start(make_graph("parent", {"a": (FirstBlock, {"graph_id": "child"})}, []))
        assert await harness.engine.wait_ended(run) == "COMPLETED"
        await until(harness, lambda: not harness.engine.core.runs)
        assert await values_of(harness, run, "a", "first") == [1]
        assert [status for _, status, _ in await children_of(harness, run)] == ["TERMINATED"]


async def test_children_ride_on_the_place_of_their_root(tmp_path):
    """With one place for runs, an agent in an agent in an agent still goes through."""
    async with open_harness(tmp_path, BLOCKS, engine__workers=1) as harness:
        add_child(harness, "inner")
        harness.add(
            make_graph("middle", {"a": agent("inner", inputs={"n": 1}), "o": (OutBlock, {"name": "sum"})}, ["a.sum -> o.value"])
        )
        run = await harness.run(make_graph("outer", {"a": agent("middle")}, []))
        assert await values_of(harness, run, "a", "sum") == [2]
        assert harness.engine.dispatcher.n_running == 0


async def test_a_child_knows_its_root_and_its_parent(harness):
    add_child(harness, "inner")
    harness.add(make_graph("middle", {"a": agent("inner", inputs={"n": 1})}, []))
    refs = {}
    harness.engine.core.bus.subscribe(lambda events: refs.update({event.run.graph_id: event.run for event in events}))
    run = await harness.run(make_graph("outer", {"a": agent("middle")}, []))
    assert [refs[name].root_id for name in ("outer", "middle", "inner")] == [run.id] * 3
    assert refs["middle"].parent_id == run.id
    assert refs["inner"].parent_id == refs["middle"].graph_exec_id


async def test_a_child_that_is_being_written_when_its_parent_is_stopped_does_not_stay_open(harness):
    """The parent is stopped between the child's admission and the moment in which it would have been started."""
    add_child(harness)
    engine = harness.engine
    go_on, stopping = threading.Event(), []

    def hold_up_the_writer(tx):
        go_on.wait(10)

    def look(events):
        if not stopping and any(event.run.graph_id == "parent" and event.status == "RUNNING" for event in events):
            stopping.append(asyncio.ensure_future(stop_when_written()))

    async def stop_when_written():
        engine.core.db.writer.submit(hold_up_the_writer)
        await spin_until(lambda: len(engine.core.runs) == 2)  # the child is on its way to the disk
        [run] = [one for one in engine.core.runs.values() if one.parent is None]
        stopped = asyncio.ensure_future(engine.stop(run.id))
        await asyncio.sleep(0)
        go_on.set()
        await stopped

    engine.core.bus.subscribe(look)
    run = await harness.run(make_graph("parent", {"a": agent("child", inputs={"n": 1})}, []))
    await stopping[0]
    assert run.status == "TERMINATED"
    assert {status for _, status, _ in await children_of(harness, run)} <= {"TERMINATED"}
    assert engine.core.runs == {}


async def spin_until(is_true):
    while not is_true():
        await asyncio.sleep(0)


async def test_a_start_whose_caller_goes_away_runs_all_the_same(harness):
    harness.add(make_graph("g", {"c": (EchoBlock, {"a": 1})}, []))
    engine, go_on = harness.engine, threading.Event()
    engine.core.db.writer.submit(lambda tx: go_on.wait(10))
    request = AdmitRequest(user_id=USER, plan=engine.plan_of("g", 1))
    caller = asyncio.ensure_future(engine.start(request))
    await spin_until(lambda: engine.core.runs)
    [run] = engine.core.runs.values()
    caller.cancel()
    ended = engine.ended_future(run)
    go_on.set()
    assert await asyncio.wait_for(ended, 10) == "COMPLETED"


async def test_a_start_that_is_refused_leaves_nothing(harness):
    class EmptyLibrary:
        def is_graph_in_user_library_tx(self, tx, graph_id, user_id, graph_version=None):
            return False

        def limits_of(self, graph_id, user_id):
            return None

    harness.add(make_graph("g", {"c": (EchoBlock, {"a": 1})}, []))
    harness.engine.core.services.library = EmptyLibrary()
    with pytest.raises(GraphNotInLibraryError):
        await harness.engine.start(AdmitRequest(user_id=USER, plan=harness.engine.plan_of("g", 1)))
    assert harness.engine.core.runs == {}
    assert await harness.engine.core.db.fetch_all("SELECT 1 FROM graph_executions UNION ALL SELECT 1 FROM node_executions") == []


# --- between creation and pick-up -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["parent", "root", "tree"])
async def test_a_child_whose_parent_or_root_ends_before_its_pick_up_never_begins(harness, monkeypatch, who):
    """The stop lands in the very moment between the child's creation and its pick-up."""
    GateBlock.gates, GateBlock.started = {1: asyncio.Event()}, []
    harness.add(make_graph("inner", {"w": (GateBlock, {"a": 1})}, []))
    harness.add(make_graph("middle", {"a": agent("inner")}, []))
    engine, stops = harness.engine, []

    def land_a_stop(name):
        by_graph = {run.plan.graph_id: run for run in engine.core.runs.values()}
        if name == "engine.child_admitted" and "inner" in by_graph:
            assert by_graph["inner"].status == "QUEUED"
            if who == "tree":
                stops.append(asyncio.ensure_future(engine.stop(by_graph["outer"].id)))
            else:
                terminate_run(engine.core, by_graph["middle" if who == "parent" else "outer"])

    monkeypatch.setattr(faultpoints, "hit", land_a_stop)
    run = await harness.start(make_graph("outer", {"a": agent("middle")}, []))
    await spin_until(lambda: run.status in ("COMPLETED", "TERMINATED"))
    await asyncio.gather(*stops)
    await spin_until(lambda: not engine.core.runs)
    rows = await engine.core.db.fetch_all("SELECT graph_id, status, started_at IS NULL FROM graph_executions ORDER BY id")
    assert rows[2] == ("inner", "TERMINATED", who != "tree")
    assert {status for _, status, _ in rows[1:]} == {"TERMINATED"}
    assert GateBlock.started == []


async def test_in_a_tree_that_has_ended_no_child_is_created(harness):
    """The row of the root says so, whatever anybody has in memory."""
    GateBlock.gates, GateBlock.started = {1: asyncio.Event()}, []
    add_child(harness)
    run = await harness.start(make_graph("parent", {"w": (GateBlock, {"a": 1})}, []))
    await until(harness, lambda: GateBlock.started)
    db, engine = harness.engine.core.db, harness.engine
    await db.write(lambda tx: tx.execute("UPDATE graph_executions SET status = 'FAILED'"))
    [node] = run.executions.values()
    plan = engine.plan_of("child", 1)
    with pytest.raises(ConflictError, match="FAILED"):
        await engine.admit(AdmitRequest(user_id=USER, plan=plan, inputs={"n": 1}, parent=node, child_key="0-0-x"))
    assert await children_of(harness, run) == []


# --- the key of a child ------------------------------------------------------------------------------------------------


def test_a_child_is_known_by_try_call_graph_version_and_inputs():
    parent = SimpleNamespace(try_number=0)
    key = child_key(parent, 0, "g", 1, {"a": 1, "b": 2})
    assert key == child_key(parent, 0, "g", 1, {"b": 2, "a": 1})
    others = [
        child_key(SimpleNamespace(try_number=1), 0, "g", 1, {"a": 1, "b": 2}),
        child_key(parent, 1, "g", 1, {"a": 1, "b": 2}),
        child_key(parent, 0, "h", 1, {"a": 1, "b": 2}),
        child_key(parent, 0, "g", 2, {"a": 1, "b": 2}),
        child_key(parent, 0, "g", 1, {"a": 1, "b": 3}),
    ]
    assert len({key, *others}) == 6


async def test_a_replay_with_other_inputs_ends_the_old_child_and_begins_a_new_one(tmp_path):
    class ChangingBlock(AgentBlock):
        id = "00000000-0000-4000-8000-000000000303"
        inputs = 0

        async def run(self, input, ctx):
            type(self).inputs += 1
            async for name, value in ctx.run_agent(input.graph_id, 1, {"n": type(self).inputs}):
                yield name, value

    GateBlock.gates, GateBlock.started, graphs = {1: asyncio.Event(), 2: asyncio.Event()}, [], {}
    async with open_harness(tmp_path, (*BLOCKS, ChangingBlock), graphs) as harness:
        nodes = {"in": (InBlock, {"name": "n"}), "w": GateBlock, "o": (OutBlock, {"name": "got"})}
        harness.add(make_graph("child", nodes, ["in.result -> w.a", "w.result -> o.value"]))
        run = await harness.start(make_graph("parent", {"a": (ChangingBlock, {"graph_id": "child"})}, []))
        await until(harness, lambda: GateBlock.started == [1])
    async with open_harness(tmp_path, (*BLOCKS, ChangingBlock), graphs) as harness:
        await until(harness, lambda: GateBlock.started == [1, 2])
        GateBlock.gates[2].set()
        await all_ended(harness)
        assert [status for _, status, _ in await children_of(harness, run)] == ["TERMINATED", "COMPLETED"]
        assert await values_of(harness, run, "a", "got") == [2]
