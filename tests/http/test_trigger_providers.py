"""Webhooks that we register ourselves, at a local server that stands for GitHub or Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from autogpt_lite.triggers import service as trigger_service
from tests.http.library_agents import ok, save
from tests.http.triggers import (
    PRESETS,
    PUBLIC_URL,
    PULL_REQUEST,
    SETUP,
    TELEGRAM_MESSAGE,
    TELEGRAM_REACTION,
    WEBHOOKS,
    add_credentials,
    deliver,
    deliveries_of,
    github_headers,
    outputs_of,
    path_of,
    set_up,
    setup_body,
    status_of,
    trigger_agent,
)
from tests.server import LiveServer, run_app

GROUP = "github_api_key-oauth2_credentials"
TOKEN = "123:ABC-token"


class Provider:
    """GitHub's and Telegram's interface: what was asked, and what it answers next where that is not the usual."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.hooks: dict[str, dict[str, Any]] = {}
        self.telegram: dict[str, Any] = {}
        self.refuses: int | None = None
        self.server: LiveServer
        self.delivers_pings = True
        self.asked = asyncio.Event()
        self.gate: asyncio.Event | None = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        self.calls.append((request.method, request.path, body))
        if request.path.startswith("/bot"):
            return self._telegram(request.path, body)
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        self.asked.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.refuses:
            return web.json_response({"message": "Not Found"}, status=self.refuses)
        return await self._github(request.method, request.path, body)

    async def _github(self, method: str, path: str, body: Any) -> web.StreamResponse:
        if path.endswith("/hooks"):
            hook_id = str(len(self.hooks) + 1000)
            self.hooks[hook_id] = body["config"]
            return web.json_response({"id": int(hook_id)}, status=201)
        hook_id = path.split("/")[5]
        if method == "DELETE":
            return web.Response(status=204 if self.hooks.pop(hook_id, None) else 404)
        if self.delivers_pings:
            await self.send(hook_id, b'{"zen":"Keep it logically awesome."}', event="ping")
        return web.Response(status=204)

    async def send(self, hook_id: str, body: bytes, *, event: str, delivery: str = "d-1") -> Any:
        """A delivery of a hook, signed with the secret that GitHub was given for it."""
        config = self.hooks[hook_id]
        preset = {"webhook": {"url": config["url"]}}
        return await deliver(self.server, preset, body, **github_headers(config["secret"], body, event=event, delivery=delivery))

    def _telegram(self, path: str, body: Any) -> web.Response:
        assert path.startswith(f"/bot{TOKEN}/"), path
        method = path.rpartition("/")[2]
        if method == "setWebhook":
            self.telegram = body
        elif method == "deleteWebhook":
            self.telegram = {}
        return web.json_response(
            {"ok": True, "result": {"url": self.telegram.get("url", "")} if method == "getWebhookInfo" else True}
        )


@pytest.fixture
async def provider(serve) -> tuple[Provider, int]:
    standing = Provider()
    return standing, await serve(standing.answer)


@pytest.fixture
async def server(tmp_path: Path, provider: tuple[Provider, int]) -> AsyncIterator[LiveServer]:
    standing, port = provider
    settings = {
        "server.public_url": PUBLIC_URL,
        "http.allow": [f"127.0.0.1:{port}"],
        "triggers.github_api_url": f"http://127.0.0.1:{port}",
        "triggers.telegram_api_url": f"http://127.0.0.1:{port}",
    }
    async with run_app(tmp_path, settings=settings) as live:
        standing.server = live
        yield live


@pytest.fixture
def github(provider: tuple[Provider, int]) -> Provider:
    return provider[0]


telegram = github


async def pull_request_trigger(server: LiveServer, *events: str, repo: str = "octo/hello") -> dict[str, Any]:
    graph = await save(server, trigger_agent(PULL_REQUEST, pin="number"))
    config = {"repo": repo, "events": dict.fromkeys(events or ("opened",), True)}
    return await set_up(server, graph, config, {GROUP: add_credentials(server, "github", TOKEN)})


async def give_back(server: LiveServer) -> None:
    """Runs the job that ends webhooks at their providers, now."""
    from autogpt_lite.triggers.leftovers import give_webhooks_back

    await give_webhooks_back(server.app.db, server.app.triggers)


async def test_a_trigger_is_registered_and_its_deliveries_start_the_agent(server: LiveServer, github: Provider):
    preset = await pull_request_trigger(server, "opened", "closed")
    ((method, path, body),) = github.calls
    assert (method, path, body["events"]) == ("POST", "/repos/octo/hello/hooks", ["pull_request"])
    assert body["config"]["url"] == preset["webhook"]["url"]
    assert len(body["config"]["secret"]) == 64
    assert preset["webhook"]["secret"] == ""
    assert preset["webhook"]["events"] == ["pull_request.opened", "pull_request.closed"]
    sent = b'{"action":"opened","number":7,"pull_request":{"html_url":"u"},"sender":{"login":"me"}}'
    assert (await github.send("1000", sent, event="pull_request")).json() == {"status": "accepted"}
    assert await outputs_of(server, preset) == [7]


