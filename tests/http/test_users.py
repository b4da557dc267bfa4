"""Users, passwords, sessions, e-mail addresses and preferences over HTTP."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.users.types import NOTIFICATION_KINDS
from tests.compat.openapi_contract import OpenApiContract
from tests.http.library_agents import ok
from tests.server import LiveServer, run_server

PASSWORD, OTHER = "four words belong apart", "another set of words"
PREFERENCES, TIMEZONE, EMAIL = "/api/auth/user/preferences", "/api/auth/user/timezone", "/api/auth/user/email"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autogpt_lite.accounts.passwords.LOG2_N", 4)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with run_server(tmp_path, settings={"auth.mode": "password", "auth.sign_up": True}) as live:
        yield live


async def begin(server: LiveServer, way: str, email: str = "ada@example.org", **more: str) -> dict[str, Any]:
    """The arguments that make a request one of this new browser."""
    answer = await server.post(f"/api/auth/{way}", {"email": email, "password": PASSWORD, **more}, anonymous=True)
    assert answer.status == 200, answer.body
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    return {"headers": {"Cookie": cookie, "X-Auth-Token": answer.json()["token"]}, "anonymous": True}


async def is_in(server: LiveServer, page: dict[str, Any]) -> bool:
    return (await server.get("/api/things", **page)).status == 200


# --- passwords and sessions ---------------------------------------------------------------------------------------------------


async def test_who_signs_up_is_a_user_and_can_log_in_again(server: LiveServer):
    page = await begin(server, "signup", email=" Ada@Example.ORG ", name="Ada")
    user = await ok(server.post("/api/auth/user", **page))
    assert (user["email"], user["name"], user["role"]) == ("ada@example.org", "Ada", "user")
    again = await begin(server, "login", email="ADA@example.org")
    assert (await ok(server.post("/api/auth/user", **again)))["id"] == user["id"]
    taken = await server.post("/api/auth/signup", {"email": "ada@example.org", "password": PASSWORD}, anonymous=True)
    assert taken.status == 409


async def test_nobody_signs_up_where_that_is_off(tmp_path: Path):
    async with run_server(tmp_path, settings={"auth.mode": "password"}) as server:
        given = {"email": "ada@example.org", "password": PASSWORD}
        assert (await server.post("/api/auth/signup", given, anonymous=True)).status == 404
        refusal = (await server.get("/api/things", anonymous=True)).json()
        assert refusal["detail"] == {"ways_in": ["link", "password"]}, "what the login page goes by"


async def test_without_passwords_there_are_no_such_routes(tmp_path: Path):
    async with run_server(tmp_path) as server:
        for way in ("login", "signup", "reset", "password"):
            assert (await server.post(f"/api/auth/{way}", {})).status == 404
        assert isinstance((await server.get("/api/things", anonymous=True)).json()["detail"], str)


async def test_a_changed_password_ends_the_other_sessions(server: LiveServer):
    here, there = await begin(server, "signup"), await begin(server, "login")
    ticket = (await ok(server.post("/api/ws-ticket", **there)))["ticket"]
    socket = await server.open_socket(ticket)
    await socket.send_json({"method": "heartbeat", "data": "ping"})
    await socket.receive_json(timeout=5)
    wrong = await server.post("/api/auth/password", {"old_password": "guess", "new_password": OTHER}, **here)
    assert wrong.status == 403
    weak = await server.post("/api/auth/password", {"old_password": PASSWORD, "new_password": "changeme"}, **here)
    assert weak.status == 400
    changed = await server.post("/api/auth/password", {"old_password": PASSWORD, "new_password": OTHER}, **here)
    assert changed.status == 204
    assert [await is_in(server, page) for page in (here, there)] == [True, False]
    assert (await socket.receive(timeout=1)).data == 4003
    await begin(server, "login", password=OTHER)


async def test_the_owner_has_no_password_until_one_is_set(server: LiveServer):
    given = {"email": "default@example.com", "password": ""}
    assert (await server.post("/api/auth/login", given, anonymous=True)).status == 401
    assert (await server.post("/api/auth/password", {"new_password": PASSWORD})).status == 204
    await begin(server, "login", email="default@example.com")


async def test_sessions_are_listed_and_ended_one_by_one(server: LiveServer):
    here, there = await begin(server, "signup"), await begin(server, "login")
    stranger = await begin(server, "signup", email="eve@example.org")
    listed = await ok(server.get("/api/auth/sessions", **here))
    assert [one["is_current"] for one in listed] == [False, True], "the newest first"
    assert {one["remote"] for one in listed} == {"127.0.0.1"}
    assert all("aiohttp" in one["user_agent"] for one in listed)
    path = f"/api/auth/sessions/{listed[0]['id']}"
    assert (await server.request("DELETE", path, **stranger)).status == 404
    assert (await server.request("DELETE", "/api/auth/sessions/zz", **here)).status == 404
    assert (await server.request("DELETE", path, **here)).status == 204
    assert [await is_in(server, page) for page in (here, there, stranger)] == [True, False, True]


async def test_a_user_has_so_many_sessions_and_no_more(server: LiveServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("autogpt_lite.accounts.store.MAX_SESSIONS_PER_USER", 2)
    pages = [await begin(server, "signup"), await begin(server, "login")]
    assert [await is_in(server, page) for page in pages] == [True, True]
    pages.append(await begin(server, "login"))
    assert [await is_in(server, page) for page in pages] == [False, True, True]


async def test_passwords_keys_and_codes_reach_no_log(server: LiveServer, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    page = await begin(server, "signup")
    await server.post("/api/auth/login", {"email": "ada@example.org", "password": OTHER}, anonymous=True)
    await server.post("/api/auth/login", {"email": OTHER, "password": OTHER}, anonymous=True)
    made = await ok(server.post("/api/api-keys", {"name": "k", "permissions": []}, **page))
    await server.get("/api/things", headers={"X-API-Key": made["plain_text_key"]}, anonymous=True)
    user = await ok(server.post("/api/auth/user", **page))
    link = await ok(server.post(f"/api/admin/users/{user['id']}/reset"))
    await server.accounts._audit.close()
    secrets = [PASSWORD, OTHER, made["plain_text_key"], link["url"].partition("=")[2], page["headers"]["X-Auth-Token"]]
    files = [file.read_bytes() for file in server.accounts.sessions._db.path.parent.glob("test.db*")]
    for secret in secrets:
        assert secret not in caplog.text
        assert not any(secret.encode() in content for content in files)


# --- administrators ---------------------------------------------------------------------------------------------------------------


async def test_an_administrator_adds_lists_and_removes_users(server: LiveServer):
    added = (await server.post("/api/admin/users", {"email": "bob@example.org", "name": "Bob"})).json()
    assert (await server.post("/api/admin/users", {"email": "BOB@example.org"})).status == 409
    assert (await server.post("/api/admin/users", {"email": "nobody"})).status == 400
    page = await ok(server.get("/api/admin/users?page=2&page_size=1"))
    assert (page["total"], [user["id"] for user in page["users"]]) == (2, [added["id"]])
    assert (await server.request("DELETE", f"/api/admin/users/{added['id']}")).status == 204
    assert (await server.request("DELETE", f"/api/admin/users/{added['id']}")).status == 404
    assert (await ok(server.get("/api/admin/users")))["total"] == 1


async def test_where_there_are_no_passwords_the_link_logs_in(tmp_path: Path):
    async with run_server(tmp_path) as server:
        added = (await server.post("/api/admin/users", {"email": "bob@example.org"})).json()
        link = await ok(server.post(f"/api/admin/users/{added['id']}/reset"))
        answer = await server.post("/api/auth/link", {"code": link["url"].partition("#code=")[2]}, anonymous=True)
        assert answer.json()["user_id"] == added["id"]


# --- the e-mail address ---------------------------------------------------------------------------------------------------------


class Mails(list):
    """An outbox that keeps what it is given."""

    async def add(self, kind: str, user: Any, data: Any) -> None:
        self.append((kind, user.email, dict(data)))


async def test_an_address_counts_once_its_owner_has_opened_the_link(server: LiveServer, contract: Path):
    server.accounts.email.outbox = mails = Mails()
    page = await begin(server, "signup")
    answer = await ok(server.post(EMAIL, "New@Example.org", **page))
    OpenApiContract(contract / "openapi_seed.json").check("POST", EMAIL, 200, answer)
    assert answer == {"email": "ada@example.org", "pending_email": "new@example.org"}
    ((kind, old, data),) = mails
    assert (kind, old, data["to"]) == ("verify_email", "ada@example.org", "new@example.org")
    url, _, code = data["link"].partition("/#verify=")
    assert url == server.url
    stranger = await begin(server, "signup", email="eve@example.org")
    assert (await server.post(f"{EMAIL}/verify", {"code": code}, **stranger)).status == 400
    assert (await ok(server.post(f"{EMAIL}/verify", {"code": code}, **page)))["email"] == "new@example.org"
    for used in (code, "", None):
        assert (await server.post(f"{EMAIL}/verify", {"code": used}, **page)).status == 400
    await begin(server, "login", email="new@example.org")


async def test_an_address_that_somebody_has_is_told_to_nobody_and_taken_from_nobody(server: LiveServer):
    server.accounts.email.outbox = mails = Mails()
    page = await begin(server, "signup")
    await begin(server, "signup", email="eve@example.org")
    assert (await server.post(EMAIL, "eve@example.org", **page)).status == 200
    code = mails[0][2]["link"].partition("=")[2]
    assert (await server.post(f"{EMAIL}/verify", {"code": code}, **page)).status == 409
    for text in ("", "no address", "a@b\r\nBcc: c@d", "<a@b>", f"{'x' * 300}@example.org"):
        assert (await server.post(EMAIL, text, **page)).status == 400, text


async def test_without_a_mail_server_the_link_is_in_the_log(server: LiveServer, caplog: pytest.LogCaptureFixture):
    page = await begin(server, "signup")
    await ok(server.post(EMAIL, "new@example.org", **page))
    assert f"give this link to whoever reads the mail of new@example.org: {server.url}/#verify=" in caplog.text


# --- preferences and time zone ----------------------------------------------------------------------------------------------------


async def test_preferences_are_as_autogpt_describes_them(server: LiveServer, contract: Path):
    page = await begin(server, "signup")
    documents = [OpenApiContract(contract / "openapi_2026.json")]
    before = await ok(server.get(PREFERENCES, **page))
    assert before["preferences"] == dict.fromkeys(NOTIFICATION_KINDS, True)
    assert before["daily_limit"] == 10
    change = {"email": "ada@example.org", "preferences": {"AGENT_RUN": False}, "daily_limit": 3}
    after = await ok(server.post(PREFERENCES, change, **page))
    assert after == await ok(server.get(PREFERENCES, **page))
    assert (after["preferences"]["AGENT_RUN"], after["preferences"]["DAILY_SUMMARY"], after["daily_limit"]) == (False, True, 3)
    again = await ok(server.post(PREFERENCES, {**change, "preferences": {"DAILY_SUMMARY": False}}, **page))
    assert not again["preferences"]["AGENT_RUN"], "what is not named stays"
    for document in documents:
        document.check("GET", PREFERENCES, 200, before)
        document.check("POST", PREFERENCES, 200, again)
    assert (await server.post(PREFERENCES, {**change, "preferences": {"NO_SUCH": True}}, **page)).status == 422


async def test_time_zone(server: LiveServer, contract: Path):
    page = await begin(server, "signup")
    newer = OpenApiContract(contract / "openapi_2026.json")
    assert await ok(server.get(TIMEZONE, **page)) == {"timezone": "UTC"}
    changed = await ok(server.post(TIMEZONE, {"timezone": "Europe/Berlin"}, **page))
    newer.check("POST", TIMEZONE, 200, changed)
    assert await ok(server.get(TIMEZONE, **page)) == changed == {"timezone": "Europe/Berlin"}
    assert (await ok(server.post("/api/auth/user", **page)))["timezone"] == "Europe/Berlin"
    for name in ("Mars/Base", "../../etc/localtime", ""):
        assert (await server.post(TIMEZONE, {"timezone": name}, **page)).status == 400
