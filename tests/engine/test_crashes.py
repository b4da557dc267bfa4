"""A run that takes the server down is ended after `engine.max_crashes`, and it alone; one that gets on is not."""

from __future__ import annotations

import asyncio
import shutil

import pytest

from autogpt_lite.engine.recovery import read_run
from autogpt_lite.engine.stored_runs import end_stored_run
from autogpt_lite.errors import DiskFullError

from .conftest import BLOCKS
from .crash import all_ended
from .harness import make_graph, open_harness
from .script_blocks import EchoBlock, GateBlock
from .views import stored_run, until

GRAPH = make_graph("g", {"w": (GateBlock, {"a": "x"})}, [])


async def crash(folder, graphs, *, runs_started, at_work=1, **settings):
    """Opens the engine on the folder, waits until `at_work` gates wait, and leaves the folder as a kill at this moment would."""
    GateBlock.started = []
    copy = folder.with_name(folder.name + "-killed")
    async with open_harness(folder, BLOCKS, graphs, **settings) as harness:
        runs = [await harness.start(graph) for graph in runs_started]
        await until(harness, lambda: len(GateBlock.started) >= at_work)
        await harness.engine.settle()
        await harness.engine.core.db.write(lambda tx: tx.execute("SELECT 1"))
        shutil.copytree(folder, copy)
    shutil.rmtree(folder)
    copy.rename(folder)
    return runs


async def test_a_run_that_was_working_at_three_crashes_in_a_row_fails_with_that_reason(tmp_path):
    GateBlock.gates, graphs, folder = {"x": asyncio.Event()}, {}, tmp_path / "data"
    folder.mkdir()
    [run] = await crash(folder, graphs, runs_started=[GRAPH])
    for _ in range(2):
        await crash(folder, graphs, runs_started=[])
    GateBlock.started = []
    async with open_harness(folder, BLOCKS, graphs) as harness:
        row = await stored_run(harness, run)
        assert row["status"] == "FAILED"
        assert "crashed 3 times in a row while this run was working (engine.max_crashes)" in row["stats"]["error"]
        assert GateBlock.started == []
        assert harness.engine.core.runs == {}
        # And the server serves.
        assert (await harness.run(make_graph("h", {"e": (EchoBlock, {"a": 1})}, []))).status == "COMPLETED"


async def test_a_server_that_ends_in_order_is_no_crash(tmp_path):
    GateBlock.gates, graphs = {"x": asyncio.Event()}, {}
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        GateBlock.started = []
        run = await harness.start(GRAPH)
        await until(harness, lambda: len(GateBlock.started) == 1)
        await harness.engine.settle()
    for _ in range(4):
        GateBlock.started = []
        async with open_harness(tmp_path, BLOCKS, graphs) as harness:
            await until(harness, lambda: len(GateBlock.started) == 1)
    GateBlock.gates["x"].set()
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        await all_ended(harness)
        assert (await stored_run(harness, run))["status"] == "COMPLETED"


async def test_a_run_that_gets_on_between_crashes_is_not_ended(tmp_path):
    GateBlock.gates, graphs, folder = {n: asyncio.Event() for n in range(6)}, {}, tmp_path / "data"
    folder.mkdir()
    nodes = {f"w{n}": (GateBlock, {"a": n}) for n in range(6)}
    [run] = await crash(folder, graphs, runs_started=[make_graph("g", nodes, [])], at_work=6)
    for n in range(4):
        GateBlock.gates[n].set()
        await crash(folder, graphs, runs_started=[], at_work=6 - n)
    for gate in GateBlock.gates.values():
        gate.set()
    async with open_harness(folder, BLOCKS, graphs) as harness:
        await all_ended(harness)
        assert (await stored_run(harness, run))["status"] == "COMPLETED"


async def test_those_that_were_beside_the_guilty_run_are_tried_one_after_the_other(tmp_path, monkeypatch):
    """Two runs were working at two crashes. The third crash comes while the first of them is on trial: the second stays."""
    monkeypatch.setattr("autogpt_lite.engine.engine.TRIAL_S", 60.0)
    GateBlock.gates, graphs, folder = {"x": asyncio.Event()}, {}, tmp_path / "data"
    folder.mkdir()
    guilty, innocent = await crash(folder, graphs, runs_started=[GRAPH, GRAPH], at_work=2)
    await crash(folder, graphs, runs_started=[], at_work=2)
    await crash(folder, graphs, runs_started=[], at_work=1)
    async with open_harness(folder, BLOCKS, graphs, opens=False) as harness:
        engine, may_begin = harness.engine, asyncio.Event()
        continue_run = engine._continue

        async def after_the_look(key, uuid, *, is_on_trial=False):
            if is_on_trial:
                await may_begin.wait()
            await continue_run(key, uuid, is_on_trial=is_on_trial)

        monkeypatch.setattr(engine, "_continue", after_the_look)
        await engine.open()
        assert (await stored_run(harness, guilty))["status"] == "FAILED"
        stored = read_run(engine.core.db.loop_connection, innocent.key, engine.core.services.reviews)
        # The crash beside the one on trial is not its own.
        assert (stored.run["status"], stored.run["deliveries"]) == ("RUNNING", 1)
        may_begin.set()
        GateBlock.gates["x"].set()
        await all_ended(harness)
        assert (await stored_run(harness, innocent))["status"] == "COMPLETED"


@pytest.mark.parametrize("what", ["a full disk", "a stop"])
async def test_what_comes_between_a_run_and_its_trial_does_not_leave_it_behind(tmp_path, monkeypatch, what):
    """Two runs were working at two crashes. The disk fills up, or the run is stopped, just when the first one's turn comes."""
    GateBlock.gates, graphs, folder = {"x": asyncio.Event()}, {}, tmp_path / "data"
    folder.mkdir()
    runs = await crash(folder, graphs, runs_started=[GRAPH, GRAPH], at_work=2)
    await crash(folder, graphs, runs_started=[], at_work=2)
    GateBlock.gates["x"].set()
    async with open_harness(folder, BLOCKS, graphs, opens=False) as harness:
        engine, db = harness.engine, harness.engine.core.db
        continue_run, refusals = engine._continue, 0

        async def disturbed(key, uuid, *, is_on_trial=False):
            if is_on_trial and what == "a stop" and key == runs[0].key:
                db.writer.submit(lambda tx: end_stored_run(tx, engine.core.services.ledger, key, "TERMINATED", None))
            await continue_run(key, uuid, is_on_trial=is_on_trial)

        async def write(fn):
            nonlocal refusals
            if what == "a full disk" and engine.n_on_trial and refusals < 2:
                refusals += 1
                raise DiskFullError
            return await type(db).write(db, fn)

        monkeypatch.setattr(engine, "_continue", disturbed)
        await engine.open()
        monkeypatch.setattr(db, "write", write)
        await all_ended(harness)
        found = [(await stored_run(harness, run))["status"] for run in runs]
        assert found == ["TERMINATED" if what == "a stop" else "COMPLETED", "COMPLETED"]
        assert engine.dispatcher.n_running == 0
