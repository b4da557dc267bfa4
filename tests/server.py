"""The one place where tests learn a server's address and how to log in: a server in this process, or one as a subprocess."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import io
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from autogpt_lite.accounts.routes import accounts_routes
from autogpt_lite.accounts.service import AccountsService
from autogpt_lite.accounts.sessions import cookie_name
from autogpt_lite.api_keys.routes import api_key_routes
from autogpt_lite.api_keys.service import ApiKeyService
from autogpt_lite.audit.routes import audit_routes
from autogpt_lite.audit.service import AuditService
from autogpt_lite.config import Config, load_config
from autogpt_lite.db import Database
from autogpt_lite.errors import ConflictError
from autogpt_lite.events import EventBus
from autogpt_lite.schedules.cron import find_zone
from autogpt_lite.users.routes import user_routes
from autogpt_lite.users.service import UserService
from autogpt_lite.web.routing import Request, Response, Route
from autogpt_lite.web.server import WebServer, create_server

from .server_logs import ServerLog

PROJECT = Path(__file__).resolve().parent.parent
ANSWER_TIMEOUT_S = 10.0


# --- a few routes to test the web layer with -----------------------------------------------------------


class Thing(msgspec.Struct):
    """A body with a required, an optional and a nested field."""

    name: str
    count: int = 0
    parts: list[dict[str, int]] = []


class ThingQuery(msgspec.Struct):
    """A query with numbers, a flag and a list."""

    page: int = 1
    is_new: bool = False
    tag: list[str] = []


async def _echo(request: Request) -> dict[str, Any]:
    return {"user_id": request.principal.user_id, "path": request.path, "query": request.query, "body": request.body}


async def _raise_conflict(request: Request) -> None:
    raise ConflictError("Two of them.", hint="Take the other.")


async def _raise_bug(request: Request) -> None:
    raise RuntimeError(f"secret-in-a-trace at {__file__}")


async def _big(request: Request) -> Response:
    return Response(b'"' + b"x" * 20_000_000 + b'"')


async def _wait(request: Request) -> None:
    await asyncio.Event().wait()


async def _raw_length(request: Request) -> Response:
    return Response({"size_bytes": len(request.body)}, status=202, headers={"X-Extra": "yes"})


def _route(method: str, path: str, handler=_echo, **more: Any) -> Route:
    return Route(method=method, path=path, handler=handler, summary="For tests.", tags=("test",), **more)


SAMPLE_ROUTES = [
    _route("GET", "/api/things", query=ThingQuery),
    _route("POST", "/api/things", body=Thing, status=201),
    _route("GET", "/api/things/{thing_id}"),
    _route("DELETE", "/api/things/{thing_id}", status=204),
    _route("PUT", "/api/things/{thing_id}/versions/{version}", body=Thing, path_params={"version": int}),
    _route("POST", "/api/anything", body=dict[str, Any]),
    _route("POST", "/api/maybe", body=Thing | None),
    _route("GET", "/api/conflict", _raise_conflict),
    _route("GET", "/api/bug", _raise_bug),
    _route("GET", "/api/big", _big),
    _route("GET", "/api/waits", _wait),
    _route("POST", "/api/hooks/{hook_id}", _raw_length, body=bytes, access="public"),
    _route("GET", "/api/admin/things", access="admin"),
    _route("GET", "/api/email/"),
]


# --- a server in this process ---------------------------------------------------------------------------


class Answer(msgspec.Struct):
    """What a server answered."""

    status: int
    headers: Any
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class LiveServer:
    """A listening server with real accounts and a real database, and ways to talk to it."""

    def __init__(self, web: WebServer, accounts: AccountsService, bus: EventBus, config: Config, session: aiohttp.ClientSession):
        self.web = web
        self.accounts = accounts
        self.bus = bus
        self.config = config
        self.session = session
        self.runs: dict[str, str] = {}
        """Whose run an id is, for WebSocket subscriptions (run_server only)."""
        self.app: Any = None
        """The App (run_app only)."""

    @property
    def url(self) -> str:
        return self.web.url

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.web.port}"

    @property
    def bearer(self) -> dict[str, str]:
        """The headers that make a request the owner's."""
        return {"Authorization": f"Bearer {self.accounts._owner_token.decode()}"}

    async def request(self, method: str, path: str, *, anonymous: bool = False, **arguments: Any) -> Answer:
        """A request as the owner, or as nobody."""
        headers = {**({} if anonymous else self.bearer), **arguments.pop("headers", {})}
        if isinstance(arguments.get("data"), bytes):
            arguments["data"] = io.BytesIO(arguments["data"])  # aiohttp warns of large bytes
        async with self.session.request(method, self.url + path, headers=headers, **arguments) as response:
            return Answer(response.status, response.headers, await response.read())

    async def get(self, path: str, **arguments: Any) -> Answer:
        return await self.request("GET", path, **arguments)

    async def post(self, path: str, body: Any = None, **arguments: Any) -> Answer:
        return await self.request("POST", path, json=body, **arguments)

    async def log_in(self) -> dict[str, str]:
        """Opens a browser session by a link; the headers that a page of ours sends from then on."""
        code = self.accounts.new_link().url.partition("#code=")[2]
        answer = await self.post("/api/auth/link", {"code": code}, anonymous=True)
        assert answer.status == 200, answer.body
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return {"Cookie": cookie, "X-Auth-Token": answer.json()["token"]}

    async def open_socket(self, token: str | None = None, **arguments: Any) -> aiohttp.ClientWebSocketResponse:
        """A WebSocket, with a fresh ticket where no token is given."""
        if token is None:
            token = (await self.post("/api/ws-ticket")).json()["ticket"]
        return await self.session.ws_connect(f"{self.url}/ws?token={token}", **arguments)

    async def raw(self, data: bytes, *, parts: Sequence[bytes] = ()) -> bytes:
        """Everything that the server sends back for these bytes, up to its close (ask for it: Connection: close)."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.web.port)
        try:
            with contextlib.suppress(ConnectionError):
                for part in (data, *parts):
                    writer.write(part)
                    await writer.drain()
            return await asyncio.wait_for(reader.read(), ANSWER_TIMEOUT_S)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def raw_request(self, line: str, *headers: str, body: bytes = b"", host: str | None = None) -> bytes:
        """A request written by hand, as the owner; `host` "" sends no Host header."""
        host = self.host if host is None else host
        lines = [line, *([f"Host: {host}"] if host else []), *headers, f"Authorization: {self.bearer['Authorization']}"]
        return await self.raw("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body)

    def cookie_name(self) -> str:
        return cookie_name(self.host)


class KnownRuns:
    """Whose run an id is; each is its own root."""

    def __init__(self) -> None:
        self.owners: dict[str, str] = {}

    def place_of(self, graph_exec_id: str) -> tuple[str, str] | None:
        owner = self.owners.get(graph_exec_id)
        return None if owner is None else (owner, graph_exec_id)


@contextlib.asynccontextmanager
async def run_server(
    data_dir: Path, routes: Sequence[Route] = SAMPLE_ROUTES, *, settings: dict[str, Any] | None = None
) -> AsyncIterator[LiveServer]:
    """A server on a free port of 127.0.0.1 and [::1] with these routes and those of accounts."""
    config = make_config(settings)
    async with contextlib.AsyncExitStack() as closing:
        db = await Database.open(data_dir / "test.db", config.database)
        closing.push_async_callback(db.close)
        users, api_keys, audit = UserService(db, find_zone), ApiKeyService(db), AuditService(db)
        accounts = AccountsService(db, config, data_dir, users, api_keys, audit)
        closing.push_async_callback(audit.close)
        closing.push_async_callback(api_keys.close)
        bus = EventBus(config.websocket.ring_events)
        runs = KnownRuns()
        routes = [*accounts_routes(accounts), *user_routes(users), *api_key_routes(api_keys), *audit_routes(audit), *routes]
        async with _listen(config, routes, accounts, bus, runs) as live:
            live.runs = runs.owners
            yield live


@contextlib.asynccontextmanager
async def run_app(data_dir: Path, *, settings: dict[str, Any] | None = None) -> AsyncIterator[LiveServer]:
    """The whole app, listening; `live.app` is its front door."""
    from autogpt_lite.app import App

    config = make_config(settings)
    async with (
        App.open(config, data_dir) as app,
        _listen(config, app.routes, app.accounts, app.bus, app.executions) as live,
    ):
        live.app = app
        yield live


def make_config(settings: dict[str, Any] | None = None) -> Config:
    """The packaged settings with these changes, on a free port."""
    return load_config(overrides={"server.port": 0, **(settings or {})}, environ={})


@contextlib.asynccontextmanager
async def _listen(config: Config, routes, accounts: AccountsService, bus: EventBus, runs) -> AsyncIterator[LiveServer]:
    web = await create_server(config, routes, authenticator=accounts, bus=bus, runs=runs)
    accounts.base_url = web.url
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            yield LiveServer(web, accounts, bus, config, session)
    finally:
        await web.close()


def status_of(raw: bytes) -> int:
    """The status of an answer read from a socket."""
    return int(raw.split(b" ", 2)[1])


# --- a server as a subprocess -----------------------------------------------------------------------------


class ServerProcess:
    """`autogpt-lite serve` on a data directory: `with ServerProcess(data_dir) as server: server.url, server.link`.

    `settings` are those of config.toml as {"section.key": value}. The server's stderr goes to the file `log`, or to one without a name, and
    stands in the report of a test that fails (server_logs.py); with `is_piped` it is `process.stderr`, for a test that waits for a line.
    `program` stands for `autogpt-lite` (tests/attacks/watched.py).
    """

    def __init__(
        self,
        data_dir: Path,
        *arguments: str,
        settings: dict[str, Any] | None = None,
        log: Path | None = None,
        is_piped: bool = False,
        program: Sequence[str] | None = None,
        environ: dict[str, str] | None = None,
    ):
        self.data_dir = data_dir
        self.link = ""
        command = [*(program or CLI), "serve", "--data-dir", str(data_dir), "--port", "0", *arguments]
        self.log = None if is_piped else ServerLog(data_dir, log)
        with contextlib.ExitStack() as until_started:
            env = {**environ_for(settings), **(environ or {})}
            errors = until_started.enter_context(self.log.path.open("ab")) if self.log else subprocess.PIPE
            self.process = subprocess.Popen(command, cwd=PROJECT, env=env, stdout=subprocess.PIPE, stderr=errors, text=True)

    def __enter__(self) -> ServerProcess:
        for line in self.process.stdout:
            if line.startswith("Open "):
                self.link = line.split()[1]
                return self
        raise AssertionError(f"the server did not start: {self.log.text if self.log else self.process.stderr.read()}")

    def __exit__(self, *exc_info: object) -> None:
        try:
            self.stop()
        finally:
            if self.log:
                self.log.close()

    @property
    def url(self) -> str:
        return self.link.partition("/#")[0].rstrip("/")

    @property
    def bearer(self) -> dict[str, str]:
        token = (self.data_dir / "owner_token").read_text().strip()
        return {"Authorization": f"Bearer {token}"}

    def request(self, method: str, path: str, body: Any = None, *, data: bytes | None = None, **headers: str) -> Answer:
        """A request as the owner, on a connection of its own: `body` as JSON, or these bytes as they are."""
        if data is None and body is not None:
            data = json.dumps(body).encode()
        connection = http.client.HTTPConnection(self.url.partition("://")[2], timeout=ANSWER_TIMEOUT_S)
        try:
            connection.request(method, path, data, {"Content-Type": "application/json", **self.bearer, **headers})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        """GET: the decoded answer, which has to be a 200."""
        return self._ok(self.request("GET", path))

    def post(self, path: str, body: Any = None) -> Any:
        """POST: the decoded answer, which has to be a 200."""
        return self._ok(self.request("POST", path, body))

    @staticmethod
    def _ok(answer: Answer) -> Any:
        assert answer.status == 200, (answer.status, answer.body[:2000])
        return answer.json()

    @contextlib.asynccontextmanager
    async def open_socket(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A WebSocket of the owner."""
        ticket = self.post("/api/ws-ticket")["ticket"]
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{self.url}/ws?token={ticket}") as socket:
            yield socket

    def stop(self) -> int:
        """Ends the server by SIGTERM; its exit code."""
        self.process.terminate()
        try:
            self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        return self.process.returncode

    def kill(self) -> None:
        """Ends the server as kill -9 does."""
        self.process.kill()
        self.process.communicate()


