"""A past run is repeated from a node on: what lies upstream gives its record, and the price is shown first."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.reruns import record
from tests.server import LiveServer, run_app

INPUT, OUTPUT = "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b", "363ae599-353e-4804-937e-b2ee3cef3da4"
SPLIT, COUNT = (
    "d5ea33c8-a575-477a-b42f-2fe3be5055ec",
    "3c9c2f42-b0c3-435f-ba35-05f7a25c772a",
)


@pytest.fixture
async def server(tmp_path: Path):
    async with run_app(tmp_path) as running:
        yield running


def graph() -> dict[str, Any]:
    """text -> split -> count -> Number; and aside, untouched by that, text -> Text."""
    nodes = [
        {"id": "text", "block_id": INPUT, "input_default": {"name": "Text"}},
        {"id": "split", "block_id": SPLIT, "input_default": {"delimiter": " "}},
        {"id": "count", "block_id": COUNT, "input_default": {}},
        {"id": "number", "block_id": OUTPUT, "input_default": {"name": "Number"}},
        {"id": "echo", "block_id": OUTPUT, "input_default": {"name": "Echo"}},
    ]
    pins = [
        ("text", "result", "split", "text"),
        ("split", "texts", "count", "collection"),
        ("count", "count", "number", "value"),
        ("text", "result", "echo", "value"),
    ]
    links = [{"source_id": s, "source_name": sn, "sink_id": t, "sink_name": tn} for s, sn, t, tn in pins]
    return {"name": "words", "description": "", "nodes": nodes, "links": links}


async def ended(server: LiveServer, run_id: str) -> dict[str, Any]:
    """The run once it is over."""
    run = server.app.engine.core.runs.get(run_id)
    if run is not None:
        async with asyncio.timeout(20):
            await server.app.engine.wait_ended(run)
    graph_id = server.app.db.point("SELECT graph_id FROM graph_executions WHERE uuid = ?", (run_id,))[0]
    return (await server.get(f"/api/graphs/{graph_id}/executions/{run_id}")).json()


async def past_run(server: LiveServer) -> tuple[str, dict[str, str], dict[str, Any]]:
    """(path of an ended run, {id in this file: stored id}, the run)"""
    stored = (await server.post("/api/graphs", {"graph": graph()})).json()
    ids = {old["id"]: new["id"] for old, new in zip(graph()["nodes"], stored["nodes"], strict=True)}
    started = (await server.post(f"/api/graphs/{stored['id']}/execute/1", {"inputs": {"Text": "one two three"}})).json()
    run = await ended(server, started["id"])
    assert run["outputs"] == {"Number": [3], "Echo": ["one two three"]}
    return f"/api/graphs/{stored['id']}/executions/{run['id']}", ids, run


def went_in(run: dict[str, Any], node_id: str) -> list[dict[str, Any]]:
    return [one["input_data"] for one in run["node_executions"] if one["node_id"] == node_id]


async def test_from_a_node_on_what_is_upstream_gives_its_record(server: LiveServer):
    path, ids, past = await past_run(server)
    # Upstream is asked to yield something else: it does not, since it does not run. What is downstream does.
    body = {"from_node": ids["count"], "inputs": {"Text": "changed"}}
    answer = (await server.post(f"{path}/rerun", body)).json()
    assert set(answer["nodes"]) == {ids["count"], ids["number"]}
    assert set(answer["recorded_nodes"]) == {ids["text"], ids["split"], ids["echo"]}
    again = await ended(server, answer["graph_exec_id"])
    assert again["status"] == "COMPLETED"
    assert again["outputs"]["Number"] == [3]
    assert went_in(again, ids["count"]) == went_in(past, ids["count"])
    origin = (await server.get(f"{path.rpartition('/')[0]}/{again['id']}/origin")).json()
    assert (origin["source"], origin["origin_id"], origin["from_node"]) == ("rerun", past["id"], ids["count"])
    assert origin["repetitions"] == []
    assert (await server.get(f"{path}/origin")).json()["repetitions"] == [again["id"]]


async def test_outputs_that_are_too_large_are_not_taken_along_and_the_beginning_needs_none(server: LiveServer, monkeypatch):
    """Long outputs, which lie in a table of their own, count as short ones do."""
    path, ids, _ = await past_run(server)
    started = (
        await server.post(f"{path.split('/executions')[0]}/execute/1", {"inputs": {"Text": " ".join("x" * 50_000)}})
    ).json()
    await ended(server, started["id"])
    monkeypatch.setattr(record, "MAX_RECORD_BYTES", 300_000)
    for is_dry in (True, False):
        body = {"from_node": ids["count"], "dry": is_dry}
        assert (await server.post(f"{path}/rerun", body)).status == 200
        refused = await server.post(f"{path.rpartition('/')[0]}/{started['id']}/rerun", body)
        assert (refused.status, refused.json()["hint"]) == (400, "Run it from the beginning.")
    whole = (await server.post(f"{path.rpartition('/')[0]}/{started['id']}/rerun", {"dry": True})).json()
    assert (whole["node_exec_count"], len(whole["nodes"])) == (5, 5)
    again = (await server.post(f"{path.rpartition('/')[0]}/{started['id']}/rerun", {})).json()
    assert (await ended(server, again["graph_exec_id"]))["outputs"]["Number"] == [50_000]


async def test_the_origin_of_a_run_is_what_began_it(server: LiveServer):
    """A person, a schedule with how late it was, or a delivery."""
    path, _, past = await past_run(server)
    origin = (await server.get(f"{path}/origin")).json()
    assert (origin["source"], origin["schedule"], origin["webhook"]) == ("user", None, None)

    schedule = {"name": "Each day", "cron": "0 9 * * *", "inputs": {"Text": "one"}}
    made = (await server.post(f"/api/graphs/{past['graph_id']}/schedules", schedule)).json()
    db = server.app.db
    (key,) = db.point("SELECT key FROM schedules WHERE id = ?", (made["id"],))

    def fire(tx: Any) -> None:
        tx.execute("UPDATE graph_executions SET source = 'schedule' WHERE uuid = ?", (past["id"],))
        tx.execute("INSERT INTO schedule_fires VALUES (?, 1000000, 'started', 661000000, ?, 'It slept.')", (key, past["id"]))

    await db.write(fire)
    said = (await server.get(f"{path}/origin")).json()["schedule"]
    assert (said["schedule_id"], said["schedule_name"], said["late_s"], said["reason"]) == (
        made["id"],
        "Each day",
        660,
        "It slept.",
    )


async def test_from_the_beginning_with_other_inputs(server: LiveServer):
    path, _, _ = await past_run(server)
    answer = (await server.post(f"{path}/rerun", {"inputs": {"Text": "four little words here"}})).json()
    assert answer["recorded_nodes"] == []
    again = await ended(server, answer["graph_exec_id"])
    assert again["outputs"] == {"Number": [4], "Echo": ["four little words here"]}


async def test_without_a_body_it_is_the_same_run_once_more(server: LiveServer):
    path, _, past = await past_run(server)
    answer = (await server.post(f"{path}/rerun")).json()
    again = await ended(server, answer["graph_exec_id"])
    assert again["outputs"] == past["outputs"]
    assert again["id"] != past["id"]


async def test_a_dry_answer_runs_nothing(server: LiveServer):
    path, ids, past = await past_run(server)
    before = (await server.get("/api/executions")).json()
    answer = (await server.post(f"{path}/rerun", {"from_node": ids["split"], "dry": True})).json()
    assert answer["graph_exec_id"] is None
    assert answer["cost_credits"] == 0
    assert answer["node_exec_count"] == 3
    assert answer["origin_id"] == past["id"]
    assert len((await server.get("/api/executions")).json()) == len(before)


async def test_outputs_of_a_node_can_be_replaced(server: LiveServer):
    path, ids, _ = await past_run(server)
    body = {"from_node": ids["number"], "pinned_outputs": {ids["count"]: [[["count", 42]]]}}
    answer = (await server.post(f"{path}/rerun", body)).json()
    assert (await ended(server, answer["graph_exec_id"]))["outputs"]["Number"] == [42]


@pytest.mark.parametrize("node", ["nobody", ""])
async def test_a_node_that_did_not_run_is_refused_with_those_that_would_do(server: LiveServer, node: str):
    path, ids, _ = await past_run(server)
    answer = await server.post(f"{path}/rerun", {"from_node": node})
    assert answer.status == 400
    assert set(answer.json()["detail"]["nodes"]) == set(ids.values())


async def test_in_another_version_inputs_are_taken_over_by_name_and_what_does_not_fit_is_said_first(server: LiveServer):
    path, ids, past = await past_run(server)
    newer = graph()
    newer["nodes"].append({"id": "who", "block_id": INPUT, "input_default": {"name": "Who"}})
    await server.request("PUT", path.rpartition("/executions")[0], json=newer)
    body = {"graph_version": 2, "dry": True}
    dry = (await server.post(f"{path}/rerun", body)).json()
    assert (dry["graph_exec_id"], dry["graph_version"]) == (None, 2)
    assert [(one["kind"], one["name"]) for one in dry["problems"]] == [("required", "Who")]
    refused = await server.post(f"{path}/rerun", {"graph_version": 2})
    assert refused.status == 409
    assert refused.json()["detail"]["problems"] == dry["problems"]
    answer = (await server.post(f"{path}/rerun", {"graph_version": 2, "inputs": {"Who": "Ada"}})).json()
    again = await ended(server, answer["graph_exec_id"])
    assert (again["graph_version"], again["inputs"]) == (2, {"Text": "one two three", "Who": "Ada"})
    assert (await server.get(f"{path}/origin")).json()["repetitions"] == [again["id"]]
    from_node = await server.post(f"{path}/rerun", {"graph_version": 2, "from_node": ids["split"]})
    assert (from_node.status, past["graph_version"]) == (400, 1)


async def test_inputs_that_are_gone_can_be_left_out(server: LiveServer):
    path, _, _ = await past_run(server)
    newer = graph()
    newer["nodes"][0]["input_default"] = {"name": "Words", "value": "a b"}
    newer["nodes"], newer["links"] = newer["nodes"][:4], newer["links"][:3]  # fewer nodes than the record knows
    await server.request("PUT", path.rpartition("/executions")[0], json=newer)
    assert (await server.post(f"{path}/rerun", {"graph_version": 2})).status == 409
    answer = (await server.post(f"{path}/rerun", {"graph_version": 2, "leave_out": True})).json()
    assert [one["kind"] for one in answer["problems"]] == ["removed"]
    assert (await ended(server, answer["graph_exec_id"]))["outputs"]["Number"] == [2]
    assert (await server.post(f"{path}/rerun", {"graph_version": 9, "dry": True})).status == 404


async def test_an_unknown_run_is_not_found(server: LiveServer):
    path, _, _ = await past_run(server)
    other = f"{path.rpartition('/')[0]}/00000000-0000-4000-8000-000000000000"
    assert (await server.post(f"{other}/rerun")).status == 404
    assert (await server.get(f"{other}/origin")).status == 404
