"""kill -9 and SIGTERM while many runs go on: whatever was acknowledged ends COMPLETED, once, with every row."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.bench import loads
from tests.live_run import ENDED, subscribe
from tests.server import ServerProcess
from tests.wall_time import is_within

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

CHAIN, WIDTH, PAID = 50, 150, 20
CONCURRENCY = 16
SETTINGS = {
    "blocks.paths": [str(Path(loads.__file__).with_name("blocks"))],
    # Few places, so that runs are killed while they wait, while they run and while they end.
    "engine.workers": 8,
    "engine.max_crashes": 1000,
    "log.level": "error",
}


class Load:
    """Starts runs of W's graphs, and knows which were acknowledged."""

    def __init__(self) -> None:
        self.graphs: dict[str, str] = {}
        """{graph id: which load it is}"""
        self.acknowledged: dict[str, str] = {}
        """{run id: graph id}"""

    def save(self, server: ServerProcess) -> None:
        made = {"chain": loads.chain("c", CHAIN), "fan_out": loads.fan_out("f", WIDTH), "paid": loads.paid_chain("p", PAID)}
        for name, graph in made.items():
            body = {"name": name, "nodes": msgspec.to_builtins(graph.nodes), "links": msgspec.to_builtins(graph.links)}
            self.graphs[server.post("/api/graphs", {"graph": body})["id"]] = name

    async def run_until(self, server: ServerProcess, count: int, end: Any) -> None:
        """Starts runs as quickly as the server takes them; calls `end` when so many more were acknowledged, with others in flight."""
        wanted = len(self.acknowledged) + count
        is_over = asyncio.Event()

        async def start_runs(session: aiohttp.ClientSession, number: int) -> None:
            ids = list(self.graphs)
            while not is_over.is_set():
                number += 1
                graph_id = ids[number % len(ids)]
                async with session.post(f"{server.url}/api/graphs/{graph_id}/execute", json={}, headers=server.bearer) as answer:
                    assert answer.status == 200, await answer.text()
                    self.acknowledged[(await answer.json())["id"]] = graph_id
                if len(self.acknowledged) >= wanted and not is_over.is_set():
                    is_over.set()
                    end()

        async with aiohttp.ClientSession() as session:
            ended = await asyncio.gather(*[start_runs(session, n) for n in range(CONCURRENCY)], return_exceptions=True)
        assert is_over.is_set(), ended
        assert all(isinstance(one, (aiohttp.ClientError, ConnectionError, type(None))) for one in ended), ended

    async def wait_for_ends(self, server: ServerProcess) -> None:
        """Until every acknowledged run has ended, by the server's own word."""
        async with server.open_socket() as socket, asyncio.timeout(30):
            for graph_id in self.graphs:
                await subscribe(socket, graph_id)
            # What ended before the subscription is told by its row, the rest by its event.
            left = set(await asyncio.to_thread(self._unfinished, server))
            while left:
                data = (await socket.receive_json())["data"]
                if data.get("status") in ENDED and "id" in data:
                    left.discard(data["id"])

    def _unfinished(self, server: ServerProcess) -> list[str]:
        runs = {
            run_id: server.get(f"/api/graphs/{graph_id}/executions/{run_id}?node_limit=0")
            for run_id, graph_id in self.acknowledged.items()
        }
        return [run_id for run_id, run in runs.items() if run["status"] not in ENDED]


def read_runs(data_dir: Path) -> dict[str, Any]:
    """Every run in the database, as another library in another process reads it while the server has the file open."""
    command = [sys.executable, Path(__file__).with_name("read_runs.py"), data_dir / "autogpt_lite.sqlite"]
    return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)


NODES = {
    "chain": {str(n): [1, 1] for n in range(CHAIN)},
    "fan_out": {"0": [1, 1], "1": [WIDTH, WIDTH], "2": [WIDTH, WIDTH]},
    # c, the second node, is the setting of the others.
    "paid": {str(n): [1, 1] for n in range(PAID + 1)},
}
CREDITS = {"chain": 0, "fan_out": 0, "paid": PAID}


def check(load: Load, stored: dict[str, Any]) -> None:
    """Every acknowledged run is there, and every run that is there is COMPLETED with each row once and each credit once."""
    assert load.acknowledged.keys() <= stored.keys()
    for run_id, (status, nodes, open_charges, credits) in stored.items():
        name = load.graphs.get(load.acknowledged.get(run_id, ""))
        assert status == "COMPLETED", (name, run_id)
        if name is None:  # committed, but the answer was cut off
            name = next(name for name in NODES if NODES[name].keys() == nodes.keys())
        assert nodes == NODES[name], (name, run_id)
        assert (open_charges, credits) == (0, CREDITS[name]), (name, run_id)


async def test_acknowledged_runs_survive_kill_9_and_complete_exactly_once(tmp_path: Path):
    load = Load()
    for kill in range(3):
        server = ServerProcess(tmp_path / "data", settings=SETTINGS, log=tmp_path / "log")
        with server:
            if kill == 0:
                load.save(server)
            await load.run_until(server, 40, server.process.kill)
            server.process.wait(10)
    before = await asyncio.to_thread(read_runs, tmp_path / "data")
    assert any(status != "COMPLETED" for status, *_ in before.values()), "nothing was in flight: the kill came too late"
    with ServerProcess(tmp_path / "data", settings=SETTINGS, log=tmp_path / "log") as server:
        await load.wait_for_ends(server)
        check(load, await asyncio.to_thread(read_runs, tmp_path / "data"))
    assert (tmp_path / "log").read_text() == ""


async def test_sigterm_during_load_ends_the_server_quickly_and_the_rest_goes_on_later(tmp_path: Path):
    load, times = Load(), []
    with ServerProcess(tmp_path / "data", settings=SETTINGS, log=tmp_path / "log") as server:
        load.save(server)

        def terminate() -> None:
            times.append(time.monotonic())
            server.process.terminate()

        await load.run_until(server, 60, terminate)
        assert await asyncio.to_thread(server.process.wait, 30) == 0
        assert is_within(time.monotonic() - times[0], 5)
    before = await asyncio.to_thread(read_runs, tmp_path / "data")
    assert load.acknowledged.keys() <= before.keys()
    with ServerProcess(tmp_path / "data", settings=SETTINGS, log=tmp_path / "log") as server:
        await load.wait_for_ends(server)
        check(load, await asyncio.to_thread(read_runs, tmp_path / "data"))
    assert (tmp_path / "log").read_text() == ""
