"""The library: every saved agent is in it, is found again, and what leaves it starts nothing any more."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autogpt_lite.errors import AutoGPTLiteError, NotFoundError
from autogpt_lite.library.service import sql as library_sql
from autogpt_lite.library_agents import store as library_store
from autogpt_lite.library_agents.types import ListAgents
from autogpt_lite.web.routing import Principal, Request
from tests.compat.openapi_contract import OpenApiContract
from tests.http.library_agents import (
    COUNTDOWN,
    NUMBER_INPUT,
    OTHER,
    TEXT_INPUT,
    add_other_user,
    echo_agent,
    node,
    ok,
    run,
    run_to_end,
    save,
    save_to_library,
    save_version,
    slow_agent,
    status_of,
)
from tests.server import LiveServer, run_app

AGENTS = "/api/library/agents"
USER = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with run_app(tmp_path, settings={"server.shutdown_grace_s": 0.1}) as live:
        yield live


@pytest.fixture
async def narrow_server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    """A server that runs one agent at a time, so that the next one waits."""
    async with run_app(tmp_path, settings={"engine.workers": 1, "server.shutdown_grace_s": 0.1}) as live:
        yield live


async def names(server: LiveServer, query: str = "") -> list[str]:
    return [agent["name"] for agent in (await ok(server.get(f"{AGENTS}?page_size=100{query}")))["agents"]]


async def agent_of(server: LiveServer, agent_id: str) -> dict[str, Any]:
    return await ok(server.get(f"{AGENTS}/{agent_id}"))


# --- finding -------------------------------------------------------------------------------------------------


async def test_a_saved_graph_is_in_the_library(server: LiveServer):
    graph = await save(server, echo_agent("Echo"))
    agent = await ok(server.get(f"{AGENTS}/by-graph/{graph['id']}"))
    assert (agent["graph_id"], agent["graph_version"], agent["name"]) == (graph["id"], 1, "Echo")
    assert agent["input_schema"] == graph["input_schema"]
    assert agent in (await ok(server.get(AGENTS)))["agents"]
    assert (await server.get(f"{AGENTS}/by-graph/{graph['id']}?version=2")).status == 404


async def test_answers_are_as_autogpt_describes_them(server: LiveServer, contract: Path):
    described = OpenApiContract(contract / "openapi_seed.json")
    agent = await save_to_library(server, echo_agent())
    one, path = f"{AGENTS}/{agent['id']}", "/api/library/agents/{library_agent_id}"
    described.check("GET", path, 200, await ok(server.get(one)))
    described.check("GET", AGENTS, 200, await ok(server.get(AGENTS)))
    described.check("PATCH", path, 200, await ok(server.request("PATCH", one, json={"is_favorite": True})))
    described.check("POST", f"{path}/fork", 200, await ok(server.post(f"{one}/fork")))
    described.check("DELETE", path, 204, await ok(server.request("DELETE", one)))
    described.check("POST", AGENTS, 201, await ok(server.post(AGENTS, {"graph_id": agent["graph_id"]})))
    newer = OpenApiContract(contract / "openapi_2026.json")
    newer.check("GET", path, 200, await ok(server.get(f"{AGENTS}/{(await ok(server.get(AGENTS)))['agents'][0]['id']}")))
    newer.check("GET", AGENTS, 200, await ok(server.get(AGENTS)))
    newer.check("GET", f"{AGENTS}/favorites", 200, await ok(server.get(f"{AGENTS}/favorites")))
    newer.check("GET", f"{AGENTS}/by-graph/{{graph_id}}", 200, await ok(server.get(f"{AGENTS}/by-graph/{agent['graph_id']}")))


async def test_search_finds_words_in_any_case_and_script(server: LiveServer):
    await save(server, echo_agent("Übersicht der Woche", description="Sends a mail"))
    await save(server, echo_agent("Weekly news 100%"))
    assert await names(server, "&search_term=übersicht mail") == ["Übersicht der Woche"]
    assert await names(server, "&search_term=WEEKLY") == ["Weekly news 100%"]
    assert await names(server, "&search_term=100%25") == ["Weekly news 100%"]
    assert await names(server, "&search_term=weekly mail") == []


async def test_pages_show_every_agent_once(server: LiveServer):
    for number in range(7):
        await save(server, echo_agent(f"Paged {number}"))
    found = []
    for page in (1, 2, 3, 4):
        answer = await ok(server.get(f"{AGENTS}?search_term=paged&sort_by=name&page_size=3&page={page}"))
        assert answer["pagination"] == {"total_items": 7, "total_pages": 3, "current_page": page, "page_size": 3}
        found += [agent["name"] for agent in answer["agents"]]
    assert found == [f"Paged {number}" for number in range(7)]
    assert (await server.get(f"{AGENTS}?page=0")).status == 422
    assert (await server.get(f"{AGENTS}?page_size=101")).status == 422


async def test_sorting(server: LiveServer):
    first = await save_to_library(server, echo_agent("sort b"))
    await save(server, echo_agent("sort A"))
    assert await names(server, "&search_term=sort&sort_by=createdAt") == ["sort A", "sort b"]
    assert await names(server, "&search_term=sort&sort_by=name") == ["sort A", "sort b"]
    await server.request("PATCH", f"{AGENTS}/{first['id']}", json={"is_favorite": True})
    assert await names(server, "&search_term=sort&sort_by=updatedAt") == ["sort b", "sort A"]
    await run_to_end(server, first["graph_id"], x=1)
    assert await names(server, "&search_term=sort&sort_by=lastRunAt") == ["sort b", "sort A"]


async def test_stars_archive_and_pauses_are_filters(server: LiveServer):
    made = {name: (await save_to_library(server, echo_agent(name)))["id"] for name in ("plain", "starred", "old", "held")}
    for name, change in (("starred", "is_favorite"), ("old", "is_archived"), ("held", "is_paused")):
        answer = await ok(server.request("PATCH", f"{AGENTS}/{made[name]}", json={change: True}))
        assert answer[change] is True
    assert [agent["name"] for agent in (await ok(server.get(f"{AGENTS}/favorites")))["agents"]] == ["starred"]
    assert await names(server, "&is_favorite=true") == ["starred"]
    assert await names(server, "&is_archived=true") == ["old"]
    assert await names(server, "&is_paused=true") == ["held"]
    assert "old" not in await names(server)


# --- coming and going ----------------------------------------------------------------------------------------


async def test_a_removed_agent_cannot_run_until_it_is_restored(server: LiveServer):
    agent = await save_to_library(server, echo_agent())
    one = f"{AGENTS}/{agent['id']}"
    assert (await server.request("DELETE", one)).status == 204
    assert "Echo" not in await names(server)
    assert await names(server, "&is_deleted=true") == ["Echo"]
    refused = await server.post(f"/api/graphs/{agent['graph_id']}/execute", {"inputs": {"x": 1}})
    assert (refused.status, refused.json()["message"]) == (
        403,
        "The graph is not in the library of this user, or was removed from it.",
    )
    assert (await server.request("DELETE", one)).status == 404
    assert (await server.request("PATCH", one, json={"is_favorite": True})).status == 404
    assert (await ok(server.post(f"{one}/restore")))["is_deleted"] is False
    assert (await run_to_end(server, agent["graph_id"], x=1))["outputs"] == {"out x": [1]}


async def test_a_removed_agent_can_be_added_again(server: LiveServer):
    agent = await save_to_library(server, echo_agent())
    await server.request("DELETE", f"{AGENTS}/{agent['id']}")
    added = await server.post(AGENTS, {"graph_id": agent["graph_id"]})
    assert (added.status, added.json()["id"]) == (201, agent["id"])
    assert (await server.post(AGENTS, {"store_listing_version_id": "x"})).status == 404
    assert (await server.post(AGENTS, {})).status == 400


async def test_an_archived_agent_cannot_run_until_it_comes_out(server: LiveServer):
    agent = await save_to_library(server, echo_agent())
    one = f"{AGENTS}/{agent['id']}"
    await ok(server.request("PATCH", one, json={"is_archived": True}))
    assert (await server.post(f"/api/graphs/{agent['graph_id']}/execute", {"inputs": {"x": 1}})).status == 403
    assert (await agent_of(server, agent["id"]))["is_archived"] is True
    await ok(server.request("PATCH", one, json={"is_archived": False}))
    assert (await run_to_end(server, agent["graph_id"], x=1))["status"] == "COMPLETED"


async def test_a_paused_agent_holds_what_starts_by_itself_and_runs_by_hand(server: LiveServer):
    agent = await save_to_library(server, echo_agent())
    library, graph_id = server.app.library, agent["graph_id"]
    assert not library.is_paused(graph_id, USER)
    await ok(server.request("PATCH", f"{AGENTS}/{agent['id']}", json={"is_paused": True}))
    assert library.is_paused(graph_id, USER)
    assert await server.app.db.write(lambda tx: library.is_paused_tx(tx, graph_id, USER))
    assert (await run_to_end(server, graph_id, x=1))["status"] == "COMPLETED"
    await ok(server.request("PATCH", f"{AGENTS}/{agent['id']}", json={"is_paused": False}))
    assert not library.is_paused(graph_id, USER)


@pytest.mark.parametrize("leave", ["remove", "archive"])
@pytest.mark.parametrize(
    ("how", "running_ends_as"), [("", "TERMINATED"), ("?running=stop", "TERMINATED"), ("?running=finish", "RUNNING")]
)
async def test_queued_runs_end_with_their_agent(narrow_server: LiveServer, leave: str, how: str, running_ends_as: str):
    server = narrow_server
    agent = await save_to_library(server, slow_agent())
    started = [await run(server, agent["graph_id"]) for _ in range(3)]
    assert [await status_of(server, one) for one in started] == ["RUNNING", "QUEUED", "QUEUED"]
    if leave == "remove":
        await ok(server.request("DELETE", f"{AGENTS}/{agent['id']}{how}"))
    else:
        await ok(server.request("PATCH", f"{AGENTS}/{agent['id']}{how}", json={"is_archived": True}))
    assert [await status_of(server, one) for one in started] == [running_ends_as, "TERMINATED", "TERMINATED"]
    left = {started[0]["id"]} if running_ends_as == "RUNNING" else set()
    assert set(server.app.engine.core.runs) == left  # nothing waits in memory to begin after all
    queued = await ok(server.get(f"/api/graphs/{agent['graph_id']}/executions/{started[1]['id']}"))
    assert queued["stats"]["error"] == "The agent left the library before the run began."
    assert {one["status"] for one in queued["node_executions"]} == {"TERMINATED"}


async def test_runs_of_other_agents_go_on(narrow_server: LiveServer):
    server = narrow_server
    running, waiting = await save_to_library(server, slow_agent()), await save_to_library(server, slow_agent("Other"))
    blocker, queued = await run(server, running["graph_id"]), await run(server, waiting["graph_id"])
    await ok(server.request("DELETE", f"{AGENTS}/{waiting['id']}"))
    assert [await status_of(server, one) for one in (blocker, queued)] == ["RUNNING", "TERMINATED"]


async def test_an_agent_at_work_in_another_agent_is_not_stopped_by_its_removal(server: LiveServer):
    caller = await save(server, calling_agent())
    child = await ok(server.get(f"{AGENTS}/by-graph/{caller['sub_graphs'][0]['id']}"))
    started = await run(server, caller["id"])
    await server.app.engine.settle()
    await ok(server.request("DELETE", f"{AGENTS}/{child['id']}"))
    assert await status_of(server, started) == "RUNNING"
    children = [one for one in server.app.engine.core.runs.values() if one.parent is not None]
    assert [one.status for one in children] == ["RUNNING"]


def calling_agent() -> dict[str, Any]:
    child = {**slow_agent("Child"), "id": "child", "version": 1}
    schema = {"type": "object", "properties": {}, "required": []}
    values = {"graph_id": "child", "graph_version": 1, "inputs": {}, "input_schema": schema, "output_schema": schema}
    call = node("call", "e189baac-8c20-45a1-94a7-55177ea42565", **values, user_id="")
    return {"name": "Caller", "description": "", "nodes": [call], "links": [], "sub_graphs": [child]}


async def test_an_agent_leaves_with_all_that_starts_it_or_not_at_all(narrow_server: LiveServer):
    server = narrow_server
    agent = await save_to_library(server, slow_agent())
    started = [await run(server, agent["graph_id"]) for _ in range(2)]
    seen = []

    def refuse(tx, user_id: str, graph_id: str) -> None:
        seen.append((user_id, graph_id))
        raise NotFoundError("not yet")

    server.app.library.leaving.append(refuse)
    assert (await server.request("DELETE", f"{AGENTS}/{agent['id']}")).status == 404
    assert seen == [(USER, agent["graph_id"])]
    assert [await status_of(server, one) for one in started] == ["RUNNING", "QUEUED"]
    assert (await agent_of(server, agent["id"]))["is_deleted"] is False
    server.app.library.leaving.remove(refuse)
    assert (await server.request("DELETE", f"{AGENTS}/{agent['id']}")).status == 204


async def test_deleting_twice_is_a_404(server: LiveServer):
    agent = await save_to_library(server, echo_agent())
    graph_id = agent["graph_id"]
    given = {"name": "n", "inputs": {"x": 1}}
    schedule = await ok(server.post(f"/api/graphs/{graph_id}/schedules", {**given, "cron": "@daily"}))
    preset = {**given, "graph_id": graph_id, "graph_version": 1, "description": "", "credentials": {}}
    paths = [
        f"/api/schedules/{schedule['id']}",
        f"/api/library/presets/{(await ok(server.post('/api/library/presets', preset)))['id']}",
        f"/api/library/folders/{(await ok(server.post('/api/library/folders', {'name': 'f'})))['id']}",
        f"/api/executions/{(await run_to_end(server, graph_id, x=1))['id']}",
        f"{AGENTS}/{agent['id']}",
        f"/api/graphs/{graph_id}",
    ]
    for path in paths:
        assert 200 <= (await server.request("DELETE", path)).status < 300
        again = await server.request("DELETE", path)
        assert (again.status, again.json()["message"].startswith("There is no")) == (404, True), path


async def test_deleting_a_graph_calls_the_same_hooks(server: LiveServer):
    agent = await save_to_library(server, echo_agent())
    left = []
    server.app.library.leaving.append(lambda tx, user_id, graph_id: left.append(graph_id))
    await ok(server.request("DELETE", f"/api/graphs/{agent['graph_id']}"))
    assert left == [agent["graph_id"]]
    assert (await server.get(f"{AGENTS}/{agent['id']}")).status == 404


# --- how an agent is doing ------------------------------------------------------------------------------------


async def test_each_activity_has_one_rule(server: LiveServer):
    agent = await save_to_library(server, slow_agent())
    graph_id = agent["graph_id"]

    async def activity() -> tuple[str, str]:
        found = await agent_of(server, agent["id"])
        return found["activity"], found["status"]

    assert await activity() == ("healthy", "COMPLETED")
    started = await run(server, graph_id)
    assert await activity() == ("running", "WAITING")
    await ok(server.post(f"/api/graphs/{graph_id}/executions/{started['id']}/stop"))
    assert await activity() == ("healthy", "HEALTHY")
    server.app.library_agents.listening.append(lambda connection, user_id, graph_ids: set(graph_ids))
    assert await activity() == ("listening", "HEALTHY")
    server.app.library_agents.scheduled.append(lambda connection, user_id, graph_ids: dict.fromkeys(graph_ids, 10**15))
    assert await activity() == ("scheduled", "HEALTHY")
    await ok(server.request("PATCH", f"{AGENTS}/{agent['id']}", json={"is_paused": True}))
    assert await activity() == ("healthy", "HEALTHY")
    await server.app.db.write(lambda tx: tx.execute("UPDATE graph_executions SET status = 'FAILED'"))
    assert await activity() == ("error", "ERROR")


async def test_a_new_output_is_told(server: LiveServer):
    agent = await save_to_library(server, echo_agent())
    assert agent["new_output"] is False
    await run_to_end(server, agent["graph_id"], x=1)
    assert (await agent_of(server, agent["id"]))["new_output"] is True


async def test_runs_are_counted_and_the_last_ones_listed(server: LiveServer):
    agent = await save_to_library(server, echo_agent())
    assert (agent["execution_count"], agent["success_rate"], agent["recent_executions"]) == (0, None, [])
    for _ in range(6):
        last = await run_to_end(server, agent["graph_id"], x=1)
    set_status = "UPDATE graph_executions SET status = 'FAILED' WHERE uuid = ?"
    await server.app.db.write(lambda tx: tx.execute(set_status, (last["id"],)))
    found = await agent_of(server, agent["id"])
    assert (found["execution_count"], found["success_rate"]) == (6, 83.3)
    assert [one["status"] for one in found["recent_executions"]] == ["FAILED", *["COMPLETED"] * 4]


async def test_the_next_run_by_itself_is_told_unless_the_agent_is_paused(server: LiveServer):
    agent = await save_to_library(server, echo_agent())
    for cron in ("0 0 1 1 *", "* * * * *"):
        await ok(server.post(f"/api/graphs/{agent['graph_id']}/schedules", {"name": "s", "cron": cron, "inputs": {"x": 1}}))
    times = [one["next_run_time"] for one in await ok(server.get("/api/schedules"))]
    found = await agent_of(server, agent["id"])
    assert datetime.fromisoformat(found["next_scheduled_run"]) == min(map(datetime.fromisoformat, times))
    await ok(server.request("PATCH", f"{AGENTS}/{agent['id']}", json={"is_paused": True}))
    assert (await agent_of(server, agent["id"]))["next_scheduled_run"] is None


async def test_a_page_of_a_library_of_a_thousand_agents_with_many_runs_is_cheap(server: LiveServer):
    """Counted in steps of SQLite, which no busy machine changes: 100 agents of 1,000, each with 20 runs, two of them with 10,000."""
    graph = await save(server, echo_agent())
    await server.app.db.write(lambda tx: fill_library(tx, graph["id"]))
    query = ListAgents(page_size=100, sort_by="createdAt")
    service, user_id = server.app.library_agents, graph["user_id"]

    def read(connection) -> int:
        steps: list[None] = []
        connection.set_progress_handler(lambda: steps.append(None) is not None, 1_000)
        try:
            shown = [entry.id for entry in library_store.find_entries(connection, user_id, query)[:100]]
            library_store.read_agents(connection, user_id, shown, service.scheduled, service.listening)
        finally:
            connection.set_progress_handler(None)
        return len(steps) * 1_000

    # Reading the runs of one agent, or walking the list of ids for each agent, would be over a million.
    assert 0 < await server.app.db.read(read) < 300_000
    page = await ok(server.get(f"{AGENTS}?page_size=100&sort_by=createdAt"))
    assert max(agent["execution_count"] for agent in page["agents"]) == 10_000


def fill_library(tx, graph_id: str) -> None:
    """999 copies of an agent and their runs."""
    numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
    tx.execute(
        numbers.format(999)
        + "INSERT INTO graphs (graph_id, version, user_id, is_active, name, description, body, forked_from_id, forked_from_version, created_at)"
        " SELECT 'g' || i, 1, user_id, 1, name || i, '', body, NULL, NULL, i FROM n, graphs"
        " WHERE graph_id = ?",
        (graph_id,),
    )
    tx.execute(
        numbers.format(999) + "INSERT INTO library_agents (id, user_id, graph_id, graph_version, created_at, updated_at)"
        " SELECT 'a' || i, user_id, 'g' || i, 1, i + 10000000000000000, i FROM n, library_agents WHERE graph_id = ?",
        (graph_id,),
    )
    for first, last, n_runs in ((1, 997, 20), (998, 999, 10_000)):
        tx.execute(
            numbers.format(n_runs)
            + "INSERT INTO graph_executions (uuid, user_id, graph_id, graph_version, status, root_id, inputs, created_at)"
            " SELECT graph_id || '-' || i, user_id, graph_id, 1, 'COMPLETED', 0, CAST('{}' AS BLOB), i FROM n, library_agents"
            f" WHERE created_at BETWEEN {first + 10**16} AND {last + 10**16}"
        )


async def test_the_names_of_all_graphs_are_told_without_their_nodes(server: LiveServer):
    first, second = await save(server, echo_agent("First")), await save(server, echo_agent("Second"))
    await save_version(server, first["id"], echo_agent("First, renamed"))
    names = await ok(server.get("/api/graphs/names"))
    assert {"id": first["id"], "name": "First, renamed"} in names
    assert {"id": second["id"], "name": "Second"} in names
    assert [one["id"] for one in names] == [one["id"] for one in await ok(server.get("/api/graphs"))]
    await ok(server.request("DELETE", f"/api/graphs/{second['id']}"))
    assert second["id"] not in {one["id"] for one in await ok(server.get("/api/graphs/names"))}


async def test_what_all_graphs_take_and_give_is_told_without_their_nodes(server: LiveServer):
    stored = await save(server, echo_agent("First"))
    (told,) = [one for one in await ok(server.get("/api/graphs/pins")) if one["id"] == stored["id"]]
    whole = await ok(server.get(f"/api/graphs/{stored['id']}"))
    assert told == {name: whole[name] for name in told}
    assert told["input_schema"]["properties"].keys()
    assert told["output_schema"]["properties"].keys()
    assert not {"nodes", "links", "sub_graphs"} & told.keys()
    newer = await save_version(server, stored["id"], echo_agent("First, renamed"))
    (told,) = [one for one in await ok(server.get("/api/graphs/pins")) if one["id"] == stored["id"]]
    assert (told["name"], told["version"]) == ("First, renamed", newer["version"])
    listed = [one["id"] for one in await ok(server.get("/api/graphs/pins"))]
    assert listed == [one["id"] for one in await ok(server.get("/api/graphs"))]


# --- versions and copies ----------------------------------------------------------------------------------------


async def test_the_library_follows_the_active_version_and_can_go_back(server: LiveServer):
    agent = await save_to_library(server, echo_agent("One"))
    one = f"{AGENTS}/{agent['id']}"
    await save_version(server, agent["graph_id"], echo_agent("Two"))
    assert (await agent_of(server, agent["id"]))["name"] == "Two"
    back = await ok(server.request("PATCH", one, json={"graph_version": 1}))
    assert (back["graph_version"], back["name"], back["is_latest_version"]) == (1, "One", False)
    newest = await ok(server.request("PATCH", one, json={"auto_update_version": True}))
    assert (newest["graph_version"], newest["is_latest_version"]) == (2, True)
    assert (await server.request("PATCH", one, json={"graph_version": 9})).status == 404


async def test_the_difference_of_two_versions(server: LiveServer):
    graph = await save(server, echo_agent("One", inputs={"x": NUMBER_INPUT, "y": TEXT_INPUT}))
    changed = echo_agent("Two", inputs={"x": NUMBER_INPUT}, x={"value": 5})
    changed["nodes"].append(node("wait", COUNTDOWN, seconds=1))
    await save_version(server, graph["id"], changed)
    found = await ok(server.get(f"/api/graphs/{graph['id']}/versions/1/diff/2"))
    assert found["fields"] == [{"name": "name", "before": "One", "after": "Two"}]
    assert (found["inputs"]["removed"], [one["name"] for one in found["inputs"]["changed"]]) == (["y"], ["x"])
    assert [one["block_id"] for one in found["nodes"]["added"]] == [COUNTDOWN]
    assert [one["name"].split(" (")[0] for one in found["nodes"]["removed"]] == ["y", "out y"]
    assert found["nodes"]["changed"][0]["changes"] == [{"name": "value", "before": None, "after": 5}]
    assert [(one["source_name"], one["sink_name"]) for one in found["links"]["removed"]] == [("result", "value")]
    assert "input 'y' removed" in found["summary"]
    assert (await ok(server.get(f"/api/graphs/{graph['id']}/versions/2/diff/2")))["summary"] == []
    assert (await server.get(f"/api/graphs/{graph['id']}/versions/1/diff/3")).status == 404
    assert (await server.get(f"/api/graphs/{graph['id']}/versions/1/diff/x")).status == 422


async def test_a_fork_is_an_agent_of_its_own(server: LiveServer):
    agent = await save_to_library(server, echo_agent())
    await save_version(server, agent["graph_id"], echo_agent())
    fork = await ok(server.post(f"{AGENTS}/{agent['id']}/fork"))
    assert (fork["name"], fork["graph_version"]) == ("Echo (copy)", 1)
    graph = await ok(server.get(f"/api/graphs/{fork['graph_id']}"))
    assert (graph["forked_from_id"], graph["forked_from_version"]) == (agent["graph_id"], 2)
    original = await ok(server.get(f"/api/graphs/{agent['graph_id']}"))
    assert not {one["id"] for one in graph["nodes"]} & {one["id"] for one in original["nodes"]}
    await ok(server.request("DELETE", f"/api/graphs/{agent['graph_id']}"))
    assert (await run_to_end(server, fork["graph_id"], x=3))["outputs"] == {"out x": [3]}


async def test_a_fork_takes_its_sub_agents_along(server: LiveServer):
    caller = await save(server, calling_agent())
    agent = await ok(server.get(f"{AGENTS}/by-graph/{caller['id']}"))
    fork = await ok(server.post(f"{AGENTS}/{agent['id']}/fork"))
    graph = await ok(server.get(f"/api/graphs/{fork['graph_id']}"))
    assert [sub["forked_from_id"] for sub in graph["sub_graphs"]] == [caller["sub_graphs"][0]["id"]]
    assert graph["nodes"][0]["input_default"]["graph_id"] == graph["sub_graphs"][0]["id"]


# --- folders ---------------------------------------------------------------------------------------------------


async def test_folders_hold_agents_and_folders(server: LiveServer, contract: Path):
    described = OpenApiContract(contract / "openapi_2026.json")
    folders = "/api/library/folders"
    agent = await save_to_library(server, echo_agent())
    work = await ok(server.post(folders, {"name": "Work", "color": "#00ff00"}))
    described.check("POST", folders, 201, work)
    inner = await ok(server.post(folders, {"name": "Inner", "parent_id": work["id"]}))
    moved = await ok(server.post(f"{folders}/agents/bulk-move", {"agent_ids": [agent["id"]], "folder_id": inner["id"]}))
    described.check("POST", f"{folders}/agents/bulk-move", 200, moved)
    assert (moved[0]["folder_id"], moved[0]["folder_name"]) == (inner["id"], "Inner")
    assert await names(server, f"&folder_id={inner['id']}") == ["Echo"]
    assert "Echo" not in await names(server, "&include_root_only=true")
    tree = await ok(server.get(f"{folders}/tree"))
    described.check("GET", f"{folders}/tree", 200, tree)
    assert [(one["name"], one["children"][0]["agent_count"]) for one in tree["tree"]] == [("Work", 1)]
    listed = await ok(server.get(f"{folders}?parent_id={work['id']}"))
    described.check("GET", folders, 200, listed)
    assert [one["id"] for one in listed["folders"]] == [inner["id"]]
    renamed = await ok(server.request("PATCH", f"{folders}/{inner['id']}", json={"name": "New"}))
    described.check("PATCH", f"{folders}/{{folder_id}}", 200, renamed)
    top = await ok(server.post(f"{folders}/{inner['id']}/move", {"target_parent_id": None}))
    assert (top["parent_id"], top["name"]) == (None, "New")
    assert (await server.request("DELETE", f"{folders}/{inner['id']}")).status == 204
    assert (await agent_of(server, agent["id"]))["folder_id"] is None
    assert (await server.request("DELETE", f"{folders}/{inner['id']}")).status == 404


async def test_what_folders_refuse(server: LiveServer):
    folders = "/api/library/folders"
    agent = await save_to_library(server, echo_agent())
    a = await ok(server.post(folders, {"name": "A"}))
    b = await ok(server.post(folders, {"name": "B", "parent_id": a["id"]}))
    assert (await server.post(folders, {"name": "A"})).status == 409
    assert (await server.post(f"{folders}/{a['id']}/move", {"target_parent_id": b["id"]})).status == 400
    assert (await server.post(folders, {"name": "C", "parent_id": "nowhere"})).status == 404
    assert (await server.post(folders, {"name": "   "})).status == 400
    assert (await server.post(folders, {"name": "C", "color": "red"})).status == 422
    both = {"agent_ids": [agent["id"], "nobody"], "folder_id": a["id"]}
    assert (await server.post(f"{folders}/agents/bulk-move", both)).status == 404
    assert (await agent_of(server, agent["id"]))["folder_id"] is None
    assert (await server.request("PATCH", f"{AGENTS}/{agent['id']}", json={"folder_id": "nowhere"})).status == 404


async def test_a_folder_is_left_by_null_and_only_by_null(server: LiveServer):
    agent = await save_to_library(server, echo_agent())
    folder = await ok(server.post("/api/library/folders", {"name": "A"}))
    one = f"{AGENTS}/{agent['id']}"
    await ok(server.request("PATCH", one, json={"folder_id": folder["id"]}))
    assert (await ok(server.request("PATCH", one, json={"is_favorite": True})))["folder_id"] == folder["id"]
    assert (await ok(server.request("PATCH", one, json={"folder_id": None})))["folder_id"] is None


# --- others ----------------------------------------------------------------------------------------------------


async def test_what_belongs_to_another_user_is_not_found(server: LiveServer):
    agent = await save_to_library(server, echo_agent())
    folder = await ok(server.post("/api/library/folders", {"name": "A"}))
    graph = {"graph_id": agent["graph_id"], "graph_version": 1, "inputs": {}, "credentials": {}}
    preset = await ok(server.post("/api/library/presets", {**graph, "name": "", "description": ""}))
    await add_other_user(server)
    path = {
        "library_agent_id": agent["id"],
        "graph_id": agent["graph_id"],
        "folder_id": folder["id"],
        "preset_id": preset["id"],
        "before": "1",
        "after": "1",
        "name": "nobody-s-example",
    }
    bodies = {
        "/api/library/folders/agents/bulk-move": {"agent_ids": [agent["id"]]},
        "/api/library/presets": {**graph, "name": "", "description": ""},
        "/api/library/agents": {"graph_id": agent["graph_id"]},
        "/api/library/presets/setup-trigger": {**graph, "name": "n", "trigger_config": {}, "agent_credentials": {}},
        "/api/library/agents/{library_agent_id}/setup-trigger": {"name": "n", "trigger_config": {}, "agent_credentials": {}},
    }
    asked = 0
    for route in server.app.routes:
        is_mine = route.path.startswith("/api/library/") or "/diff/" in route.path
        if not is_mine or not (re.search(r"{\w+}", route.path) or (route.path in bodies and route.method == "POST")):
            continue
        query = msgspec.convert({}, route.query) if route.query else None
        body = msgspec.convert(bodies.get(route.path, {}), route.body) if route.body else None
        with pytest.raises(AutoGPTLiteError) as refused:
            await route.handler(Request(principal=Principal(OTHER), path=path, query=query, body=body))
        # Of an agent that is not there AutoGPT's set-up says "gone".
        expected = 410 if route.path.endswith("/presets/setup-trigger") else 404
        assert refused.value.status == expected, (route.method, route.path, refused.value)
        asked += 1
    assert asked >= 16
    listed = await server.app.library_agents.list_agents(OTHER, msgspec.convert({}, _query(server, AGENTS)))
    assert listed.agents == []


def _query(server: LiveServer, path: str) -> Any:
    return next(route.query for route in server.app.routes if (route.method, route.path) == ("GET", path))


async def test_the_question_of_every_admission_is_answered_by_an_index_alone(server: LiveServer):
    plan = await server.app.db.fetch_all(f"EXPLAIN QUERY PLAN {library_sql.select_live_entry}", {"user_id": "u", "graph_id": "g"})
    steps = [row[3] for row in plan]
    assert "SEARCH library_agents USING COVERING INDEX library_agents_live (user_id=? AND graph_id=?)" in steps
    assert not [step for step in steps if step.startswith("SCAN")]
