"""Over HTTP: a run is stopped with everything below it, told from one that had ended, and set going again where it was."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.server import LiveServer, run_app

from .library_agents import add_other_user, echo_agent, link, node, save, slow_agent

AGENT = "e189baac-8c20-45a1-94a7-55177ea42565"
STUBBORN = "7b3f4e5d-2c1a-4d9b-8e8f-3a4b5c6d7e8f"
NO_PINS = {"type": "object", "properties": {}, "required": []}
UNKNOWN = "00000000-0000-4000-8000-000000000000"

STUBBORN_BLOCK = f'''
import asyncio
from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin


class StubbornBlock(Block):
    id = "{STUBBORN}"
    description = "Takes no notice of being cancelled."
    gate = None

    class Input(BlockInput):
        a: int = pin(0)

    class Output(BlockOutput):
        result: int = pin()

    async def run(self, input, ctx):
        type(self).gate = asyncio.Event()
        while not type(self).gate.is_set():
            try:
                await type(self).gate.wait()
            except asyncio.CancelledError:
                pass
        yield "result", 1
'''


@pytest.fixture
async def server(tmp_path: Path):
    async with run_app(tmp_path) as running:
        yield running


async def save_caller(server: LiveServer, graph: dict[str, Any]) -> dict[str, Any]:
    """An agent that only calls the other one."""
    call = {"graph_id": graph["id"], "graph_version": 1, "inputs": {}, "input_schema": NO_PINS, "output_schema": NO_PINS}
    return await save(server, agent_of(node("call", AGENT, **call)))


def agent_of(*nodes: dict[str, Any], links: Sequence[str] = ()) -> dict[str, Any]:
    return {"name": "agent", "description": "", "nodes": list(nodes), "links": [link(text) for text in links]}


async def start(server: LiveServer, graph: dict[str, Any], *, runs: int = 1, **inputs: Any) -> str:
    """The path of a run, once this many runs of its tree are under way."""
    answer = await server.post(f"/api/graphs/{graph['id']}/execute/1", {"inputs": inputs})
    assert answer.status == 200, answer.body
    await under_way(server, runs)
    return f"/api/graphs/{graph['id']}/executions/{answer.json()['id']}"


async def under_way(server: LiveServer, runs: int) -> None:
    core = server.app.engine.core
    async with asyncio.timeout(10):
        while sum(any(e.task for e in run.executions.values()) for run in core.runs.values()) < runs:
            await asyncio.sleep(0)
    await server.app.engine.settle()


async def statuses(server: LiveServer, path: str) -> list[str]:
    return [run["status"] for run in (await server.get(f"{path}/tree")).json()["runs"]]


async def waiting_tree(server: LiveServer) -> str:
    """Three levels, the lowest of which waits for an hour."""
    inner = await save(server, slow_agent())
    return await start(server, await save_caller(server, await save_caller(server, inner)), runs=3)


async def test_stop_and_resume_take_the_whole_tree_along(server: LiveServer):
    path = await waiting_tree(server)
    stopped = await server.post(f"{path}/stop")
    assert stopped.status == 200
    assert (stopped.json()["status"], await statuses(server, path)) == ("TERMINATED", ["TERMINATED"] * 3)
    resumed = await server.post(f"{path}/resume")
    assert resumed.status == 200
    assert resumed.json()["status"] in ("QUEUED", "RUNNING")
    assert resumed.json()["ended_at"] is None
    await under_way(server, 3)
    assert await statuses(server, path) == ["RUNNING"] * 3  # the same three
    assert (await server.post(f"{path}/resume")).json()["status"] == "RUNNING"  # once more is harmless
    assert (await server.post(f"{path}/stop")).json()["status"] == "TERMINATED"


async def test_stopping_again_and_stopping_what_has_ended_change_nothing(server: LiveServer):
    path = await waiting_tree(server)
    first = (await server.post(f"{path}/stop")).json()
    assert (await server.post(f"{path}/stop")).json() == first
    graph = await save(server, echo_agent())
    ended = await start(server, graph, runs=0, x=1)
    await until_ended(server)
    run = (await server.post(f"{ended}/stop")).json()
    assert (run["status"], run["stats"]["error"]) == ("COMPLETED", None)


async def until_ended(server: LiveServer) -> None:
    async with asyncio.timeout(10):
        while server.app.engine.core.runs:
            await asyncio.sleep(0)


async def test_h5_what_ended_by_itself_is_not_resumed_and_the_answer_says_what_to_do(server: LiveServer):
    graph = await save(server, echo_agent())
    path = await start(server, graph, runs=0, x=1)
    await until_ended(server)
    for status in ("COMPLETED", "FAILED"):
        await server.app.db.write(lambda tx, s=status: tx.execute("UPDATE graph_executions SET status = ?", (s,)))
        answer = await server.post(f"{path}/resume")
        assert answer.status == 409
        assert status in answer.json()["message"]
        assert "rerun" in answer.json()["hint"]
        assert (await server.get(path)).json()["status"] == status


async def test_a_sub_agents_run_is_resumed_with_its_root_only(server: LiveServer):
    path = await waiting_tree(server)
    await server.post(f"{path}/stop")
    root, *below = (await server.get(f"{path}/tree")).json()["runs"]
    for run in below:
        answer = await server.post(f"/api/graphs/{run['graph_id']}/executions/{run['id']}/resume")
        assert answer.status == 409
        assert root["id"] in answer.json()["hint"]
    assert await statuses(server, path) == ["TERMINATED"] * 3


async def test_b1_nobody_stops_or_resumes_anothers_run(server: LiveServer):
    path = await waiting_tree(server)
    graph_path = path.rpartition("/")[0]
    for action in ("stop", "resume"):
        assert (await server.post(f"{graph_path}/{UNKNOWN}/{action}")).status == 404
    other = await add_other_user(server)
    await server.app.db.write(lambda tx: tx.execute("UPDATE graph_executions SET user_id = ?", (other,)))
    for action in ("stop", "resume"):
        assert (await server.post(f"{path}/{action}")).status == 404
    rows = await server.app.db.fetch_all("SELECT DISTINCT status FROM graph_executions")
    assert rows == [("RUNNING",)]
    await server.app.engine.stop(path.rpartition("/")[2])  # so that the end of the server need not wait for it


async def test_without_cascade_a_run_with_running_sub_agents_is_not_stopped(server: LiveServer):
    """Nobody would take their outputs, and the next start ends children whose parent is over."""
    path = await waiting_tree(server)
    refused = await server.post(f"{path}/stop?cascade=false")
    assert (refused.status, "sub-agents" in refused.json()["message"]) == (409, True)
    assert await statuses(server, path) == ["RUNNING"] * 3
    lowest = (await server.get(f"{path}/tree")).json()["runs"][-1]
    stopped = await server.post(f"/api/graphs/{lowest['graph_id']}/executions/{lowest['id']}/stop?cascade=false")
    assert stopped.json()["status"] == "TERMINATED"
    await until_ended(server)
    assert await statuses(server, path) == ["COMPLETED", "COMPLETED", "TERMINATED"]  # those that had called it go on


async def test_a_websocket_message_stops_a_tree(server: LiveServer):
    path = await waiting_tree(server)
    socket = await server.open_socket()
    run_id = path.rpartition("/")[2]
    await socket.send_json({"method": "stop_graph_execution", "data": {"graph_exec_id": run_id, "wait_timeout": 5}})
    answer = await socket.receive_json(timeout=10)
    assert (answer["method"], answer["success"], answer["error"]) == ("stop_graph_execution", True, None)
    assert answer["channel"].endswith(f"|graph_exec#{run_id}")
    assert (answer["data"]["id"], answer["data"]["status"]) == (run_id, "TERMINATED")
    assert await statuses(server, path) == ["TERMINATED"] * 3
    for data in ({"graph_exec_id": UNKNOWN}, {"graph_exec_id": run_id, "wait_timeout": -1}, {}, None, "x"):
        await socket.send_json({"method": "stop_graph_execution", "data": data})
        refused = await socket.receive_json(timeout=10)
        assert (refused["method"], refused["success"]) == ("error", False)
        assert refused["error"]
    await socket.close()
    assert server.web.hub.stops == set()


async def test_an_api_key_that_may_only_read_stops_nothing(server: LiveServer):
    path = await waiting_tree(server)
    keys = {}
    for permissions in (["READ_GRAPH"], ["READ_GRAPH", "EXECUTE_GRAPH"]):
        body = {"name": "key", "permissions": permissions}
        answer = await server.post("/api/api-keys", body)
        assert answer.status == 200, answer.body
        keys[len(permissions)] = answer.json()["plain_text_key"]
    for count, method in ((1, "error"), (2, "stop_graph_execution")):
        socket = await server.open_socket(keys[count])
        await socket.send_json({"method": "stop_graph_execution", "data": {"graph_exec_id": path.rpartition("/")[2]}})
        assert (await socket.receive_json(timeout=10))["method"] == method
        await socket.close()


async def test_nodes_that_take_no_notice_are_named_and_the_run_is_over_all_the_same(tmp_path: Path):
    folder = tmp_path / "blocks"
    folder.mkdir()
    (folder / "stubborn.py").write_text(STUBBORN_BLOCK, "utf-8")
    async with run_app(tmp_path, settings={"blocks.paths": [str(folder)]}) as server:
        inner = await save(server, agent_of(node("s", STUBBORN)))
        path = await start(server, await save_caller(server, inner), runs=2)
        answer = await server.post(f"{path}/stop?wait_timeout=0.05")
        assert answer.status == 500
        assert set(answer.json()) == {"message", "detail", "hint"}
        [name] = [n["id"] for n in inner["nodes"]]
        assert answer.json()["detail"] == {"nodes": [name]}
        assert name in answer.json()["message"]
        assert await statuses(server, path) == ["TERMINATED", "TERMINATED"]
        type(server.app.registry.get(STUBBORN).block).gate.set()
        await until_no_task(server)
        assert server.app.engine.core.late_outputs == 1


async def until_no_task(server: LiveServer) -> None:
    async with asyncio.timeout(10):
        while not server.app.engine.core.late_outputs:
            await asyncio.sleep(0)


FLAKY = "7b3f4e5d-2c1a-4d9b-8e8f-3a4b5c6d7e8e"
FLAKY_BLOCK = f'''
from autogpt_lite.sdk import Block, BlockCost, BlockOutput, BlockRetry, pin


class FlakyBlock(Block):
    id = "{FLAKY}"
    description = "Fails once with what it has cost, then asks for another try, then works."
    costs = (BlockCost(cost_amount=100, cost_type="cost_usd"),)
    tries = []

    class Output(BlockOutput):
        done: int = pin()

    async def run(self, input, ctx):
        self.tries.append(ctx.idempotency_key)
        ctx.add_cost(usd=0.02)
        if len(self.tries) == 1:
            raise ValueError("not yet")
        if len(self.tries) == 2:
            raise BlockRetry("busy", after_s=0)
        yield "done", len(self.tries)
'''


async def test_the_tries_of_a_node_are_in_the_answer(tmp_path: Path):
    folder = tmp_path / "blocks"
    folder.mkdir()
    (folder / "flaky.py").write_text(FLAKY_BLOCK, "utf-8")
    async with run_app(tmp_path, settings={"blocks.paths": [str(folder)]}) as server:
        retried = {**node("f", FLAKY), "metadata": {"retry": {"attempts": 3, "wait_s": 0, "backoff": 1}}}
        path = await start(server, await save(server, agent_of(retried)), runs=0)
        await until_ended(server)
        run = (await server.get(path)).json()
        [execution] = run["node_executions"]
        assert (run["status"], execution["status"], execution["output_data"]) == ("COMPLETED", "COMPLETED", {"done": [3]})
        told = [(one["try"], one["error"], one["cost"]) for one in execution["tries"]]
        assert told == [(0, "not yet", 2), (1, "busy", 2)]
        assert all(one["failed_at"] for one in execution["tries"])
        assert (execution["cost"], run["stats"]["cost"]) == (6, 6)
