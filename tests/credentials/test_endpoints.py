"""What users may do with credentials: AutoGPT's endpoints, and those that go further."""

from __future__ import annotations

import pytest

from autogpt_lite.credentials.known_providers import KNOWN_PROVIDERS, KnownProvider
from tests.compat.openapi_contract import OpenApiContract
from tests.credentials.world import SECRET, USER, World, ref
from tests.http.library_agents import add_other_user

BODIES = {
    "api_key": {"api_key": SECRET, "expires_at": 1_900_000_000},
    "oauth2": {"access_token": SECRET, "scopes": ["repo"], "refresh_token": f"r-{SECRET}", "username": "ada"},
    "user_password": {"username": f"u-{SECRET}", "password": f"p-{SECRET}"},
    "host_scoped": {"host": "api.acme.test", "headers": {"X-Key": SECRET}},
}
BASE = "/api/integrations"


@pytest.mark.parametrize("kind", BODIES)
async def test_every_type_is_made_listed_and_deleted_in_autogpts_shapes(world: World, contract, kind):
    live = world.live
    made = await live.post(f"{BASE}/acme/credentials", {"type": kind, "provider": "acme", "title": "mine", **BODIES[kind]})
    assert made.status == 201
    one = made.json()
    path = f"{BASE}/acme/credentials/{one['id']}"
    listed, of_provider = await live.get(f"{BASE}/credentials"), await live.get(f"{BASE}/acme/credentials")
    assert [item["id"] for item in of_provider.json()] == [one["id"]]
    assert one["id"] in [item["id"] for item in listed.json()]
    got = await live.get(path)
    gone = await live.request("DELETE", path)
    for name in ("openapi_seed.json", "openapi_2026.json"):
        described = OpenApiContract(contract / name)
        described.check("GET", f"{BASE}/credentials", 200, listed.json())
        described.check("GET", f"{BASE}/{{provider}}/credentials", 200, of_provider.json())
        described.check("DELETE", f"{BASE}/{{provider}}/credentials/{{cred_id}}", 200, gone.json())
    described.check("POST", f"{BASE}/{{provider}}/credentials", 201, one)
    described.check("GET", f"{BASE}/{{provider}}/credentials/{{cred_id}}", 200, got.json())
    assert gone.json() == {"deleted": True, "revoked": False if kind == "oauth2" else None}
    assert (await live.get(path)).status == 404
    for answer in (made, listed, of_provider, got, gone):
        assert b"canary" not in answer.body


async def test_the_listings_of_providers_have_autogpts_shapes(world: World, contract):
    described = OpenApiContract(contract / "openapi_seed.json")
    for path in ("", "/names", "/constants", "/enum-example"):
        described.check("GET", f"{BASE}/providers{path}", 200, (await world.live.get(f"{BASE}/providers{path}")).json())
    assert "github" in (await world.live.get(f"{BASE}/providers")).json()
    (acme,) = [one for one in (await world.live.get(f"{BASE}/providers/details")).json() if one["name"] == "acme"]
    assert acme["supported_auth_types"] == ["api_key", "host_scoped", "oauth2", "user_password"]


async def test_the_servers_own_credentials_are_offered_and_cannot_be_changed(world: World):
    (own,) = [one for one in (await world.live.get(f"{BASE}/credentials")).json() if one["is_system"]]
    path = f"{BASE}/{own['provider']}/credentials/{own['id']}"
    assert own["provider"] == "ollama"
    assert (await world.live.get(path)).json() == own
    assert (await world.live.request("DELETE", path)).status == 403
    assert (await world.live.request("PUT", path, json={"type": "api_key", "api_key": "mine"})).status == 403


async def test_the_secret_is_replaced_in_place_and_the_next_run_uses_it(world: World):
    key = await world.add_key("first-secret-0123456789")
    graph_id = await world.add_agent(key)
    await world.run(graph_id)
    path = f"{BASE}/acme/credentials/{key['id']}"
    answer = await world.live.request("PUT", path, json={"type": "api_key", "api_key": "second-secret-0123456789"})
    assert answer.status == 200
    assert {name: answer.json()[name] for name in ("id", "title", "hosts")} == {
        name: key[name] for name in ("id", "title", "hosts")
    }
    await world.run(graph_id)
    assert [headers["Authorization"] for headers in world.other.seen] == [
        "Bearer first-secret-0123456789",
        "Bearer second-secret-0123456789",
    ]
    wrong = await world.live.request("PUT", path, json={"type": "user_password", "username": "a", "password": "b"})
    assert (wrong.status, "api_key" in wrong.json()["message"]) == (400, True)


async def test_title_and_hosts_change_without_the_secret(world: World):
    key = await world.add_key()
    path = f"{BASE}/acme/credentials/{key['id']}"
    answer = await world.live.request("PATCH", path, json={"title": "home", "hosts": ["https://API.acme.test/v1"]})
    assert (answer.json()["title"], answer.json()["hosts"]) == ("home", ["api.acme.test"])
    stored = world.app.credentials_access.stored(USER, key["id"])
    assert stored.open(world.app.credentials_access.box) == {"api_key": SECRET}


@pytest.mark.parametrize("host", ["*", "*.com", "a b", "http://", "a..b", "user@host", "ho\nst", "-a.test"])
async def test_what_is_no_host_is_refused(world: World, host):
    answer = await world.live.post(f"{BASE}/acme/credentials", {"type": "api_key", "api_key": SECRET, "hosts": [host]})
    assert answer.status == 400
    assert b"canary" not in answer.body


