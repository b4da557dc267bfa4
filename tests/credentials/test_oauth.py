"""Logins at a real OAuth server (Authlib) in a process of its own, and A13: what a login must not accept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from autogpt_lite import clock
from autogpt_lite.oauth.providers import KNOWN, configured
from tests.compat.openapi_contract import OpenApiContract
from tests.credentials.world import USER, World, open_world, ref
from tests.server import make_config

pytest.importorskip("authlib")

from tests.credentials.oauth_server import CLIENT_ID, CLIENT_SECRET, run_oauth_server

BASE = "/api/integrations/github"


@pytest.fixture(scope="module")
def oauth_url() -> Iterator[str]:
    with run_oauth_server() as url:
        yield url


@pytest.fixture
async def world(tmp_path: Path, oauth_url: str):
    provider = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "authorize_url": f"{oauth_url}/authorize",
        "token_url": f"{oauth_url}/token",
        "revoke_url": f"{oauth_url}/revoke",
        "user_url": f"{oauth_url}/user",
        "user_field": "login",
        "hosts": ["127.0.0.1"],
    }
    providers = {"github": provider, "acme": provider}
    async with open_world(tmp_path, also_allowed=[oauth_url.removeprefix("http://")], oauth__providers=providers) as one:
        one.live.accounts.base_url = one.live.url
        async with one.live.session.post(f"{oauth_url}/redirects", data=f"{one.live.url}/oauth-callback.html"):
            pass
        yield one


async def begin(world: World, headers: dict[str, str], query: str = "", provider: str = "github") -> dict[str, Any]:
    answer = await world.live.get(f"/api/integrations/{provider}/login{query}", anonymous=True, headers=headers)
    assert answer.status == 200, answer.body
    return answer.json()


async def agree(world: World, login_url: str) -> dict[str, str]:
    """What the browser comes back with once the user has agreed."""
    async with world.live.session.get(login_url, allow_redirects=False) as answer:
        assert answer.status == 302, await answer.text()
        back = urlsplit(answer.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == f"{world.live.url}/oauth-callback.html"
    return {name: values[0] for name, values in parse_qs(back.query).items()}


async def finish(world: World, headers: dict[str, str], code: str, state: str, provider: str = "github"):
    body = {"code": code, "state_token": state}
    return await world.live.post(f"/api/integrations/{provider}/callback", body, anonymous=True, headers=headers)


async def connect(world: World, headers: dict[str, str], query: str = "") -> dict[str, Any]:
    back = await agree(world, (await begin(world, headers, query))["login_url"])
    answer = await finish(world, headers, back["code"], back["state"])
    assert answer.status == 200, answer.body
    return answer.json()


async def test_a_login_is_stored_and_a_block_uses_it(world: World, contract):
    headers = await world.live.log_in()
    begun = await begin(world, headers, "?scopes=repo,user")
    asked = parse_qs(urlsplit(begun["login_url"]).query)
    assert (asked["scope"], asked["code_challenge_method"], asked["client_id"]) == (["repo user"], ["S256"], [CLIENT_ID])
    back = await agree(world, begun["login_url"])
    assert back["state"] == begun["state_token"]
    answer = await finish(world, headers, back["code"], back["state"])
    made = answer.json()
    assert (made["username"], made["scopes"], made["type"]) == ("ada", ["repo", "user"], "oauth2")
    described = OpenApiContract(contract / "openapi_2026.json")
    described.check("GET", "/api/integrations/{provider}/login", 200, begun)
    described.check("POST", "/api/integrations/{provider}/callback", 200, made)
    run = await world.run(await world.add_agent(made))
    assert run["node_executions"][0]["status"] == "COMPLETED"
    token = world.other.seen[0]["Authorization"].removeprefix("Bearer ")
    assert token.encode() not in answer.body


async def test_a_login_is_renewed_before_it_ends_and_revoked_when_deleted(world: World, oauth_url: str):
    headers = await world.live.log_in()
    made = await connect(world, headers)
    access = world.app.credentials_access
    first = (await access.resolve(USER, ref(made))).secrets["access_token"]
    start = clock.now_us()
    with clock.turned_by(lambda: start + 3_400_000_000):
        leases = await asyncio.gather(*(access.acquire(USER, ref(made)) for _ in range(10)))
        (second,) = {lease.credentials.secrets["access_token"] for lease in leases}
        assert second != first
        for lease in leases:
            lease.release()
        gone = await world.live.request("DELETE", f"{BASE}/credentials/{made['id']}")
        assert gone.json() == {"deleted": True, "revoked": True}
    async with world.live.session.get(f"{oauth_url}/user", headers={"Authorization": f"Bearer {second}"}) as answer:
        assert answer.status == 401


async def test_a_login_that_the_provider_has_ended_is_made_again_under_the_same_id(world: World, oauth_url: str):
    headers = await world.live.log_in()
    made = await connect(world, headers, "?scopes=repo")
    access = world.app.credentials_access
    row = access.stored(USER, made["id"])
    await access.save(row, {**row.open(access.box), "refresh_token": "no longer known"})
    start = clock.now_us()
    with clock.turned_by(lambda: start + 3_500_000_000), pytest.raises(Exception, match="wants a new login"):
        await access.resolve(USER, ref(made))
    again = await connect(world, headers, f"?credential_id={made['id']}")
    assert (again["id"], again["scopes"], again["problem"]) == (made["id"], ["repo"], None)
    assert (await access.resolve(USER, ref(made))).secrets["access_token"]


async def test_a13_a_state_is_good_once_for_its_session_and_provider_only(world: World):
    mine, other = await world.live.log_in(), await world.live.log_in()

    async def refused(headers: dict[str, str], code: str, state: str, provider: str = "github") -> None:
        answer = await finish(world, headers, code, state, provider)
        assert answer.status == 400, answer.body

    back = await agree(world, (await begin(world, mine))["login_url"])
    await refused(mine, back["code"], "")
    await refused(mine, back["code"], "github.made-up")
    await refused(mine, back["code"], back["state"][:-1])
    await refused(other, back["code"], back["state"])  # another browser of the same user
    await refused(mine, back["code"], back["state"])  # and that has used it up
    back = await agree(world, (await begin(world, mine))["login_url"])
    await refused(mine, back["code"], back["state"], "acme")
    back = await agree(world, (await begin(world, mine))["login_url"])
    assert (await finish(world, mine, back["code"], back["state"])).status == 200
    await refused(mine, back["code"], back["state"])  # replayed
    back = await agree(world, (await begin(world, mine))["login_url"])
    start = clock.now_us()
    with clock.turned_by(lambda: start + 601_000_000):
        await refused(mine, back["code"], back["state"])  # ten minutes later
    listed = (await world.live.get(f"{BASE}/credentials")).json()
    assert len(listed) == 1


async def test_a13_a_code_that_somebody_else_began_does_not_pass_pkce(world: World):
    mine = await world.live.log_in()
    theirs = await agree(world, (await begin(world, mine))["login_url"])
    own = await begin(world, mine)
    answer = await finish(world, mine, theirs["code"], own["state_token"])
    assert answer.status == 400
    assert (await world.live.get(f"{BASE}/credentials")).json() == []


async def test_a13_the_redirect_address_is_ours_exactly_and_nobody_chooses_it(world: World):
    mine = await world.live.log_in()
    begun = await begin(world, mine, "?redirect_uri=http://evil.test&scopes=repo")
    assert parse_qs(urlsplit(begun["login_url"]).query)["redirect_uri"] == [f"{world.live.url}/oauth-callback.html"]
    port = world.live.web.port
    answer = await world.live.get(f"{BASE}/login", headers={"Host": f"localhost:{port}"})
    assert (answer.status, world.live.url in answer.json()["hint"]) == (400, True)
    evil = begun["login_url"].replace("oauth-callback.html", "oauth-callback.html.evil.test")
    async with world.live.session.get(evil, allow_redirects=False) as refused:
        assert "Location" not in refused.headers


async def test_only_the_landing_page_may_be_opened_from_another_site(world: World):
    navigation = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    page = await world.live.get("/oauth-callback.html?code=c&state=s", anonymous=True, headers=navigation)
    assert page.status == 200
    assert b"code=c" not in page.body
    for path, headers in (
        ("/", navigation),
        ("/oauth-callback.html", {**navigation, "Sec-Fetch-Dest": "iframe"}),
        ("/oauth-callback.html", {**navigation, "Sec-Fetch-Mode": "no-cors"}),
        ("/oauth-callback.html", {"Sec-Fetch-Site": "cross-site"}),
    ):
        assert (await world.live.get(path, anonymous=True, headers=headers)).status == 403, (path, headers)


async def test_c8_a_token_address_inside_the_house_is_refused(tmp_path: Path, unused_port: int):
    inside = f"http://127.0.0.1:{unused_port}"
    provider = {"client_id": "c", "authorize_url": f"{inside}/a", "token_url": f"{inside}/t"}
    async with open_world(tmp_path, oauth__providers={"acme": provider}) as world:
        world.live.accounts.base_url = world.live.url
        mine = await world.live.log_in()
        begun = await begin(world, mine, provider="acme")
        answer = await finish(world, mine, "c", begun["state_token"], "acme")
        assert (answer.status, "must not be reached" in answer.json()["message"]) == (400, True)


async def test_a_provider_that_is_not_set_up_says_how(world: World):
    answer = await world.live.get("/api/integrations/linear/login")
    assert answer.status == 404
    assert f"{world.live.url}/oauth-callback.html" in answer.json()["hint"]
    assert "LINEAR_CLIENT_ID" in answer.json()["hint"]


@pytest.mark.parametrize("name", ["github", "google", "discord", "notion", "linear", "todoist"])
def test_known_providers_need_an_id_and_a_secret_only(name: str):
    environ = {f"{name.upper()}_CLIENT_ID": "id", f"{name.upper()}_CLIENT_SECRET": "secret"}
    (found,) = configured(make_config().oauth, environ).values()
    assert (found.name, found.client_id, found.client_secret) == (name, "id", "secret")
    assert found.authorize_url.startswith("https://")
    assert found.token_url.startswith("https://")
    assert "secret" not in repr(found)
    assert set(KNOWN) == {"github", "google", "discord", "notion", "linear", "todoist"}