async def test_only_the_wanted_events_start_it(server: LiveServer, github: Provider):
    preset = await pull_request_trigger(server, "opened")
    answer = await github.send("1000", b'{"action":"closed","number":1}', event="pull_request")
    other = await github.send("1000", b'{"action":"opened","number":1}', event="issues", delivery="d-2")
    assert (answer.json(), other.json()) == ({"status": "ignored"}, {"status": "ignored"})
    reasons = [one["reason"] for one in await deliveries_of(server, preset)]
    assert reasons == [
        "The trigger does not want the event 'issues.opened'.",
        "The trigger does not want the event 'pull_request.closed'.",
    ]


async def test_a_webhook_that_brings_the_events_already_is_shared(server: LiveServer, github: Provider):
    first = await pull_request_trigger(server, "opened", "closed")
    assert (await pull_request_trigger(server, "closed"))["webhook_id"] == first["webhook_id"]
    assert (await pull_request_trigger(server, "edited"))["webhook_id"] != first["webhook_id"]
    assert (await pull_request_trigger(server, "opened", repo="octo/other"))["webhook_id"] != first["webhook_id"]
    assert len(github.hooks) == 3


async def test_the_last_trigger_takes_the_webhook_at_the_provider_along(server: LiveServer, github: Provider):
    first, second = await pull_request_trigger(server, "opened"), await pull_request_trigger(server, "opened")
    await ok(server.request("DELETE", f"{PRESETS}/{first['id']}"))
    await give_back(server)
    assert list(github.hooks) == ["1000"]
    agent = await ok(server.get(f"/api/library/agents/by-graph/{second['graph_id']}"))
    github.refuses = 500
    await ok(server.request("DELETE", f"/api/library/agents/{agent['id']}"))
    assert (await github.send("1000", b"{}", event="pull_request")).status == 404
    await give_back(server)
    assert list(github.hooks) == ["1000"]  # later, again
    github.refuses = None
    await give_back(server)
    assert github.hooks == {}
    rows = await server.app.db.fetch_all("SELECT count(*) FROM webhooks")
    assert rows == [(0,)]


async def test_changed_pins_move_a_trigger_to_the_webhook_that_they_ask_for(server: LiveServer, github: Provider):
    preset = await pull_request_trigger(server, "opened")
    changed = {**preset["inputs"], "repo": "octo/moved"}
    body = {"inputs": changed, "credentials": preset["credentials"]}
    moved = await ok(server.request("PATCH", f"{PRESETS}/{preset['id']}", json=body))
    assert (moved["webhook"]["resource"], moved["webhook_id"] != preset["webhook_id"]) == ("octo/moved", True)
    await give_back(server)
    assert list(github.hooks) == ["1001"]
    body["inputs"] = {**changed, "events": {"opened": True}}
    same = await ok(server.request("PATCH", f"{PRESETS}/{preset['id']}", json=body))
    assert same["webhook_id"] == moved["webhook_id"]


async def test_what_the_provider_or_the_pins_lack_is_told_and_leaves_nothing_behind(server: LiveServer, github: Provider):
    graph = await save(server, trigger_agent(PULL_REQUEST, pin="number"))
    credentials = {GROUP: add_credentials(server, "github", TOKEN)}
    good = {"repo": "octo/hello", "events": {"opened": True}}
    for config, given, told in (
        ({"repo": "octo/hello", "events": {}}, credentials, "no event is chosen"),
        ({"events": {"opened": True}}, credentials, "repo is missing"),
        ({**good, "repo": "../../user"}, credentials, "is no repository"),
        (good, {}, "credentials"),
    ):
        answer = await server.post(SETUP, setup_body(graph, config, given))
        assert (answer.status, told in answer.json()["message"]) == (400, True), (config, answer.body)
    assert github.calls == []
    github.refuses = 404
    answer = await server.post(SETUP, setup_body(graph, good, credentials))
    assert (answer.status, answer.json()["message"]) == (400, "GitHub answered 404: Not Found")
    assert await ok(server.get(WEBHOOKS)) == []
    unknown = {GROUP: {**credentials[GROUP], "id": "nobody-knows"}}
    assert (await server.post(SETUP, setup_body(graph, good, unknown))).status == 404


async def test_a_provider_that_never_answers_is_left_in_the_end(server: LiveServer, github: Provider):
    preset = await pull_request_trigger(server)
    github.refuses = 500
    await ok(server.request("DELETE", f"{WEBHOOKS}/{preset['webhook_id']}"))
    for _ in range(10):
        await give_back(server)
    assert await server.app.db.fetch_all("SELECT count(*) FROM webhooks") == [(0,)]


