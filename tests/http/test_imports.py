"""An agent from a file that would do anything outside of itself does not run before somebody has seen what."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.server import LiveServer, ServerProcess, run_app, run_cli

SEND, CODE = "6595ae1f-b924-42cb-9a41-551a0611c4b4", "0b02b072-abe7-11ef-8372-fb5d162dd712"
ADD, AGENT = "b1ab9b19-67a6-406d-abf5-2dba76d00c79", "e189baac-8c20-45a1-94a7-55177ea42565"


@pytest.fixture
async def live(tmp_path: Path):
    async with run_app(tmp_path) as server:
        yield server


def node(block_id: str, **values: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "block_id": block_id, "input_default": values, "metadata": {}}


def agent(*nodes: dict[str, Any], name: str = "From a file", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "", "nodes": list(nodes), "links": [], **more}


def harmless() -> dict[str, Any]:
    return agent(node(ADD, operation="Add", a=1, b=2))


def risky() -> dict[str, Any]:
    return agent(node(SEND, url="http://127.0.0.1:9/x", method="GET"), node(CODE, code="1", language="bash"))


async def bring_in(live: LiveServer, graph: dict[str, Any], source: str | None = "upload") -> str:
    answer = await live.post("/api/graphs", {"graph": graph, "source": source})
    assert answer.status == 200, answer.body
    return answer.json()["id"]


async def start(live: LiveServer, graph_id: str) -> Any:
    return await live.post(f"/api/graphs/{graph_id}/execute/1", {"inputs": {}})


async def test_one_that_waits_is_shown_in_the_library_with_all_the_others(live: LiveServer):
    waiting, free = await bring_in(live, risky()), await bring_in(live, harmless())
    answer = await live.get(f"/api/library/cards?graph_id={waiting}&graph_id={free}")
    assert answer.status == 200, answer.body
    assert [(card["n_nodes"], card["needs_approval"]) for card in answer.json()] == [(2, True), (1, False)]
    assert (await live.get("/api/library/agents")).status == 200
    await live.post(f"/api/graphs/{waiting}/report/approve")
    (card,) = (await live.get(f"/api/library/cards?graph_id={waiting}")).json()
    assert card["needs_approval"] is False


async def test_it_runs_after_its_approval_and_the_same_file_then_at_once(live: LiveServer):
    graph_id = await bring_in(live, risky())
    report = (await live.get(f"/api/graphs/{graph_id}/report")).json()
    assert report["needs_approval"] is True
    assert [line["what"] for line in report["hosts"]] == ["127.0.0.1:9"]
    assert [line["what"] for line in report["code"]] == ["bash"]
    refused = await start(live, graph_id)
    assert refused.status == 403
    assert refused.json()["detail"]["report"]["hosts"][0]["what"] == "127.0.0.1:9"
    assert f"autogpt-lite approve {graph_id}" in refused.json()["hint"]

    approved = await live.post(f"/api/graphs/{graph_id}/report/approve")
    assert approved.json()["needs_approval"] is False
    assert (await start(live, graph_id)).status == 200
    assert (await start(live, await bring_in(live, risky()))).status == 200  # other ids, the same content
    other = risky()
    other["nodes"][0]["input_default"]["url"] = "http://127.0.0.1:10/"
    assert (await start(live, await bring_in(live, other))).status == 403


async def test_what_does_nothing_outside_and_what_was_made_here_needs_none(live: LiveServer):
    assert (await start(live, await bring_in(live, harmless()))).status == 200
    assert (await start(live, await bring_in(live, risky(), "builder"))).status == 200
    assert (await start(live, await bring_in(live, risky(), None))).status == 200


async def test_no_other_way_of_starting_it_passes_by_the_approval(live: LiveServer):
    graph_id = await bring_in(live, risky())
    cron = {"name": "daily", "cron": "0 9 * * *", "inputs": {}, "graph_version": 1}
    assert (await live.post(f"/api/graphs/{graph_id}/schedules", cron)).status == 403
    caller = await bring_in(
        live,
        agent(node(AGENT, graph_id=graph_id, graph_version=1, user_id="", input_schema={}, output_schema={}, inputs={})),
        "builder",
    )
    started = await start(live, caller)
    if started.status == 200:
        run = live.app.engine.core.runs.get(started.json()["graph_exec_id"])
        if run is not None:
            await live.app.engine.wait_ended(run)
        found = (await live.get(f"/api/graphs/{caller}/executions/{started.json()['graph_exec_id']}")).json()
        assert "has not been approved" in json.dumps(found["node_executions"])
    else:
        assert started.status == 403


async def test_a_copy_of_one_that_waits_waits_for_the_same_approval(live: LiveServer):
    calls = {"graph_version": 1, "user_id": "", "input_schema": {}, "output_schema": {}, "inputs": {}}
    called = await bring_in(live, agent(node(SEND, url="http://127.0.0.1:11/", method="GET")))
    caller = await bring_in(live, agent(node(AGENT, graph_id=called, **calls)), "builder")
    for original in (await bring_in(live, risky()), caller):
        found = (await live.get(f"/api/library/agents/by-graph/{original}")).json()
        copy = (await live.post(f"/api/library/agents/{found['id']}/fork")).json()["graph_id"]
        assert (await start(live, copy)).status == 403, "what the original may not do, a copy of it may not do either"
        assert (await live.get(f"/api/graphs/{copy}/report")).json()["needs_approval"] is True
        await live.post(f"/api/graphs/{copy}/report/approve")
        assert (await start(live, copy)).status == 200


async def test_a_deleted_agent_leaves_nothing_behind(live: LiveServer):
    graph_id = await bring_in(live, risky())
    await live.request("DELETE", f"/api/graphs/{graph_id}")
    assert await live.app.db.fetch_all("SELECT 1 FROM pending_imports") == []
    assert (await live.get(f"/api/graphs/{graph_id}/report")).status == 404


def test_commands_show_the_report_and_take_an_approval(real_server: ServerProcess, tmp_path: Path):
    graph = agent(node(SEND, url=f"https://{uuid.uuid4()}.example.com/", method="GET"))
    file = tmp_path / "agent.json"
    file.write_text(json.dumps(graph))
    done = run_cli("run", file, "--data-dir", real_server.data_dir)
    assert done.returncode == 2
    assert "reaches " in done.stderr
    assert "--yes" in done.stderr
    done = run_cli("import", file, "--data-dir", real_server.data_dir)
    assert done.returncode == 0
    assert "reaches " in done.stderr
    graph_id = done.stdout.split()[0]
    done = run_cli("approve", graph_id, "--show", "--data-dir", real_server.data_dir)
    assert "It waits for an approval." in done.stdout
    assert "may run" in run_cli("approve", graph_id, "--data-dir", real_server.data_dir).stdout
    done = run_cli("run", file, "--data-dir", real_server.data_dir)  # approved is what the file holds
    assert done.returncode in (0, 1)


async def test_those_that_wait_are_listed_for_their_owner(live: LiveServer):
    await bring_in(live, harmless())
    assert (await live.get("/api/imports")).json() == []
    graph_id = await bring_in(live, risky())
    (waiting,) = (await live.get("/api/imports")).json()
    assert (waiting["graph_id"], waiting["name"]) == (graph_id, "From a file")
    assert await live.app.graphs.imports.list_waiting("somebody else") == []
    await live.post(f"/api/graphs/{graph_id}/report/approve")
    assert (await live.get("/api/imports")).json() == []