@pytest.mark.parametrize(
    "body",
    [
        {"type": "api_key"},
        {"type": "api_key", "api_key": ""},
        {"type": "api_key", "api_key": "a\nb" + SECRET},
        {"type": "nonsense", "api_key": SECRET},
        {"type": "api_key", "api_key": SECRET, "provider": "other"},
        {"type": "host_scoped", "host": "a.test", "headers": {"X": f"{SECRET}\r\nEvil: 1"}},
    ],
)
async def test_a_bad_body_is_refused_without_repeating_it(world: World, body):
    answer = await world.live.post(f"{BASE}/acme/credentials", body)
    assert answer.status in (400, 422)
    assert b"canary" not in answer.body


async def test_b1_another_users_credentials_are_nowhere(world: World):
    key = await world.add_key()
    other = await add_other_user(world.live)
    await world.app.db.write(lambda tx: tx.execute("UPDATE credentials SET user_id = ? WHERE id = ?", (other, key["id"])))
    path = f"{BASE}/acme/credentials/{key['id']}"
    body = {"type": "api_key", "api_key": "mine"}
    tried = {
        "GET": await world.live.get(path),
        "PUT": await world.live.request("PUT", path, json=body),
        "PATCH": await world.live.request("PATCH", path, json={"title": "mine"}),
        "DELETE": await world.live.request("DELETE", f"{path}?force=true"),
        "usage": await world.live.get(f"{path}/usage"),
        "test": await world.live.post(f"{path}/test"),
    }
    assert {name: answer.status for name, answer in tried.items()} == dict.fromkeys(tried, 404)
    assert key["id"] not in (await world.live.get(f"{BASE}/credentials")).body.decode()


async def test_deleting_asks_first_where_something_uses_them_and_then_pauses_it(world: World):
    key = await world.add_key()
    graph_id = await world.add_agent(key)
    schedule = await world.live.post(
        f"/api/graphs/{graph_id}/schedules",
        {"name": "Daily", "cron": "0 9 * * *", "inputs": {}, "credentials": {"any": ref(key)}},
    )
    assert schedule.status == 200, schedule.body
    path = f"{BASE}/acme/credentials/{key['id']}"
    asked = (await world.live.request("DELETE", path)).json()
    assert (asked["deleted"], asked["need_confirmation"]) == (False, True)
    assert {one["kind"] for one in asked["used_by"]} == {"agent", "schedule"}
    assert "Daily" in asked["message"]
    assert (await world.live.request("DELETE", f"{path}?force=true")).json()["deleted"]
    paused = (await world.live.get(f"/api/schedules/{schedule.json()['id']}")).json()
    assert paused["is_paused"]
    assert "credentials" in paused["paused_reason"]


async def test_g9_a_preset_whose_trigger_would_use_them_is_switched_off_with_the_deletion(world: World):
    key = await world.add_key()
    graph_id = await world.add_agent(key)
    body = {
        "name": "p",
        "description": "",
        "graph_id": graph_id,
        "graph_version": 1,
        "inputs": {},
        "credentials": {"g": ref(key)},
    }
    preset = (await world.live.post("/api/library/presets", body)).json()
    hook = (
        "INSERT INTO webhooks (id, user_id, provider, webhook_type, resource, credentials_id, events, created_at, updated_at)"
        " VALUES (?, ?, 'generic_webhook', 'plain', '', '', x'5b5d', 0, 0)"
    )

    def attach(tx) -> None:
        tx.execute(hook, ("w" * 32, USER))
        tx.execute("UPDATE presets SET webhook_id = ? WHERE id = ?", ("w" * 32, preset["id"]))

    await world.app.db.write(attach)
    await world.live.request("DELETE", f"{BASE}/acme/credentials/{key['id']}?force=true")
    assert (await world.live.get(f"/api/library/presets/{preset['id']}")).json()["is_active"] is False


async def test_usage_names_what_uses_them_and_what_was_done(world: World):
    key = await world.add_key()
    graph_id = await world.add_agent(key)
    run = await world.run(graph_id)
    usage = (await world.live.get(f"{BASE}/acme/credentials/{key['id']}/usage")).json()
    assert [(one["kind"], one["id"]) for one in usage["used_by"]] == [("agent", graph_id)]
    assert [one["action"] for one in usage["uses"]] == ["use", "create"]
    assert usage["uses"][0]["graph_exec_id"] == run["id"]
    listed = (await world.live.get(f"{BASE}/acme/credentials")).json()
    assert listed[0]["last_used_at"] == usage["uses"][0]["at"]


async def test_a_user_cannot_have_more_than_a_bound(world: World, monkeypatch):
    monkeypatch.setattr("autogpt_lite.credentials.service.MAX_OF_USER", 1)
    await world.add_key()
    refused = await world.live.post(f"{BASE}/acme/credentials", {"type": "api_key", "api_key": SECRET})
    assert (refused.status, "1 credentials already" in refused.json()["message"]) == (400, True)


async def test_a_key_is_tried_out_at_its_provider(world: World, monkeypatch):
    monkeypatch.setitem(KNOWN_PROVIDERS, "acme", KnownProvider("Acme", test_url=world.other.url))
    key = await world.add_key()
    path = f"{BASE}/acme/credentials/{key['id']}/test"
    assert (await world.live.post(path)).json() == {"is_ok": True, "message": "Acme takes them."}
    world.other.status = 401
    assert (await world.live.post(path)).json()["is_ok"] is False
    world.other.status = 500
    assert (await world.live.post(path)).json()["is_ok"] is None
