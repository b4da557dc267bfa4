"""Figures of 1,000 runs that sleep, with the server in a process of its own: `python -m tests.bench.sleepers NAME` prints a JSON object."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from autogpt_lite.cli.loop import run_async

from . import loads
from .http_load import Connection, Server, as_body, execute_path, run_server

RUNS, RUNS_OF_A_GRAPH = 1_000, 25
SETTINGS = f"workers = {RUNS}\n"


async def start_sleepers(server: Server, begun: Path) -> None:
    """Starts all runs and waits until the last of them sleeps. Forty graphs: of one graph only some may run at once."""
    async with Connection(server) as connection:
        for number in range(RUNS // RUNS_OF_A_GRAPH):
            graph = await connection.post("/api/graphs", {"graph": as_body(loads.sleeper(f"g{number}"))})
            for _ in range(RUNS_OF_A_GRAPH):
                await connection.post(execute_path(graph), {})
    await until_begun(begun, RUNS)


async def until_begun(begun: Path, count: int) -> None:
    while not begun.exists() or begun.stat().st_size < count:
        await asyncio.sleep(0.005)


async def measure_sleeping() -> dict[str, float]:
    """MB of a server in which 1,000 runs sleep."""
    with tempfile.TemporaryDirectory() as folder, run_server(Path(folder), SETTINGS) as server:
        await start_sleepers(server, Path(os.environ["BENCH_BEGUN"]))
        return {"rss_mb": server.rss_mb()}


async def measure_restart() -> dict[str, float]:
    """Seconds from the start of a server that was killed to the moment in which the last of its 1,000 runs is going on."""
    begun = Path(os.environ["BENCH_BEGUN"])
    with tempfile.TemporaryDirectory() as folder:
        with run_server(Path(folder), SETTINGS) as server:
            await start_sleepers(server, begun)
            server.process.kill()
            server.process.wait()
        begun.unlink()
        began = time.perf_counter()
        with run_server(Path(folder), SETTINGS):
            await until_begun(begun, RUNS)
            return {"all_going_on_s": time.perf_counter() - began}


FIGURES = {"sleeping_1000": measure_sleeping, "restart_1000": measure_restart}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as shared:
        os.environ["BENCH_BEGUN"] = str(Path(shared) / "begun")
        print(msgspec.json.encode(run_async(FIGURES[sys.argv[1]]())).decode())
