"""Secrets planted in every place that takes one, in a server that is a process of its own: they are found nowhere afterwards.

A server that repeats everything it gets makes the runs fail, as careless APIs do. What a run is given as plain data is stored as such
(docs/security.md); a secret input of it is in no error, log, export, figure or search all the same.
"""

from __future__ import annotations

import asyncio
import base64
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web

from tests.credentials.world import BLOCKS, FETCH, GROUP, ref
from tests.http.library_agents import OUTPUT, TEXT_INPUT, link, node
from tests.http.triggers import GENERIC, trigger_agent
from tests.live_run import watch_run
from tests.server import ServerProcess

TEMPLATE, GENERATOR = "db7d8f02-2f44-4c55-ab7a-eae0941f0c30", "1f292d4a-41a4-4977-9684-7c8d560b9f91"

CREDENTIALS: dict[str, dict[str, Any]] = {
    "api_key": {"api_key": "canary-key-1-8d2b77c1"},
    "oauth2": {"access_token": "canary-token-2-31fa90aa", "refresh_token": "canary-refresh-2-66e1", "scopes": []},
    "user_password": {"username": "ada", "password": "canary/pass word-3-07cc"},
    "host_scoped": {"headers": {"Authorization": "Bearer canary-header-4-5b1e"}},
}
PASSWORD, NEW_PASSWORD = "canary-password-5-aa9f", "canary-new-password-5-77d0"
CONFIGURED, ENVIRONMENT, LOGIN = "canary-provider-6-1c9d", "canary-environment-7-ee41", "canary-client-8-0f3a"
WEBHOOK, LITERAL, INPUT = "canary-webhook-9-d00d", "canary-literal-10-b33f", "canary-input-11-cafe"
SEALED = [
    *(
        "canary-key-1-8d2b77c1",
        "canary-token-2-31fa90aa",
        "canary-refresh-2-66e1",
        "canary/pass word-3-07cc",
        "canary-header-4-5b1e",
    ),
    *(PASSWORD, NEW_PASSWORD, CONFIGURED, ENVIRONMENT, LOGIN, WEBHOOK),
]
"""Never in the clear, wherever one looks."""
PLAIN = [LITERAL, INPUT]
"""In the agent and in its runs, which are their owner's; nowhere else."""


class Repeater:
    """Answers with an error that holds the whole request."""

    port = 0
    seen = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.seen += 1
        told = {
            "path": request.path_qs,
            "headers": dict(request.headers),
            "body": (await request.read()).decode("utf-8", "replace"),
        }
        return web.json_response({"error": {"message": f"refused: {json.dumps(told)}"}}, status=401)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
