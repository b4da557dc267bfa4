"""A run that waits in the database only comes back when its turn comes, however large it is, and nobody waits for its rows."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager
from typing import Any

import pytest

from autogpt_lite.engine import queued_runs
from autogpt_lite.errors import DatabaseError

from .conftest import BLOCKS
from .crash import all_ended
from .harness import make_graph, open_harness
from .script_blocks import EchoBlock, GateBlock
from .tiny_blocks import EachBlock, OutBlock
from .views import stored_nodes, stored_run, until

ITEMS = 300


class Reading:
    """Notes on which thread each run is read; with `holds` a reading thread waits for `go`, having said so by `begun`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.threads: list[str] = []
        self.begun, self.go = threading.Event(), threading.Event()
        self.holds = False
        self.failures: list[Exception] = []
        read = queued_runs.QueuedRuns._read

        def noted(runs: Any, connection: Any, key: int, plan: Any) -> Any:
            if self.failures:
                raise self.failures.pop()
            self.threads.append(threading.current_thread().name)
            run = read(runs, connection, key, plan)
            if self.holds:
                self.begun.set()
                assert self.go.wait(20)
            return run

        monkeypatch.setattr(queued_runs.QueuedRuns, "_read", noted)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch):
    GateBlock.gates, GateBlock.started = {name: asyncio.Event() for name in ("small", "large", "next")}, []
    made = Reading(monkeypatch)
    yield made
    made.go.set()


def large_graph():
    nodes = {
        "e": (EachBlock, {"items": list(range(ITEMS))}),
        "c": EchoBlock,
        "w": (GateBlock, {"a": "large"}),
        "o": (OutBlock, {"name": "o"}),
    }
    return make_graph("large", nodes, ["e.item -> c.a", "w.result -> o.value"])


async def gate_run(harness, name):
    run = await harness.start(
        make_graph(name, {"w": (GateBlock, {"a": name}), "o": (OutBlock, {"name": "o"})}, ["w.result -> o.value"])
    )
    return run


async def leave_in_line(tmp_path, graphs):
    """A small run that has the only place, a large one in line behind it, then another small one; and the server ends."""
    async with open_harness(tmp_path, BLOCKS, graphs, engine__workers=1) as harness:
        large = await harness.start(large_graph())
        await until(harness, lambda: len(large.executions) == 1 and large.stats.node_exec_count > ITEMS)
        await harness.engine.settle()
        assert await harness.engine.stop(large.id)
        small = await gate_run(harness, "small")
        await until(harness, lambda: "small" in GateBlock.started)
        assert await harness.engine.resume(large.key) == (True, "QUEUED")
        last = await gate_run(harness, "next")
    GateBlock.started = []
    return small, large, last


@asynccontextmanager
async def being_read(tmp_path, graphs, reading):
    """The server again, with the large run's turn come: a reading thread has its rows and does not hand them over before `go`."""
    reading.holds = True
    async with open_harness(tmp_path, BLOCKS, graphs, engine__workers=1) as harness:
        GateBlock.gates["small"].set()
        assert await asyncio.to_thread(reading.begun.wait, 20)
        reading.holds = False
        yield harness


def noted_starts(harness):
    """The ids of the runs that are started from here on."""
    started, start = [], harness.engine.dispatcher._start

    def noted(run, lane):
        started.append(run.id)
        start(run, lane)

    harness.engine.dispatcher._start = noted
    return started


async def test_a_large_run_is_read_on_another_thread_and_goes_on_where_it_was(tmp_path, reading):
    graphs: dict = {}
    _, large, _ = await leave_in_line(tmp_path, graphs)
    reading.threads.clear()
    async with open_harness(tmp_path, BLOCKS, graphs, engine__workers=1) as harness:
        for gate in GateBlock.gates.values():
            gate.set()
        await all_ended(harness)
        assert GateBlock.started == ["small", "large", "next"]
        assert (await stored_run(harness, large))["status"] == "COMPLETED"
        assert len([row for row in await stored_nodes(harness, large) if row.status == "COMPLETED"]) == ITEMS + 3
    assert reading.threads == ["db-reader", threading.current_thread().name], "and a small one here and now"


