"""Triggers: set up, delivered to, shown, held, removed; and never without their agent."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from autogpt_lite.clock import now_us
from autogpt_lite.errors import StartupError
from autogpt_lite.triggers import leftovers
from autogpt_lite.web.listen import bind_public_sockets
from tests.compat.openapi_contract import OpenApiContract
from tests.http.library_agents import NUMBER_INPUT, OUTPUT, TEXT_INPUT, add_other_user, link, node, ok, save, save_version
from tests.http.triggers import (
    COMPASS,
    GENERIC,
    PRESETS,
    PUBLIC_URL,
    SETUP,
    SLACK,
    WEBHOOKS,
    deliver,
    deliveries_of,
    listen,
    outputs_of,
    path_of,
    runs_of,
    set_secret,
    set_up,
    setup_body,
    slack_headers,
    status_of,
    trigger_agent,
)
from tests.server import LiveServer, make_config, run_app

SETTINGS = {"server.public_url": PUBLIC_URL}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with run_app(tmp_path, settings=SETTINGS) as live:
        yield live


@pytest.fixture
async def preset(server: LiveServer) -> dict[str, Any]:
    return await listen(server)


async def agent_of(server: LiveServer, preset: dict[str, Any]) -> dict[str, Any]:
    return await ok(server.get(f"/api/library/agents/by-graph/{preset['graph_id']}"))


async def change_agent(server: LiveServer, preset: dict[str, Any], **changes: Any) -> dict[str, Any]:
    agent = await agent_of(server, preset)
    return await ok(server.request("PATCH", f"/api/library/agents/{agent['id']}", json=changes))


# --- setting up ------------------------------------------------------------------------------------------------------


async def test_a_delivery_starts_the_agent_with_what_was_sent(server: LiveServer, preset: dict[str, Any]):
    assert preset["webhook"]["url"] == f"{PUBLIC_URL}/api/integrations/generic_webhook/webhooks/{preset['webhook_id']}/ingress"
    assert await status_of(deliver(server, preset, {"hello": [1, 2]})) == "accepted"
    assert await outputs_of(server, preset) == [{"hello": [1, 2]}]
    (run,) = await runs_of(server, preset)
    assert run["preset_id"] == preset["id"]
    whole = await ok(server.get(f"/api/graphs/{preset['graph_id']}/executions/{run['id']}"))
    assert whole["inputs"] == {"payload": {"hello": [1, 2]}}
    (delivery,) = await deliveries_of(server, preset)
    assert (delivery["status"], delivery["graph_exec_id"], delivery["reason"]) == ("started", run["id"], None)


async def test_what_is_no_object_comes_as_one(server: LiveServer, preset: dict[str, Any]):
    await ok(deliver(server, preset, b"[1, 2]"))
    await ok(deliver(server, preset, b"a=1&b=x+y", Content_Type="application/x-www-form-urlencoded"))
    await ok(deliver(server, preset, b'payload={"c":3}', Content_Type="application/x-www-form-urlencoded"))
    await ok(deliver(server, preset, b""))
    assert await outputs_of(server, preset) == [{"value": [1, 2]}, {"a": "1", "b": "x y"}, {"c": 3}, {}]


async def test_the_pins_of_the_trigger_and_inputs_of_the_agent_come_from_its_preset(server: LiveServer):
    nodes = [node("t", GENERIC), node("in", NUMBER_INPUT, name="n"), node("a", OUTPUT, name="a"), node("b", OUTPUT, name="b")]
    links = [link("t.constants -> a.value"), link("in.result -> b.value")]
    graph = await save(server, {"name": "Two", "description": "", "nodes": nodes, "links": links})
    missing = await server.post(SETUP, setup_body(graph, {"constants": {"k": 1}}))
    assert (missing.status, "'n' is required" in missing.json()["message"]) == (400, True)
    preset = await set_up(server, graph, {"constants": {"k": 1}, "n": 5})
    await ok(deliver(server, preset, {}))
    (run,) = await runs_of(server, preset)
    if (live := server.app.engine.core.runs.get(run["id"])) is not None:
        await server.app.engine.wait_ended(live)
    whole = await ok(server.get(f"/api/graphs/{graph['id']}/executions/{run['id']}"))
    assert whole["outputs"] == {"a": [{"k": 1}], "b": [5]}


async def test_answers_are_as_autogpt_describes_them(server: LiveServer, contract: Path):
    seed, newer = OpenApiContract(contract / "openapi_seed.json"), OpenApiContract(contract / "openapi_2026.json")
    graph = await save(server, trigger_agent())
    newer.check("POST", SETUP, 200, made := await ok(server.post(SETUP, setup_body(graph))))
    agent = await agent_of(server, made)
    older = f"/api/library/agents/{agent['id']}/setup-trigger"
    second = await ok(server.post(older, {"name": "Older", "trigger_config": {}}))
    seed.check("POST", "/api/library/agents/{library_agent_id}/setup-trigger", 200, second)
    assert (second["graph_id"], second["graph_version"]) == (graph["id"], graph["version"])
    for document in (seed, newer):
        document.check("GET", "/api/library/presets/{preset_id}", 200, await ok(server.get(f"{PRESETS}/{made['id']}")))
        document.check("GET", PRESETS, 200, await ok(server.get(PRESETS)))
        document.check("GET", "/api/library/agents/{library_agent_id}", 200, await agent_of(server, made))
        document.check("GET", "/api/graphs/{graph_id}", 200, await ok(server.get(f"/api/graphs/{graph['id']}")))
        ping = f"{WEBHOOKS}/{made['webhook_id']}/ping"
        document.check("POST", "/api/integrations/webhooks/{webhook_id}/ping", 200, await ok(server.post(ping)))
    assert (agent["has_external_trigger"], agent["trigger_setup_info"]["provider"]) == (True, "generic_webhook")
    assert (await ok(server.get(f"/api/graphs/{graph['id']}")))["trigger_setup_info"] == agent["trigger_setup_info"]


async def test_a_trigger_that_cannot_be_says_why(server: LiveServer):
    plain = await save(server, {"name": "P", "description": "", "nodes": [node("o", OUTPUT, name="x", value=1)], "links": []})
    answer = await server.post(SETUP, setup_body(plain))
    assert (answer.status, answer.json()["message"]) == (400, "The agent has no trigger.")
    gone = await server.post(SETUP, {**setup_body(plain), "graph_id": "99999999-0000-4000-8000-000000000000"})
    assert gone.status == 410
    no_version = await server.post(SETUP, {**setup_body(plain), "graph_version": 7})
    assert no_version.status == 410
    assert (await server.post("/api/library/agents/x/setup-trigger", {"name": "n", "trigger_config": {}})).status == 404


async def test_without_a_public_address_there_are_no_webhooks(tmp_path: Path):
    async with run_app(tmp_path) as server:
        graph = await save(server, trigger_agent())
        answer = await server.post(SETUP, setup_body(graph))
        assert (answer.status, "server.public_url" in answer.json()["hint"]) == (503, True)


# --- showing and trying ------------------------------------------------------------------------------------------------


async def test_a_sample_tries_a_trigger_without_a_provider(server: LiveServer, preset: dict[str, Any]):
    path = f"{WEBHOOKS}/{preset['webhook_id']}/test"
    (sample,) = await ok(server.post(path))
    assert (sample["status"], sample["preset_id"]) == ("started", preset["id"])
    await ok(server.post(path, {"payload": {"mine": True}}))
    assert await outputs_of(server, preset) == [{"message": "A sample delivery."}, {"mine": True}]


async def test_a_webhook_says_what_it_has_turned_away(server: LiveServer, preset: dict[str, Any]):
    await set_secret(server, preset, "s")
    assert (await deliver(server, preset, {})).status == 401
    shown = await ok(server.get(f"{WEBHOOKS}/{preset['webhook_id']}"))
    assert (shown["n_rejected"], shown["has_secret"], shown["preset_ids"]) == (1, True, [preset["id"]])
    assert "X-Webhook-Secret is missing" in shown["last_rejected_reason"]
    assert (await ok(server.get(WEBHOOKS)))[0]["id"] == preset["webhook_id"]


async def test_an_agent_listens_while_its_trigger_is_on(server: LiveServer, preset: dict[str, Any]):
    assert (await agent_of(server, preset))["activity"] == "listening"
    await ok(server.request("PATCH", f"{PRESETS}/{preset['id']}", json={"is_active": False}))
    assert (await agent_of(server, preset))["activity"] == "healthy"


async def test_a_provider_that_asks_whether_the_address_is_ours_gets_its_question_back(server: LiveServer):
    preset = await listen(server, SLACK)
    await set_secret(server, preset, "s")
    body = b'{"type":"url_verification","challenge":"abc"}'
    assert await ok(deliver(server, preset, body, **slack_headers("s", body))) == {"challenge": "abc"}
    assert await runs_of(server, preset) == []


async def test_compass_is_a_provider_of_its_own(server: LiveServer):
    preset = await listen(server, COMPASS, pin="transcription")
    await ok(server.post(f"{WEBHOOKS}/{preset['webhook_id']}/test"))
    assert await outputs_of(server, preset) == ["Hello."]


# --- why nothing ran -----------------------------------------------------------------------------------------------------


async def test_a_trigger_that_is_off_or_whose_agent_is_paused_takes_nothing_and_says_so(
    server: LiveServer, preset: dict[str, Any]
):
    await ok(server.request("PATCH", f"{PRESETS}/{preset['id']}", json={"is_active": False}))
    assert await status_of(deliver(server, preset, {"n": 1})) == "ignored"
    await ok(server.request("PATCH", f"{PRESETS}/{preset['id']}", json={"is_active": True}))
    await change_agent(server, preset, is_paused=True)
    assert await status_of(deliver(server, preset, {"n": 2}, X_Delivery_Id="two")) == "ignored"
    reasons = [(one["status"], one["reason"]) for one in await deliveries_of(server, preset)]
    assert reasons == [("skipped", "The agent is paused."), ("skipped", "The trigger is switched off.")]
    await change_agent(server, preset, is_paused=False)
    assert await status_of(deliver(server, preset, {"n": 2}, X_Delivery_Id="two")) == "accepted"  # sent again by hand
    assert await outputs_of(server, preset) == [{"n": 2}]


async def test_an_agent_that_cannot_start_any_more_says_why(server: LiveServer, preset: dict[str, Any]):
    changed = trigger_agent()
    changed["nodes"].append(node("in", NUMBER_INPUT, name="new"))
    await save_version(server, preset["graph_id"], changed)
    assert await status_of(deliver(server, preset, {})) == "ignored"
    (delivery,) = await deliveries_of(server, preset)
    assert (delivery["status"], "'new' is required" in delivery["reason"]) == ("refused", True)


async def test_a_preset_that_does_not_fit_the_active_version_refuses(server: LiveServer):
    def with_input(block_id: str) -> dict[str, Any]:
        agent = trigger_agent()
        agent["nodes"].append(node("in", block_id, name="n"))
        return agent

    preset = await set_up(server, await save(server, with_input(TEXT_INPUT)), {"n": "words"})
    assert await status_of(deliver(server, preset, {})) == "accepted"
    await save_version(server, preset["graph_id"], with_input(NUMBER_INPUT))
    assert await status_of(deliver(server, preset, {})) == "ignored"
    assert "does not fit version 2" in (await deliveries_of(server, preset))[0]["reason"]


async def test_an_active_version_without_the_trigger_refuses(server: LiveServer, preset: dict[str, Any]):
    other = {"name": "P", "description": "", "nodes": [node("o", OUTPUT, name="x", value=1)], "links": []}
    await save_version(server, preset["graph_id"], other)
    await ok(deliver(server, preset, {}))
    assert "no trigger" in (await deliveries_of(server, preset))[0]["reason"]


# --- ends ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["removed", "archived", "deleted"])
async def test_an_agent_that_leaves_takes_its_triggers_along_for_good(server: LiveServer, preset: dict[str, Any], way: str):
    agent = await agent_of(server, preset)
    one = f"/api/library/agents/{agent['id']}"
    if way == "removed":
        await ok(server.request("DELETE", one))
    elif way == "archived":
        await ok(server.request("PATCH", one, json={"is_archived": True}))
    else:
        await ok(server.request("DELETE", f"/api/graphs/{preset['graph_id']}"))
    assert (await deliver(server, preset, {})).status == 404
    if way == "deleted":
        assert (await server.get(f"{PRESETS}/{preset['id']}")).status == 404
        return
    await ok(server.post(f"{one}/restore"))
    await ok(server.request("PATCH", one, json={"is_archived": False}))
    assert (await deliver(server, preset, {})).status == 404
    left = await ok(server.get(f"{PRESETS}/{preset['id']}"))
    assert (left["webhook_id"], left["webhook"]) == (None, None)
    assert await ok(server.get(WEBHOOKS)) == []


async def test_the_database_refuses_a_trigger_without_its_agent(server: LiveServer, preset: dict[str, Any]):
    other = await listen(server)
    agent = await agent_of(server, preset)
    await ok(server.request("DELETE", f"/api/library/agents/{agent['id']}"))
    attach = "UPDATE presets SET webhook_id = ? WHERE id = ?"
    with pytest.raises(apsw.ConstraintError, match="an agent in the library"):
        await server.app.db.write(lambda tx: tx.execute(attach, (other["webhook_id"], preset["id"])))
    copied = "INSERT INTO presets SELECT 'copy', user_id, graph_id, graph_version, name, description, inputs, credentials, is_active, ?, created_at, updated_at, NULL FROM presets WHERE id = ?"
    with pytest.raises(apsw.ConstraintError, match="an agent in the library"):
        await server.app.db.write(lambda tx: tx.execute(copied, (other["webhook_id"], preset["id"])))


async def test_a_webhook_goes_with_its_last_preset_or_by_itself(server: LiveServer, preset: dict[str, Any]):
    await ok(server.request("DELETE", f"{PRESETS}/{preset['id']}"))
    assert (await deliver(server, preset, {})).status == 404
    second = await listen(server)
    await ok(server.request("DELETE", f"{WEBHOOKS}/{second['webhook_id']}"))
    assert (await deliver(server, second, {})).status == 404
    assert (await server.request("DELETE", f"{WEBHOOKS}/{second['webhook_id']}")).status == 404
    assert (await ok(server.get(f"{PRESETS}/{second['id']}")))["webhook_id"] is None


async def test_several_presets_share_a_webhook(server: LiveServer, preset: dict[str, Any]):
    body = {key: preset[key] for key in ("graph_id", "graph_version", "webhook_id", "inputs", "credentials")}
    second = await ok(server.post(PRESETS, {**body, "name": "Second", "description": ""}))
    assert await status_of(deliver(server, preset, {}, X_Delivery_Id="x")) == "accepted"
    assert await status_of(deliver(server, preset, {}, X_Delivery_Id="x")) == "duplicate"
    assert {run["preset_id"] for run in await runs_of(server, preset)} == {preset["id"], second["id"]}
    assert len(await runs_of(server, preset)) == 2


async def test_triggers_are_switched_off_with_their_credentials(server: LiveServer, preset: dict[str, Any]):
    db, user_id = server.app.db, preset["user_id"]
    fake = '{"g": {"id": "c-1", "provider": "github", "type": "api_key"}}'
    await db.write(lambda tx: tx.execute("UPDATE presets SET credentials = ? WHERE id = ?", (fake.encode(), preset["id"])))
    await db.write(lambda tx: server.app.presets.deactivate_for_credentials_tx(tx, user_id, "c-1"))
    assert await status_of(deliver(server, preset, {})) == "ignored"
    shown = await ok(server.get(f"{PRESETS}/{preset['id']}"))
    assert (shown["is_active"], "credentials were deleted" in shown["inactive_reason"]) == (False, True)
    assert "credentials were deleted" in (await deliveries_of(server, preset))[0]["reason"]


async def test_somebody_elses_webhook_does_not_exist(server: LiveServer, preset: dict[str, Any]):
    """B4: neither shown, pinged, changed, tried nor taken for a preset."""
    other = await add_other_user(server)
    move = "UPDATE {} SET user_id = ? WHERE {} = ?"
    # The webhook of another: the preset first, which may not have a webhook of somebody else.
    await server.app.db.write(
        lambda tx: tx.execute("UPDATE presets SET webhook_id = NULL, user_id = ? WHERE id = ?", (other, preset["id"]))
    )
    mine = await listen(server)
    await server.app.db.write(lambda tx: tx.execute(move.format("webhooks", "id"), (other, mine["webhook_id"])))
    one = f"{WEBHOOKS}/{mine['webhook_id']}"
    asked = [
        server.get(one),
        server.request("DELETE", one),
        server.post(f"{one}/ping"),
        server.post(f"{one}/test"),
        server.get(f"{one}/deliveries"),
        server.request("PUT", f"{one}/secret", json={"secret": "x"}),
        server.post(
            PRESETS, {**{key: mine[key] for key in ("graph_id", "graph_version", "webhook_id")}, "name": "n", "description": ""}
        ),
    ]
    for asking in asked:
        assert (await asking).status == 404
    assert await ok(server.get(WEBHOOKS)) == []
    attach = "UPDATE presets SET webhook_id = ? WHERE id = ?"
    with pytest.raises(apsw.ConstraintError, match="webhook of its user"):
        await server.app.db.write(lambda tx: tx.execute(attach, (mine["webhook_id"], mine["id"])))


async def test_the_history_of_deliveries_stays_in_bounds(
    server: LiveServer, preset: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    for n in range(6):
        await ok(deliver(server, preset, {}, X_Delivery_Id=f"n-{n}"))
    db, day = server.app.db, 86_400_000_000
    old = "UPDATE webhook_deliveries SET received_at = received_at - ? WHERE delivery_id = 'n-0'"
    await db.write(lambda tx: tx.execute(old, (31 * day,)))
    assert await leftovers.delete_old_deliveries(db, 30) == "1 deliveries left the history"
    monkeypatch.setattr(leftovers, "MAX_DELIVERIES", 2)
    monkeypatch.setattr(leftovers, "STEP", 2)
    assert await leftovers.delete_old_deliveries(db, 30) == "3 deliveries left the history"
    assert [one["id"] for one in await deliveries_of(server, preset)] == ["n-5", "n-4"]
    assert await status_of(deliver(server, preset, {}, X_Delivery_Id="n-5")) == "duplicate"


async def test_a_webhook_that_a_killed_set_up_left_behind_goes_by_itself(server: LiveServer, preset: dict[str, Any]):
    db = server.app.db
    left = (
        "INSERT INTO webhooks (id, user_id, provider, webhook_type, resource, credentials_id, events, created_at, updated_at)"
        " VALUES (?, ?, 'github', 'repo', 'o/r', 'c', x'5b5d', ?, 0)"
    )
    for webhook_id, age_s in (("old" * 11, 700), ("new" * 11, 10)):
        row = (webhook_id, preset["user_id"], now_us() - age_s * 1_000_000)
        await db.write(lambda tx, row=row: tx.execute(left, row))
    await leftovers.give_webhooks_back(db, server.app.triggers)
    rows = await db.fetch_all("SELECT id FROM webhooks ORDER BY key")
    assert rows == [(preset["webhook_id"],), ("new" * 11,)]


# --- the port for deliveries ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["token", "none"])
async def test_the_public_port_takes_deliveries_and_nothing_else(tmp_path: Path, unused_port: int, mode: str):
    async with run_app(tmp_path, settings={**SETTINGS, "server.public_port": unused_port, "auth.mode": mode}) as server:
        preset = await listen(server)
        base = f"http://127.0.0.1:{unused_port}"
        through_a_tunnel = {"Host": "agents.example.org", "X-Forwarded-For": "192.0.2.1"}
        async with server.session.post(base + path_of(preset), json={"by": "tunnel"}, headers=through_a_tunnel) as answer:
            assert (answer.status, await answer.json()) == (200, {"status": "accepted"})
        for method, path in (
            ("GET", "/"),
            ("GET", "/api/graphs"),
            ("GET", "/health"),
            ("POST", "/api/auth/link"),
            ("GET", "/ws"),
        ):
            headers = {**server.bearer, **through_a_tunnel}
            async with server.session.request(method, base + path, headers=headers) as answer:
                assert answer.status == 404, path
        assert await outputs_of(server, preset) == [{"by": "tunnel"}]


@pytest.mark.parametrize("taken", ["the same", "another program's", "no port"])
def test_a_public_port_that_cannot_be_stops_the_start_and_says_which(taken: str):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = {"the same": 8006, "another program's": other.getsockname()[1], "no port": 70_000}[taken]
        config = make_config({"server.port": 8006, "server.public_port": port}).server
        with pytest.raises(StartupError) as refused:
            bind_public_sockets(config)
    assert "server.public_port" in f"{refused.value.message} {refused.value.hint}"
