"""Limits over HTTP and by command: of an agent, of a run; refused with the range where they make no sense."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.live_run import watch_run
from tests.server import ServerProcess, run_cli

CALCULATOR = "b1ab9b19-67a6-406d-abf5-2dba76d00c79"
LOOP: dict[str, Any] = {
    "name": "for ever",
    "description": "",
    "nodes": [
        {"id": "start", "block_id": CALCULATOR, "input_default": {"operation": "Add", "a": 0, "b": 1}},
        {"id": "self", "block_id": CALCULATOR, "input_default": {"operation": "Add", "b": 1}},
    ],
    "links": [
        {"source_id": "start", "source_name": "result", "sink_id": "self", "sink_name": "a"},
        {"source_id": "self", "source_name": "result", "sink_id": "self", "sink_name": "a"},
    ],
}


@pytest.fixture(scope="module")
def loop(real_server: ServerProcess) -> dict[str, Any]:
    return real_server.post("/api/graphs", {"graph": LOOP})


def agent_of(server: ServerProcess, graph: dict[str, Any]) -> str:
    return f"/api/library/agents/{server.get('/api/library/agents/by-graph/' + graph['id'])['id']}"


async def test_the_limits_of_an_agent_hold_for_its_runs_and_the_tightest_counts(real_server: ServerProcess):
    graph = real_server.post("/api/graphs", {"graph": LOOP})
    path = agent_of(real_server, graph)
    assert real_server.get(path)["limits"] is None
    changed = real_server.request("PATCH", path, {"limits": {"max_node_executions": 40, "max_running": 1}}).json()
    assert changed["limits"] == {"max_node_executions": 40, "max_running": 1}

    watched = await watch_run(real_server, graph)
    assert "40 node executions" in watched.stored["stats"]["error"]
    assert "the agent's `limits`" in watched.stored["stats"]["error"]
    watched = await watch_run(real_server, graph, limits={"max_node_executions": 30})
    assert "30 node executions" in watched.stored["stats"]["error"]
    watched = await watch_run(real_server, graph, limits={"max_node_executions": 50})
    assert "40 node executions" in watched.stored["stats"]["error"]

    assert real_server.request("PATCH", path, {"is_favorite": True}).json()["limits"] == changed["limits"]
    changed = real_server.request("PATCH", path, {"limits": {"max_node_executions": 60}}).json()
    watched = await watch_run(real_server, graph)
    assert "60 node executions" in watched.stored["stats"]["error"], "a change counts from the next run on"
    assert real_server.request("PATCH", path, {"limits": None}).json()["limits"] is None
    watched = await watch_run(real_server, graph, limits={"max_node_executions": 70})
    assert "70 node executions" in watched.stored["stats"]["error"]


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"max_credits": 0}, "limits.max_credits: 0 is not from 1 to 1000000000"),
        ({"max_depth": -1}, "limits.max_depth: -1 is not from 1 to 100"),
        ({"max_node_executions": 10**18}, "from 1 to 10000000"),
        ({"max_run_s": 0}, "from 0.1 to 31536000"),
        ({"max_node_s": 1e300}, "from 0.1 to 31536000"),
        ({"max_node_items": -5, "max_depth": 0}, "limits.max_node_items"),
    ],
    ids=str,
)
def test_limits_that_make_no_sense_are_refused_with_the_range(real_server: ServerProcess, loop: dict, limits: dict, words: str):
    before = real_server.get(f"/api/graphs/{loop['id']}/executions")
    for method, path in (("POST", f"/api/graphs/{loop['id']}/execute"), ("PATCH", agent_of(real_server, loop))):
        answer = real_server.request(method, path, {"limits": limits})
        assert answer.status == 400
        assert words in answer.json()["message"]
    assert real_server.get(f"/api/graphs/{loop['id']}/executions") == before


def test_a_limit_that_does_not_exist_is_refused_instead_of_ignored(real_server: ServerProcess, loop: dict):
    for limits in ({"max_credit": 5}, {"max_credits": "much"}, {"max_running": 2}):
        answer = real_server.request("POST", f"/api/graphs/{loop['id']}/execute", {"limits": limits})
        assert answer.status == 422, limits


def test_the_limits_of_a_run_are_stored_with_it(real_server: ServerProcess, loop: dict):
    run = real_server.post(f"/api/graphs/{loop['id']}/execute", {"limits": {"max_node_executions": 20, "max_credits": 7}})
    with closing(sqlite3.connect(f"file:{real_server.data_dir / 'autogpt_lite.sqlite'}?mode=ro", uri=True)) as db:
        (stored,) = db.execute("SELECT limits FROM graph_executions WHERE uuid = ?", (run["id"],)).fetchone()
    assert json.loads(stored) == {"run": {"max_node_executions": 20, "max_credits": 7}}
    real_server.request("POST", f"/api/graphs/{loop['id']}/executions/{run['id']}/stop")


def test_a_command_gives_limits_too(tmp_path):
    (tmp_path / "loop.json").write_text(json.dumps(LOOP))

    def run(*options: str) -> tuple[int, dict[str, Any]]:
        done = run_cli("run", tmp_path / "loop.json", *options, "--json", "--data-dir", tmp_path / "data")
        return done.returncode, json.loads(done.stdout)

    code, result = run("--max-node-executions", "25")
    assert (code, result["status"]) == (3, "FAILED")
    assert "25 node executions" in result["stats"]["error"]
    assert "start it with a higher `max_node_executions`" in result["stats"]["error"]
    code, result = run("--max-credits", "-3")
    assert code == 2
    assert "from 1 to 1000000000" in result["error"]["message"]
    with ServerProcess(tmp_path / "data", log=tmp_path / "log"):
        code, result = run("--max-node-executions", "26")
        assert (code, "26 node executions" in result["stats"]["error"]) == (3, True)


def test_a_limit_in_the_settings_that_makes_no_sense_stops_the_start(tmp_path):
    done = run_cli("check", "--data-dir", tmp_path / "data", engine__max_credits=0)
    assert done.returncode == 2
    assert "engine.max_credits" in done.stderr
