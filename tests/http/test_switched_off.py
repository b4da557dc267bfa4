"""A node that is switched off, over the API: kept wherever the agent goes, not asked for, not run, and told where it leaves a gap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server import LiveServer, run_app

INPUT, OUTPUT = "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b", "363ae599-353e-4804-937e-b2ee3cef3da4"
REPLACE, COUNT = "7e7c87ab-3469-4bcc-9abe-67705091b713", "3c9c2f42-b0c3-435f-ba35-05f7a25c772a"
MODEL = "1f292d4a-41a4-4977-9684-7c8d560b9f91"


@pytest.fixture
async def server(tmp_path: Path):
    async with run_app(tmp_path) as running:
        yield running


def node(node_id: str, block: str, *, is_off: bool = False, **inputs: Any) -> dict[str, Any]:
    return {"id": node_id, "block_id": block, "input_default": inputs, "metadata": {"disabled": True} if is_off else {}}


def agent(nodes: list[dict[str, Any]], *links: tuple[str, str, str, str]) -> dict[str, Any]:
    ends = [{"source_id": a, "source_name": b, "sink_id": c, "sink_name": d} for a, b, c, d in links]
    return {"name": "off", "description": "", "nodes": nodes, "links": ends}


def with_a_model() -> dict[str, Any]:
    """Text -> a model (off) -> Answer; the model needs a key, and takes and gives text."""
    nodes = [
        node("text", INPUT, name="Text"),
        node("model", MODEL, is_off=True),
        node("answer", OUTPUT, name="Answer"),
        node("unused", INPUT, is_off=True, name="Unused"),
    ]
    return agent(nodes, ("text", "result", "model", "prompt"), ("model", "response", "answer", "value"))


async def run_to_its_end(server: LiveServer, graph: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    started = (await server.post(f"/api/graphs/{graph['id']}/execute/{graph['version']}", {"inputs": inputs})).json()
    run = server.app.engine.core.runs.get(started["id"])
    if run is not None:
        await server.app.engine.wait_ended(run)
    return (await server.get(f"/api/graphs/{graph['id']}/executions/{started['id']}")).json()


async def test_it_is_neither_asked_for_nor_run_and_its_value_goes_on(server: LiveServer):
    graph = (await server.post("/api/graphs", {"graph": with_a_model()})).json()
    assert list(graph["input_schema"]["properties"]) == ["Text"]
    assert graph["credentials_input_schema"]["properties"] == {}
    price = (await server.post("/api/graphs/price", {"graph_id": graph["id"], "graph_version": 1})).json()
    assert (price["about_credits"], price["at_most_credits"]) == (0, 0)
    run = await run_to_its_end(server, graph, {"Text": "as it is"})
    assert (run["status"], run["outputs"]) == ("COMPLETED", {"Answer": ["as it is"]})
    ran = {one["node_id"] for one in run["node_executions"]}
    assert ran == {graph["nodes"][0]["id"], graph["nodes"][2]["id"]}
    assert run["stats"]["cost"] == 0


async def test_versions_exports_imports_and_copies_keep_it(server: LiveServer):
    graph = (await server.post("/api/graphs", {"graph": with_a_model()})).json()
    again = (await server.request("PUT", f"/api/graphs/{graph['id']}", json=graph)).json()
    exported = (await server.get(f"/api/graphs/{graph['id']}?for_export=true")).json()
    imported = (await server.post("/api/graphs", {"graph": exported})).json()
    for one in (again, exported, imported):
        assert [bool(node["metadata"].get("disabled")) for node in one["nodes"]] == [False, True, False, True]
    on = {**again, "nodes": [{**node, "metadata": {}} for node in again["nodes"]]}
    assert "openai" in str(
        (await server.request("PUT", f"/api/graphs/{graph['id']}", json=on)).json()["credentials_input_schema"]
    )
    changes = (await server.get(f"/api/graphs/{graph['id']}/versions/2/diff/3")).json()["nodes"]["changed"]
    assert {change["name"] for node in changes for change in node["changes"]} == {"metadata.disabled"}


def counted_then_replaced(*more: tuple[str, str, str, str]) -> dict[str, Any]:
    """Text -> a count (off) -> replace -> Answer; a count is no text, so nothing goes on in its place."""
    nodes = [
        node("text", INPUT, name="Text"),
        node("count", COUNT, is_off=True),
        node("replace", REPLACE, old="a", new="b"),
        node("answer", OUTPUT, name="Answer"),
    ]
    links = [
        ("text", "result", "count", "collection"),
        ("count", "count", "replace", "text"),
        ("replace", "output", "answer", "value"),
    ]
    return agent(nodes, *links, *more)


async def test_what_only_hangs_on_it_does_not_run_either(server: LiveServer):
    graph = (await server.post("/api/graphs", {"graph": counted_then_replaced()})).json()
    run = await run_to_its_end(server, graph, {"Text": "x"})
    assert (run["status"], run["outputs"]) == ("COMPLETED", {})
    assert [one["node_id"] for one in run["node_executions"]] == [graph["nodes"][0]["id"]]


async def test_the_gap_that_it_leaves_is_told_before_anything_runs(server: LiveServer):
    graph = (await server.post("/api/graphs", {"graph": counted_then_replaced(("text", "result", "replace", "old"))})).json()
    answer = await server.post(f"/api/graphs/{graph['id']}/execute/1", {"inputs": {"Text": "x"}})
    assert answer.status == 400
    errors = answer.json()["detail"]["node_errors"]
    assert list(errors) == [graph["nodes"][2]["id"]]
    assert "switched off" in str(errors)
    assert (await server.get(f"/api/graphs/{graph['id']}/executions")).json() == []
