"""AutoGPT's own calculator agent, end to end: from the command line, and over REST with a client that watches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.live_run import WatchedRun, read_agent, save_agent, watch_run
from tests.server import ServerProcess, run_cli

from .openapi_contract import OpenApiContract

USER = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"
INPUT, CALCULATOR, OUTPUT = (
    "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b",
    "b1ab9b19-67a6-406d-abf5-2dba76d00c79",
    "363ae599-353e-4804-937e-b2ee3cef3da4",
)
FRAME_KEYS = {"method", "data", "success", "channel", "error"}
OUR_KEYS = {"root_id", "parent_id"}
"""What our frames say besides: which tree a run belongs to."""

GRAPH_EVENT_KEYS = {
    *(
        "event_type",
        "id",
        "user_id",
        "graph_id",
        "graph_version",
        "inputs",
        "credential_inputs",
        "nodes_input_masks",
        "preset_id",
    ),
    *("status", "started_at", "ended_at", "is_shared", "share_token", "is_dry_run", "stats", "outputs"),
}
NODE_EVENT_KEYS = {
    *("event_type", "user_id", "graph_id", "graph_version", "graph_exec_id", "node_exec_id", "node_id", "block_id", "status"),
    *("input_data", "output_data", "add_time", "queue_time", "start_time", "end_time"),
}
STATS_KEYS = {
    *(
        "cost",
        "duration",
        "duration_cpu_only",
        "node_exec_time",
        "node_exec_time_cpu_only",
        "node_exec_count",
        "node_error_count",
    ),
    *("error", "activity_status", "correctness_score"),
}


@pytest.fixture(scope="module")
def agent(contract: Path) -> Path:
    return contract / "agents" / "calculator-agent.json"


# --- the command line ----------------------------------------------------------------------------------------


def test_from_the_command_line(agent: Path, tmp_path: Path):
    done = run_cli("run", agent, "--input", "Input=8", "--data-dir", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Output: 42.0\n", "")


def test_from_the_command_line_as_json(agent: Path, tmp_path: Path):
    (tmp_path / "inputs.json").write_text('{"Input": 8}')
    done = run_cli("run", agent, "--inputs", tmp_path / "inputs.json", "--json", "--data-dir", tmp_path / "data")
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert list(result) == ["graph_exec_id", "status", "outputs", "stats", "node_errors", "is_waiting"]
    assert (result["status"], result["outputs"], result["node_errors"]) == ("COMPLETED", {"Output": [42.0]}, {})
    assert result["stats"].keys() == STATS_KEYS
    assert (result["stats"]["node_exec_count"], result["stats"]["node_error_count"]) == (3, 0)


def test_a_missing_input_is_refused_with_its_name(agent: Path, tmp_path: Path):
    done = run_cli("run", agent, "--json", "--data-dir", tmp_path)
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert list(error) == ["message", "detail", "hint"]
    assert list(error["detail"]["node_errors"].values()) == [{"value": "The input 'Input' is required."}]
    assert "'Input' is required" in done.stderr


# --- over REST, watched ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graph(contract: Path, real_server: ServerProcess) -> dict[str, Any]:
    return save_agent(real_server, read_agent(contract, "calculator-agent.json"))


@pytest.fixture
async def watched(graph: dict[str, Any], real_server: ServerProcess) -> WatchedRun:
    return await watch_run(real_server, graph, inputs={"Input": 8})


def test_the_answer_is_the_queued_run(watched: WatchedRun, graph: dict[str, Any]):
    started = watched.started
    assert started["graph_exec_id"] == started["id"]
    assert (started["status"], started["started_at"], started["ended_at"]) == ("QUEUED", None, None)
    assert (started["graph_id"], started["graph_version"], started["inputs"]) == (graph["id"], graph["version"], {"Input": 8})


def test_every_frame_has_autogpts_shape(watched: WatchedRun, graph: dict[str, Any]):
    for frame in watched.frames:
        assert frame.keys() >= FRAME_KEYS
        assert (frame["success"], frame["error"]) == (None, None)
        assert frame["channel"] == f"{USER}|graph#{graph['id']}|executions"
        data = frame["data"]
        if frame["method"] == "graph_execution_event":
            assert (data["event_type"], data.keys() - OUR_KEYS) == ("graph_execution_update", GRAPH_EVENT_KEYS)
            assert data["stats"].keys() == STATS_KEYS
        else:
            assert frame["method"] == "node_execution_event"
            assert (data["event_type"], data.keys() - OUR_KEYS) == ("node_execution_update", NODE_EVENT_KEYS)
            assert data["graph_exec_id"] == watched.id
        assert data["user_id"] == USER


def test_the_run_and_its_nodes_go_through_their_statuses(watched: WatchedRun):
    assert watched.statuses() == ["QUEUED", "RUNNING", "COMPLETED"]
    by_block = {node["block_id"]: watched.statuses(node["node_exec_id"]) for node in watched.stored["node_executions"]}
    assert by_block == {
        # A starting node is QUEUED together with its run and has no event of that.
        INPUT: ["RUNNING", "COMPLETED"],
        CALCULATOR: ["QUEUED", "RUNNING", "COMPLETED"],
        OUTPUT: ["QUEUED", "RUNNING", "COMPLETED"],
    }


def test_no_frame_tells_what_comes_later(watched: WatchedRun):
    for frame in watched.frames:
        data, status = frame["data"], frame["data"]["status"]
        start, end = ("started_at", "ended_at") if frame["method"] == "graph_execution_event" else ("start_time", "end_time")
        assert (data[start] is None) == (status == "QUEUED")
        assert (data[end] is None) == (status != "COMPLETED")
    ran = [f["data"] for f in watched.frames if f["data"].get("block_id") == CALCULATOR]
    assert ran[0]["output_data"] == {}
    assert ran[-1]["output_data"] == {"result": [42.0]}


def test_the_stored_run_is_what_the_frames_said(watched: WatchedRun):
    stored = watched.stored
    told = watched.last(watched.id)["data"]
    assert {key: stored[key] for key in told.keys() - {"event_type"}} == {key: told[key] for key in told.keys() - {"event_type"}}
    assert (stored["outputs"], stored["stats"]["node_exec_count"]) == ({"Output": [42.0]}, 3)
    assert len(stored["node_executions"]) == 3
    for node in stored["node_executions"]:
        told = watched.last(node["node_exec_id"])["data"]
        assert node == {key: told[key] for key in told.keys() - {"event_type"} - OUR_KEYS}


async def test_a_client_of_one_run_gets_its_frames_alone(graph: dict[str, Any], real_server: ServerProcess):
    first = await watch_run(real_server, graph, inputs={"Input": 1})
    async with real_server.open_socket() as socket:
        await socket.send_json({"method": "subscribe_graph_execution", "data": {"graph_exec_id": first.id}})
        answer = await socket.receive_json(timeout=5)
        assert (answer["success"], answer["channel"]) == (True, f"{USER}|graph_exec#{first.id}")
        await watch_run(real_server, graph, inputs={"Input": 2})
        await socket.send_json({"method": "heartbeat", "data": "ping"})
        assert await socket.receive_json(timeout=5) == {"method": "heartbeat", "data": "pong", "success": True}


# --- every answer, by AutoGPT's own description ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def described(contract: Path) -> OpenApiContract:
    return OpenApiContract(contract / "openapi_seed.json")


async def test_answers_are_as_autogpt_describes_them(contract: Path, real_server: ServerProcess, described: OpenApiContract):
    ids: dict[str, Any] = {}

    def call(method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = real_server.request(method, path.format_map(ids), body)
        assert answer.status == status, (method, path, answer.body)
        value = answer.json() if answer.body else None
        described.check(method, path, status, value)
        return value

    one = "/api/graphs/{graph_id}"
    for name in ("calculator-agent.json", "agent_516d813b-d1bc-470f-add7-c63a4b2c2bad.json"):
        graph = call("POST", "/api/graphs", {"graph": json.loads(read_agent(contract, name))})
    newsletter = json.loads(read_agent(contract, "agent_00fdd42c-a14c-4d19-a567-65374ea0e87f.json"))
    call("POST", "/api/graphs", {"graph": newsletter, "source": "upload", "allow_missing_blocks": True})
    graph = call("POST", "/api/graphs", {"graph": json.loads(read_agent(contract, "calculator-agent.json"))})
    ids.update(graph_id=graph["id"], graph_version=graph["version"], version=graph["version"])
    call("GET", one)
    call("GET", "/api/graphs")
    call("GET", f"{one}/versions")
    call("GET", f"{one}/versions/{{version}}")
    second = call("PUT", one, graph)
    assert second["version"] == graph["version"] + 1
    call("PUT", f"{one}/versions/active", {"active_graph_version": graph["version"]})

    watched = await watch_run(real_server, graph, inputs={"Input": 5})
    call("POST", f"{one}/execute/{{graph_version}}", {"inputs": {"Input": 6}})
    ids["graph_exec_id"] = watched.id
    call("GET", f"{one}/executions/{{graph_exec_id}}")
    call("GET", f"{one}/executions")
    call("GET", "/api/executions")
    call("POST", f"{one}/executions/{{graph_exec_id}}/stop")
    stopped = real_server.request("POST", f"/api/executions?graph_id={graph['id']}&graph_exec_id={watched.id}")
    described.check("POST", "/api/executions", 200, stopped.json())
    call("DELETE", "/api/executions/{graph_exec_id}", status=204)
    assert call("DELETE", one) == {"version_counts": 2}

    ids["block_id"] = CALCULATOR
    assert call("POST", "/api/blocks/{block_id}/execute", {"operation": "Add", "a": 1, "b": 2}) == {"result": [3.0]}
    assert len(call("GET", "/api/blocks")) > 50
    call("GET", "/health")


async def test_pages_of_runs_are_as_autogpt_describes_them_since_2026(
    contract: Path, graph: dict[str, Any], real_server: ServerProcess
):
    await watch_run(real_server, graph, inputs={"Input": 5})
    page = real_server.get(f"/api/graphs/{graph['id']}/executions?page=1&page_size=1")
    OpenApiContract(contract / "openapi_2026.json").check("GET", "/api/graphs/{graph_id}/executions", 200, page)
    assert (len(page["executions"]), page["pagination"]["page_size"]) == (1, 1)
