"""Stopping a run ends it at once with everything in it, and nothing that is said afterwards counts (contract: semantics 9)."""

from __future__ import annotations

import asyncio
import threading

import pytest

from autogpt_lite.engine import graph_execution
from autogpt_lite.errors import StopTimeoutError

from .conftest import BLOCKS
from .harness import make_graph, open_harness
from .script_blocks import AgentBlock, EchoBlock, EndlessBlock, GateBlock, StubbornBlock, ThreadBlock, UsdBlock
from .tiny_blocks import EachBlock, JoinBlock, WaitBlock
from .views import children_of, stored_nodes, stored_of, stored_run, until


async def start_waiting(harness, *, blocks=None, links=(), values=("first", "second")):
    GateBlock.gates, GateBlock.started = {value: asyncio.Event() for value in values}, []
    nodes = {"e": (EachBlock, {"items": list(values)}), "w": GateBlock, "c": EchoBlock, **(blocks or {})}
    run = await harness.start(make_graph("g", nodes, ["e.item -> w.a", "w.result -> c.a", *links]))
    await until(harness, lambda: len(GateBlock.started) == len(values))
    return run


async def test_a_running_node_is_cancelled_and_the_run_is_terminated(harness):
    run = await start_waiting(harness)
    assert await harness.engine.stop(run.id)
    assert (await stored_run(harness, run))["status"] == "TERMINATED"
    assert (await stored_run(harness, run))["ended_at"] is not None
    assert [(row.status, row.outputs) for row in await stored_of(harness, run, "w")] == [("TERMINATED", [])] * 2
    assert await stored_of(harness, run, "c") == []
    assert harness.engine.core.runs == {}


async def test_nothing_of_a_stopped_run_stays_open(harness):
    """Queued, running and incomplete executions, with one pin or with two."""
    blocks = {"join": JoinBlock, "color": JoinBlock}
    run = await start_waiting(harness, blocks=blocks, links=["e.item -> join.a", "w.error -> join.b", "e.item -> color.a"])
    assert [row.status for row in await stored_of(harness, run, "color")] == ["INCOMPLETE"] * 2
    await harness.engine.stop(run.id)
    statuses = {(row.node_id, row.status) for row in await stored_nodes(harness, run)}
    assert statuses == {("e", "COMPLETED"), ("w", "TERMINATED"), ("join", "TERMINATED"), ("color", "TERMINATED")}


async def test_stopping_again_is_harmless(harness):
    run = await start_waiting(harness)
    assert await asyncio.gather(harness.engine.stop(run.id), harness.engine.stop(run.id)) == [True, False]
    assert not await harness.engine.stop(run.id)
    assert not await harness.engine.stop("00000000-0000-0000-0000-000000000000")
    assert (await stored_run(harness, run))["status"] == "TERMINATED"


async def test_a_run_that_has_ended_stays_as_it_is(harness):
    run = await harness.run(make_graph("g", {"c": (EchoBlock, {"a": 1})}, []))
    assert not await harness.engine.stop(run.id)
    assert (await stored_run(harness, run))["status"] == "COMPLETED"


async def test_a_queued_run_is_stopped_before_it_begins(tmp_path):
    async with open_harness(tmp_path, BLOCKS, engine__workers=1) as harness:
        first = await start_waiting(harness)
        second = await harness.start(make_graph("h", {"c": (EchoBlock, {"a": 1})}, []))
        assert second.status == "QUEUED"
        assert await harness.engine.stop(second.id)
        await harness.engine.stop(first.id)
        assert [row.status for row in await stored_nodes(harness, second)] == ["TERMINATED"]
        assert (await stored_run(harness, second))["started_at"] is None
        third = await harness.run(make_graph("i", {"c": (EchoBlock, {"a": 1})}, []))
        assert third.status == "COMPLETED"


async def test_children_are_stopped_with_their_parent(harness):
    GateBlock.gates, GateBlock.started = {1: asyncio.Event()}, []
    harness.add(make_graph("inner", {"w": (GateBlock, {"a": 1})}, []))
    harness.add(make_graph("middle", {"a": (AgentBlock, {"graph_id": "inner"})}, []))
    run = await harness.start(make_graph("outer", {"a": (AgentBlock, {"graph_id": "middle"})}, []))
    await until(harness, lambda: GateBlock.started)
    assert len(harness.engine.core.runs) == 3
    assert await harness.engine.stop(run.id)
    rows = await harness.engine.core.db.fetch_all("SELECT DISTINCT status FROM graph_executions")
    assert rows == [("TERMINATED",)]
    assert await harness.engine.core.db.fetch_all("SELECT DISTINCT status FROM node_executions") == [(6,)]
    assert harness.engine.core.runs == {}


