"""Log-in by link, sessions, tickets, the owner's token."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from autogpt_lite.accounts.failures import MAX_FAILURES, WINDOW_S, FailureLimiter
from autogpt_lite.accounts.one_time import MAX_OPEN_CODES, OneTimeCodes
from autogpt_lite.accounts.owner_token import load_owner_token
from autogpt_lite.accounts.sessions import DAY_S, read_cookie
from autogpt_lite.errors import NotAuthenticatedError, StartupError, TooManyRequestsError
from tests.server import LiveServer, run_server

USER_ID = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"


async def exchange(server: LiveServer, url: str, **arguments):
    return await server.post("/api/auth/link", {"code": url.partition("#code=")[2]}, anonymous=True, **arguments)


async def test_a_link_opens_one_session(server: LiveServer):
    link = (await server.post("/api/auth/links")).json()
    assert link["url"].startswith(f"{server.url}/#code=")
    assert link["public_url"] is None
    first = await exchange(server, link["url"])
    assert first.json()["user_id"] == USER_ID
    second = await exchange(server, link["url"])
    assert second.status == 401
    assert "autogpt-lite open" in second.json()["hint"]


async def test_a_session_is_a_cookie_and_a_header_token_together(server: LiveServer):
    one, other = await server.log_in(), await server.log_in()
    assert (await server.get("/api/things", headers=one, anonymous=True)).json()["user_id"] == USER_ID
    mixed = {"Cookie": one["Cookie"], "X-Auth-Token": other["X-Auth-Token"]}
    for headers in ({"Cookie": one["Cookie"]}, {"X-Auth-Token": one["X-Auth-Token"]}, mixed):
        assert (await server.get("/api/things", headers=headers, anonymous=True)).status == 401


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(server: LiveServer):
    answer = await exchange(server, server.accounts.new_link().url)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"autogpt_lite_{server.web.port}=")
    assert cookie.endswith(f"; Path=/; Max-Age={30 * DAY_S}; HttpOnly; SameSite=Strict")
    assert answer.json()["token"] not in cookie


async def test_behind_https_the_cookie_is_secure_and_the_link_has_a_public_form(tmp_path: Path):
    async with run_server(tmp_path, settings={"server.public_url": "https://agents.example.org/"}) as server:
        link = server.accounts.new_link()
        assert link.public_url == "https://agents.example.org/#code=" + link.url.partition("#code=")[2]
        answer = await exchange(server, link.url, headers={"Host": "agents.example.org"})
        assert answer.headers["Set-Cookie"].startswith("autogpt_lite=")
        assert answer.headers["Set-Cookie"].endswith("; Secure")


@pytest.mark.parametrize(
    ("public_url", "is_told"), [("127.0.0.1:8006", False), ("Localhost:8006/", False), ("localhost:9", True)]
)
async def test_a_public_address_that_is_this_machines_own_is_not_told_twice(tmp_path: Path, public_url: str, is_told: bool):
    async with run_server(tmp_path, settings={"server.public_url": f"http://{public_url}"}) as server:
        server.accounts.base_url = "http://127.0.0.1:8006"
        assert (server.accounts.new_link().public_url is not None) is is_told


async def test_a_session_outlives_a_restart(tmp_path: Path):
    settings = {"server.port": 0}
    async with run_server(tmp_path, settings=settings) as server:
        page = await server.log_in()
        name = server.cookie_name()
    async with run_server(tmp_path, settings=settings) as server:
        page["Cookie"] = page["Cookie"].replace(name, server.cookie_name())
        assert (await server.get("/api/things", headers=page, anonymous=True)).status == 200


async def test_nothing_in_the_database_opens_a_session(server: LiveServer):
    page = await server.log_in()
    secret = page["Cookie"].partition("=")[2].encode()
    for file in server.accounts.sessions._db.path.parent.glob("test.db*"):
        content = file.read_bytes()
        assert secret not in content
        assert page["X-Auth-Token"].encode() not in content


async def test_log_out_ends_the_session_at_once(server: LiveServer):
    page = await server.log_in()
    answer = await server.post("/api/auth/logout", headers=page, anonymous=True)
    assert answer.status == 204
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert (await server.get("/api/things", headers=page, anonymous=True)).status == 401
    assert server.accounts.sessions._db.point("SELECT count(*) FROM sessions") == (0,)


async def test_a_session_ends_by_itself(server: LiveServer, monkeypatch):
    page = await server.log_in()
    sessions = server.accounts.sessions
    now = sessions._now()
    monkeypatch.setattr(sessions, "_now", lambda: now + 30 * DAY_S * 1_000_000 - 1_000_000)
    assert (await server.get("/api/things", headers=page, anonymous=True)).status == 200
    monkeypatch.setattr(sessions, "_now", lambda: now + 30 * DAY_S * 1_000_000 + 1)
    assert (await server.get("/api/things", headers=page, anonymous=True)).status == 401
    await server.log_in()
    assert server.accounts.sessions._db.point("SELECT count(*) FROM sessions") == (1,)


async def test_the_owners_token_works_as_a_bearer_token_only(server: LiveServer):
    token = server.bearer["Authorization"].partition(" ")[2]
    assert (await server.get("/api/things")).status == 200
    for value in (token, f"Basic {token}", "Bearer ", "Bearer x", f"Bearer {token}x", f"Bearer {token[:-1]}", "Bearer \u00e9"):
        answer = await server.get("/api/things", headers={"Authorization": value}, anonymous=True)
        assert answer.status == 401, value
    assert (await server.get(f"/api/things?token={token}", anonymous=True)).status == 401


async def test_the_user(server: LiveServer):
    user = (await server.post("/api/auth/user")).json()
    assert (user["id"], user["email"], user["role"]) == (USER_ID, "default@example.com", "admin")


async def test_tickets_know_their_user(server: LiveServer):
    assert (await server.post("/api/ws-ticket", anonymous=True)).status == 401
    ticket = (await server.post("/api/ws-ticket")).json()["ticket"]
    assert (await server.accounts.authenticate_socket(ticket, "")).user_id == USER_ID


async def test_b10_guessing_is_slowed_down_and_does_not_lock_the_owner_out(server: LiveServer):
    page = await server.log_in()
    statuses = [(await server.get("/api/things", headers={"Authorization": "Bearer x"})).status for _ in range(MAX_FAILURES + 20)]
    assert set(statuses) == {401, 429}
    assert statuses[-1] == 429
    assert (await exchange(server, "#code=guess")).status == 429
    assert (await server.get("/api/things")).status == 200
    assert (await server.get("/api/things", headers=page, anonymous=True)).status == 200
    assert (await exchange(server, server.accounts.new_link().url)).status == 200


def test_failures_are_forgotten_after_a_while():
    now = [0.0]
    limiter = FailureLimiter(lambda: now[0])
    errors = [limiter.failed("peer", NotAuthenticatedError()) for _ in range(MAX_FAILURES + 1)]
    assert [type(error) for error in errors[-2:]] == [NotAuthenticatedError, TooManyRequestsError]
    assert type(limiter.failed("other", NotAuthenticatedError())) is NotAuthenticatedError
    now[0] = WINDOW_S
    assert type(limiter.failed("peer", NotAuthenticatedError())) is NotAuthenticatedError


def test_a_code_is_good_once_and_for_its_time():
    now = [0]
    codes: OneTimeCodes[str] = OneTimeCodes(60, lambda: now[0])
    code, expires_at = codes.issue("value")
    assert expires_at == 60_000_000
    assert codes.redeem(code + "x") is None
    assert (codes.redeem(code), codes.redeem(code)) == ("value", None)
    code, _ = codes.issue("value")
    now[0] = 60_000_000
    assert codes.redeem(code) is None


def test_old_codes_make_room():
    codes: OneTimeCodes[int] = OneTimeCodes(60, lambda: 0)
    issued = [codes.issue(number)[0] for number in range(MAX_OPEN_CODES + 1)]
    assert codes.redeem(issued[0]) is None
    assert codes.redeem(issued[1]) == 1
    assert codes.redeem(issued[-1]) == MAX_OPEN_CODES


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_only_the_owner_can_read_the_owners_token(tmp_path: Path):
    token = load_owner_token(tmp_path)
    file = tmp_path / "owner_token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    assert load_owner_token(tmp_path) == token
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "changeme\n", "x" * 39])
def test_a15_a_weak_token_stops_the_start(tmp_path: Path, content: str):
    (tmp_path / "owner_token").write_text(content)
    with pytest.raises(StartupError, match="no usable token"):
        load_owner_token(tmp_path)


@pytest.mark.parametrize(
    ("header", "value"),
    [("a=1", "1"), ("b=2; a=1", "1"), ("b=2;a=x=y==", "x=y=="), ("aa=1; b=a=1", None), ("", None), ("a", ""), ("A=1", None)],
)
def test_reading_a_cookie(header: str, value: str | None):
    assert read_cookie(header, "a") == value


async def test_without_login_everybody_on_this_machine_is_the_default_user(tmp_path: Path):
    async with run_server(tmp_path, settings={"auth.mode": "none"}) as server:
        assert (await server.post("/api/auth/user", anonymous=True)).json()["id"] == USER_ID
        assert (await server.post("/api/auth/link", {"code": "x"}, anonymous=True)).status == 404
        socket = await server.session.ws_connect(f"{server.url}/ws")
        await socket.send_json({"method": "heartbeat", "data": "ping"})
        assert (await socket.receive_json(timeout=5))["success"]
        await socket.close()
