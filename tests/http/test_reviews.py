"""Human review over HTTP: what a page, AutoGPT's clients and the command line see of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from autogpt_lite.errors import AutoGPTLiteError
from autogpt_lite.web.routing import Principal, Request
from tests.live_run import ENDED
from tests.server import LiveServer, ServerProcess, run_app, run_cli

ASK = "8b2a7b3c-6e9d-4a5f-8c1b-2e3f4a5b6c7d"
OUTPUT = "363ae599-353e-4804-937e-b2ee3cef3da4"


def agent(data=None, editable=True):
    nodes = [
        {"id": "q", "block_id": ASK, "input_default": {"name": "the draft", "data": data or {"to": "a"}, "editable": editable}},
        {"id": "yes", "block_id": OUTPUT, "input_default": {"name": "yes"}},
        {"id": "no", "block_id": OUTPUT, "input_default": {"name": "no"}},
        {"id": "said", "block_id": OUTPUT, "input_default": {"name": "said"}},
    ]
    ends = (("approved_data", "yes"), ("rejected_data", "no"), ("review_message", "said"))
    links = [{"id": s, "source_id": "q", "sink_id": s, "source_name": pin, "sink_name": "value"} for pin, s in ends]
    return {"name": "asks", "nodes": nodes, "links": links}


@pytest.fixture
async def server(tmp_path: Path):
    async with run_app(tmp_path) as live:
        yield live


async def save(server: LiveServer, **more) -> str:
    answer = await server.post("/api/graphs", {"graph": agent(**more)})
    assert answer.status == 200, answer.body
    return answer.json()["id"]


async def start(server: LiveServer, graph_id: str, until: str) -> str:
    """Starts a run and waits until it has come to this status."""
    socket = await server.open_socket()
    await socket.send_json({"method": "subscribe_graph_executions", "data": {"graph_id": graph_id}})
    run_id = (await server.post(f"/api/graphs/{graph_id}/execute", {})).json()["id"]
    while (await socket.receive_json(timeout=10)).get("data", None) is None or not await is_at(server, graph_id, run_id, until):
        pass
    await socket.close()
    return run_id


async def is_at(server: LiveServer, graph_id: str, run_id: str, status: str) -> bool:
    return (await shown(server, graph_id, run_id))["status"] == status


async def shown(server: LiveServer, graph_id: str, run_id: str) -> dict:
    return (await server.get(f"/api/graphs/{graph_id}/executions/{run_id}")).json()


async def until_ended(server: LiveServer, graph_id: str, run_id: str) -> dict:
    run = next((run for run in server.app.engine.core.runs.values() if run.id == run_id), None)
    if run is not None:
        await server.app.engine.wait_ended(run)
    return await shown(server, graph_id, run_id)


async def test_a_review_has_autogpts_shape_and_its_answer_ends_the_run(server: LiveServer, contract: Path):
    graph_id = await save(server)
    run_id = await start(server, graph_id, "REVIEW")
    [review] = (await server.get("/api/review/pending")).json()
    assert (await server.get(f"/api/review/execution/{run_id}")).json() == [review]
    schemas = json.loads((contract / "openapi_2026.json").read_text())["components"]["schemas"]
    assert review.keys() == schemas["PendingHumanReviewModel"]["properties"].keys()
    assert (review["payload"], review["instructions"], review["editable"], review["status"]) == (
        {"to": "a"},
        "the draft",
        True,
        "WAITING",
    )
    item = {"node_exec_id": review["node_exec_id"], "approved": True, "reviewed_data": {"to": "b"}, "message": "thanks"}
    answer = await server.post("/api/review/action", {"reviews": [item]})
    assert answer.json() == {"approved_count": 1, "rejected_count": 0, "failed_count": 0, "error": None}
    assert answer.json().keys() == schemas["ReviewResponse"]["properties"].keys()
    run = await until_ended(server, graph_id, run_id)
    assert (run["status"], run["outputs"]) == ("COMPLETED", {"yes": [{"to": "b"}], "said": ["thanks"]})
    again = await server.post("/api/review/action", {"reviews": [item]})
    assert again.status == 409
    assert (await server.get("/api/review/pending")).json() == []


async def test_refusals_have_the_contracts_statuses(server: LiveServer):
    run_id = await start(server, await save(server, editable=False), "REVIEW")
    [review] = (await server.get("/api/review/pending")).json()
    one = {"node_exec_id": review["node_exec_id"], "approved": True}
    for body, status in (
        ({"reviews": []}, 400),
        ({"reviews": [{**one, "reviewed_data": {"to": "b"}}]}, 400),
        ({"reviews": [one, one]}, 400),
        ({"reviews": [{**one, "node_exec_id": run_id[:-1] + "9"}]}, 404),
        ({"reviews": [{**one, "message": "x" * 2_001}]}, 422),
        ({"reviews": [{"approved": True}]}, 422),
        ({}, 422),
    ):
        assert (await server.post("/api/review/action", body)).status == status, body
    assert (await server.get("/api/review/execution/00000000-0000-4000-8000-000000000000")).status == 404
    assert (await server.get("/api/review/pending?page_size=101")).status == 422
    assert (await server.get("/api/review/pending?page=2")).json() == []


async def test_h10_another_users_reviews_do_not_exist(server: LiveServer):
    graph_id = await save(server)
    run_id = await start(server, graph_id, "REVIEW")
    [review] = (await server.get("/api/review/pending")).json()
    bodies = {
        "/api/review/action": {"reviews": [{"node_exec_id": review["node_exec_id"], "approved": True}]},
        "/api/graphs/{graph_id}/settings": {"human_in_the_loop_safe_mode": False},
    }
    asked = 0
    for route in server.app.routes:
        if route.path.startswith("/api/review/") or route.path in bodies:
            path = {"graph_exec_id": run_id, "graph_id": graph_id}
            query = msgspec.convert({}, route.query) if route.query else None
            body = msgspec.convert(bodies[route.path], route.body) if route.body else None
            request = Request(principal=Principal("00000000-0000-4000-8000-00000000ffff"), path=path, query=query, body=body)
            asked += 1
            if re.search("{", route.path) or route.body:
                with pytest.raises(AutoGPTLiteError) as refused:
                    await route.handler(request)
                assert refused.value.status == 404, route.path
            else:
                assert await route.handler(request) == []
    assert asked == 4


async def test_open_pages_hear_of_a_review_without_a_subscription(server: LiveServer):
    socket = await server.open_socket()
    graph_id = await save(server)
    run_id = (await server.post(f"/api/graphs/{graph_id}/execute", {})).json()["id"]
    message = await socket.receive_json(timeout=10)
    assert (message["method"], message["channel"]) == ("notification", None)
    data = message["data"]
    assert (data["type"], data["event"], data["graph_exec_id"]) == ("human_review", "waiting", run_id)
    item = {"node_exec_id": data["node_exec_id"], "approved": False}
    assert (await server.post("/api/review/action", {"reviews": [item]})).status == 200
    data = (await socket.receive_json(timeout=10))["data"]
    assert (data["event"], data["approved"], data["node_exec_id"]) == ("answered", False, item["node_exec_id"])
    await until_ended(server, graph_id, run_id)
    second = await start(server, graph_id, "REVIEW")
    assert (await socket.receive_json(timeout=10))["data"]["event"] == "waiting"
    stopped = (await server.post(f"/api/graphs/{graph_id}/executions/{second}/stop")).json()
    assert stopped["status"] == "TERMINATED"
    data = (await socket.receive_json(timeout=10))["data"]
    assert (data["event"], data["graph_exec_id"]) == ("closed", second)


async def test_the_settings_of_an_agent(server: LiveServer, contract: Path):
    graph_id = await save(server)
    schema = json.loads((contract / "openapi_2026.json").read_text())["components"]["schemas"]["GraphSettings"]["properties"]
    changed = await server.request("PATCH", f"/api/graphs/{graph_id}/settings", json={"human_in_the_loop_safe_mode": False})
    settings = changed.json()
    assert settings.keys() == schema.keys()
    assert settings == {
        "human_in_the_loop_safe_mode": False,
        "sensitive_action_safe_mode": False,
        "builder_chat_session_id": None,
    }
    entry = (await server.get(f"/api/library/agents/by-graph/{graph_id}")).json()
    assert entry["settings"] == settings
    run_id = await start(server, graph_id, "COMPLETED")
    outputs = (await shown(server, graph_id, run_id))["outputs"]
    assert outputs == {"yes": [{"to": "a"}], "said": ["Approved without a review, as the agent is set."]}
    body = {"settings": {"sensitive_action_safe_mode": True}}
    entry = (await server.request("PATCH", f"/api/library/agents/{entry['id']}", json=body)).json()
    assert entry["settings"] == {**settings, "sensitive_action_safe_mode": True}
    assert (await server.request("PATCH", "/api/graphs/no-such/settings", json={})).status == 404


def test_a_review_survives_kill_9_and_is_answered_on_the_command_line(tmp_path: Path):
    data = tmp_path / "data"
    file = tmp_path / "agent.json"
    file.write_text(json.dumps(agent()))
    # Without a server nobody can answer: the command ends and says what to do.
    done = run_cli("run", file, "--data-dir", data, "--json")
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["status"] == "REVIEW"
    with ServerProcess(data) as server:
        [review] = server.get("/api/review/pending")
        graph_id = review["graph_id"]
        server.kill()
    with ServerProcess(data) as server:
        listed = run_cli("reviews", "list", "--data-dir", data).stdout
        assert review["node_exec_id"] in listed
        assert "the draft" in listed
        wrong = run_cli("reviews", "approve", review["node_exec_id"], "--data", '"text"', "--data-dir", data)
        assert (wrong.returncode, "has to be an object" in wrong.stderr) == (1, True)
        done = run_cli("reviews", "approve", review["node_exec_id"], "--data", '{"to": "c"}', "--data-dir", data)
        assert (done.returncode, done.stdout.strip()) == (0, f"approved: {review['node_exec_id']}"), done.stderr
        second = run_cli("reviews", "reject", review["node_exec_id"], "--data-dir", data)
        assert second.returncode == 1
        path = f"/api/graphs/{graph_id}/executions/{review['graph_exec_id']}"
        while (run := server.get(path))["status"] not in ENDED:
            pass
        assert run["outputs"] == {"yes": [{"to": "c"}]}
