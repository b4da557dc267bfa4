"""The ways in: sessions, passwords, links, tokens of others, settings that would leave a door open. A11 to A16, B7, B8 and B10.

| line | where |
|---|---|
| A11 | here, for passwords and links; test_web.py for what a planted cookie is worth |
| A12 | tests/browser/test_login.py: what `next` says means nothing; here: no answer ever redirects |
| A13 | with the logins of other services (credentials), not here |
| A14, A15 | here, with the exit code; test_web.py for the headers of proxies |
| A16 | test_web.py |
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from autogpt_lite.accounts.failures import MAX_FAILURES, WINDOW_S
from autogpt_lite.accounts.jwt_tokens import check_jwt_secret
from autogpt_lite.accounts.password_login import MAX_FAILURES_PER_ACCOUNT, MAX_FAILURES_PER_PEER, MAX_SIGN_UPS
from autogpt_lite.accounts.passwords import NO_PASSWORD, PasswordWork, hash_password, is_password
from autogpt_lite.accounts.types import PasswordReset
from autogpt_lite.credentials.keys import given_keys
from autogpt_lite.errors import ConfigError, InvalidInputError
from tests.http.library_agents import ok
from tests.server import LiveServer, make_config, run_cli, run_server

PASSWORD = "four words belong apart"
SECRET = "k3-9fQ!zr7_wLpX2vT8sYb5nDc1mAe6u-H4gJ0iKqRtUyWxZaBdEoFhGjKlMnPpSv"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of a second for each password is for guessers, not for tests."""
    monkeypatch.setattr("autogpt_lite.accounts.passwords.LOG2_N", 4)
    monkeypatch.setattr("autogpt_lite.accounts.password_login.NO_PASSWORD", NO_PASSWORD.replace("$14$", "$4$"))


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with run_server(tmp_path, settings={"auth.mode": "password", "auth.sign_up": True}) as live:
        yield live


@pytest.fixture
async def jwt_server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with run_server(tmp_path, settings={"auth.mode": "jwt", "auth.jwt_secret": SECRET}) as live:
        yield live


async def ask(server: LiveServer, way: str, **body: Any) -> Any:
    return await server.post(f"/api/auth/{way}", body, anonymous=True, headers=body.pop("headers", {}))


async def sign_up(server: LiveServer, email: str = "ada@example.org") -> dict[str, str]:
    """The headers of the browser of somebody new."""
    return page_of(await ask(server, "signup", email=email, password=PASSWORD))


def page_of(answer: Any) -> dict[str, str]:
    assert answer.status == 200, answer.body
    return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0], "X-Auth-Token": answer.json()["token"]}


async def is_in(server: LiveServer, page: dict[str, str]) -> bool:
    return (await server.get("/api/things", headers=page, anonymous=True)).status == 200


# --- A11, A12 ---------------------------------------------------------------------------------------------------------------


async def test_a11_every_login_is_a_new_session(server: LiveServer):
    first = await sign_up(server)
    given = {"email": "ada@example.org", "password": PASSWORD}
    second = page_of(await server.post("/api/auth/login", given, headers=first, anonymous=True))
    assert first["Cookie"] != second["Cookie"]
    assert first["X-Auth-Token"] != second["X-Auth-Token"]
    mixed = {"Cookie": first["Cookie"], "X-Auth-Token": second["X-Auth-Token"]}
    assert [await is_in(server, page) for page in (first, second, mixed)] == [True, True, False]


@pytest.mark.parametrize("target", ["//evil.example", "/%5Cevil.example", "javascript:alert(1)", "https://evil.example/"])
async def test_a12_no_answer_redirects(server: LiveServer, target: str):
    given = {"email": "ada@example.org", "password": PASSWORD, "next": target}
    answers = [await server.get(f"/login?next={target}", anonymous=True), await ask(server, "signup", **given)]
    answers.append(await server.post(f"/api/auth/login?next={target}", given, anonymous=True))
    for answer in answers:
        assert answer.status == 200
        assert "Location" not in answer.headers
        assert b"evil" not in answer.body


# --- A14, A15: what refuses to start ----------------------------------------------------------------------------------------

