"""H6: whatever a run waits for, a stop ends it at once: sockets are closed, children end, and nothing is charged afterwards.

A review's waiting is in tests/engine/test_reviews.py; 100 and 1,000 runs at once are scripts/bench's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.local_servers import serve_raw  # noqa: F401
from tests.processes import sandbox_children
from tests.server import LiveServer, run_app
from tests.wall_time import is_within

from .library_agents import node, save, slow_agent
from .test_stop import agent_of, save_caller, start, statuses

HTTP, THREAD, RETRY = (f"8c4f5e6a-3d2b-4eac-9f90-4b5c6d7e8f{n}0" for n in (1, 2, 3))
GENERATOR, TEMPLATE = "1f292d4a-41a4-4977-9684-7c8d560b9f91", "db7d8f02-2f44-4c55-ab7a-eae0941f0c30"
AT_ONCE_S = 2.0
"""The promise is 100 ms; a test's machine may have other work."""

BLOCKS = f'''
import threading
from autogpt_lite.sdk import Block, BlockCost, BlockInput, BlockOutput, BlockRetry, http, pin


class Input(BlockInput):
    url: str = pin("")


class Output(BlockOutput):
    result: str = pin()


class HttpBlock(Block):
    id = "{HTTP}"
    description = "Asks a server."
    costs = (BlockCost(cost_amount=3),)
    Input, Output = Input, Output

    async def run(self, input, ctx):
        answer = await http.request("GET", input.url, timeout_s=60)
        yield "result", str(answer.status)


class ThreadBlock(Block):
    id = "{THREAD}"
    description = "Waits in a thread."
    blocking = True
    costs = (BlockCost(cost_amount=3),)
    gate = threading.Event()
    Input, Output = Input, Output

    def run(self, input, ctx):
        type(self).gate.wait(20)
        yield "result", "late"


class RetryBlock(Block):
    id = "{RETRY}"
    description = "Asks for another try in an hour."
    costs = (BlockCost(cost_amount=3),)
    Input, Output = Input, Output

    async def run(self, input, ctx):
        raise BlockRetry("later", after_s=3600)
        yield
'''


class Hanging:
    """A server that takes a request and never answers."""

    def __init__(self) -> None:
        self.asked, self.closed = asyncio.Event(), asyncio.Event()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.set()
        await reader.read()  # to the end: the client has closed it
        self.closed.set()


@pytest.fixture
async def hanging(serve_raw: Any) -> tuple[Hanging, int]:  # noqa: F811
    server = Hanging()
    return server, await serve_raw(server.handle)


@pytest.fixture
async def server(tmp_path: Path, hanging: tuple[Hanging, int]):
    folder = tmp_path / "blocks"
    folder.mkdir()
    (folder / "waiting.py").write_text(BLOCKS, "utf-8")
    settings = {
        "blocks.paths": [str(folder)],
        "http.allow": [f"127.0.0.1:{hanging[1]}"],
        "llm.providers.ollama.base_url": f"http://127.0.0.1:{hanging[1]}/v1",
        "text.timeout_s": 60.0,
    }
    async with run_app(tmp_path, settings=settings) as running:
        yield running


async def stop_at_once(server: LiveServer, path: str, runs: int = 1) -> None:
    """Stops the tree and checks what every stop promises."""
    began = time.monotonic()
    answer = await server.post(f"{path}/stop")
    assert answer.status == 200, answer.body
    assert is_within(time.monotonic() - began, AT_ONCE_S)
    assert await statuses(server, path) == ["TERMINATED"] * runs
    core = server.app.engine.core
    assert (core.runs, core.n_ready, server.app.engine.dispatcher.n_running) == ({}, 0, 0)
    before = await charges(server)
    assert sum(before) == 0
    await server.app.engine.settle()
    assert await charges(server) == before


async def charges(server: LiveServer) -> list[int]:
    rows = await server.app.db.fetch_all("SELECT reserved_credits, settled_credits FROM charges")
    assert all(settled is not None for _, settled in rows)
    return [settled for _, settled in rows]


async def spin_until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_true():
            await asyncio.sleep(0)


async def test_h6_an_http_call_is_cancelled_and_its_socket_closed(server: LiveServer, hanging: tuple[Hanging, int]):
    far, port = hanging
    path = await start(server, await save(server, agent_of(node("h", HTTP, url=f"http://127.0.0.1:{port}/"))))
    await asyncio.wait_for(far.asked.wait(), 10)
    await stop_at_once(server, path)
    await asyncio.wait_for(far.closed.wait(), 5)


async def test_h6_a_call_of_a_language_model_is_cancelled_and_its_socket_closed(server: LiveServer, hanging: tuple[Hanging, int]):
    agent = agent_of(node("ask", GENERATOR, prompt="Hello", model="llama3.2"))
    path = await start(server, await save(server, agent))
    await asyncio.wait_for(hanging[0].asked.wait(), 10)
    await stop_at_once(server, path)
    await asyncio.wait_for(hanging[0].closed.wait(), 5)


async def test_h6_a_sleep_is_cancelled(server: LiveServer):
    await stop_at_once(server, await start(server, await save(server, slow_agent())))


async def test_h6_sub_agents_are_stopped_three_levels_deep(server: LiveServer, hanging: tuple[Hanging, int]):
    inner = await save(server, agent_of(node("h", HTTP, url=f"http://127.0.0.1:{hanging[1]}/")))
    path = await start(server, await save_caller(server, await save_caller(server, inner)), runs=3)
    await asyncio.wait_for(hanging[0].asked.wait(), 10)
    await stop_at_once(server, path, runs=3)
    await asyncio.wait_for(hanging[0].closed.wait(), 5)


async def test_h6_the_pause_before_another_try_is_ended(server: LiveServer):
    path = await start(server, await save(server, agent_of(node("r", RETRY))), runs=0)
    [run] = server.app.engine.core.runs.values()
    await spin_until(lambda: any(e.next_try for e in run.executions.values()))
    [waiting] = [e.next_try for e in run.executions.values()]
    await stop_at_once(server, path)
    assert waiting.cancelled()


async def test_h6_a_thread_is_left_behind_and_what_it_says_does_not_count(server: LiveServer):
    path = await start(server, await save(server, agent_of(node("t", THREAD))))
    await stop_at_once(server, path)
    type(server.app.registry.get(THREAD).block).gate.set()
    shown = (await server.get(path)).json()
    assert [(one["status"], one["output_data"]) for one in shown["node_executions"]] == [("TERMINATED", {})]


async def test_h6_a_child_process_is_ended(server: LiveServer):
    endless = "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}"
    before = {child.pid for child in sandbox_children()}
    path = await start(server, await save(server, agent_of(node("t", TEMPLATE, values={"a": 1}, format=endless))))
    await spin_until(lambda: {child.pid for child in sandbox_children()} - before)
    [child] = [child for child in sandbox_children() if child.pid not in before]
    await stop_at_once(server, path)
    await spin_until(lambda: not child.is_running() or child.status() == "zombie")
