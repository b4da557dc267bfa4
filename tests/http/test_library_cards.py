"""The page of the library: how many agents are in which state, their graphs in small, their last runs and costs; and Ollama."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from autogpt_lite.clock import now_us
from tests.http.library_agents import add_other_user, echo_agent, ok, run, run_to_end, save, save_version, slow_agent
from tests.local_servers import Serve
from tests.server import LiveServer, run_app

AGENTS, CARDS = "/api/library/agents", "/api/library/cards"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with run_app(tmp_path, settings={"server.shutdown_grace_s": 0.1}) as live:
        yield live


async def cards(server: LiveServer, *graph_ids: str) -> list[dict]:
    return await ok(server.get(f"{CARDS}?{'&'.join(f'graph_id={one}' for one in graph_ids)}"))


async def test_card_shows_the_graph_coloured_by_its_last_run(server: LiveServer):
    graph = await save(server, echo_agent())
    (before,) = await cards(server, graph["id"])
    assert (before["n_nodes"], len(before["links"]), before["runs"], before["cost_this_month"]) == (2, 1, [], 0)
    assert [one["status"] for one in before["nodes"]] == [None, None]

    ended = await run_to_end(server, graph["id"], x=1)
    (after,) = await cards(server, graph["id"])
    assert [one["status"] for one in after["nodes"]] == ["COMPLETED", "COMPLETED"]
    assert [(one["id"], one["status"], one["node_exec_count"]) for one in after["runs"]] == [(ended["id"], "COMPLETED", 2)]

    # Another version's nodes are other nodes.
    await save_version(server, graph["id"], {**echo_agent(), "is_active": True})
    (newer,) = await cards(server, graph["id"])
    assert [one["status"] for one in newer["nodes"]] == [None, None]
    assert len(newer["runs"]) == 1


async def test_cost_is_that_of_this_month(server: LiveServer):
    # Where it comes from, and that it is the same sum everywhere: tests/costs.
    graph = await save(server, echo_agent())
    statement = "INSERT INTO cost_sums VALUES ((SELECT id FROM users LIMIT 1), ?, ?, 'b', '', '', ?, 1)"

    def spend(tx):
        for at, credits in ((now_us(), 14), (1, 7)):
            tx.execute(statement, (at, graph["id"], credits))

    await server.app.db.write(spend)
    (card,) = await cards(server, graph["id"])
    assert card["cost_this_month"] == 14


async def test_cards_of_somebody_elses_agents_are_left_out(server: LiveServer):
    graph = await save(server, echo_agent())
    other = await add_other_user(server)
    await server.app.db.write(
        lambda tx: tx.execute("UPDATE library_agents SET user_id = ? WHERE graph_id = ?", (other, graph["id"]))
    )
    assert await cards(server, graph["id"], "nobody's") == []


async def test_agents_are_counted_and_found_by_what_they_do(server: LiveServer):
    before = await ok(server.get(f"{AGENTS}/counts"))
    slow = await save(server, slow_agent())
    await run(server, slow["id"])
    timed = await save(server, echo_agent("Timed", x={"value": 1}))
    schedule = {"name": "s", "cron": "0 0 1 1 *", "inputs": {"x": 1}}
    await ok(server.post(f"/api/graphs/{timed['id']}/schedules", schedule))
    broken = await save(server, echo_agent("Broken"))
    ended = await run_to_end(server, broken["id"], x=1)
    await server.app.db.write(
        lambda tx: tx.execute("UPDATE graph_executions SET status = 'FAILED' WHERE uuid = ?", (ended["id"],))
    )
    counts = await ok(server.get(f"{AGENTS}/counts"))
    changed = {name: counts[name] - before[name] for name in counts}
    assert changed == {
        "all": 3,
        "needs_you": 1,
        "running": 1,
        "scheduled": 1,
        "listening": 0,
        "healthy": 0,
        "idle": 0,
        "favorites": 0,
        "archived": 0,
    }

    async def named(state: str) -> list[str]:
        return [one["name"] for one in (await ok(server.get(f"{AGENTS}?state={state}")))["agents"]]

    assert [await named(state) for state in ("running", "scheduled", "needs_you")] == [["Slow"], ["Timed"], ["Broken"]]
    # A schedule that waits starts nothing.
    entry = await ok(server.get(f"{AGENTS}/by-graph/{timed['id']}"))
    await ok(server.request("PATCH", f"{AGENTS}/{entry['id']}", json={"is_paused": True}))
    assert await named("scheduled") == []


async def test_ollama_is_found_with_its_models(tmp_path: Path, serve: Serve, unused_port: int):
    async def tags(request: web.Request) -> web.Response:
        return web.json_response(
            {"models": [{"name": "llama3.2:3b", "size": 2_000_000_000}]} if request.path == "/api/tags" else {}
        )

    port = await serve(tags)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    async with run_app(tmp_path / "a", settings={"llm.providers.ollama.base_url": f"http://127.0.0.1:{port}/v1"}) as live:
        found = await ok(live.get("/api/llm/ollama"))
    assert (found["is_running"], found["models"]) == (True, [{"name": "llama3.2:3b", "size_bytes": 2_000_000_000}])
    async with run_app(tmp_path / "b", settings={"llm.providers.ollama.base_url": f"http://127.0.0.1:{unused_port}/v1"}) as live:
        found = await ok(live.get("/api/llm/ollama"))
    assert (found["is_running"], found["models"], bool(found["message"])) == (False, [], True)


async def test_another_server_at_ollamas_address_is_not_taken_for_it(tmp_path: Path, serve: Serve):
    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    port = await serve(hello)
    async with run_app(tmp_path, settings={"llm.providers.ollama.base_url": f"http://127.0.0.1:{port}/v1"}) as live:
        found = await ok(live.get("/api/llm/ollama"))
    assert "is not Ollama" in found["message"]
    assert not found["is_running"]


async def test_examples_are_brought_back_into_an_emptied_library(server: LiveServer):
    for agent in (await ok(server.get(AGENTS)))["agents"]:
        await server.request("DELETE", f"{AGENTS}/{agent['id']}")
    offered = await ok(server.get("/api/library/examples"))
    assert [one["title"] for one in offered] == ["Invitations for a party", "The long way down to one"]
    assert all(one["nodes"] and one["links"] and one["needs_key"] is False for one in offered)
    for _ in range(2):
        graph = await ok(server.post(f"/api/library/examples/{offered[1]['name']}"))
        assert graph["name"] == "The long way down to one"
        assert (await server.post(f"/api/graphs/{graph['id']}/execute/1", {"inputs": {}})).status == 200
    assert (await ok(server.get(AGENTS)))["pagination"]["total_items"] == 2
    for name in ("nothing", "..%2Fconfig"):
        assert (await server.post(f"/api/library/examples/{name}")).status == 404


async def test_healthy_and_idle_agents_are_found(server: LiveServer):
    graph = await save(server, echo_agent())

    async def names(state: str) -> set[str]:
        return {one["graph_id"] for one in (await ok(server.get(f"{AGENTS}?state={state}&page_size=50")))["agents"]}

    assert graph["id"] in await names("idle")
    assert graph["id"] not in await names("healthy")
    await run_to_end(server, graph["id"], x=1)
    assert graph["id"] in await names("healthy") & await names("idle")
    await server.post(f"/api/graphs/{graph['id']}/schedules", {"name": "Daily", "cron": "0 9 * * *", "inputs": {"x": 1}})
    assert graph["id"] not in await names("idle")
    assert graph["id"] in await names("healthy") & await names("scheduled")