SAMPLES = [
    "",
    "secret",
    "changeme",
    "your-super-secret-jwt-token-with-at-least-32-characters-long",
    "Your-Super-Secret-JWT-Token-With-At-Least-32-Characters-Long",
    "a-string-secret-at-least-256-bits-long",
    "a" * 64,
    "abababababababababababababababababababab",
]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"auth__mode": "none", "server__host": "0.0.0.0"}, "auth.mode"),
        ({"auth__mode": "none", "server__host": "::"}, "auth.mode"),
        ({"auth__mode": "none", "server__allowed_hosts": ["agents.example.org"]}, "auth.mode"),
        ({"auth__mode": "jwt"}, "auth.jwt_secret"),
        ({"auth__mode": "jwt", "auth__jwt_secret": SAMPLES[3]}, "auth.jwt_secret"),
    ],
)
def test_a14_a15_an_open_door_refuses_to_start(tmp_path: Path, settings: dict[str, Any], named: str):
    done = run_cli("serve", "--port", "0", "--data-dir", tmp_path / "data", **settings)
    assert done.returncode == 2
    reason, *hint = done.stderr.splitlines()
    assert reason.startswith("autogpt-lite: `")
    assert named in reason
    assert len(hint) == 1
    assert not (tmp_path / "data").exists()
    assert SAMPLES[3] not in done.stderr


KEY_PREFIX = "autogpt-lite-key-1:"
FERNET_OF_A_SAMPLE = "dvziYgz0KSK8FENhju0ZYi8-fRTfAdlz6YLhdB_jhNw="
"""What AutoGPT's own example of a .env had for years (GHSA-57mf-wqwq-6g6x)."""


WEAK_KEYS = {
    "sample": FERNET_OF_A_SAMPLE,
    "zeros": KEY_PREFIX + base64.b64encode(bytes(32)).decode(),
    "a word": KEY_PREFIX + base64.b64encode(b"changeme" * 4).decode(),
    "digits": KEY_PREFIX + base64.b64encode(b"01234567890123456789012345678901").decode(),
    "empty": KEY_PREFIX,
    "no key": "changeme",
}


@pytest.mark.parametrize("name", WEAK_KEYS)
def test_a15_a_known_or_empty_key_of_the_credentials_is_none(name: str):
    with pytest.raises(ConfigError, match="gives no usable key"):
        given_keys(WEAK_KEYS[name], [])
    assert given_keys(KEY_PREFIX + base64.b64encode(os.urandom(32)).decode(), [])


def test_a15_a_server_with_such_a_key_refuses_to_start(tmp_path: Path):
    done = run_cli("serve", "--port", "0", "--data-dir", tmp_path / "data", credentials__key=FERNET_OF_A_SAMPLE)
    assert done.returncode == 2
    assert done.stderr.startswith("autogpt-lite: `credentials.key` gives no usable key.")
    assert FERNET_OF_A_SAMPLE not in done.stderr


@pytest.mark.parametrize("secret", SAMPLES)
def test_a15_a_known_or_weak_secret_is_none(secret: str):
    config = make_config({"auth.mode": "jwt", "auth.jwt_secret": secret})
    with pytest.raises(ConfigError, match=r"auth\.jwt_secret"):
        check_jwt_secret(config.auth)
    assert "jwt_secret=" not in repr(config)
    assert not secret or repr(secret) not in repr(config)


def test_a15_a_good_secret_is_taken():
    check_jwt_secret(make_config({"auth.mode": "jwt", "auth.jwt_secret": SECRET}).auth)
    with pytest.raises(ConfigError, match="audience"):
        check_jwt_secret(make_config({"auth.mode": "jwt", "auth.jwt_secret": SECRET, "auth.jwt_audience": ""}).auth)


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
async def test_a15_the_first_start_makes_random_keys_that_nobody_else_can_read(tmp_path: Path):
    tokens = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        async with run_server(tmp_path / name) as server:
            tokens.add(server.bearer["Authorization"])
        assert stat.S_IMODE((tmp_path / name / "owner_token").stat().st_mode) == 0o600
    assert len(tokens) == 2


@pytest.mark.parametrize("password", ["", "short", "changeme", "Password1", "aaaaaaaaaaaa", "ada@example.org", "x" * 257])
async def test_a15_a_password_that_everybody_tries_is_not_taken(server: LiveServer, password: str):
    answer = await ask(server, "signup", email="ada@example.org", password=password)
    assert answer.status == 400
    assert "four words" in answer.json()["hint"]


# --- B7: a new password by a link ---------------------------------------------------------------------------------------------


