"""API keys over HTTP: AutoGPT's shapes, the life of a key, and what is kept of it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.web.routing import PERMISSIONS
from tests.compat.openapi_contract import OpenApiContract
from tests.http.library_agents import ok
from tests.server import LiveServer, run_server

KEYS, KEY = "/api/api-keys", "/api/api-keys/{key_id}"


async def make(server: LiveServer, *permissions: str, **more: Any) -> dict[str, Any]:
    return await ok(server.post(KEYS, {"name": "Key", "permissions": list(permissions), **more}))


async def test_answers_are_as_autogpt_describes_them(server: LiveServer, contract: Path):
    for name in ("openapi_seed.json", "openapi_2026.json"):
        document = OpenApiContract(contract / name)
        made = await make(server, "READ_GRAPH", "EXECUTE_GRAPH", description="for CI")
        document.check("POST", KEYS, 200, made)
        path = f"{KEYS}/{made['api_key']['id']}"
        document.check("GET", KEYS, 200, await ok(server.get(KEYS)))
        document.check("GET", KEY, 200, await ok(server.get(path)))
        changed = await ok(server.request("PUT", f"{path}/permissions", json={"permissions": ["READ_BLOCK"]}))
        document.check("PUT", f"{KEY}/permissions", 200, changed)
        document.check("POST", f"{KEY}/suspend", 200, await ok(server.post(f"{path}/suspend")))
        document.check("DELETE", KEY, 200, await ok(server.request("DELETE", path)))


async def test_a_key_is_shown_once_and_only_its_hash_is_kept(server: LiveServer):
    made = await make(server, "READ_GRAPH")
    key, info = made["plain_text_key"], made["api_key"]
    assert key.startswith("agpt_")
    assert len(key) > 40
    assert (info["prefix"], info["postfix"]) == (key[:8], key[-8:])
    assert key.encode() not in (await server.get(KEYS)).body
    assert key.encode() not in (await server.get(f"{KEYS}/{info['id']}")).body
    db = server.accounts.sessions._db
    assert db.point("SELECT key_hash FROM api_keys") == (hashlib.sha256(key.encode()).digest(),)
    assert not any(key.encode() in file.read_bytes() for file in db.path.parent.glob("test.db*"))


async def test_the_life_of_a_key(server: LiveServer):
    made = await make(server, "IDENTITY")
    header, path = {"X-API-Key": made["plain_text_key"]}, f"{KEYS}/{made['api_key']['id']}"

    async def works() -> bool:
        return (await server.post("/api/auth/user", headers=header, anonymous=True)).status == 200

    assert await works()
    suspended = await ok(server.post(f"{path}/suspend"))
    assert (suspended["status"], await works()) == ("SUSPENDED", False)
    resumed = await ok(server.post(f"{path}/resume"))
    assert (resumed["status"], await works()) == ("ACTIVE", True)
    revoked = await ok(server.request("DELETE", path))
    assert (revoked["status"], await works()) == ("REVOKED", False)
    assert revoked["revoked_at"] is not None
    for method, way in (("POST", "/suspend"), ("POST", "/resume"), ("DELETE", "")):
        assert (await server.request(method, path + way)).status == 409
    assert (await server.request("PUT", f"{path}/permissions", json={"permissions": []})).status == 409
    assert not await works()


async def test_last_use_is_noted_and_outlives_a_restart(tmp_path: Path):
    async with run_server(tmp_path) as server:
        made = await make(server, "IDENTITY")
        path = f"{KEYS}/{made['api_key']['id']}"
        assert made["api_key"]["last_used_at"] is None
        await ok(server.post("/api/auth/user", headers={"Authorization": f"Bearer {made['plain_text_key']}"}, anonymous=True))
        used = (await ok(server.get(path)))["last_used_at"]
        assert used > made["api_key"]["created_at"]
    async with run_server(tmp_path) as server:
        assert (await ok(server.get(path)))["last_used_at"] == used


async def test_permissions_are_autogpts_names(server: LiveServer):
    assert (await make(server, *PERMISSIONS))["api_key"]["permissions"] == sorted(PERMISSIONS)
    assert (await make(server, "READ_GRAPH", "READ_GRAPH"))["api_key"]["permissions"] == ["READ_GRAPH"]
    for body in ({"name": "k", "permissions": ["ADMIN"]}, {"name": "", "permissions": []}, {"name": "k"}, {"name": "x" * 201}):
        assert (await server.post(KEYS, body)).status == 422


async def test_there_are_so_many_keys_and_revoked_ones_make_room(server: LiveServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("autogpt_lite.api_keys.service.MAX_KEYS_PER_USER", 2)
    first, second = await make(server), await make(server)
    assert (await server.post(KEYS, {"name": "k", "permissions": []})).status == 409
    await ok(server.request("DELETE", f"{KEYS}/{first['api_key']['id']}"))
    third = await make(server)
    assert [one["id"] for one in await ok(server.get(KEYS))] == [third["api_key"]["id"], second["api_key"]["id"]]


async def test_a_key_is_no_login_of_its_owner(server: LiveServer):
    """The default user is an administrator; a key of theirs is not."""
    made = await make(server, *PERMISSIONS)
    headers = {"X-API-Key": made["plain_text_key"]}
    for method, path in (("GET", "/api/admin/things"), ("GET", "/api/things"), ("POST", KEYS), ("POST", "/api/auth/links")):
        arguments = {"json": {"name": "k", "permissions": []}} if path == KEYS else {}
        assert (await server.request(method, path, headers=headers, anonymous=True, **arguments)).status == 403
