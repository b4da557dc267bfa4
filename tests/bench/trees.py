"""Figures of stops: `python -m tests.bench.trees NAME` prints a JSON object. A tree counts as running when all its leaves sleep."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from autogpt_lite.app import App
from autogpt_lite.cli.loop import run_async
from autogpt_lite.engine.admit import AdmitRequest
from autogpt_lite.engine.graph import Graph

from . import loads
from .workload import USER, open_app, save

WIDE, LEVELS = 111, 10


async def stop_once(app: App, graph: Graph, runs: int, leaves: int) -> float:
    """Starts the tree, waits until all of it runs, stops it; milliseconds from the call to the answer."""
    engine, core = app.engine, app.engine.core
    root = await engine.start(AdmitRequest(user_id=USER, plan=engine.plan_of(graph.id, graph.version)))
    while len(core.runs) < runs or sum(_sleeps(run) for run in core.runs.values()) < leaves:
        await asyncio.sleep(0.001)
    await engine.settle()
    began = time.perf_counter()
    assert await engine.stop(root.id)
    took_ms = (time.perf_counter() - began) * 1000
    rows = await app.db.fetch_all("SELECT status, count(*) FROM graph_executions WHERE root_id = ? GROUP BY 1", (root.key,))
    assert rows == [("TERMINATED", runs)], rows
    assert core.runs == {}
    return took_ms


def _sleeps(run: Any) -> bool:
    return any(e.node.block_id == loads.SLEEP and e.task is not None for e in run.executions.values())


async def measure_100() -> dict[str, float]:
    """A root with 99 sub-agents, a hundred times."""
    async with open_app() as app:
        child = await save(app, loads.sleeper("child"))
        graph = await save(app, loads.callers("root", child, 99))
        times = sorted([await stop_once(app, graph, 100, 99) for _ in range(100)])
        return {"p50_ms": times[50], "p99_ms": times[98]}


async def measure_1000() -> dict[str, float]:
    """1,000 runs on ten levels: the root calls 111 agents, each of which goes on for eight more."""
    async with open_app() as app:
        graph = await save(app, loads.sleeper("leaf"))
        for level in range(LEVELS - 2):
            graph = await save(app, loads.callers(f"level-{level}", graph, 1))
        graph = await save(app, loads.callers("root", graph, WIDE))
        times = [await stop_once(app, graph, 1 + WIDE * (LEVELS - 1), WIDE) for _ in range(3)]
        return {"longest_ms": max(times)}


FIGURES: dict[str, Callable[[], Awaitable[dict[str, float]]]] = {"stop_100": measure_100, "stop_1000": measure_1000}

if __name__ == "__main__":
    print(msgspec.json.encode(run_async(FIGURES[sys.argv[1]]())).decode())
