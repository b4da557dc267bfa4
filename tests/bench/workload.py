"""One round of one figure, in this process: `python -m tests.bench.workload NAME` prints a JSON object of figures.

Each round is a process of its own, so that rounds of different figures can be interleaved and nothing warms up for another.
Rows are counted and checked after every measurement.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from autogpt_lite.app import App
from autogpt_lite.cli.interpreter import settle_memory, tune_interpreter
from autogpt_lite.cli.loop import run_async
from autogpt_lite.config import load_config
from autogpt_lite.engine.admit import AdmitRequest
from autogpt_lite.engine.graph import Graph

from . import loads

USER = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"
CHAINS, CHAIN_LENGTH = 100, 100
FAN_OUTS, WIDTH = 5, 1000


@asynccontextmanager
async def open_app():
    """The application as `serve` opens it, in a new data directory, with the blocks of the loads."""
    tune_interpreter()
    with tempfile.TemporaryDirectory() as folder:
        overrides = {
            "blocks.paths": [str(Path(loads.__file__).with_name("blocks"))],
            "engine.max_node_executions": 100_000,
            "engine.max_running": 10_000,
        }
        async with App.open(load_config(overrides=overrides, environ={}), Path(folder)) as app:
            settle_memory()
            yield app


async def save(app: App, graph: Graph) -> Graph:
    """The graph as stored."""
    return await app.graphs.create_graph(USER, graph)


async def run_all(app: App, graphs: list[Graph]) -> float:
    """Starts all graphs at once and waits for their ends; seconds."""
    requests = [AdmitRequest(user_id=USER, plan=app.engine.plan_of(g.id, g.version)) for g in graphs]
    began = time.perf_counter()
    runs = await asyncio.gather(*[app.engine.start(request) for request in requests])
    statuses = await asyncio.gather(*[app.engine.wait_ended(run) for run in runs])
    took = time.perf_counter() - began
    assert set(statuses) == {"COMPLETED"}, statuses
    return took


async def check_rows(app: App, expected: int) -> None:
    """Every node execution is stored, ended, and has its input, output and times."""
    rows = await app.db.fetch_all(
        "SELECT count(*), sum(status = 4), sum(input IS NOT NULL), sum(queued_us + started_us + ended_us >= 0) FROM node_executions"
    )
    assert rows[0] == (expected,) * 4, (rows, expected)


async def nodes_per_second(make_chain: Callable[[str], Graph], make_fan_out: Callable[[str], Graph]) -> dict[str, float]:
    async with open_app() as app:
        seen = [0]
        app.bus.subscribe(lambda events: seen.__setitem__(0, seen[0] + len(events)))
        graphs = [await save(app, make_chain(f"c{i}")) for i in range(CHAINS)]
        graphs += [await save(app, make_fan_out(f"f{i}")) for i in range(FAN_OUTS)]
        took = await run_all(app, graphs)
        count = (await app.db.fetch_all("SELECT count(*) FROM node_executions"))[0][0]
        await check_rows(app, count)
        assert count >= CHAINS * CHAIN_LENGTH + FAN_OUTS * (1 + 2 * WIDTH), count
        assert seen[0] >= 4 * count, seen
        return {"nodes_per_s": count / took}


async def measure_w() -> dict[str, float]:
    """W: 100 chains of 100 and 5 fan-outs of 1,000 x 2 trivial nodes."""
    return await nodes_per_second(loads.chain, loads.fan_out)


async def measure_v() -> dict[str, float]:
    """V: the same size with awaiting blocks, joins, static links, price 1 and a retry policy."""
    return await nodes_per_second(loads.paid_chain, loads.paid_fan_out)


async def file_size(app: App) -> int:
    """Bytes of the file and its log."""
    await asyncio.wait_for(app.db.writer.checkpoint_soon(), 10)
    return sum(path.stat().st_size for path in app.db.path.parent.glob("autogpt_lite.sqlite*"))


async def measure_chain() -> dict[str, float]:
    """One chain of 100 after the other, and by how many bytes the file grows for a node execution with 86 bytes of payload."""
    async with open_app() as app:
        graph = await save(app, loads.chain("c"))
        empty = await file_size(app)
        times = [await run_all(app, [graph]) for _ in range(200)]
        times.sort()
        await check_rows(app, 200 * CHAIN_LENGTH)
        size = await file_size(app) - empty
        return {
            "chain_wall_ms": times[len(times) // 2] * 1000,
            "chain_nodes_per_s": 200 * CHAIN_LENGTH / sum(times),
            "bytes_per_node": size / (200 * CHAIN_LENGTH),
        }


async def measure_burst() -> dict[str, float]:
    """The longest CPU time that the loop's thread spends between two turns of the loop while W runs."""
    async with open_app() as app:
        graphs = [await save(app, loads.chain(f"c{i}")) for i in range(CHAINS)]
        graphs += [await save(app, loads.fan_out(f"f{i}")) for i in range(FAN_OUTS)]
        await run_all(app, graphs)
        loop, bursts, last = asyncio.get_running_loop(), [], [time.thread_time()]
        is_over = False

        def turn() -> None:
            now = time.thread_time()
            bursts.append(now - last[0])
            last[0] = now
            if not is_over:
                loop.call_soon(turn)

        loop.call_soon(turn)
        await run_all(app, graphs)
        is_over = True
        return {"longest_burst_ms": max(bursts) * 1000}


FIGURES: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
    "W": measure_w,
    "V": measure_v,
    "chain": measure_chain,
    "burst": measure_burst,
}

if __name__ == "__main__":
    print(msgspec.json.encode(run_async(FIGURES[sys.argv[1]]())).decode())
