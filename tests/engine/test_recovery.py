"""After a crash everything that was acknowledged goes on, and what was finished is neither run nor charged again."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from autogpt_lite.engine.admit import AdmitRequest
from autogpt_lite.errors import BlockRetry
from autogpt_lite.sdk import Block, BlockCost, BlockInput, BlockOutput, pin

from . import crash
from .conftest import BLOCKS
from .conftest import BLOCKS as SCRIPTED
from .crash import CommitCopies, LagBlock, all_ended, everything
from .harness import USER, make_graph, open_harness
from .script_blocks import (
    AgentBlock,
    EchoBlock,
    EmitBlock,
    GateBlock,
    PaidCountBlock,
    StaticBlock,
    append_line,
    tell_watchers,
)
from .tiny_blocks import EachBlock, InBlock, JoinBlock, OutBlock, PaidBlock
from .views import children_of, inputs_of, stored_nodes, stored_of, stored_run, until, values_of

ALL_BLOCKS = (*BLOCKS, *crash.BLOCKS)


def run_of(key, plan):
    """Enough of a run to look at its rows."""
    return SimpleNamespace(key=key, plan=plan)


async def picture(harness):
    """What is in the database, without what may differ: ids, times, the order of different nodes and of different children."""
    db, engine = harness.engine.core.db, harness.engine
    found = []
    for key, status, parent_id, graph_id in await db.fetch_all("SELECT id, status, parent_id, graph_id FROM graph_executions"):
        rows = {}
        for row in await stored_nodes(harness, run_of(key, engine.plan_of(graph_id, 1))):
            rows.setdefault(row.node_id, []).append((row.status, row.input, row.outputs, row.n_propagated, row.stats))
        found.append((graph_id, status, parent_id is None, rows))
    charges = sorted(await db.fetch_all("SELECT try, reserved_credits, settled_credits FROM charges"))
    return sorted(found, key=repr), charges


def lines(file):
    return file.read_text().splitlines() if file.exists() else []


@pytest.mark.parametrize("slice_ms", [1.0, 0.0], ids=["large commits", "small commits"])
async def test_a_crash_after_any_commit_changes_nothing_in_the_end(tmp_path, monkeypatch, slice_ms):
    graphs = {}
    graph, pinned = everything(graphs)
    LagBlock.file = PaidCountBlock.file = tmp_path / "ran.txt"
    async with open_harness(tmp_path, ALL_BLOCKS, graphs, engine__slice_ms=slice_ms) as harness:
        LagBlock.engine = harness.engine
        copies = CommitCopies(tmp_path / "db.sqlite", tmp_path / "copies", LagBlock.file, monkeypatch)
        run = await harness.run(graph, pinned_outputs=pinned)
        copies.stop()
        expected = await picture(harness), in_order(run)
    assert len(copies.folders) > 10
    assert len(expected[0][0]) == 4  # the run and three children
    held = 0
    for folder in copies.folders:
        held += await go_on_from(folder, graphs, expected)
    assert held > 0  # the test did see outputs that wait for an earlier execution


async def test_a_second_crash_while_the_first_is_recovered_from(tmp_path, monkeypatch):
    graphs = {}
    graph, pinned = everything(graphs)
    LagBlock.file = PaidCountBlock.file = tmp_path / "ran.txt"
    async with open_harness(tmp_path, ALL_BLOCKS, graphs) as harness:
        LagBlock.engine = harness.engine
        first = CommitCopies(tmp_path / "db.sqlite", tmp_path / "copies", LagBlock.file, monkeypatch)
        run = await harness.run(graph, pinned_outputs=pinned)
        first.stop()
        expected = await picture(harness), in_order(run)
    for folder in first.folders[3:-3:4]:
        LagBlock.file = PaidCountBlock.file = folder / "ran.txt"
        second = CommitCopies(folder / "db.sqlite", folder / "copies", LagBlock.file, monkeypatch)
        async with open_harness(folder, ALL_BLOCKS, graphs, opens=False) as again:
            LagBlock.engine = again.engine
            await again.engine.open()
            await all_ended(again)
            second.stop()
        for inner in second.folders[::3]:
            await go_on_from(inner, graphs, expected)


async def go_on_from(folder, graphs, expected):
    """Opens an engine on the copy and checks what it makes of it; the number of outputs that were held in the copy."""
    LagBlock.file = PaidCountBlock.file = folder / "ran.txt"
    before = lines(LagBlock.file)
    async with open_harness(folder, ALL_BLOCKS, graphs, opens=False, engine__max_crashes=1000) as again:
        LagBlock.engine = again.engine
        done = await finished_nodes(again)
        held = await again.engine.core.db.fetch_all(
            "SELECT 1 FROM node_executions WHERE status = 4 AND n_propagated = 0 AND output IS NOT NULL"
        )
        await again.engine.open()
        roots = [one for one in again.engine.core.runs.values() if one.parent is None]
        await all_ended(again)
        assert await picture(again) == expected[0], folder.name
        for root in roots:
            assert in_order(root) == expected[1]
            assert root.n_open == 0
        assert again.engine.core.n_ready == 0
    ran_again = {line.split()[0] for line in lines(LagBlock.file)[len(before) :]}
    assert not ran_again & done, folder.name
    # What was in flight runs again under the key that the provider knows: never under another one.
    assert len(set(lines(LagBlock.file))) == 9
    return len(held)


def in_order(run):
    """The outputs of the run by name: those of different names may come in any order."""
    found = {}
    for name, text in run.outputs:
        found.setdefault(name, []).append(text)
    return found


async def finished_nodes(harness):
    """The public ids of the node executions that are COMPLETED in the database."""
    rows = await harness.engine.core.db.fetch_all(
        "SELECT g.uuid, n.id & 16777215 FROM node_executions n JOIN graph_executions g ON g.id = n.id >> 24 WHERE n.status = 4"
    )
    return {f"{uuid[:-6]}{seq:06x}" for uuid, seq in rows}


# --- a clean end and a new start ------------------------------------------------------------------------------------


async def waiting_run(harness, *values, extra=None, links=()):
    GateBlock.gates, GateBlock.started = {value: asyncio.Event() for value in values}, []
    nodes = {"e": (EachBlock, {"items": list(values)}), "w": GateBlock, "c": EchoBlock, **(extra or {})}
    run = await harness.start(make_graph("g", nodes, ["e.item -> w.a", "w.result -> c.a", *links]))
    await until(harness, lambda: len(GateBlock.started) == len(values))
    return run


async def test_a_run_goes_on_after_a_clean_end(tmp_path):
    graphs = {}
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        run = await waiting_run(harness, "a", "b")
        GateBlock.gates["b"].set()
        await until(harness, lambda: any(e.status == "COMPLETED" for e in run.executions.values()))
    GateBlock.started = []
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        [restored] = harness.engine.core.runs.values()
        assert restored.id == run.id
        GateBlock.gates["a"].set()
        await all_ended(harness)
        assert GateBlock.started == ["a"]  # b was finished
        assert await inputs_of(harness, restored, "c") == [{"a": "a"}, {"a": "b"}]
        assert (await stored_run(harness, restored))["status"] == "COMPLETED"
        rows = await harness.engine.core.db.fetch_all("SELECT deliveries FROM graph_executions")
        assert rows == [(0,)]


async def test_incomplete_inputs_are_kept_and_matched_after_a_restart(tmp_path):
    graphs = {}
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        extra = {"first": (EmitBlock, {"items": [["x", 1], ["x", 2], ["x", 3]]}), "j": JoinBlock}
        await waiting_run(harness, "a", "b", extra=extra, links=["first.x -> j.a", "w.result -> j.b"])
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        [restored] = harness.engine.core.runs.values()
        for gate in GateBlock.gates.values():
            gate.set()
        await all_ended(harness)
        assert await values_of(harness, restored, "j", "pair") == [[1, "a"], [2, "b"]]
        assert await inputs_of(harness, restored, "j", "INCOMPLETE") == [{"a": 3}]


async def test_a_static_value_is_known_after_a_restart(tmp_path):
    graphs = {}
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        extra = {"s": (StaticBlock, {"items": [["x", "static"]]}), "one": (EmitBlock, {"items": [["x", 1]]}), "j": JoinBlock}
        await waiting_run(harness, "a", "b", extra=extra, links=["s.x => j.b", "one.x -> j.a", "w.result -> j.a"])
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        [restored] = harness.engine.core.runs.values()
        for gate in GateBlock.gates.values():
            gate.set()
        await all_ended(harness)
        assert await values_of(harness, restored, "j", "pair") == [[1, "static"], ["a", "static"], ["b", "static"]]


async def test_waiting_runs_keep_their_order_over_a_restart(tmp_path):
    graphs = {}
    async with open_harness(tmp_path, BLOCKS, graphs, engine__workers=1) as harness:
        await waiting_run(harness, "a")
        for name, priority in (("late", 9), ("first", 0), ("second", 5)):
            GateBlock.gates[name] = asyncio.Event()
            harness.add(make_graph(name, {"w": (GateBlock, {"a": name})}, []))
            await harness.engine.start(AdmitRequest(user_id=USER, plan=harness.engine.plan_of(name, 1), priority=priority))
    GateBlock.started = []
    async with open_harness(tmp_path, BLOCKS, graphs, engine__workers=1) as harness:
        assert harness.engine.dispatcher.n_waiting == 3
        for gate in GateBlock.gates.values():
            gate.set()
        await all_ended(harness)
        assert GateBlock.started == ["a", "first", "second", "late"]
        rows = await harness.engine.core.db.fetch_all("SELECT DISTINCT status FROM graph_executions")
        assert rows == [("COMPLETED",)]


async def start_more_than_memory_holds(harness, count):
    """One run at work, two waiting in memory, and the others in the database only."""
    await waiting_run(harness, "a")
    harness.add(make_graph("h", {"c": (EchoBlock, {"a": 1}), "o": (OutBlock, {"name": "o"})}, ["c.a -> o.value"]))
    plan = harness.engine.plan_of("h", 1)
    runs = [await harness.engine.start(AdmitRequest(user_id=USER, plan=plan)) for _ in range(count)]
    assert len(harness.engine.core.runs) == 3
    return runs


async def test_runs_that_wait_in_the_database_only_are_run_as_well(tmp_path, monkeypatch):
    monkeypatch.setattr("autogpt_lite.engine.dispatcher.MAX_WAITING_IN_MEMORY", 2)
    async with open_harness(tmp_path, BLOCKS, engine__workers=1) as harness:
        runs = await start_more_than_memory_holds(harness, 6)
        ends = asyncio.gather(*(harness.engine.wait_ended(run) for run in runs))
        await asyncio.sleep(0)
        GateBlock.gates["a"].set()
        assert await asyncio.wait_for(ends, 10) == ["COMPLETED"] * 6
        assert [await harness.engine.wait_ended(run) for run in runs] == ["COMPLETED"] * 6
        rows = await harness.engine.core.db.fetch_all("SELECT status, count(*) FROM graph_executions GROUP BY status")
        assert rows == [("COMPLETED", 7)]


async def test_a_run_that_waits_in_the_database_only_can_be_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("autogpt_lite.engine.dispatcher.MAX_WAITING_IN_MEMORY", 2)
    async with open_harness(tmp_path, BLOCKS, engine__workers=1) as harness:
        runs = await start_more_than_memory_holds(harness, 5)
        last = runs[-1]
        assert not await harness.engine.stop(last.id)  # it is not in memory
        end = asyncio.ensure_future(harness.engine.wait_ended(last))
        stopping = asyncio.ensure_future(harness.engine.stop_stored(last.key, "enough"))
        await asyncio.sleep(0)
        GateBlock.gates["a"].set()  # its turn would come while the stop is on its way to the disk
        await stopping
        assert await asyncio.wait_for(end, 5) == "TERMINATED"
        await all_ended(harness)
        row = await stored_run(harness, last)
        assert (row["status"], row["started_at"], row["stats"]) == ("TERMINATED", None, {"error": "enough"})
        assert [node.status for node in await stored_nodes(harness, last)] == ["TERMINATED"]


async def test_nothing_goes_on_where_it_is_not_wanted(tmp_path):
    graphs = {}
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        await waiting_run(harness, "a")
    async with open_harness(tmp_path, BLOCKS, graphs, opens=False) as harness:
        await harness.engine.open(go_on=False)
        assert harness.engine.core.runs == {}
        GateBlock.gates["a"].set()
        other = await harness.run(make_graph("h", {"c": (EchoBlock, {"a": 1})}, []))
        assert other.key == 2


async def test_what_was_committed_and_not_yet_passed_on_is_passed_on_once(tmp_path):
    graphs = {}
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        run = await waiting_run(harness, "a", "b")
        await harness.engine.close()

        def take_back(tx):
            tx.execute("DELETE FROM node_executions WHERE node = 1")
            return tx.execute("UPDATE node_executions SET n_propagated = 0 WHERE node = 0")

        assert await harness.engine.core.db.write(take_back) == 1
    GateBlock.started = []
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        await until(harness, lambda: len(GateBlock.started) == 2)
        await harness.engine.settle()
        for _ in range(5):  # what was pushed twice would begin again by now
            await asyncio.sleep(0)
        assert GateBlock.started == ["a", "b"]
        for gate in GateBlock.gates.values():
            gate.set()
        await all_ended(harness)
        assert [(row.node_id, row.n_propagated) for row in await stored_nodes(harness, run)] == [
            *(("e", 2), ("w", 1), ("w", 1), ("c", 1), ("c", 1))
        ]


# --- what has changed between the end and the start -----------------------------------------------------------------


async def test_a_block_that_is_gone_fails_its_node_only(tmp_path):
    graphs = {}
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        await waiting_run(harness, "a", extra={"h": EchoBlock}, links=["w.error -> h.a"])
    async with open_harness(tmp_path, [block for block in BLOCKS if block is not GateBlock], graphs) as harness:
        await all_ended(harness)
        run = run_of(1, harness.engine.plan_of("g", 1))
        assert (await stored_run(harness, run))["status"] == "COMPLETED"
        [row] = await stored_of(harness, run, "w")
        assert row.status == "FAILED"
        assert GateBlock.id in row.values("error")[0]
        assert len(await stored_of(harness, run, "h")) == 1


@pytest.mark.parametrize("workers", [1, 5])
async def test_a_graph_that_is_gone_fails_its_runs_only(tmp_path, workers):
    """Running ones and waiting ones."""
    graphs = {}
    async with open_harness(tmp_path, BLOCKS, graphs, engine__workers=workers) as harness:
        await waiting_run(harness, "a")
        plan = harness.engine.plan_of("g", 1)
        GateBlock.gates["b"] = asyncio.Event()
        harness.add(make_graph("h", {"w": (GateBlock, {"a": "b"})}, []))
        for given in (plan, harness.engine.plan_of("h", 1), plan):
            await harness.engine.start(AdmitRequest(user_id=USER, plan=given))
    del graphs[("g", 1)]
    async with open_harness(tmp_path, BLOCKS, graphs, engine__workers=workers) as harness:
        GateBlock.gates["b"].set()
        await all_ended(harness)
        db = harness.engine.core.db
        await db.write(lambda tx: None)
        rows = await db.fetch_all("SELECT graph_id, status, stats FROM graph_executions ORDER BY id")
        expected = [("g", "FAILED"), ("g", "FAILED"), ("h", "COMPLETED"), ("g", "FAILED")]
        assert [(graph_id, status) for graph_id, status, _ in rows] == expected
        assert all(b"no graph g" in stats for graph_id, _, stats in rows if graph_id == "g")
        left = await harness.engine.core.db.fetch_all("SELECT count(*) FROM node_executions WHERE status IN (1, 2)")
        assert left == [(0,)]


async def test_a_limit_that_was_lowered_fails_the_run_and_not_the_start(tmp_path):
    graphs = {}
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        run = await waiting_run(harness, "a", "b", "c")
        for value in ("b", "c"):
            GateBlock.gates[value].set()
        await until(harness, lambda: sum(e.status == "COMPLETED" for e in run.executions.values()) == 2)
    GateBlock.gates["a"].set()
    async with open_harness(tmp_path, BLOCKS, graphs, engine__max_node_executions=2) as harness:
        await all_ended(harness)
        row = await stored_run(harness, run)
        assert row["status"] == "FAILED"
        assert "engine.max_node_executions" in row["stats"]["error"]


# --- tries, charges, replays --------------------------------------------------------------------------------------


class CrashyBlock(Block):
    """Asks for another try until `lucky` says otherwise; writes down the key of each try."""

    id = "00000000-0000-4000-8000-000000000403"
    costs = (BlockCost(cost_amount=2),)
    lucky = False
    gate: asyncio.Event

    class Input(BlockInput):
        a: int = pin(0)

    class Output(BlockOutput):
        x: int = pin()

    async def run(self, input, ctx):
        append_line(PaidCountBlock.file, ctx.idempotency_key[-1])
        yield "x", 1
        if ctx.idempotency_key.endswith("-0"):
            raise BlockRetry(after_s=0.0)
        tell_watchers()
        await type(self).gate.wait()
        yield "x", 2


async def test_a_try_is_continued_under_its_own_number_and_pays_once(tmp_path):
    graphs, PaidCountBlock.file = {}, tmp_path / "tries.txt"
    CrashyBlock.gate = asyncio.Event()
    async with open_harness(tmp_path, (*SCRIPTED, CrashyBlock), graphs) as harness:
        run = await harness.start(make_graph("g", {"b": CrashyBlock, "c": EchoBlock}, ["b.x -> c.a"]))
        await until(harness, lambda: len(lines(PaidCountBlock.file)) == 2)
        await harness.engine.settle()
    CrashyBlock.gate.set()
    async with open_harness(tmp_path, (*SCRIPTED, CrashyBlock), graphs) as harness:
        await all_ended(harness)
        assert lines(PaidCountBlock.file) == ["0", "1", "1"]
        assert await inputs_of(harness, run, "c") == [{"a": 1}, {"a": 2}]  # no output twice
        charges = await harness.engine.core.db.fetch_all(
            "SELECT try, reserved_credits, settled_credits FROM charges ORDER BY try"
        )
        assert charges == [(0, 2, 0), (1, 2, 2)]
        assert (await stored_run(harness, run))["stats"]["cost"] == 2


class MoodyBlock(Block):
    """Yields other values each time, and waits after the second."""

    id = "00000000-0000-4000-8000-000000000404"
    mood = "first"
    gate: asyncio.Event

    class Output(BlockOutput):
        x: str = pin()

    async def run(self, input, ctx):
        for number in (1, 2):
            yield "x", f"{type(self).mood} {number}"
        await type(self).gate.wait()
        yield "x", f"{type(self).mood} 3"


async def test_a_replay_does_not_emit_again_what_was_committed_even_where_it_differs(tmp_path, monkeypatch):
    graphs, MoodyBlock.gate = {}, asyncio.Event()
    async with open_harness(tmp_path, (*SCRIPTED, MoodyBlock), graphs) as harness:
        run = await harness.start(make_graph("g", {"m": MoodyBlock, "c": EchoBlock}, ["m.x -> c.a"]))
        await until(harness, lambda: run.stats.node_exec_count == 2)
        await harness.engine.settle()
    MoodyBlock.gate.set()
    monkeypatch.setattr(MoodyBlock, "mood", "second")
    async with open_harness(tmp_path, (*SCRIPTED, MoodyBlock), graphs) as harness:
        await all_ended(harness)
        assert await values_of(harness, run, "m", "x") == ["first 1", "first 2", "second 3"]
        assert await values_of(harness, run, "c", "a") == ["first 1", "first 2", "second 3"]


async def test_the_reservation_of_a_node_in_flight_is_not_doubled(tmp_path):
    graphs = {}

    class PaidGateBlock(GateBlock):
        id = "00000000-0000-4000-8000-000000000405"
        costs = (BlockCost(cost_amount=3),)

    GateBlock.gates, GateBlock.started = {1: asyncio.Event()}, []
    for round_number in range(3):
        async with open_harness(tmp_path, (*SCRIPTED, PaidGateBlock), graphs) as harness:
            if round_number == 0:
                run = await harness.start(make_graph("g", {"p": (PaidGateBlock, {"a": 1})}, []))
            await until(harness, lambda count=round_number: len(GateBlock.started) > count)
    GateBlock.gates[1].set()
    async with open_harness(tmp_path, (*SCRIPTED, PaidGateBlock), graphs) as harness:
        await all_ended(harness)
        assert await harness.engine.core.db.fetch_all("SELECT try, reserved_credits, settled_credits FROM charges") == [(0, 3, 3)]
        assert (await stored_run(harness, run))["stats"]["cost"] == 3


# --- children --------------------------------------------------------------------------------------------------------


async def test_a_child_is_found_again_and_not_started_twice(tmp_path):
    graphs = {}
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        GateBlock.gates, GateBlock.started = {1: asyncio.Event()}, []
        child = {"w": (GateBlock, {"a": 1}), "e": (EmitBlock, {"items": [["x", "early"]]}), "o": (OutBlock, {"name": "o"})}
        harness.add(make_graph("child", child, ["e.x -> o.value", "w.result -> o.value"]))
        run = await harness.start(make_graph("g", {"a": (AgentBlock, {"graph_id": "child"}), "c": EchoBlock}, ["a.o -> c.a"]))
        await until(harness, lambda: GateBlock.started and run.stats.node_exec_count == 1)
        await harness.engine.settle()
    GateBlock.gates[1].set()
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        await all_ended(harness)
        assert [status for _, status, _ in await children_of(harness, run)] == ["COMPLETED"]
        assert await values_of(harness, run, "a", "o") == ["early", 1]
        assert await values_of(harness, run, "c", "a") == ["early", 1]
        assert (await stored_run(harness, run))["status"] == "COMPLETED"


class FickleAgentBlock(AgentBlock):
    """Calls the agent with other inputs after a restart."""

    id = "00000000-0000-4000-8000-000000000406"
    value = "before"

    async def run(self, input, ctx):
        async for name, value in ctx.run_agent(input.graph_id, 1, {"n": type(self).value}):
            yield name, value


async def test_a_call_with_other_inputs_ends_the_child_of_before(tmp_path, monkeypatch):
    graphs = {}
    blocks = (*SCRIPTED, FickleAgentBlock)
    async with open_harness(tmp_path, blocks, graphs) as harness:
        GateBlock.gates, GateBlock.started = {"before": asyncio.Event(), "after": asyncio.Event()}, []
        nodes = {"in": (InBlock, {"name": "n"}), "w": GateBlock, "o": (OutBlock, {"name": "o"})}
        harness.add(make_graph("child", nodes, ["in.result => w.a", "w.result -> o.value"]))
        run = await harness.start(make_graph("g", {"a": (FickleAgentBlock, {"graph_id": "child"})}, []))
        await until(harness, lambda: GateBlock.started)
    monkeypatch.setattr(FickleAgentBlock, "value", "after")
    GateBlock.gates["after"].set()
    async with open_harness(tmp_path, blocks, graphs) as harness:
        await all_ended(harness)
        assert [status for _, status, _ in await children_of(harness, run)] == ["TERMINATED", "COMPLETED"]
        assert await values_of(harness, run, "a", "o") == ["after"]


async def test_children_whose_parent_is_over_are_ended_at_the_next_start(tmp_path):
    """A crash came between the end of the parent and that of its children."""
    graphs = {}
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        GateBlock.gates, GateBlock.started = {1: asyncio.Event()}, []
        harness.add(make_graph("inner", {"w": (GateBlock, {"a": 1}), "p": (PaidBlock, {"a": 1})}, []))
        harness.add(make_graph("middle", {"a": (AgentBlock, {"graph_id": "inner"})}, []))
        run = await harness.start(make_graph("outer", {"a": (AgentBlock, {"graph_id": "middle"})}, []))
        await until(harness, lambda: GateBlock.started)
        await harness.engine.close()
        await harness.engine.core.db.write(
            lambda tx: tx.execute("UPDATE graph_executions SET status = 'FAILED' WHERE id = ?", (run.key,))
        )
        await harness.engine.core.db.write(lambda tx: tx.execute("UPDATE charges SET settled_credits = NULL"))
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        db = harness.engine.core.db
        assert await db.fetch_all("SELECT status FROM graph_executions ORDER BY id") == [
            ("FAILED",),
            ("TERMINATED",),
            ("TERMINATED",),
        ]
        assert await db.fetch_all("SELECT count(*) FROM node_executions WHERE id >> 24 > 1 AND status IN (0, 1, 2, 3)") == [(0,)]
        assert await db.fetch_all("SELECT settled_credits FROM charges") == [(0,)]
        assert harness.engine.core.runs == {}


# --- keys -----------------------------------------------------------------------------------------------------------


async def test_the_key_of_a_deleted_run_never_comes_back(tmp_path):
    """Charges, children and rows that wait to be purged still carry it."""
    async with open_harness(tmp_path, BLOCKS) as harness:
        await harness.run(make_graph("g", {"c": (EchoBlock, {"a": 1})}, []))
        newest = await harness.run(make_graph("g", {"c": (EchoBlock, {"a": 1})}, []))
        await harness.engine.core.db.write(lambda tx: tx.execute("DELETE FROM graph_executions WHERE id = ?", (newest.key,)))
    async with open_harness(tmp_path, BLOCKS) as harness:
        run = await harness.run(make_graph("g", {"c": (EchoBlock, {"a": 1})}, []))
        assert run.key > newest.key
        assert run.status == "COMPLETED"
