"""Figures of a large file: `python -m tests.bench.storage NAME [--full]` prints a JSON object.

`start`: the server's start with a file of 1 GB. `purge`: 1,000,000 node rows leave while the server serves. `backup`: a copy of 1 GB while
runs go on. Without --full the same with a twentieth of it, to try them out.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import apsw
import msgspec

from autogpt_lite.app import DATABASE_NAME, App
from autogpt_lite.cli.interpreter import settle_memory, tune_interpreter
from autogpt_lite.cli.loop import run_async
from autogpt_lite.config import load_config
from autogpt_lite.engine.admit import AdmitRequest

from . import big_file, loads
from .http_load import Server, run_server

FULL_MB, FULL_ROWS = 1_000, 1_000_000
SMALL = 20
"""The small size is a so manieth of the full one."""
KEEP_ALL = "[retention]\ndays = 0\nruns_per_agent = 0\nmb_per_agent = 0\nfile_mb = 0\n"
CLIENTS = 4


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def make_file(data_dir: Path, size_mb: int) -> str:
    """A data directory with a file of this size; the graph id of its agent."""
    graph_id = big_file.make_agent(data_dir)
    big_file.add_runs(data_dir, graph_id, rows=size_mb * 1_000_000 // big_file.ROW_BYTES, days_old=1)
    return graph_id


async def measure_start(share: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        await asyncio.to_thread(make_file, data_dir, FULL_MB // share)
        with run_server(data_dir, KEEP_ALL) as server:
            return {"ready_s": server.ready_s, "rss_mb": server.rss_mb()}


async def measure_purge(share: int) -> dict[str, float]:
    """A rule of one day for an agent of old runs, beside another that keeps a quarter as many."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir, rows = Path(folder), FULL_ROWS // share
        old, kept = (
            await asyncio.to_thread(big_file.make_agent, data_dir),
            await asyncio.to_thread(big_file.make_agent, data_dir, "kept"),
        )
        await asyncio.to_thread(big_file.add_runs, data_dir, kept, rows=rows // 4, days_old=1)
        await asyncio.to_thread(big_file.add_runs, data_dir, old, rows=rows, days_old=10)
        with run_server(data_dir, KEEP_ALL) as server:
            async with open_client(server) as session:
                latencies, took_s = await serve_while(session, old, kept, lambda: purge(session, old))
            await asyncio.sleep(0.5)  # the next checkpoint cuts the file
            ratio = await asyncio.to_thread(file_to_live, data_dir)
        assert await asyncio.to_thread(count_rows, data_dir) < rows // 2, "nothing was removed"
        return {
            "purge_s": took_s,
            "api_p99_ms": percentile(latencies, 0.99) * 1000,
            "file_to_live": ratio,
            "requests": len(latencies),
        }


@asynccontextmanager
async def open_client(server: Server) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {server.token}"}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}", headers=headers) as session:
        yield session


async def purge(session: aiohttp.ClientSession, graph_id: str) -> None:
    """One pass of the retention job that finds something, to its end."""
    async with session.put(f"/api/graphs/{graph_id}/retention", json={"days": 5}) as answer:
        assert answer.status == 200, await answer.text()
    async with session.post("/api/system/jobs/retention/run") as answer:
        assert answer.status == 202, await answer.text()
    while (await last_result(session)).startswith("0 runs"):
        await asyncio.sleep(0.1)


async def last_result(session: aiohttp.ClientSession) -> str:
    """What the last pass removed; the one at the start of the server found nothing."""
    async with session.get("/api/system/jobs") as answer:
        (job,) = [job for job in await answer.json() if job["name"] == "retention"]
    assert not job["last_error"], job
    return job["last_result"] or "0 runs"