async def repeater() -> AsyncIterator[Repeater]:
    one, app = Repeater(), web.Application()
    app.router.add_route("*", "/{path:.*}", one.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    one.port = site._server.sockets[0].getsockname()[1]
    yield one
    await runner.cleanup()


class Story:
    """What a careless owner does with the server, and everything that the server says about it."""

    def __init__(self, server: ServerProcess, repeater: Repeater):
        self.server = server
        self.repeater = repeater
        self.frames: list[str] = []
        self.answers: list[str] = []
        self.shown_once: list[str] = []
        """Secrets that the server has made, and shown where it made them."""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """A request whose answer must hold no secret."""
        answer = self.server.request(method, path, body, **headers)
        self.answers.append(f"{method} {path} {answer.status} {answer.headers} {answer.body.decode('utf-8', 'replace')}")
        return answer.json() if answer.body[:1] in (b"{", b"[") else answer.body

    def make(self, method: str, path: str, body: Any) -> Any:
        """A request whose answer shows, this once, a secret that was made."""
        answer = self.server.request(method, path, body)
        assert answer.status in (200, 201), answer.body
        return answer.json()

    def add_credentials(self) -> list[dict[str, Any]]:
        made = []
        for kind, secret in CREDENTIALS.items():
            more = (
                {"host": f"127.0.0.1:{self.repeater.port}"}
                if kind == "host_scoped"
                else {"hosts": [f"127.0.0.1:{self.repeater.port}"]}
            )
            made.append(self.ask("POST", "/api/integrations/acme/credentials", {"type": kind, "title": kind, **secret, **more}))
            assert "id" in made[-1], made[-1]
        return made

    def save(self, nodes: list[dict[str, Any]], *links: str) -> dict[str, Any]:
        graph = {"name": "Careless", "description": "", "nodes": nodes, "links": [link(one) for one in links]}
        return self.make("POST", "/api/graphs", {"graph": graph})

    async def run(self, graph: dict[str, Any], **body: Any) -> dict[str, Any]:
        """Runs it to its end, watched; the run as it is stored, with its nodes."""
        watched = await watch_run(self.server, graph, **body)
        self.frames.append(json.dumps(watched.frames))
        return watched.stored


def settings_for(folder: Path, repeater: Repeater) -> dict[str, Any]:
    host = f"127.0.0.1:{repeater.port}"
    return {
        "log.level": "debug",
        "auth.mode": "password",
        "auth.sign_up": True,
        "blocks.paths": [str(BLOCKS)],
        "http.allow": [host],
        "agents.path": str(folder / "agents"),
        "server.public_url": "https://agents.example.org",
        "llm.providers": {"echo": {"base_url": f"{repeater.url}/v1", "api_key": CONFIGURED, "models": ["echo-1"]}},
        "oauth.providers": {"github": {"client_id": "me", "client_secret": LOGIN}},
    }


async def test_i1_i2_planted_secrets_are_found_nowhere(tmp_path: Path, repeater: Repeater, monkeypatch: pytest.MonkeyPatch):
    settings, log, data = settings_for(tmp_path, repeater), tmp_path / "log", tmp_path / "data"
    monkeypatch.setenv("GROQ_TOKEN_OF_MINE", ENVIRONMENT)
    with ServerProcess(data, settings=settings, log=log) as server:
        story = Story(server, repeater)
        made = await asyncio.to_thread(story.add_credentials)
        await fail_with_credentials(story, made)
        graph = await fail_with_secret_inputs(story, ref(made[0]))
        await asyncio.to_thread(use_passwords_keys_and_webhooks, story)
        await asyncio.to_thread(ask_wrongly, story, made)
        shown = await asyncio.to_thread(look_everywhere, story, graph)
        assert repeater.seen >= 8
        assert_clean("while it runs", {**read_files(tmp_path), **shown, "frames": "\n".join(story.frames)}, story.shown_once)
        server.kill()  # what lies on the disk then is the log of the database, too
    files = read_files(tmp_path)
    assert {"log", "data/autogpt_lite.sqlite", "data/autogpt_lite.sqlite-wal"} <= files.keys()
    assert any(name.startswith("data/backups/") for name in files)
    assert any(name.startswith("agents/") for name in files)
    assert_clean("after a kill", files, story.shown_once)
    assert "RuntimeError: a bug that shows" in files["log"], "what a bug says has to be in the log, without the secret"
    outside = {name: text for name, text in {**files, **shown}.items() if not name.startswith("data/") and name != "answers"}
    found = {(secret, name) for secret in PLAIN for name, text in outside.items() if secret in text}
    assert found == set()


async def fail_with_credentials(story: Story, made: list[dict[str, Any]]) -> None:
    """Each kind of credentials, twice a run (a retry), chosen in the node, at the start, and without an agent."""
    for one in made:
        fetch = {
            **node("fetch", FETCH, url=story.repeater.url, credentials=ref(one)),
            "metadata": {"retry": {"attempts": 2, "wait_s": 0}},
        }
        run = await story.run(story.save([fetch]))
        assert "refused" in json.dumps(run), run
        direct = {"url": story.repeater.url, "credentials": ref(one)}
        refused = await asyncio.to_thread(story.ask, "POST", f"/api/blocks/{FETCH}/execute", direct)
        assert "refused" in json.dumps(refused), refused
    buggy = story.save([node("fetch", FETCH, url=f"{story.repeater.url}/bug", credentials=ref(made[0]))])
    assert "a bug that shows" in json.dumps(await story.run(buggy))
    chosen = story.save([node("fetch", FETCH, url=story.repeater.url)])
    await story.run(chosen, credentials_inputs={GROUP: ref(made[0])})
    model = story.save([node("model", GENERATOR, prompt="x", model="echo-1")])
    assert "refused" in json.dumps(await story.run(model))


async def fail_with_secret_inputs(story: Story, credentials: dict[str, Any]) -> dict[str, Any]:
    """An input that is marked secret, given at the start and as a literal, in addresses that are refused."""
    address = f"{story.repeater.url}/{{{{ token }}}}"
    nodes = [node("out", OUTPUT, name="got", secret=True)]
    links = ["in-token.result -> out.value"]
    for name, value in (("token", {}), ("fixed", {"value": LITERAL})):
        fetch = {**node(f"fetch-{name}", FETCH, credentials=credentials), "metadata": {"retry": {"attempts": 2, "wait_s": 0}}}
        nodes += [
            node(f"in-{name}", TEXT_INPUT, name=name, secret=True, **value),
            node(f"fill-{name}", TEMPLATE, format=address),
            fetch,
        ]
        links += [f"in-{name}.result -> fill-{name}.values_#_token", f"fill-{name}.output -> fetch-{name}.url"]
    graph = story.save(nodes, *links)
    run = await story.run(graph, inputs={"token": INPUT})
    errors = await asyncio.to_thread(story.server.get, f"/api/graphs/{graph['id']}/executions/{run['id']}/node-errors")
    assert len(errors) == 2
    told = json.dumps([errors, [one.get("tries") for one in run["node_executions"]]])
    assert [secret for secret in PLAIN if secret in told] == []
    return graph


def use_passwords_keys_and_webhooks(story: Story) -> None:
    signed_up = story.server.request("POST", "/api/auth/signup", {"email": "ada@example.org", "password": PASSWORD})
    assert signed_up.status in (200, 201), signed_up.body
    story.shown_once += [signed_up.json()["token"], signed_up.headers["Set-Cookie"].partition(";")[0].partition("=")[2]]
    story.ask("POST", "/api/auth/login", {"email": "ada@example.org", "password": PASSWORD + "x"})
    story.ask(
        "POST", "/api/auth/password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD, "password": NEW_PASSWORD}
    )
    story.ask("POST", "/api/auth/signup", {"email": "no address", "password": PASSWORD})
    key = story.make("POST", "/api/api-keys", {"name": "k", "permissions": ["READ_GRAPH"]})["plain_text_key"]
    story.shown_once += [key, (story.server.data_dir / "owner_token").read_text().strip()]
    story.ask("GET", "/api/graphs", Authorization=f"Bearer {key}")
    story.ask("DELETE", "/api/graphs/x", Authorization=f"Bearer {key}")
    graph = story.make("POST", "/api/graphs", {"graph": trigger_agent(GENERIC)})
    body = {"name": "hook", "graph_id": graph["id"], "graph_version": 1, "trigger_config": {}, "agent_credentials": {}}
    preset = story.make("POST", "/api/library/presets/setup-trigger", body)
    story.ask("PUT", f"/api/integrations/webhooks/{preset['webhook_id']}/secret", {"secret": WEBHOOK})
    path = preset["webhook"]["url"].partition("example.org")[2]
    story.ask("POST", path, {"a": 1}, **{"X-Webhook-Secret": WEBHOOK + "x"})
    story.ask("POST", path, {"a": 1}, **{"X-Webhook-Secret": WEBHOOK})


def ask_wrongly(story: Story, made: list[dict[str, Any]]) -> None:
    """Requests with secrets in them that are refused: a refusal repeats none of it."""
    secret = SEALED[0]
    for body in (
        {"type": "api_key", "api_key": [secret]},
        {"type": secret},
        {"type": "api_key", "api_key": secret, "hosts": 9},
    ):
        story.ask("POST", "/api/integrations/acme/credentials", body)
    story.ask("PUT", f"/api/integrations/acme/credentials/{made[0]['id']}", {"type": "oauth2", "api_key": secret})
    story.ask("POST", f"/api/integrations/acme/credentials/{made[0]['id']}/test")
    story.ask("GET", "/api/graphs", Authorization=f"Bearer {secret}")
    story.ask("POST", "/api/auth/reset", {"code": secret, "password": PASSWORD})
    story.ask("GET", f"/api/graphs/{uuid.uuid4()}", Cookie=f"session={secret}", **{"X-Auth-Token": secret})


def look_everywhere(story: Story, graph: dict[str, Any]) -> dict[str, str]:
    """{what: text} of everything that has left the server."""
    story.make("POST", "/api/system/backups", None)
    paths = [
        *("/metrics", "/api/system/status", "/openapi.json", "/api/executions/search?query=canary", "/api/executions/late"),
        *("/api/integrations/credentials", "/api/integrations/webhooks", "/api/api-keys", "/api/admin/audit", "/api/system/jobs"),
        *("/api/admin/failed-logins", f"/api/graphs/{graph['id']}?for_export=true", "/api/auth/sessions"),
    ]
    shown = {}
    for path in paths:
        answer = story.server.request("GET", path)
        assert answer.status == 200, (path, answer.body)
        shown[path] = answer.body.decode()
    assert json.loads(shown["/api/executions/search?query=canary"])["runs"] == []
    return shown | {"answers": "\n".join(story.answers)}


def read_files(folder: Path) -> dict[str, str]:
    """{path: bytes as text} of everything below; the owner's token may stand in its own file only."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in ("owner_token", "credentials.key")]
    return {str(path.relative_to(folder)).replace("\\", "/"): path.read_bytes().decode("latin-1") for path in files}


def forms(secret: str) -> set[str]:
    return {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode(), json.dumps(secret)[1:-1]}


def assert_clean(when: str, places: dict[str, str], shown_once: list[str]) -> None:
    pair = base64.b64encode(f"ada:{CREDENTIALS['user_password']['password']}".encode()).decode()
    wanted = {form for secret in (*SEALED, *shown_once) for form in forms(secret)} | {pair}
    found = {
        (form, name, text[max(0, text.index(form) - 80) :][:200])
        for name, text in places.items()
        for form in wanted
        if form in text
    }
    assert not found, (when, found)
