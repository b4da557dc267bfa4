"""The app on a data directory with tiny blocks and a clock that stands still: schedules fire when a test says so."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from autogpt_lite.app import App
from autogpt_lite.config import load_config
from autogpt_lite.db import Database
from autogpt_lite.engine.graph import Graph
from autogpt_lite.observability.log_tail import LogTail
from autogpt_lite.registry import Registry
from autogpt_lite.schedules.types import FiresQuery, ScheduleCreationRequest, ScheduleFire, ScheduleWithPreview
from autogpt_lite.users.types import DEFAULT_USER_ID
from tests.engine.harness import make_graph
from tests.engine.tiny_blocks import InBlock, OutBlock, WaitBlock

USER = DEFAULT_USER_ID
EVERYTHING = FiresQuery(limit=1000)


class World:
    """`app` with the shortest ways to make agents and schedules and to look at what became of them."""

    def __init__(self, app: App):
        self.app = app

    async def add_agent(self, name: str = "echo") -> Graph:
        """Passes its input `x` on."""
        nodes = {"in": (InBlock, {"name": "x"}), "out": (OutBlock, {"name": "y"})}
        return await self.app.graphs.create_graph(USER, make_graph(name, nodes, ["in.result => out.value"]))

    async def add_waiting_agent(self) -> Graph:
        """Runs until it is stopped."""
        return await self.app.graphs.create_graph(USER, make_graph("waits", {"wait": (WaitBlock, {"a": 1})}, []))

    async def add_schedule(self, graph: Graph, cron: str = "0 * * * *", **more: Any) -> ScheduleWithPreview:
        given = ScheduleCreationRequest(**{"name": "s", "cron": cron, "inputs": {"x": 1}, **more})
        return await self.app.schedules.create_schedule(USER, graph.id, given)

    async def run_due(self) -> None:
        """What the ticker does when its timer is up; then everything that was started runs to its end, if it has one."""
        await self.app.ticker.run_due()
        await self.app.engine.settle()

    async def fires(self, schedule_id: str) -> list[ScheduleFire]:
        """Oldest first."""
        return (await self.app.schedules.list_fires(USER, schedule_id, EVERYTHING))[::-1]

    async def statuses(self, schedule_id: str) -> list[tuple[str, str]]:
        """[(day, hour and minute of the due time, status)]"""
        return [(fire.due_at[8:16], fire.status) for fire in await self.fires(schedule_id)]

    async def scheduled_runs(self) -> list[tuple[str, str]]:
        """[(id, status)] of all runs that schedules have started, in the order of their admission."""
        return await self.app.db.fetch_all("SELECT uuid, status FROM graph_executions WHERE source = 'schedule' ORDER BY id")


@asynccontextmanager
async def open_world(folder: Path, *, dies: bool = False, **settings: Any) -> AsyncIterator[World]:
    """On folder/db.sqlite; settings as section__key=value. The ticker has no timer of its own here. One that dies is closed as it
    is: what the writer does not have yet never comes."""
    overrides = {name.replace("__", "."): value for name, value in settings.items()}
    config = load_config(overrides=overrides, environ={})
    db = await Database.open(folder / "db.sqlite", config.database)
    registry = Registry()
    for block in (InBlock, OutBlock, WaitBlock):
        registry.add(block())
    WaitBlock.gate = asyncio.Event()
    app = App(config, folder, db, registry, LogTail())
    await app.engine.open()
    try:
        yield World(app)
    finally:
        await app.ticker.close()
        if dies:
            app.engine.core.is_closing = True
        else:
            await app.engine.close()
        await db.close()


@asynccontextmanager
async def measured_lag() -> AsyncIterator[list[float]]:
    """How long the loop let others wait meanwhile: [the longest time between two of its turns, in seconds]. Time on the processor, so
    that a busy machine does not count."""
    worst = [0.0]

    async def watch() -> None:
        before = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            worst[0], before = max(worst[0], now - before), now

    # What hundreds of other tests have left in this process is no part of the server's memory, which is frozen at its start.
    gc.collect()
    gc.freeze()
    task = asyncio.create_task(watch())
    try:
        yield worst
    finally:
        task.cancel()
        gc.unfreeze()


async def until(condition, *, timeout_s: float = 20.0) -> None:
    """Waits until condition() holds; looked at after each turn of the loop."""
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0)