async def serve_while(
    session: aiohttp.ClientSession, old: str, kept: str, work: Callable[[], Awaitable[None]]
) -> tuple[list[float], float]:
    """The times of ordinary requests meanwhile (starts, lists, a run with its nodes), and how long the work took."""
    latencies: list[float] = []
    is_over = False

    async def ask() -> None:
        number = 0
        run_id = ""
        while not is_over:
            number += 1
            began = time.perf_counter()
            if number % 4 == 0:
                async with session.post(f"/api/graphs/{kept}/execute", json={}) as answer:
                    run_id = (await answer.json())["id"]
            elif number % 4 == 1 and run_id:
                async with session.get(f"/api/graphs/{kept}/executions/{run_id}") as answer:
                    await answer.read()
            else:
                path = "/api/library/agents" if number % 4 == 2 else f"/api/graphs/{old}/executions"
                async with session.get(path) as answer:
                    await answer.read()
            assert answer.status == 200, answer.status
            latencies.append(time.perf_counter() - began)
            await asyncio.sleep(0.01)

    asking = [asyncio.ensure_future(ask()) for _ in range(CLIENTS)]
    began = time.perf_counter()
    try:
        await work()
    finally:
        took_s, is_over = time.perf_counter() - began, True
        await asyncio.gather(*asking)
    return latencies, took_s


def count_rows(data_dir: Path) -> int:
    """Node executions that are left."""
    connection = apsw.Connection(str(data_dir / DATABASE_NAME), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return connection.execute("SELECT count(*) FROM node_executions").fetchall()[0][0]
    finally:
        connection.close()


def file_to_live(data_dir: Path) -> float:
    """How many times larger the file is than what it holds."""
    connection = apsw.Connection(str(data_dir / DATABASE_NAME), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        pages, free = connection.pragma("page_count"), connection.pragma("freelist_count")
        size_bytes = (data_dir / DATABASE_NAME).stat().st_size
        return size_bytes / ((pages - free) * connection.pragma("page_size"))
    finally:
        connection.close()


async def measure_backup(share: int) -> dict[str, float]:
    """One chain of 100 after the other meanwhile, and a small write every few milliseconds that is timed."""
    tune_interpreter()
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        graph_id = await asyncio.to_thread(make_file, data_dir, FULL_MB // share)
        overrides = {
            "blocks.paths": [str(Path(loads.__file__).with_name("blocks"))],
            "retention.days": 0,
            "retention.runs_per_agent": 0,
        }
        async with App.open(load_config(overrides=overrides, environ={}), data_dir) as app:
            settle_memory()
            return await back_up_under_load(app, graph_id)


async def back_up_under_load(app: App, graph_id: str) -> dict[str, float]:
    is_over, commits = False, []

    async def run_chains() -> None:
        request = AdmitRequest(user_id=big_file.USER, plan=app.engine.plan_of(graph_id, 1))
        while not is_over:
            await app.engine.wait_ended(await app.engine.start(request))

    async def time_writes() -> None:
        while not is_over:
            began = time.perf_counter()
            await app.db.write(lambda tx: tx.execute("INSERT INTO meta (key, value) SELECT 'bench ' || count(*), 'x' FROM meta"))
            commits.append(time.perf_counter() - began)
            await asyncio.sleep(0.003)

    loads_running = [asyncio.ensure_future(run_chains()), asyncio.ensure_future(time_writes())]
    try:
        made = await app.backups.make_backup()
    finally:
        is_over = True
        await asyncio.gather(*loads_running)
    return {
        "backup_s": made.seconds,
        "commit_p99_ms": percentile(commits, 0.99) * 1000,
        "commit_max_ms": max(commits) * 1000,
        "backup_mb": made.size_bytes / 1e6,
    }


FIGURES: dict[str, Callable[[int], Awaitable[dict[str, float]]]] = {
    "start": measure_start,
    "purge": measure_purge,
    "backup": measure_backup,
}

if __name__ == "__main__":
    is_full = "--full" in sys.argv[2:]
    found = run_async(FIGURES[sys.argv[1]](1 if is_full else SMALL))
    print(msgspec.json.encode({f"{name}_full" if is_full else f"{name}_small": value for name, value in found.items()}).decode())