async def test_while_it_is_read_it_has_a_place_and_others_are_served(tmp_path, reading):
    graphs: dict = {}
    _, _, last = await leave_in_line(tmp_path, graphs)
    async with being_read(tmp_path, graphs, reading) as harness:
        await harness.engine.settle()
        assert (harness.engine.dispatcher.n_running, harness.engine.dispatcher.n_waiting) == (1, 1)
        assert (await stored_run(harness, last))["status"] == "QUEUED"
        reading.go.set()
        for gate in GateBlock.gates.values():
            gate.set()
        await all_ended(harness)


async def test_a_run_that_is_stopped_while_it_is_read_never_starts(tmp_path, reading):
    graphs: dict = {}
    _, large, last = await leave_in_line(tmp_path, graphs)
    async with being_read(tmp_path, graphs, reading) as harness:
        starts = noted_starts(harness)
        assert not await harness.engine.stop(large.id)
        await harness.engine.stop_stored(large.key)
        reading.go.set()
        GateBlock.gates["next"].set()
        await all_ended(harness)
        assert starts == [last.id]
        assert (await stored_run(harness, large))["status"] == "TERMINATED"
        assert (await stored_run(harness, last))["status"] == "COMPLETED"


async def test_a_run_that_is_read_when_the_server_ends_stays_in_line(tmp_path, reading):
    graphs: dict = {}
    _, large, _ = await leave_in_line(tmp_path, graphs)
    async with being_read(tmp_path, graphs, reading) as harness:
        await harness.engine.close()
        reading.go.set()
    async with open_harness(tmp_path, BLOCKS, graphs, engine__workers=1) as harness:
        for gate in GateBlock.gates.values():
            gate.set()
        await all_ended(harness)
        assert (await stored_run(harness, large))["status"] == "COMPLETED"


async def test_a_disk_that_cannot_be_read_for_a_moment_costs_no_run(tmp_path, reading, monkeypatch):
    monkeypatch.setattr("autogpt_lite.db.database.RETRY_S", 0)
    graphs: dict = {}
    _, large, _ = await leave_in_line(tmp_path, graphs)
    reading.failures = [DatabaseError("The disk does not answer.")] * 2
    async with open_harness(tmp_path, BLOCKS, graphs, engine__workers=1) as harness:
        for gate in GateBlock.gates.values():
            gate.set()
        await all_ended(harness)
        assert (await stored_run(harness, large))["status"] == "COMPLETED"
    assert reading.failures == []


async def test_a_run_that_cannot_be_put_together_fails_and_the_next_has_its_place(tmp_path, reading):
    graphs: dict = {}
    _, large, last = await leave_in_line(tmp_path, graphs)
    reading.failures = [ValueError("no such thing")]
    async with open_harness(tmp_path, BLOCKS, graphs, engine__workers=1) as harness:
        for gate in GateBlock.gates.values():
            gate.set()
        await all_ended(harness)
        await harness.engine.core.db.write(lambda tx: None)  # behind the one that has failed it
        row = await stored_run(harness, large)
        assert row["status"] == "FAILED"
        assert "no such thing" in row["stats"]["error"]
        assert (await stored_run(harness, last))["status"] == "COMPLETED"


async def test_a_large_run_that_is_resumed_is_read_beside_the_writer(tmp_path, reading):
    async with open_harness(tmp_path, BLOCKS) as harness:
        large = await harness.start(large_graph())
        await until(harness, lambda: "large" in GateBlock.started)
        assert await harness.engine.stop(large.id)
        reading.holds = True
        assert await harness.engine.resume(large.key) == (True, "QUEUED"), "the answer waits for no rows"
        assert await asyncio.to_thread(reading.begun.wait, 20)
        small = await gate_run(harness, "small")
        GateBlock.gates["small"].set()
        assert await harness.engine.wait_ended(small) == "COMPLETED"
        reading.go.set()
        await until(harness, lambda: large.id in harness.engine.core.runs)
        again = harness.engine.core.runs[large.id]
        GateBlock.gates["large"].set()
        assert await harness.engine.wait_ended(again) == "COMPLETED"
        assert reading.threads == ["db-reader"]
        assert len([row for row in await stored_nodes(harness, large) if row.status == "COMPLETED"]) == ITEMS + 3