async def test_credentials_of_a_user_register_a_trigger_and_switch_it_off_when_they_go(server: LiveServer, github: Provider):
    given = {"type": "api_key", "provider": "github", "title": "mine", "api_key": TOKEN, "hosts": ["127.0.0.1"]}
    made = await ok(server.post("/api/integrations/github/credentials", given))
    graph = await save(server, trigger_agent(PULL_REQUEST, pin="number"))
    ref = {name: made[name] for name in ("id", "provider", "type", "title")}
    preset = await set_up(server, graph, {"repo": "octo/hello", "events": {"opened": True}}, {GROUP: ref})
    assert (await github.send("1000", b'{"action":"opened","number":2}', event="pull_request")).json() == {"status": "accepted"}
    await ok(server.request("DELETE", f"/api/integrations/github/credentials/{made['id']}?force=true"))
    again = await github.send("1000", b'{"action":"opened","number":3}', event="pull_request", delivery="d-2")
    assert again.json() == {"status": "ignored"}
    shown = await ok(server.get(f"{PRESETS}/{preset['id']}"))
    assert (shown["is_active"], "credentials were deleted" in shown["inactive_reason"]) == (False, True)
    others = {GROUP: add_credentials(server, "github", TOKEN)}
    body = {"inputs": {"repo": "octo/hello", "events": {"opened": True}}, "credentials": others, "is_active": True}
    mended = await ok(server.request("PATCH", f"{PRESETS}/{preset['id']}", json=body))
    assert (mended["is_active"], mended["inactive_reason"]) == (True, None)
    sent = await github.send("1001", b'{"action":"opened","number":4}', event="pull_request", delivery="d-3")
    assert sent.json() == {"status": "accepted"}


async def test_a_client_that_goes_away_leaves_no_webhook_that_nobody_knows_of(server: LiveServer, github: Provider):
    graph = await save(server, trigger_agent(PULL_REQUEST, pin="number"))
    credentials = {GROUP: add_credentials(server, "github", TOKEN)}
    body = setup_body(graph, {"repo": "octo/hello", "events": {"opened": True}}, credentials)
    github.gate = asyncio.Event()
    asking = asyncio.create_task(server.post(SETUP, body))
    await github.asked.wait()
    asking.cancel()
    github.gate.set()
    await server.app.triggers.close()  # waits for what is under way
    (webhook,) = await ok(server.get(WEBHOOKS))
    assert webhook["provider_webhook_id"] == "1000"
    assert len(webhook["preset_ids"]) == 1


async def test_a_ping_comes_back_or_is_missed(server: LiveServer, github: Provider, monkeypatch: pytest.MonkeyPatch):
    preset = await pull_request_trigger(server)
    path = f"{WEBHOOKS}/{preset['webhook_id']}/ping"
    assert await ok(server.post(path)) is True
    assert (await deliveries_of(server, preset))[0]["status"] == "ping"
    monkeypatch.setattr(trigger_service, "PING_TIMEOUT_S", 0.05)
    github.delivers_pings = False
    assert (await server.post(path)).status == 504
    github.refuses = 404
    assert (await server.post(path)).status == 400


# --- Telegram ------------------------------------------------------------------------------------------------------


async def bot_trigger(server: LiveServer, block_id: str, pin: str, **config: Any) -> dict[str, Any]:
    graph = await save(server, trigger_agent(block_id, pin=pin))
    return await set_up(server, graph, config, {"telegram_api_key_credentials": add_credentials(server, "telegram", TOKEN)})


async def test_all_triggers_of_a_bot_share_its_one_webhook(server: LiveServer, telegram: Provider):
    texts = await bot_trigger(server, TELEGRAM_MESSAGE, "text", events={"text": True})
    reactions = await bot_trigger(server, TELEGRAM_REACTION, "new_reactions")
    assert texts["webhook_id"] == reactions["webhook_id"]
    assert telegram.telegram["allowed_updates"] == ["message", "edited_message", "message_reaction"]
    key = {"X_Telegram_Bot_Api_Secret_Token": telegram.telegram["secret_token"]}
    update = {"update_id": 5, "message": {"message_id": 1, "text": "Hi", "chat": {"id": 2}, "from": {"id": 3}}}
    assert (await deliver(server, texts, update)).status == 401
    assert await status_of(deliver(server, texts, update, **key)) == "accepted"
    assert await status_of(deliver(server, texts, update, **key)) == "duplicate"
    reaction = {"update_id": 6, "message_reaction": {"message_id": 1, "new_reaction": [{"type": "emoji"}]}}
    assert await status_of(deliver(server, texts, reaction, **key)) == "accepted"
    assert await outputs_of(server, texts) == ["Hi"]
    assert await outputs_of(server, reactions) == [[{"type": "emoji"}]]


async def test_a_bot_that_listens_elsewhere_by_now_is_left_alone(server: LiveServer, telegram: Provider):
    preset = await bot_trigger(server, TELEGRAM_MESSAGE, "text", events={"text": True})
    assert path_of(preset) in telegram.telegram["url"]
    telegram.telegram = {"url": "https://elsewhere.example.org"}
    await ok(server.request("DELETE", f"{PRESETS}/{preset['id']}"))
    await give_back(server)
    assert telegram.telegram["url"] == "https://elsewhere.example.org"
