"""attacks.md J2: a disk that is full, read-only or broken, and too many open files. Requests are refused with a reason, running runs
wait and go on by themselves, nothing is half-written, and the process lives."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import psutil
import pytest

from autogpt_lite.errors import DiskFullError
from tests.bench import loads
from tests.engine import script_blocks, tiny_blocks
from tests.engine.crash import all_ended
from tests.engine.harness import make_graph, open_harness
from tests.faults.disk import BadDisk, no_room
from tests.faults.test_kill_during_w import Load, check, read_runs
from tests.server import ServerProcess, run_app, run_cli

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
FULL = apsw.FullError("database or disk is full")
BROKEN = apsw.IOError("disk I/O error")
BLOCKS = tiny_blocks.ALL + script_blocks.ALL
PLACES = {"blocks.paths": [str(Path(loads.__file__).with_name("blocks"))], "engine.workers": 4}


def work(graphs: dict) -> Any:
    """Three sub-agents with a priced node each, one after the other and side by side."""
    child = make_graph(
        "child",
        {
            "in": (tiny_blocks.InBlock, {"name": "n"}),
            "work": script_blocks.PaidCountBlock,
            "out": (tiny_blocks.OutBlock, {"name": "twice"}),
        },
        ["in.result => work.a", "work.result -> out.value"],
    )
    parent = make_graph(
        "parent",
        {
            "e": (tiny_blocks.EachBlock, {"items": [4, 0, 1]}),
            "paid": script_blocks.PaidCountBlock,
            "agent": (script_blocks.AgentBlock, {"graph_id": "child"}),
            "sum": (tiny_blocks.OutBlock, {"name": "children"}),
        },
        ["e.item -> paid.a", "paid.result -> agent.n", "agent.twice -> sum.value"],
    )
    for one in (parent, child):
        graphs[(one.id, one.version)] = one
    return parent


async def content(db: Any) -> list:
    """What two runs of the same graph have in common."""
    nodes = "SELECT g.graph_id, n.node, n.status, n.input, n.output FROM node_executions n JOIN graph_executions g ON g.id = n.id >> 24"
    return [
        await db.fetch_all(f"{nodes} ORDER BY 1, 2, 3, 4, 5"),
        await db.fetch_all("SELECT reserved_credits, settled_credits, count(*) FROM charges GROUP BY 1, 2"),
        await db.fetch_all("SELECT graph_id, status, count(*) FROM graph_executions GROUP BY 1, 2 ORDER BY 1"),
    ]


@pytest.mark.parametrize("error", [FULL, BROKEN], ids=["full", "broken"])
async def test_j2_a_run_waits_for_the_disk_at_any_commit_and_ends_as_if_nothing_had_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: apsw.Error
):
    script_blocks.PaidCountBlock.file = tmp_path / "ran.txt"
    (tmp_path / "calm").mkdir()
    graphs: dict = {}
    graph = work(graphs)
    async with open_harness(tmp_path / "calm", BLOCKS, graphs) as harness:
        await harness.run(graph)
        expected = await content(harness.engine.core.db)
    ran = len((tmp_path / "ran.txt").read_text().splitlines())
    refused = 0
    for at in (1, 2, 3, 5, 8):
        (tmp_path / "ran.txt").unlink()
        folder = tmp_path / str(at)
        folder.mkdir()
        async with open_harness(folder, BLOCKS, graphs) as harness:
            disk, seen = BadDisk(monkeypatch), [0]

            def on_commit(disk=disk, seen=seen, at=at) -> None:
                seen[0] += 1
                disk.error = error if at <= seen[0] < at + 4 else None

            run = await harness.start(graph)
            disk.on_commit = on_commit
            assert await asyncio.wait_for(harness.engine.wait_ended(run), 20) == "COMPLETED"
            await all_ended(harness)
            refused += disk.refused
            assert await content(harness.engine.core.db) == expected
        assert len((tmp_path / "ran.txt").read_text().splitlines()) == ran  # nothing ran twice for it
    assert refused >= 8, "the runs were over before the disk was full"


async def test_j2_a_stop_on_a_full_disk_says_so_and_holds_once_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tiny_blocks.WaitBlock.gate = asyncio.Event()
    graph = make_graph("g", {"wait": (tiny_blocks.WaitBlock, {"a": 1})}, [])
    async with open_harness(tmp_path, BLOCKS) as harness:
        disk = BadDisk(monkeypatch)
        run = await harness.start(graph)
        await harness.engine.settle()
        disk.error = FULL
        with pytest.raises(DiskFullError):
            await harness.engine.stop(run.id)
        disk.error = None
        assert await asyncio.wait_for(harness.engine.wait_ended(run), 20) == "TERMINATED"


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (FULL, 507, "disk"),
        (BROKEN, 503, "disk"),
        (apsw.ReadOnlyError("ro"), 503, "read-only"),
        (apsw.NoMemError("out of memory"), 503, "no memory"),
    ],
    ids=["full", "broken", "read-only", "no memory"],
)
async def test_j2_requests_are_refused_with_the_reason_and_reads_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: apsw.Error, status: int, told: str
):
    async with run_app(tmp_path) as server:
        disk = BadDisk(monkeypatch)
        graph = (await server.get("/api/graphs")).json()[0]
        disk.error = error
        for path, body in (
            ("/api/graphs", {"graph": {"name": "n", "nodes": [], "links": []}}),
            (f"/api/graphs/{graph['id']}/execute", {}),
        ):
            answer = await server.post(path, body)
            assert answer.status == status, answer.body
            assert told in answer.json()["message"]
            assert answer.json()["hint"]
            assert str(tmp_path) not in answer.body.decode()
        assert (await server.get("/api/graphs")).status == 200
        assert (await server.get("/health")).status == 200
        disk.error = None
        assert (await server.post("/api/graphs", {"graph": {"name": "n", "nodes": [], "links": []}})).status == 200
        assert [graph["name"] for graph in (await server.get("/api/graphs")).json()].count("n") == 1


@linux_only
async def test_j2_a_server_without_room_keeps_every_acknowledged_run_and_goes_on_by_itself(tmp_path: Path):
    load = Load()
    with ServerProcess(tmp_path / "data", settings=PLACES) as server:
        load.save(server)
        await load.run_until(server, 30, lambda: None)
        graph_id = next(iter(load.graphs))
        with no_room(server.process.pid):
            answer = await asyncio.to_thread(server.request, "POST", f"/api/graphs/{graph_id}/execute", {})
            assert answer.status == 507, answer.body
            assert "full" in answer.json()["message"]
            assert (await asyncio.to_thread(server.request, "GET", "/health")).status == 200
            read_runs(server.data_dir)  # whole, as another process sees it
        await load.wait_for_ends(server)
        check(load, await asyncio.to_thread(read_runs, server.data_dir))


@linux_only
def test_j2_no_free_descriptor_refuses_the_request_and_not_the_server(tmp_path: Path):
    with ServerProcess(tmp_path) as server:
        process = psutil.Process(server.process.pid)
        graph = server.get("/api/graphs")[0]
        before = process.rlimit(psutil.RLIMIT_NOFILE)
        with contextlib.closing(http.client.HTTPConnection(server.url.partition("://")[2], timeout=60)) as connection:
            connection.request("GET", "/health")
            assert connection.getresponse().read()
            # What is open stays open, this connection too; nothing more can be opened.
            process.rlimit(psutil.RLIMIT_NOFILE, (0, before[1]))
            connection.request("POST", "/api/system/backups", headers=server.bearer)
            answer = connection.getresponse()
            assert answer.status == 503, answer.read()
        process.rlimit(psutil.RLIMIT_NOFILE, before)
        assert server.post(f"/api/graphs/{graph['id']}/execute", {})["id"]
        assert server.request("POST", "/api/system/backups").status == 200


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB."""
    folder = tmp_path / "data"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(file: Path) -> None:
    """Takes what the file system has left."""
    with contextlib.suppress(OSError), file.open("wb", buffering=0) as out:
        while True:
            out.write(b"x" * 4096)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting needs root on Linux")