async def test_a_child_whose_stop_fails_blocks_nobody(harness, monkeypatch, caplog):
    GateBlock.gates, GateBlock.started = {1: asyncio.Event()}, []
    harness.add(make_graph("inner", {"w": (GateBlock, {"a": 1})}, []))
    nodes = {"e": (EachBlock, {"items": [1, 2, 3]}), "a": (AgentBlock, {"graph_id": "inner"})}
    run = await harness.start(make_graph("outer", nodes, ["e.item -> a.number"]))
    await until(harness, lambda: len(GateBlock.started) == 3)
    broken = [one for one in harness.engine.core.runs.values() if one.parent is not None][1]
    settle = graph_execution.settle

    def fail_for_one(core, execution, *, failed):
        if execution.run is broken:
            raise RuntimeError("something is wrong with this one")
        settle(core, execution, failed=failed)

    monkeypatch.setattr(graph_execution, "settle", fail_for_one)
    assert await asyncio.wait_for(harness.engine.stop(run.id), 10)
    db = harness.engine.core.db
    assert await db.fetch_all("SELECT status, count(*) FROM graph_executions GROUP BY 1") == [("TERMINATED", 4)]
    assert await db.fetch_all("SELECT DISTINCT status FROM node_executions WHERE id & 16777215 = 1 AND id >> 24 > 1") == [(6,)]
    assert harness.engine.core.runs == {}
    assert "something is wrong" in caplog.text


async def test_all_rows_of_a_tree_end_in_one_transaction(harness, monkeypatch):
    GateBlock.gates, GateBlock.started = {1: asyncio.Event()}, []
    harness.add(make_graph("inner", {"w": (GateBlock, {"a": 1})}, []))
    harness.add(make_graph("middle", {"a": (AgentBlock, {"graph_id": "inner"})}, []))
    run = await harness.start(make_graph("outer", {"a": (AgentBlock, {"graph_id": "middle"})}, []))
    await until(harness, lambda: GateBlock.started)
    await harness.engine.settle()
    seen, submit = [], harness.engine.core.db.writer.submit
    query = "SELECT status, count(*) FROM graph_executions GROUP BY 1"
    monkeypatch.setattr(
        harness.engine.core.db.writer, "submit", lambda fn: submit(lambda tx: (fn(tx), seen.append(tx.fetch_all(query)))[0])
    )
    await harness.engine.stop(run.id)
    assert seen[0] == [("TERMINATED", 3)]


async def test_stopping_a_child_leaves_its_parent_running(harness):
    GateBlock.gates, GateBlock.started = {1: asyncio.Event(), 2: asyncio.Event()}, []
    harness.add(make_graph("inner", {"w": (GateBlock, {"a": 1})}, []))
    graph = make_graph("outer", {"a": (AgentBlock, {"graph_id": "inner"}), "w": (GateBlock, {"a": 2})}, [])
    run = await harness.start(graph)
    await until(harness, lambda: len(GateBlock.started) == 2)
    [child] = [one for one in harness.engine.core.runs.values() if one.parent is not None]
    await harness.engine.stop(child.id)
    await harness.engine.settle()
    assert run.status == "RUNNING"
    GateBlock.gates[2].set()
    assert await harness.engine.wait_ended(run) == "COMPLETED"
    assert [status for _, status, _ in await children_of(harness, run)] == ["TERMINATED"]


async def test_h5_a_node_that_takes_no_notice_is_named_and_what_it_says_later_is_dropped(harness):
    StubbornBlock.gate, StubbornBlock.started = asyncio.Event(), asyncio.Event()
    nodes = {"stubborn": (StubbornBlock, {"a": 1}), "c": EchoBlock}
    run = await harness.start(make_graph("g", nodes, ["stubborn.result -> c.a"]))
    await StubbornBlock.started.wait()
    [task] = [execution.task for execution in run.executions.values() if execution.task]
    with pytest.raises(StopTimeoutError) as refused:
        await harness.engine.stop(run.id, wait_timeout_s=0.01)
    assert refused.value.detail == {"nodes": ["stubborn"]}
    assert (await stored_run(harness, run))["status"] == "TERMINATED"  # the run is over all the same
    seen = []
    harness.engine.core.bus.subscribe(seen.extend)
    StubbornBlock.gate.set()
    await asyncio.wait([task])
    await harness.engine.settle()
    assert [(row.status, row.outputs) for row in await stored_of(harness, run, "stubborn")] == [("TERMINATED", [])]
    assert await stored_of(harness, run, "c") == []
    assert seen == []
    assert harness.engine.core.late_outputs == 1