async def reset_code(server: LiveServer, email: str = "ada@example.org") -> tuple[str, str]:
    users = (await ok(server.get("/api/admin/users")))["users"]
    user_id = next(user["id"] for user in users if user["email"] == email)
    link = await ok(server.post(f"/api/admin/users/{user_id}/reset"))
    return link["url"].partition("#reset=")[2], user_id


async def test_b7_a_reset_works_once_and_ends_every_session(server: LiveServer):
    page = await sign_up(server)
    code, _ = await reset_code(server)
    answer = await ask(server, "reset", code=code, password="another set of words")
    assert code.encode() not in answer.body
    assert await is_in(server, page_of(answer))
    assert not await is_in(server, page)
    assert (await ask(server, "reset", code=code, password="a third set of words")).status == 400
    assert (await ask(server, "login", email="ada@example.org", password=PASSWORD)).status == 401
    assert (await ask(server, "login", email="ada@example.org", password="another set of words")).status == 200


async def test_b7_null_empty_old_and_guessed_codes_are_refused(server: LiveServer, monkeypatch: pytest.MonkeyPatch):
    page = await sign_up(server)
    replaced, user_id = await reset_code(server)
    code, _ = await reset_code(server)
    bodies: list[dict[str, Any]] = [{}, {"code": None}, {"code": ""}, {"code": replaced}, {"code": "0" * 43}, {"code": user_id}]
    for body in bodies:
        answer = await ask(server, "reset", password="another set of words", **body)
        assert answer.status == 400, body
        assert code.encode() not in answer.body
    assert (await ask(server, "reset", code=code)).status == 400
    assert (await ask(server, "reset", code=code, password="changeme")).status == 400, "a bad password uses no code up"
    now = time.time_ns() // 1000
    monkeypatch.setattr("autogpt_lite.accounts.codes.now_us", lambda: now + 86_400_000_001)
    assert (await ask(server, "reset", code=code, password="another set of words")).status == 400
    assert await is_in(server, page)


async def test_b7_a_code_for_an_email_address_sets_no_password(server: LiveServer):
    await sign_up(server)
    _, user_id = await reset_code(server, "ada@example.org")
    code, _ = await server.accounts.codes.issue(user_id, "email", "new@example.org")
    assert (await ask(server, "reset", code=code, password="another set of words")).status == 400


async def test_b7_a_changed_password_makes_older_links_worthless(server: LiveServer):
    page = await sign_up(server)
    code, _ = await reset_code(server)
    body = {"old_password": PASSWORD, "new_password": "another set of words"}
    assert (await server.post("/api/auth/password", body, headers=page, anonymous=True)).status == 204
    assert (await ask(server, "reset", code=code, password="a third set of words")).status == 400


def test_b7_no_body_can_leave_the_code_unchecked():
    assert PasswordReset().code is None


# --- B8: tokens of another log-in service ----------------------------------------------------------------------------------------


def token(secret: str = SECRET, algorithm: str = "HS256", headers: dict[str, Any] | None = None, **changes: Any) -> str:
    claims = {"sub": "b0b", "aud": "authenticated", "exp": time.time() + 60, "iat": time.time() - 1, "email": "bob@example.org"}
    kept = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    return jwt.encode(kept, secret if algorithm != "none" else None, algorithm=algorithm, headers=headers)


def by_hand(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims))
    return ".".join([*parts, signature])


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def bad_tokens() -> dict[str, str]:
    good = token()
    head, body, signature = good.split(".")
    claims = {"sub": "b0b", "aud": "authenticated", "exp": time.time() + 60}
    return {
        "alg none": token(algorithm="none"),
        "alg none, in capitals": by_hand({"alg": "NONE", "typ": "JWT"}, claims),
        "alg none with the signature": by_hand({"alg": "none"}, claims, signature),
        "another alg of the family": token(algorithm="HS512"),
        "an alg of public keys": by_hand({"alg": "RS256", "typ": "JWT"}, claims, signature),
        "an alg that does not exist": by_hand({"alg": "XX"}, claims, signature),
        "another secret": token(secret=SECRET[::-1]),
        "the empty secret": token(secret="\0" * 32),
        "another audience": token(aud="anon"),
        "no audience": token(aud=None),
        "expired a second ago": token(exp=int(time.time()) - 1),
        "no expiry": token(exp=None),
        "an expiry that is no number": by_hand({"alg": "HS256"}, {**claims, "exp": "soon"}, signature),
        "made in the future": token(iat=time.time() + 3600),
        "not valid yet": token(nbf=time.time() + 3600),
        "no subject": token(sub=None),
        "an empty subject": token(sub=""),
        "a subject with a line break": token(sub="a\nb"),
        "a subject that is no text": by_hand({"alg": "HS256"}, {**claims, "sub": 5}, signature),
        "other claims under the same signature": f"{head}.{by_hand({}, {**claims, 'role': 'admin'}).split('.')[1]}.{signature}",
        "no signature": f"{head}.{body}.",
        "not base64": f"{head}.!!!.{signature}",
        "only dots": "..",
        "nested lists": f"{base64.urlsafe_b64encode(b'[' * 5000).decode()}.{body}.{signature}",
    }


