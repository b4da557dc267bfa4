"""Presets: saved inputs that run as they are, with other values, and never where they do not fit their agent any more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.compat.openapi_contract import OpenApiContract
from tests.http.library_agents import (
    ANY_INPUT,
    NUMBER_INPUT,
    TEXT_INPUT,
    echo_agent,
    end_of,
    ok,
    run_to_end,
    save,
    save_version,
)
from tests.server import LiveServer, run_app

PRESETS = "/api/library/presets"
UNKNOWN = "99999999-0000-4000-8000-000000000000"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with run_app(tmp_path) as live:
        yield live


@pytest.fixture
async def graph(server: LiveServer) -> dict[str, Any]:
    return await save(server, echo_agent(inputs={"x": NUMBER_INPUT, "y": TEXT_INPUT}))


async def make(server: LiveServer, graph: dict[str, Any], **inputs: Any) -> dict[str, Any]:
    body = {"graph_id": graph["id"], "graph_version": graph["version"], "inputs": inputs, "credentials": {}}
    return await ok(server.post(PRESETS, {**body, "name": "Morning", "description": "d"}))


async def outputs_of(server: LiveServer, preset: dict[str, Any], body: dict[str, Any] | None = None) -> dict[str, Any]:
    started = await ok(server.post(f"{PRESETS}/{preset['id']}/execute", body))
    return (await end_of(server, started))["outputs"]


async def test_answers_are_as_autogpt_describes_them(server: LiveServer, graph: dict[str, Any], contract: Path):
    described = OpenApiContract(contract / "openapi_seed.json")
    newer = OpenApiContract(contract / "openapi_2026.json")
    one, path = PRESETS, "/api/library/presets/{preset_id}"
    made = await make(server, graph, x=1, y="a")
    for document in (described, newer):
        document.check("POST", one, 200, made)
        document.check("GET", one, 200, await ok(server.get(f"{PRESETS}?graph_id={graph['id']}")))
        document.check("GET", path, 200, await ok(server.get(f"{PRESETS}/{made['id']}")))
        document.check("PATCH", path, 200, await ok(server.request("PATCH", f"{PRESETS}/{made['id']}", json={"name": "N"})))
    described.check("POST", f"{path}/execute", 200, await ok(server.post(f"{PRESETS}/{made['id']}/execute", {})))
    described.check("DELETE", path, 204, await ok(server.request("DELETE", f"{PRESETS}/{made['id']}")))


async def test_a_preset_runs_with_its_values_or_with_others(server: LiveServer, graph: dict[str, Any]):
    preset = await make(server, graph, x=1, y="a")
    assert (preset["name"], preset["inputs"], preset["is_active"], preset["is_broken"]) == (
        "Morning",
        {"x": 1, "y": "a"},
        True,
        False,
    )
    assert await outputs_of(server, preset) == {"out x": [1], "out y": ["a"]}
    assert await outputs_of(server, preset, {"inputs": {"y": "b"}}) == {"out x": [1], "out y": ["b"]}
    assert (await ok(server.get(f"{PRESETS}/{preset['id']}")))["inputs"] == {"x": 1, "y": "a"}


async def test_a_run_knows_the_preset_that_started_it(server: LiveServer, graph: dict[str, Any]):
    preset = await make(server, graph, x=1, y="a")
    started = await ok(server.post(f"{PRESETS}/{preset['id']}/execute"))
    assert (started["preset_id"], started["graph_exec_id"], started["inputs"]) == (
        preset["id"],
        started["id"],
        {"x": 1, "y": "a"},
    )
    row = server.app.db.point("SELECT source, preset_id FROM graph_executions WHERE uuid = ?", (started["id"],))
    assert row == ("library", preset["id"])


async def test_a_preset_of_a_past_run_has_its_inputs(server: LiveServer, graph: dict[str, Any]):
    past = await run_to_end(server, graph["id"], x=7, y="past")
    preset = await ok(server.post(PRESETS, {"graph_execution_id": past["id"], "name": "Again", "description": ""}))
    assert (preset["graph_id"], preset["graph_version"], preset["inputs"]) == (graph["id"], 1, {"x": 7, "y": "past"})
    assert await outputs_of(server, preset) == {"out x": [7], "out y": ["past"]}
    lost = await server.post(PRESETS, {"graph_execution_id": UNKNOWN, "name": "", "description": ""})
    assert lost.status == 404


async def test_missing_inputs_are_asked_for_when_it_runs(server: LiveServer, graph: dict[str, Any]):
    preset = await make(server, graph, x=1)
    refused = await server.post(f"{PRESETS}/{preset['id']}/execute", {})
    assert (refused.status, preset["is_broken"]) == (400, False)
    assert "'y' is required" in refused.json()["message"]
    assert await outputs_of(server, preset, {"inputs": {"y": "b"}}) == {"out x": [1], "out y": ["b"]}


async def test_inputs_and_credentials_change_together(server: LiveServer, graph: dict[str, Any]):
    preset = await make(server, graph, x=1, y="a")
    one = f"{PRESETS}/{preset['id']}"
    for half in ({"inputs": {"x": 2}}, {"credentials": {}}):
        assert (await server.request("PATCH", one, json=half)).status == 400
    both = {"inputs": {"x": 2, "y": "b"}, "credentials": {}}
    assert (await ok(server.request("PATCH", one, json=both)))["inputs"] == {"x": 2, "y": "b"}
    other = await ok(server.request("PATCH", one, json={"name": "Evening", "is_active": False}))
    assert (other["name"], other["description"], other["is_active"], other["inputs"]) == (
        "Evening",
        "d",
        False,
        {"x": 2, "y": "b"},
    )


async def test_what_is_deleted_is_gone(server: LiveServer, graph: dict[str, Any]):
    preset = await make(server, graph, x=1, y="a")
    one = f"{PRESETS}/{preset['id']}"
    started = await ok(server.post(f"{one}/execute", {}))
    assert (await server.request("DELETE", one)).status == 204
    assert (await server.request("DELETE", one)).status == 404
    assert (await server.get(one)).status == 404
    assert (await server.post(f"{one}/execute", {})).status == 404
    assert (await end_of(server, started))["status"] == "COMPLETED"


async def test_pages_of_all_presets_and_of_one_agent(server: LiveServer, graph: dict[str, Any]):
    other = await save(server, echo_agent("Other"))
    made = [(await make(server, graph, x=number, y=""))["id"] for number in range(3)]
    apart = (await make(server, other, x=1))["id"]

    async def page(query: str) -> tuple[list[str], int]:
        answer = await ok(server.get(f"{PRESETS}?{query}"))
        return [one["id"] for one in answer["presets"]], answer["pagination"]["total_pages"]

    assert await page("page_size=10") == ([apart, *reversed(made)], 1)
    assert await page(f"graph_id={graph['id']}&page_size=2") == ([made[2], made[1]], 2)
    assert await page(f"graph_id={graph['id']}&page_size=2&page=2") == ([made[0]], 2)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x", "description": ""},
        {"name": "x", "description": "", "graph_id": UNKNOWN, "graph_version": 1, "inputs": {}, "credentials": {}},
        {"name": "x", "description": "", "graph_id": "GRAPH", "graph_version": 2, "inputs": {}, "credentials": {}},
        {"name": "x", "description": "", "graph_id": "GRAPH", "graph_version": 1, "inputs": [], "credentials": {}},
        {"name": "x", "description": "", "graph_id": "GRAPH", "graph_version": 1, "inputs": {}, "credentials": {"a": {}}},
        {"name": "x", "description": "", "graph_id": "GRAPH", "inputs": {}, "credentials": {}, "webhook_id": "w"},
    ],
)
async def test_what_cannot_be_a_preset(server: LiveServer, graph: dict[str, Any], body: dict[str, Any]):
    answer = await server.post(PRESETS, {**body, **({"graph_id": graph["id"]} if body.get("graph_id") == "GRAPH" else {})})
    assert answer.status in (400, 404, 422)
    assert (await ok(server.get(PRESETS)))["presets"] == []


# --- after the agent has changed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "values", "problem"),
    [
        ({"x": NUMBER_INPUT}, {}, ("removed", "y")),
        ({"x": NUMBER_INPUT, "y": TEXT_INPUT, "z": ANY_INPUT}, {}, ("required", "z")),
        ({"x": NUMBER_INPUT, "y": NUMBER_INPUT}, {}, ("changed", "y")),
    ],
)
async def test_a_preset_that_does_not_fit_any_more_says_so_and_does_not_run(
    server: LiveServer, graph: dict[str, Any], inputs: dict[str, str], values: dict[str, Any], problem: tuple[str, str]
):
    preset = await make(server, graph, x=1, y="a")
    await save_version(server, graph["id"], echo_agent(inputs=inputs, **values))
    shown = await ok(server.get(f"{PRESETS}/{preset['id']}"))
    assert (shown["is_broken"], [(one["kind"], one["name"]) for one in shown["problems"]]) == (True, [problem])
    assert (await ok(server.get(PRESETS)))["presets"] == [shown]
    refused = await server.post(f"{PRESETS}/{preset['id']}/execute", {})
    assert (refused.status, refused.json()["detail"]["problems"]) == (409, shown["problems"])
    assert "was made for version 1 of the agent and does not fit version 2" in refused.json()["message"]
    assert server.app.db.point("SELECT count(*) FROM graph_executions") == (0,)


async def test_a_broken_preset_is_repaired_by_new_inputs_or_the_old_version(server: LiveServer, graph: dict[str, Any]):
    preset = await make(server, graph, x=1, y="a")
    await save_version(server, graph["id"], echo_agent(inputs={"x": NUMBER_INPUT}))
    await ok(server.request("PUT", f"/api/graphs/{graph['id']}/versions/active", json={"active_graph_version": 1}))
    assert await outputs_of(server, preset) == {"out x": [1], "out y": ["a"]}
    await ok(server.request("PUT", f"/api/graphs/{graph['id']}/versions/active", json={"active_graph_version": 2}))
    assert (await server.post(f"{PRESETS}/{preset['id']}/execute", {})).status == 409
    new = {"inputs": {"x": 5}, "credentials": {}}
    repaired = await ok(server.request("PATCH", f"{PRESETS}/{preset['id']}", json=new))
    assert (repaired["is_broken"], repaired["graph_version"]) == (False, 2)
    assert await outputs_of(server, preset) == {"out x": [5]}


async def test_a_preset_that_still_fits_runs_on_the_active_version(server: LiveServer, graph: dict[str, Any]):
    preset = await make(server, graph, x=1, y="a")
    more = {"x": NUMBER_INPUT, "y": TEXT_INPUT, "z": TEXT_INPUT}
    await save_version(server, graph["id"], echo_agent(inputs=more, z={"value": "preset"}))
    started = await ok(server.post(f"{PRESETS}/{preset['id']}/execute", {}))
    assert started["graph_version"] == 2
    assert (await end_of(server, started))["outputs"] == {"out x": [1], "out y": ["a"], "out z": ["preset"]}


async def test_an_override_may_give_what_is_required_now(server: LiveServer, graph: dict[str, Any]):
    preset = await make(server, graph, x=1, y="a")
    await save_version(server, graph["id"], echo_agent(inputs={"x": NUMBER_INPUT, "y": TEXT_INPUT, "z": ANY_INPUT}))
    assert (await outputs_of(server, preset, {"inputs": {"z": 3}}))["out z"] == [3]


async def test_without_its_agent_a_preset_stays_and_does_not_run(server: LiveServer, graph: dict[str, Any]):
    preset = await make(server, graph, x=1, y="a")
    agent = await ok(server.get(f"/api/library/agents/by-graph/{graph['id']}"))
    await ok(server.request("DELETE", f"/api/library/agents/{agent['id']}"))
    shown = await ok(server.get(f"{PRESETS}/{preset['id']}"))
    assert [one["kind"] for one in shown["problems"]] == ["agent"]
    assert (await server.post(f"{PRESETS}/{preset['id']}/execute", {})).status == 403
    await ok(server.post(f"/api/library/agents/{agent['id']}/restore"))
    assert await outputs_of(server, preset) == {"out x": [1], "out y": ["a"]}
    await ok(server.request("DELETE", f"/api/graphs/{graph['id']}"))
    assert (await server.get(f"{PRESETS}/{preset['id']}")).status == 404
