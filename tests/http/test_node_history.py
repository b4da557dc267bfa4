"""A node's past runs are found in every version, and a version is kept with the words that were said about it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.browser.agents import CALCULATOR, division, node
from tests.server import LiveServer, run_app


@pytest.fixture
async def server(tmp_path: Path):
    async with run_app(tmp_path) as running:
        yield running


async def save(server: LiveServer, graph: dict[str, Any]) -> dict[str, Any]:
    """The next version of an agent, or a new one."""
    if "id" in graph:
        return (await server.request("PUT", f"/api/graphs/{graph['id']}", json=graph)).json()
    return (await server.post("/api/graphs", {"graph": graph})).json()


async def run(server: LiveServer, graph: dict[str, Any], divisor: int) -> str:
    path = f"/api/graphs/{graph['id']}/execute/{graph['version']}"
    started = (await server.post(path, {"inputs": {"Divide by": divisor}})).json()
    alive = server.app.engine.core.runs.get(started["id"])
    if alive is not None:
        async with asyncio.timeout(20):
            await server.app.engine.wait_ended(alive)
    return started["id"]


async def test_a_node_is_found_in_the_runs_of_other_versions(server: LiveServer):
    first = await save(server, division())
    one = await run(server, first, 6)
    second = await save(server, {**first, "nodes": [node(CALCULATOR, "In front", operation="Add", a=1, b=1), *first["nodes"]]})
    two = await run(server, second, 0)
    divide = next(one for one in second["nodes"] if one["metadata"].get("customized_name") == "Divide it")
    path = f"/api/graphs/{second['id']}/versions/2/nodes/{divide['id']}/runs"
    runs = (await server.get(path)).json()
    assert [(one["graph_exec_id"], one["graph_version"], one["executions"]) for one in runs] == [(two, 2, 1), (one, 1, 1)]
    assert runs[0]["node_id"] == divide["id"]
    assert runs[1]["node_id"] == first["nodes"][1]["id"], "by the id that it had then"
    assert runs[1]["status"] == "COMPLETED"
    assert runs[1]["took_s"] >= 0
    pairs = (await server.get(f"/api/graphs/{second['id']}/versions/1/pairs/2")).json()
    assert pairs[first["nodes"][1]["id"]] == divide["id"]
    assert len(pairs) == 4


async def test_a_node_that_is_nowhere_has_no_past(server: LiveServer):
    graph = await save(server, division())
    for path in ("versions/1/nodes/nobody/runs", "versions/2/nodes/nobody/runs", "versions/x/nodes/y/runs", "versions/1/pairs/9"):
        assert (await server.get(f"/api/graphs/{graph['id']}/{path}")).status == 404, path


async def test_words_about_a_version_are_kept_with_it_and_stay_at_home(server: LiveServer):
    first = await save(server, division())
    assert first["note"] == ""
    second = await save(server, {**first, "note": "  Divides more gently  "})
    assert second["note"] == "Divides more gently"
    third = await save(server, {**second, "note": None})
    listed = (await server.get(f"/api/graphs/{first['id']}/versions")).json()
    assert [one["note"] for one in listed] == ["", "Divides more gently", ""], "each version has its own"
    assert third["version"] == 3
    exported = (await server.get(f"/api/graphs/{first['id']}/versions/2?for_export=true")).json()
    assert exported["note"] == ""
    too_long = await server.request("PUT", f"/api/graphs/{first['id']}", json={**first, "note": "x" * 501})
    assert too_long.status in (400, 422)


async def test_runs_of_an_agent_are_numbered_from_one(server: LiveServer):
    """Those of another agent, or that another one has started, have numbers of their own or none."""
    graph, other = await save(server, division()), await save(server, division("Another"))
    ids = [await run(server, graph, 6), await run(server, other, 6), await run(server, graph, 0)]
    listed = (await server.get("/api/executions")).json()
    assert {one["id"]: one["number"] for one in listed} == dict(zip(ids, (1, 1, 2), strict=True))
    assert (await server.get(f"/api/graphs/{graph['id']}/executions/{ids[2]}")).json()["number"] == 2
    node_runs = (await server.get(f"/api/graphs/{graph['id']}/versions/1/nodes/{graph['nodes'][0]['id']}/runs")).json()
    assert [one["number"] for one in node_runs] == [2, 1]
    (card,) = (await server.get(f"/api/library/cards?graph_id={graph['id']}")).json()
    assert [one["number"] for one in card["runs"]] == [2, 1]
    # A number is that of one run for good: those that are deleted leave a gap.
    await server.request("DELETE", f"/api/executions/{ids[0]}")
    await run(server, graph, 6)
    assert [one["number"] for one in (await server.get(f"/api/graphs/{graph['id']}/executions")).json()] == [3, 2]
