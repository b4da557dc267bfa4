"""A run with sub-agents: the tree shows every branch, and stopping takes the whole of it along."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.server import LiveServer, run_app

PARTY = "Invitations for a party"
ENDED = {"COMPLETED", "FAILED", "TERMINATED"}


@pytest.fixture
async def server(tmp_path: Path):
    async with run_app(tmp_path) as running:
        yield running


async def run_party(server: LiveServer) -> tuple[str, dict[str, Any]]:
    """Runs the example with two guests to its end: the path of the run, and the run."""
    graphs = (await server.get("/api/graphs")).json()
    graph = next(graph for graph in graphs if graph["name"] == PARTY)
    socket = await server.open_socket((await server.post("/api/ws-ticket")).json()["ticket"])
    await socket.send_json({"method": "subscribe_graph_executions", "data": {"graph_id": graph["id"]}})
    await socket.receive_json()
    inputs = {"Guests": "Ada\nAlan", "Occasion": "a party", "When": "soon"}
    started = (await server.post(f"/api/graphs/{graph['id']}/execute/{graph['version']}", {"inputs": inputs})).json()
    async with asyncio.timeout(20):
        while True:
            event = (await socket.receive_json())["data"]
            if event["event_type"] == "graph_execution_update" and event["status"] in ENDED:
                break
    path = f"/api/graphs/{graph['id']}/executions/{started['id']}"
    return path, (await server.get(path)).json()


async def test_tree_holds_a_branch_for_each_call_of_an_agent(server: LiveServer):
    path, run = await run_party(server)
    assert run["status"] == "COMPLETED"
    tree = (await server.get(f"{path}/tree")).json()
    root, *children = tree["runs"]
    assert (root["id"], root["parent_id"], root["node_id"]) == (run["id"], None, None)
    assert tree["root_id"] == run["id"]
    assert len(children) == 2
    calls = [node for node in run["node_executions"] if node["node_exec_id"] in {child["node_exec_id"] for child in children}]
    assert len(calls) == 2
    for child in children:
        assert child["parent_id"] == run["id"]
        assert child["depth"] == 1
        assert child["status"] == "COMPLETED"
        assert child["node_id"] == calls[0]["node_id"]
        assert child["ended_at"] <= root["ended_at"]
    assert tree["node_exec_count"] == sum(one["node_exec_count"] for one in tree["runs"])


async def test_tree_of_a_child_is_the_tree_of_its_root(server: LiveServer):
    path, run = await run_party(server)
    tree = (await server.get(f"{path}/tree")).json()
    child = tree["runs"][1]
    again = (await server.get(f"/api/graphs/{child['graph_id']}/executions/{child['id']}/tree")).json()
    assert [one["id"] for one in again["runs"]] == [one["id"] for one in tree["runs"]]
    shown = (await server.get(f"/api/graphs/{child['graph_id']}/executions/{child['id']}")).json()
    assert (shown["parent_id"], shown["root_id"]) == (run["id"], run["id"])


async def test_stop_of_an_ended_run_changes_nothing(server: LiveServer):
    path, run = await run_party(server)
    answer = await server.post(f"{path}/stop?wait_timeout=1&cascade=false")
    assert answer.status == 200
    assert answer.json()["status"] == "COMPLETED"
    assert answer.json()["ended_at"] == run["ended_at"]


@pytest.mark.parametrize("query", ["wait_timeout=-1", "wait_timeout=61", "wait_timeout=soon", "cascade=maybe"])
async def test_absurd_waiting_times_are_refused(server: LiveServer, query: str):
    path, _ = await run_party(server)
    answer = await server.post(f"{path}/stop?{query}")
    assert answer.status == 422
    assert set(answer.json()) == {"message", "detail", "hint"}
