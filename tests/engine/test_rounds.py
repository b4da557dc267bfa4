"""Opening and closing the whole application again and again leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import threading
from pathlib import Path

import psutil
import pytest

from autogpt_lite.app import App
from autogpt_lite.executions.types import ExecuteGraph
from autogpt_lite.users.types import DEFAULT_USER_ID
from tests.server import make_config

ROUNDS = 50
WARM_UP = 3


async def one_round(data_dir: Path) -> None:
    """Opens, runs an example to its end, closes."""
    async with App.open(make_config(), data_dir) as app:
        graph = (await app.db.fetch_all("SELECT graph_id FROM graphs WHERE name = 'The long way down to one'"))[0][0]
        run = await app.executions.start_graph(DEFAULT_USER_ID, graph, None, ExecuteGraph(inputs={"Start number": 3}))
        assert await asyncio.wait_for(app.engine.wait_ended(run), 20) == "COMPLETED"


def our_threads() -> set[threading.Thread]:
    """All but those of the loop's own executor, which it keeps until it is closed."""
    return {thread for thread in threading.enumerate() if not thread.name.startswith("asyncio_")}


@pytest.mark.timeout(180)
async def test_fifty_rounds_leave_no_task_thread_or_descriptor(tmp_path: Path):
    process = psutil.Process()
    for _ in range(WARM_UP):
        await one_round(tmp_path)
    gc.collect()
    threads, descriptors = our_threads(), process.num_fds() if hasattr(process, "num_fds") else 0
    for _ in range(ROUNDS):
        await one_round(tmp_path)
    gc.collect()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert our_threads() <= threads
    assert not hasattr(process, "num_fds") or process.num_fds() <= descriptors