@pytest.mark.parametrize("name", bad_tokens())
async def test_b8_a_bad_token_is_nobodys(jwt_server: LiveServer, name: str):
    answer = await jwt_server.get("/api/things", headers=bearer(bad_tokens()[name]), anonymous=True)
    assert answer.status == 401
    socket = await jwt_server.open_socket(bad_tokens()[name])
    code = (await socket.receive(timeout=5)).data
    assert code == (4002 if "subject" in name and "no text" not in name else 4003)
    assert len((await ok(jwt_server.get("/api/admin/users")))["users"]) == 1, "nobody was made of it"


@pytest.mark.parametrize("kid", ["../../../../dev/null", "/dev/null", "' UNION SELECT 'x", "http://127.0.0.1/key", "x" * 1000])
async def test_b8_what_a_token_says_about_its_key_means_nothing(jwt_server: LiveServer, kid: str):
    more = {"kid": kid, "jku": kid, "x5u": kid, "jwk": {"kty": "oct", "k": ""}}
    own_key = bearer(token(secret="\0" * 32, headers=more))
    assert (await jwt_server.get("/api/things", headers=own_key, anonymous=True)).status == 401
    assert (await jwt_server.get("/api/things", headers=bearer(token(headers=more)), anonymous=True)).status == 200


async def test_b8_a_good_token_makes_its_user_and_ends_with_its_time(jwt_server: LiveServer, monkeypatch: pytest.MonkeyPatch):
    good = bearer(token(exp=int(time.time()) + 30))
    user = await ok(jwt_server.post("/api/auth/user", headers=good, anonymous=True))
    assert (user["id"], user["email"], user["role"]) == ("b0b", "bob@example.org", "user")
    assert (await jwt_server.get("/api/admin/things", headers=good, anonymous=True)).status == 403
    admin = bearer(token(role="admin"))
    assert (await jwt_server.get("/api/admin/things", headers=admin, anonymous=True)).status == 200
    now = time.time()
    monkeypatch.setattr("autogpt_lite.accounts.jwt_tokens.time.time", lambda: now + 31)
    assert (await jwt_server.get("/api/things", headers=good, anonymous=True)).status == 401


async def test_b8_many_first_requests_at_once_make_one_user(jwt_server: LiveServer):
    good = bearer(token(email="default@example.com"))
    answers = await asyncio.gather(*(jwt_server.post("/api/auth/user", headers=good, anonymous=True) for _ in range(8)))
    assert {answer.status for answer in answers} == {200}
    emails = {answer.json()["email"] for answer in answers}
    assert len(emails) == 1
    assert "default@example.com" not in emails, "an address that somebody has is not taken from them"


async def test_b8_a_socket_ends_when_its_token_does(jwt_server: LiveServer):
    socket = await jwt_server.open_socket(token(exp=int(time.time()) + 2))
    await socket.send_json({"method": "heartbeat", "data": "ping"})
    assert (await socket.receive_json(timeout=5))["success"]
    assert (await socket.receive(timeout=10)).data == 4003


async def test_b8_without_jwt_mode_no_token_of_others_is_taken(server: LiveServer):
    assert (await server.get("/api/things", headers=bearer(token()), anonymous=True)).status == 401


# --- B10: guessing ------------------------------------------------------------------------------------------------------------


def windows_since(began: float) -> int:
    """How many of the windows that failures are counted in have begun; a loaded machine needs more than one."""
    return int((time.monotonic() - began) / WINDOW_S) + 2


