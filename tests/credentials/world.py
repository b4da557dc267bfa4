"""A server with blocks that need credentials, an agent of one of them, and another server to send them to."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from autogpt_lite.executions.types import NodesQuery
from autogpt_lite.users.types import DEFAULT_USER_ID as USER
from tests.server import LiveServer, run_app

BLOCKS = Path(__file__).with_name("blocks")
FETCH = "00000000-0000-4000-8000-0000000c0001"
GROUP = "acme-github_api_key-host_scoped-oauth2-user_password_credentials"
SECRET = "sk-canary-0123456789abcdef"
END_S = 20.0


class OtherServer:
    """Says back which Authorization it got; holds its answers while `gate` is closed."""

    def __init__(self) -> None:
        self.seen: list[dict[str, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.arrived = asyncio.Event()
        self.status = 200
        self.port = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.seen.append(dict(request.headers))
        self.arrived.set()
        await self.gate.wait()
        return web.Response(status=self.status, text=f"you sent {request.headers.get('Authorization', 'nothing')}")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


class World:
    """`live` is the server, `other` the one that credentials are sent to."""

    def __init__(self, live: LiveServer, other: OtherServer):
        self.live = live
        self.other = other
        self.app = live.app

    async def add_key(self, secret: str = SECRET, *, provider: str = "acme", **more: Any) -> dict[str, Any]:
        """An API key that may be sent to `other`."""
        body = {"type": "api_key", "api_key": secret, "title": "work", "hosts": [self.other.host], **more}
        answer = await self.live.post(f"/api/integrations/{provider}/credentials", body)
        assert answer.status == 201, answer.body
        return answer.json()

    async def add_agent(self, credentials: dict[str, Any] | None = None, **node: Any) -> str:
        """An agent of one FetchBlock; the graph's id."""
        input_default: dict[str, Any] = {"url": self.other.url}
        if credentials is not None:
            input_default["credentials"] = ref(credentials)
        graph = {
            "name": "Fetch",
            "description": "",
            "nodes": [{"id": str(uuid.uuid4()), "block_id": FETCH, "input_default": input_default, "metadata": {}, **node}],
            "links": [],
        }
        answer = await self.live.post("/api/graphs", {"graph": graph})
        assert answer.status == 200, answer.body
        return answer.json()["id"]

    async def start(self, graph_id: str, credentials: dict[str, Any] | None = None) -> str:
        """Starts a run with credentials for its one group; the run's id."""
        inputs = {GROUP: ref(credentials)} if credentials else {}
        answer = await self.live.post(f"/api/graphs/{graph_id}/execute/1", {"inputs": {}, "credentials_inputs": inputs})
        assert answer.status == 200, answer.body
        return answer.json()["graph_exec_id"]

    async def ended(self, run_id: str) -> dict[str, Any]:
        """The run at its end, with its node executions."""
        run = self.app.engine.core.runs.get(run_id)
        if run is not None:
            await asyncio.wait_for(self.app.engine.wait_ended(run), END_S)
        found = await self.app.executions.get_run(USER, run_id, None, NodesQuery())
        return msgspec.json.decode(msgspec.json.encode(found))

    async def run(self, graph_id: str, credentials: dict[str, Any] | None = None) -> dict[str, Any]:
        return await self.ended(await self.start(graph_id, credentials))


def ref(credentials: dict[str, Any]) -> dict[str, Any]:
    """What a pin or a group of inputs holds."""
    return {name: credentials[name] for name in ("id", "provider", "type", "title")}


@asynccontextmanager
async def open_world(data_dir: Path, *, also_allowed: Sequence[str] = (), **settings: Any) -> AsyncIterator[World]:
    """A world on this data directory; settings are written with __ for the dot."""
    other = OtherServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", other.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    other.port = site._server.sockets[0].getsockname()[1]
    given = {name.replace("__", "."): value for name, value in settings.items()}
    wanted = {"blocks.paths": [str(BLOCKS)], "http.allow": [other.host, *also_allowed], **given}
    try:
        async with run_app(data_dir, settings=wanted) as live:
            yield World(live, other)
    finally:
        other.gate.set()
        await runner.cleanup()