async def test_j2_a_really_full_file_system(small_disk: Path):
    load = Load()
    with ServerProcess(small_disk, settings=PLACES) as server:
        load.save(server)
        await load.run_until(server, 30, lambda: None)
        fill(small_disk / "ballast")
        body = {"graph": {"name": "x", "description": "d" * 1_000_000, "nodes": [], "links": []}}
        # The database may still have room of its own, where its log begins anew; more than the 6 MB it cannot be.
        for _ in range(7):
            answer = await asyncio.to_thread(server.request, "POST", "/api/graphs", body)
            if answer.status != 200:
                break
        assert answer.status == 507, answer.body
        (small_disk / "ballast").unlink()
        await load.wait_for_ends(server)
        check(load, await asyncio.to_thread(read_runs, small_disk))


async def test_e11_imports_and_backups_leave_room_for_the_runs_that_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with run_app(tmp_path) as server:
        graph = (await server.get("/api/graphs")).json()[0]
        agent = {"name": "n", "nodes": [], "links": []}
        monkeypatch.setattr("shutil.disk_usage", lambda path: (1000, 960, 40))
        refused = [
            await server.post("/api/graphs", {"graph": agent, "source": "upload"}),
            await server.post("/api/agent-files/execute", {"agent": json.dumps(agent)}),
            await server.post("/api/system/backups"),
        ]
        assert [answer.status for answer in refused] == [507] * 3, [answer.body for answer in refused]
        assert all("5 %" in answer.json()["message"] for answer in refused)
        assert (await server.post(f"/api/graphs/{graph['id']}/execute", {})).status == 200
        monkeypatch.setattr("shutil.disk_usage", lambda path: (1 << 40, 1 << 39, 1 << 39))
        assert (await server.post("/api/graphs", {"graph": agent, "source": "upload"})).status == 200


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting needs root on Linux")
def test_j2_a_start_on_a_full_or_read_only_disk_ends_with_a_clear_line(small_disk: Path):
    fill(small_disk / "ballast")
    full = run_cli("serve", "--port", "0", "--data-dir", small_disk)
    assert (full.returncode, "full" in full.stderr, "Traceback" in full.stderr) == (2, True, False), full.stderr
    (small_disk / "ballast").unlink()
    with ServerProcess(small_disk):
        pass
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    read_only = run_cli("serve", "--port", "0", "--data-dir", small_disk)
    assert (read_only.returncode, "may not write" in read_only.stderr, "Traceback" in read_only.stderr) == (2, True, False)
    checked = run_cli("check", "--data-dir", small_disk)
    assert (checked.returncode, "may not write" in checked.stderr, "Traceback" in checked.stderr) == (1, True, False), (
        checked.stderr
    )
    assert "stopped" in run_cli("status", "--data-dir", small_disk).stdout