async def test_b10_a_thousand_wrong_passwords_lock_nobody_out(server: LiveServer, monkeypatch: pytest.MonkeyPatch):
    page = await sign_up(server)
    hashed = []
    check = PasswordWork.check
    monkeypatch.setattr(PasswordWork, "check", lambda self, *given: hashed.append(given) or check(self, *given))
    statuses, began = [], time.monotonic()
    for _ in range(20):
        guesses = (ask(server, "login", email="ada@example.org", password="guess") for _ in range(50))
        statuses += [answer.status for answer in await asyncio.gather(*guesses)]
    assert set(statuses) == {401, 429}
    assert statuses.count(401) <= windows_since(began) * MAX_FAILURES_PER_ACCOUNT
    assert len(hashed) == statuses.count(401), "what is refused costs no hashing"
    assert await is_in(server, page)
    failed = await ok(server.get("/api/admin/failed-logins"))
    assert sum(row["count"] for row in failed) == 1000
    assert {(row["way"], row["remote"]) for row in failed} == {("password", "127.0.0.1")}
    assert b"guess" not in (await server.get("/api/admin/failed-logins")).body


async def test_b10_one_account_after_the_other_is_as_slow(server: LiveServer, monkeypatch: pytest.MonkeyPatch):
    hashed = []
    check = PasswordWork.check
    monkeypatch.setattr(PasswordWork, "check", lambda self, *given: hashed.append(given) or check(self, *given))
    began = time.monotonic()
    answers = [await ask(server, "login", email=f"u{n}@example.org", password="guess") for n in range(100)]
    assert 429 in {answer.status for answer in answers}
    assert len(hashed) <= windows_since(began) * MAX_FAILURES_PER_PEER


async def test_b10_who_is_right_is_not_counted(server: LiveServer):
    await sign_up(server)
    for _ in range(2 * MAX_FAILURES_PER_PEER):
        assert (await ask(server, "login", email="ada@example.org", password=PASSWORD)).status == 200


async def test_b10_a_thousand_wrong_keys_lock_nobody_out(server: LiveServer):
    page = await sign_up(server)
    made = await ok(server.post("/api/api-keys", {"name": "k", "permissions": ["IDENTITY"]}, headers=page, anonymous=True))
    statuses, began = [], time.monotonic()
    for number in range(20):
        guesses = (server.get("/api/things", headers={"X-API-Key": f"agpt_{number}"}, anonymous=True) for _ in range(50))
        statuses += [answer.status for answer in await asyncio.gather(*guesses)]
    assert set(statuses) == {401, 429}
    assert statuses.count(401) <= windows_since(began) * MAX_FAILURES
    good = await server.post("/api/auth/user", headers={"X-API-Key": made["plain_text_key"]}, anonymous=True)
    assert good.status == 200
    assert await is_in(server, page)


async def test_b10_sign_ups_are_slowed_down(server: LiveServer):
    answers = [await ask(server, "signup", email=f"u{n}@example.org", password=PASSWORD) for n in range(3 * MAX_SIGN_UPS)]
    assert 429 in {answer.status for answer in answers}


def test_b10_a_wrong_password_takes_as_long_for_nobody(monkeypatch: pytest.MonkeyPatch):
    """The same work where there is no such account."""
    assert NO_PASSWORD.split("$")[:4] == ["scrypt", "14", "8", "5"]
    costs = []
    monkeypatch.setattr("hashlib.scrypt", lambda *given, **cost: costs.append((cost["n"], cost["r"], cost["p"])) or bytes(32))
    monkeypatch.setattr("autogpt_lite.accounts.passwords.LOG2_N", 14)
    is_password("x", NO_PASSWORD)
    hash_password("x")
    assert len(set(costs)) == 1


def test_stored_hashes_keep_their_cost():
    stored = hash_password(PASSWORD)
    assert stored.startswith("scrypt$4$8$5$")
    assert (is_password(PASSWORD, stored), is_password(PASSWORD + " ", stored)) == (True, False)
    assert PASSWORD not in stored


async def test_nobody_can_ask_for_anothers_reset(server: LiveServer):
    page = await sign_up(server)
    _, user_id = await reset_code(server)
    assert (await server.post(f"/api/admin/users/{user_id}/reset", headers=page, anonymous=True)).status == 403
    with pytest.raises(InvalidInputError):
        server.accounts.codes.find(None, "reset")