async def test_h5_a_thread_is_abandoned_and_what_it_says_later_is_dropped(harness):
    ThreadBlock.gate, ThreadBlock.started = threading.Event(), threading.Semaphore(0)
    run = await harness.start(make_graph("g", {"t": (ThreadBlock, {"a": 1}), "c": EchoBlock}, ["t.result -> c.a"]))
    await asyncio.to_thread(ThreadBlock.started.acquire, timeout=10)
    assert await harness.engine.stop(run.id, wait_timeout_s=5)
    ThreadBlock.gate.set()
    again = await harness.run(make_graph("h", {"c": (EchoBlock, {"a": 1})}, []))
    assert again.status == "COMPLETED"
    assert [(row.status, row.outputs) for row in await stored_of(harness, run, "t")] == [("TERMINATED", [])]


async def test_a_producer_that_is_held_back_is_stopped(tmp_path):
    from .script_blocks import AsyncEachBlock

    async with open_harness(tmp_path, BLOCKS, engine__max_node_executions=10**6) as harness:
        graph = make_graph("g", {"e": (AsyncEachBlock, {"count": 10**5}), "c": EchoBlock}, ["e.item -> c.a"])
        run = await harness.start(graph)
        await until(harness, lambda: not harness.engine.core.drained.is_set())
        assert await harness.engine.stop(run.id)
        assert harness.engine.core.n_ready == 0
        assert (await harness.run(make_graph("h", {"e": (AsyncEachBlock, {"count": 5})}, []))).status == "COMPLETED"


async def test_h6_a_stop_gives_back_what_was_reserved_and_books_what_was_spent(harness):
    UsdBlock.gate, UsdBlock.started = asyncio.Event(), asyncio.Event()
    run = await harness.start(make_graph("g", {"u": (UsdBlock, {"usd": 0.07})}, []))
    await UsdBlock.started.wait()
    await harness.engine.stop(run.id)
    charges = await harness.engine.core.db.fetch_all("SELECT reserved_credits, settled_credits FROM charges")
    assert charges == [(0, 7)]
    assert (await stored_run(harness, run))["stats"]["cost"] == 7


# --- the end of the server ------------------------------------------------------------------------------------------


async def test_closing_leaves_runs_as_they_are(tmp_path):
    async with open_harness(tmp_path, BLOCKS) as harness:
        run = await start_waiting(harness)
        await harness.engine.close()
        assert (await stored_run(harness, run))["status"] == "RUNNING"
        assert [row.status for row in await stored_of(harness, run, "w")] == ["RUNNING"] * 2


async def test_closing_is_not_held_up_by_a_node_that_never_stops_yielding(tmp_path):
    async with open_harness(tmp_path, BLOCKS) as harness:
        EndlessBlock.started = asyncio.Event()
        await harness.start(make_graph("g", {"e": EndlessBlock}, []))
        await EndlessBlock.started.wait()
        await asyncio.wait_for(harness.engine.close(), 5)


async def test_closing_is_not_held_up_by_a_node_that_takes_no_notice(tmp_path, monkeypatch):
    monkeypatch.setattr("autogpt_lite.engine.engine.CLOSE_WAIT_S", 0.01)
    async with open_harness(tmp_path, BLOCKS) as harness:
        StubbornBlock.gate, StubbornBlock.started = asyncio.Event(), asyncio.Event()
        run = await harness.start(make_graph("g", {"s": (StubbornBlock, {"a": 1})}, []))
        await StubbornBlock.started.wait()
        [task] = [execution.task for execution in run.executions.values()]
        await asyncio.wait_for(harness.engine.close(), 5)
        StubbornBlock.gate.set()
        await asyncio.wait([task])


async def test_short_nodes_get_their_time_when_the_server_closes(tmp_path):
    async with open_harness(tmp_path, BLOCKS) as harness:
        WaitBlock.gate = asyncio.Event()
        run = await harness.start(make_graph("g", {"w": (WaitBlock, {"a": 1})}, []))
        await until(harness, lambda: run.executions and all(e.status == "RUNNING" for e in run.executions.values()))
        await harness.engine.settle()
        closing = asyncio.ensure_future(harness.engine.close(grace_s=10))
        WaitBlock.gate.set()
        await closing
        assert [row.status for row in await stored_of(harness, run, "w")] == ["COMPLETED"]


async def test_closing_is_not_held_up_by_a_database_that_refuses(tmp_path, caplog):
    async with open_harness(tmp_path, BLOCKS) as harness:
        await start_waiting(harness)

        class Refusing:
            def reserve(self, tx, rows):
                raise RuntimeError("the disk is gone")

            settle = release = reserve

        harness.engine.core.services.ledger = Refusing()
        GateBlock.gates["first"].set()
        UsdBlock.gate, UsdBlock.started = asyncio.Event(), asyncio.Event()
        await harness.start(make_graph("u", {"u": (UsdBlock, {"usd": 1})}, []))
        await asyncio.wait_for(harness.engine.close(), 8)