# --- the command line ---------------------------------------------------------------------------------------

CLI = (sys.executable, "-m", "autogpt_lite")


def run_cli(
    *arguments: str | Path, environ: dict[str, str] | None = None, stdin: str | None = None, **settings: Any
) -> subprocess.CompletedProcess[str]:
    """Runs `autogpt-lite ARGUMENTS` to its end; `section__key=value` are settings, `stdin` is what it can read."""
    command = [*CLI, *map(str, arguments)]
    named = {name.replace("__", "."): value for name, value in settings.items()}
    env = {**environ_for(named), **(environ or {})}
    return subprocess.run(command, cwd=PROJECT, capture_output=True, encoding="utf-8", timeout=20, env=env, input=stdin)


@contextlib.contextmanager
def start_cli(*arguments: str | Path, settings: dict[str, Any] | None = None) -> Iterator[subprocess.Popen[str]]:
    """`autogpt-lite ARGUMENTS` as a process that goes on; it is killed where the test leaves it behind."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([*CLI, *map(str, arguments)], cwd=PROJECT, text=True, env=environ_for(settings), **pipes)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def environ_for(settings: dict[str, Any] | None) -> dict[str, str]:
    """This process's environment with these settings, and without the settings and keys of whoever runs the tests."""
    kept = {
        name: text for name, text in os.environ.items() if not (name.startswith("AUTOGPT_LITE__") or name.endswith("_API_KEY"))
    }
    for name, value in (settings or {}).items():
        variable = "AUTOGPT_LITE__" + name.replace(".", "__").upper()
        kept[variable] = value if isinstance(value, str) else json.dumps(value)
    return kept
