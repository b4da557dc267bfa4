"""What the server says of itself: late and stuck runs with what holds them, the status, the figures."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import msgspec
import pytest

from autogpt_lite.cli.status import _live_lines
from autogpt_lite.clock import iso, now_us
from autogpt_lite.engine.threads import AbandonedThread
from autogpt_lite.errors import DiskFullError
from autogpt_lite.late_runs.service import LATE_S, LateRunService
from tests.engine import tiny_blocks
from tests.engine.harness import USER, make_graph, open_harness
from tests.server import LiveServer, run_app

LONG_AGO_US = (LATE_S + 1) * 1_000_000


@pytest.fixture
async def app_server(tmp_path: Path):
    async with run_app(tmp_path) as server:
        yield server


@pytest.fixture
async def waiting(tmp_path: Path):
    """An engine with one place: one run that waits in a block, and one that waits for the place."""
    tiny_blocks.WaitBlock.gate = asyncio.Event()
    graph = make_graph("g", {"wait": (tiny_blocks.WaitBlock, {"a": 1})}, [])
    async with open_harness(tmp_path, tiny_blocks.ALL, engine__workers=1) as harness:
        first, second = await harness.start(graph), await harness.start(graph)
        await harness.engine.settle()
        yield LateRunService(harness.engine.core.db, harness.engine), first, second
        tiny_blocks.WaitBlock.gate.set()


async def make_late(service: LateRunService) -> None:
    late = "UPDATE graph_executions SET queued_at = queued_at - ? WHERE status = 'QUEUED'"
    await service._db.write(lambda tx: tx.execute(late, (LONG_AGO_US,)))


async def test_nothing_is_late_or_stuck_before_its_time(waiting):
    service, _, _ = waiting
    assert await service.report() == "no run is late"


async def test_a_late_run_is_told_with_the_limit_that_holds_it(waiting):
    service, _, second = waiting
    await make_late(service)
    found = await service.find()
    assert [(run.id, run.status) for run in found.late] == [(second.id, "QUEUED")]
    assert found.late[0].waiting_s >= LATE_S
    assert "engine.workers" in found.late[0].reason
    assert (await service.find(USER)).late_count == 1
    assert (await service.find("somebody else")).late_count == 0


async def test_a_run_that_waits_for_others_of_its_agent_says_so(tmp_path: Path):
    tiny_blocks.WaitBlock.gate = asyncio.Event()
    graph = make_graph("g", {"wait": (tiny_blocks.WaitBlock, {"a": 1})}, [])
    async with open_harness(tmp_path, tiny_blocks.ALL, engine__max_running=1) as harness:
        await harness.start(graph)
        await harness.start(graph)
        await harness.engine.settle()
        service = LateRunService(harness.engine.core.db, harness.engine)
        await make_late(service)
        (late,) = (await service.find()).late
        assert "1 runs of this agent are at work" in late.reason
        assert "max_running" in late.reason


async def test_a_run_without_progress_is_told_with_the_node_that_it_waits_for(waiting):
    service, first, _ = waiting
    first.progressed_at -= LONG_AGO_US
    found = await service.find()
    assert [(run.id, run.status) for run in found.stuck] == [(first.id, "RUNNING")]
    assert "node wait (WaitBlock, since " in found.stuck[0].reason
    assert (await service.find("somebody else")).stuck == []


async def test_each_is_logged_once_and_counted(waiting, caplog: pytest.LogCaptureFixture):
    service, first, second = waiting
    await make_late(service)
    first.progressed_at -= LONG_AGO_US
    for _ in range(3):
        await service.report()
    assert caplog.text.count(first.id) == caplog.text.count(second.id) == 1
    assert "engine.workers" in caplog.text
    assert (service.late_count, service.stuck_count, service.noticed_count) == (1, 1, 2)


async def test_a_full_disk_is_the_reason_where_it_is(waiting):
    service, first, _ = waiting
    await make_late(service)
    first.progressed_at -= LONG_AGO_US
    service._engine.core.db.writer.failure = DiskFullError()
    found = await service.find()
    assert "disk of the server is full" in found.late[0].reason
    assert "disk of the server is full" in found.stuck[0].reason


async def test_progress_is_what_is_saved(tmp_path: Path):
    tiny_blocks.WaitBlock.gate = asyncio.Event()
    graph = make_graph("g", {"w": (tiny_blocks.WaitBlock, {"a": 1}), "x": tiny_blocks.WaitBlock}, ["w.result -> x.a"])
    async with open_harness(tmp_path, tiny_blocks.ALL) as harness:
        run = await harness.start(graph)
        await harness.engine.settle()
        run.progressed_at -= LONG_AGO_US
        before = run.progressed_at
        tiny_blocks.WaitBlock.gate.set()
        await asyncio.wait_for(harness.engine.wait_ended(run), 10)
        assert run.progressed_at > before + LONG_AGO_US - 1_000_000


async def run_an_agent(server: LiveServer) -> str:
    """The id of a run that has ended."""
    graph_id = (await server.get("/api/graphs")).json()[0]["id"]
    run_id = (await server.post(f"/api/graphs/{graph_id}/execute", {"inputs": {}})).json()["id"]
    if (run := server.app.engine.core.runs.get(run_id)) is not None:
        await asyncio.wait_for(server.app.engine.wait_ended(run), 10)
    return run_id


async def test_the_status_of_a_server_that_is_well(app_server: LiveServer):
    await app_server.post("/api/system/backups")
    status = (await app_server.get("/api/system/status")).json()
    assert (status["health"], status["problems"]) == ("healthy", [])
    assert status["queue"] == {"waiting": 0, "running": 0, "places": 100, "longest_wait_s": 0}
    database = status["database"]
    assert database["file_bytes"] + database["log_bytes"] >= database["live_bytes"] > 0
    assert status["disk"]["total_bytes"] > status["disk"]["free_bytes"] > 0
    assert status["late_runs"] == {"late": [], "late_count": 0, "stuck": [], "stuck_count": 0}
    assert {"retention", "report_late_runs"} <= {job["name"] for job in status["jobs"]}
    assert status["backups"][0]["name"].endswith(".sqlite")
    assert (await app_server.get("/api/executions/late")).json() == status["late_runs"]


async def test_the_status_says_what_is_wrong(app_server: LiveServer, monkeypatch: pytest.MonkeyPatch):
    app_server.app.db.writer.failure = DiskFullError()
    monkeypatch.setattr("shutil.disk_usage", lambda path: (1000, 999, 1))
    status = (await app_server.get("/api/system/status")).json()
    assert status["health"] == "degraded"
    assert ["full" in problem or "left" in problem for problem in status["problems"]] == [True, True]


async def test_threads_that_blocks_hold_are_named(app_server: LiveServer):
    since = now_us()
    held = AbandonedThread("run-1", "node-1", "Fetch it", "FetchBlock", since)
    threads = app_server.app.engine.core.threads
    threads._abandoned["fresh"] = held
    status = (await app_server.get("/api/system/status")).json()
    assert status["health"] == "healthy", "it may be about to end"
    assert status["threads"]["held_count"] == 1
    assert status["threads"]["held"] == [
        {"graph_exec_id": "run-1", "node_id": "node-1", "title": "Fetch it", "block": "FetchBlock", "since": iso(since)}
    ]
    assert any("held by FetchBlock, node Fetch it of run run-1" in line for line in _live_lines({"url": "", **status}))
    threads._abandoned = {"old": msgspec.structs.replace(held, abandoned_at=since - LONG_AGO_US)}
    [problem] = (await app_server.get("/api/system/status")).json()["problems"]
    assert problem.startswith("A thread is held by blocks that were stopped or took too long")
    assert "FetchBlock (node Fetch it, run run-1)" in problem
    figures = (await app_server.get("/metrics")).body.decode()
    assert "autogpt_lite_threads_held 1" in figures
    threads._abandoned = {}


async def test_i8_figures_are_for_the_owner_and_hold_no_values(app_server: LiveServer):
    assert (await app_server.get("/metrics", anonymous=True)).status == 401
    run_id = await run_an_agent(app_server)
    answer = await app_server.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    text = answer.body.decode()
    assert run_id not in text
    for line in text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) \w+ .+|autogpt_lite_\w+(\{\w+="[^"]*"\})? [-+.e\d]+', line), line
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(figures["autogpt_lite_node_executions_total"]) >= 1
    assert float(figures["autogpt_lite_commits_total"]) > 1
    assert figures["autogpt_lite_write_failing"] == "0"
    assert any(name.startswith("autogpt_lite_runs_ended_total{status=") for name in figures)


async def test_the_storage_is_told_by_what_takes_it(app_server: LiveServer):
    await run_an_agent(app_server)
    storage = (await app_server.get("/api/system/storage")).json()
    sizes = {part["name"]: part["size_bytes"] for part in storage["parts"]}
    assert sizes["runs"] > 0
    assert sizes["agents"] > 0
    # What was written last may stand in the log still, or in both.
    assert 0 < sum(sizes.values()) + storage["free_bytes"] <= storage["file_bytes"] + storage["log_bytes"]
    assert [part["size_bytes"] for part in storage["parts"]] == sorted(sizes.values(), reverse=True)
