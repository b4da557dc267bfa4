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


async def test_the_tree_tells_what_it_may_cost_where_the_run_or_its_agent_says_so(server: LiveServer):
    path, _ = await run_party(server)
    assert (await server.get(f"{path}/tree")).json()["max_credits"] is None
    start, inputs = f"{path.partition('/executions')[0]}/execute", {"Guests": "Ada", "Occasion": "a party", "When": "soon"}
    limited = (await server.post(start, {"inputs": inputs, "limits": {"max_credits": 25}})).json()
    tree = (await server.get(f"{path.rpartition('/')[0]}/{limited['id']}/tree")).json()
    assert tree["max_credits"] == 25
    free = (await server.post(start, {"inputs": inputs, "limits": {"max_depth": 3}})).json()
    assert (await server.get(f"{path.rpartition('/')[0]}/{free['id']}/tree")).json()["max_credits"] is None


async def test_tree_of_a_child_is_the_tree_of_its_root(server: LiveServer):
    path, run = await run_party(server)
    tree = (await server.get(f"{path}/tree")).json()
    child = tree["runs"][1]
    again = (await server.get(f"/api/graphs/{child['graph_id']}/executions/{child['id']}/tree")).json()
    assert [one["id"] for one in again["runs"]] == [one["id"] for one in tree["runs"]]
    shown = (await server.get(f"/api/graphs/{child['graph_id']}/executions/{child['id']}")).json()
    assert (shown["parent_id"], shown["root_id"]) == (run["id"], run["id"])


async def test_a_run_names_its_children(server: LiveServer):
    path, run = await run_party(server)
    tree = (await server.get(f"{path}/tree")).json()["runs"]
    wanted = [{name: one[name] for name in ("id", "status", "graph_id", "graph_version")} for one in tree[1:]]
    assert run["children"] == wanted
    child = (await server.get(f"/api/graphs/{wanted[0]['graph_id']}/executions/{wanted[0]['id']}")).json()
    assert child["children"] == []


async def test_a_deleted_parent_leaves_its_children_which_still_know_their_root(server: LiveServer):
    path, run = await run_party(server)
    children = run["children"]
    assert (await server.request("DELETE", f"/api/executions/{run['id']}")).status == 204
    assert (await server.get(path)).status == 404
    for child in children:
        child_path = f"/api/graphs/{child['graph_id']}/executions/{child['id']}"
        shown = (await server.get(child_path)).json()
        assert (shown["status"], shown["parent_id"], shown["root_id"]) == ("COMPLETED", None, run["id"])
        assert shown["node_executions"]
        tree = (await server.get(f"{child_path}/tree")).json()
        assert tree["root_id"] == run["id"]
        assert [one["id"] for one in tree["runs"]] == [one["id"] for one in children]
        assert server.app.executions.place_of(child["id"])[1] == run["id"]


async def test_one_subscription_covers_a_tree(server: LiveServer):
    """Also the runs that begin after it, and whichever run of the tree it names."""
    _, run = await run_party(server)
    socket = await server.open_socket()
    child = run["children"][0]["id"]
    for graph_exec_id in (run["id"], child):
        data = {"graph_exec_id": graph_exec_id, "tree": True, "epoch": server.app.bus.epoch, "after": 0}
        await socket.send_json({"method": "subscribe_graph_execution", "data": data})
        answer = await socket.receive_json()
        assert answer["success"]
        assert run["id"] in answer["channel"]
        missed, ended = {}, set()
        while len(ended) < 3:
            event = (await socket.receive_json(timeout=5))["data"]
            assert event["root_id"] == run["id"]
            if event["event_type"] == "graph_execution_update":
                missed.setdefault(event["id"], event["parent_id"])
                ended |= {event["id"]} if event["status"] == "COMPLETED" else set()
        assert missed == {run["id"]: None} | {one["id"]: run["id"] for one in run["children"]}
        await socket.send_json({"method": "unsubscribe", "data": {"graph_exec_id": graph_exec_id, "tree": True}})
        while (left := await socket.receive_json(timeout=5))["method"] != "unsubscribe":
            pass
        assert left["channel"] == answer["channel"]
    await socket.close()


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
