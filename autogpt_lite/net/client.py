"""Requests: each hop checked by the guard, connected to what was checked, and cut at the limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from ..config import HttpConfig, LlmConfig, load_config
from ..errors import BlockInputError, ConfigError, OutboundBlockedError, OutboundError, OutboundLimitError
from .addresses import Target, parse_url
from .answer import HttpResponse, HttpStream, Limits
from .decode import ACCEPT_ENCODING
from .guard import Destination, Guard
from .headers import check_headers, check_method, headers_after_redirect
from .hosts import check_agent_may_reach, check_host_may_get_secret
from .multipart import FormFile, encode_multipart
from .proxy import Proxy, host_header, parse_proxy

if TYPE_CHECKING:
    import aiohttp
    from yarl import URL

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_RESPONSE_HEADERS_BYTES = 32_000


class HttpRequest(NamedTuple):
    """What a caller asks for; the meaning of each field stands in sdk/http.py.

    `max_redirects`: at most and by default `http.max_redirects`. `only_hosts`: where the headers hold a secret, the hosts that may get it; None where they hold none.
    """

    method: str
    url: str
    headers: Mapping[str, str] = {}
    params: Mapping[str, Any] | None = None
    json: Any = None
    data: bytes | str | Mapping[str, Any] | None = None
    only_hosts: tuple[str, ...] | None = None
    timeout_s: float | None = None
    max_bytes: int | None = None
    max_redirects: int | None = None
    files: Sequence[FormFile] = ()


class _Call(msgspec.Struct):
    """One request as it changes from hop to hop."""

    method: str
    target: Target
    headers: dict[str, str]
    body: bytes | None


class OutboundClient:
    """The only thing that makes requests. One for the whole server; its sessions are opened by the first request."""

    def __init__(self, config: HttpConfig, guard: Guard):
        self.guard = guard
        self._config = config
        self._proxy = parse_proxy(config.proxy)
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._sessions_loop: asyncio.AbstractEventLoop | None = None

    async def request(self, request: HttpRequest) -> HttpResponse:
        """Makes the request, follows its redirects and reads the answer whole. For the errors see sdk/http.py."""
        async with self.stream(request, accept_encoding=ACCEPT_ENCODING) as answer:
            return await answer.read()

    @asynccontextmanager
    async def stream(self, request: HttpRequest, *, accept_encoding: str = "identity") -> AsyncIterator[HttpStream]:
        """Like `request`, with the body read while it comes. Leaving the block closes the connection.

        Not compressed by default: a compressing server holds events back until it has a block of them.
        """
        call = _prepare(request)
        call.headers["Accept-Encoding"] = accept_encoding
        limits = self._limits(request)
        response, target = await self._follow(call, limits, request.max_redirects)
        answer = HttpStream(response, target, limits)
        try:
            yield answer
        finally:
            answer.close()

    async def close(self) -> None:
        """Closes the sessions; the next request opens new ones."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    def _limits(self, request: HttpRequest) -> Limits:
        seconds = self._config.timeout_s if request.timeout_s is None else request.timeout_s
        size_bytes = self._config.max_response_bytes
        if request.max_bytes is not None:
            size_bytes = min(request.max_bytes, size_bytes)
        return Limits(asyncio.get_running_loop().time() + seconds, size_bytes)

    async def _follow(self, call: _Call, limits: Limits, max_redirects: int | None) -> tuple[aiohttp.ClientResponse, Target]:
        await _load_aiohttp_client()
        limit = self._config.max_redirects if max_redirects is None else max_redirects
        came_from: Destination | None = None
        for _ in range(limit + 1):
            destination, response = await self._send(call, came_from, limits)
            location = response.headers.get("Location")
            if response.status not in REDIRECTS or not location:
                return response, call.target
            response.close()
            call = _redirected(call, response.status, location)
            came_from = destination
        raise OutboundError(f"The request was redirected more than {limit} times.")

    async def _send(
        self, call: _Call, came_from: Destination | None, limits: Limits
    ) -> tuple[Destination, aiohttp.ClientResponse]:
        from .failures import as_outbound_errors

        check_agent_may_reach(call.target)
        with as_outbound_errors(call.target):
            async with asyncio.timeout_at(limits.deadline_s):
                destination = await self.guard.check(call.target, came_from=came_from)
                if self._proxy is None or destination.is_private:  # a proxy is for the internet
                    response = await self._ask(call, destination, call.target.url, call.headers)
                else:
                    response = await self._ask_proxy(self._proxy, call, destination)
        if sum(len(name) + len(value) for name, value in response.raw_headers) > MAX_RESPONSE_HEADERS_BYTES:
            response.close()
            raise OutboundLimitError(f"{call.target.name} sent larger headers than are taken.")
        return destination, response

    async def _ask_proxy(self, proxy: Proxy, call: _Call, destination: Destination) -> aiohttp.ClientResponse:
        url, options = proxy.options(destination)
        headers = {**call.headers, "Host": host_header(call.target)}
        return await self._ask(call, await proxy.destination(), url, headers, **options)

    async def _ask(
        self, call: _Call, connect_to: Destination, url: URL, headers: dict[str, str], **options: Any
    ) -> aiohttp.ClientResponse:
        from .session import pinned

        # Through a proxy no connection is used again: two names with one address must not share what TLS has checked for one.
        session = self._session_for("POST" if options else call.method)
        token = pinned.set(connect_to)
        try:
            return await session.request(call.method, url, headers=headers, data=call.body, allow_redirects=False, **options)
        finally:
            pinned.reset(token)

    def _session_for(self, method: str) -> aiohttp.ClientSession:
        # A server may close an idle connection just when it is used again. What is idempotent is then simply sent once more (by
        # aiohttp); a POST must not be, and llama.cpp closed on every second one in a row: so a POST gets a connection of its own.
        reuses_connections = method not in ("POST", "PATCH")
        loop = asyncio.get_running_loop()
        if self._sessions_loop is not loop:
            self._sessions, self._sessions_loop = {}, loop
        if reuses_connections not in self._sessions:
            from .session import open_session

            self._sessions[reuses_connections] = open_session(reuses_connections=reuses_connections)
        return self._sessions[reuses_connections]


async def _load_aiohttp_client() -> None:
    # The first request loads it (web/aiohttp_half.py): 50 ms, for which the loop would stand still.
    import aiohttp

    if "ClientSession" not in vars(aiohttp):
        await asyncio.to_thread(getattr, aiohttp, "ClientSession")


def _prepare(request: HttpRequest) -> _Call:
    target = parse_url(request.url)
    if request.params:
        target = target._replace(url=target.url.extend_query(_query_pairs(request.params)))
    check_host_may_get_secret(target, request.only_hosts)
    headers = check_headers(request.headers, target)
    body, content_type = encode_body(request.json, request.data, request.files)
    if content_type and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = content_type
    return _Call(check_method(request.method), target, headers, body)


def _redirected(call: _Call, status: int, location: str) -> _Call:
    target = parse_url(location, base=call.target.url)
    becomes_get = (status == 303 and call.method != "HEAD") or (status in (301, 302) and call.method == "POST")
    headers = headers_after_redirect(call.headers, call.target, target, drops_body=becomes_get)
    return _Call("GET" if becomes_get else call.method, target, headers, None if becomes_get else call.body)


def encode_body(
    json: Any, data: bytes | str | Mapping[str, Any] | None, files: Sequence[FormFile] = ()
) -> tuple[bytes | None, str | None]:
    """(body, content type). Raises BlockInputError for values that JSON has no word for, or for both at once."""
    if json is not None and (data is not None or files):
        raise BlockInputError("A request has either `json` or `data`.")
    if files:
        if data is not None and not isinstance(data, Mapping):
            raise BlockInputError("Beside files, `data` is a form.")
        return encode_multipart(_query_pairs(data or {}), files)
    if json is not None:
        try:
            return msgspec.json.encode(json), "application/json"
        except (TypeError, ValueError, RecursionError):
            raise BlockInputError("The body of the request cannot be written as JSON.") from None
    if isinstance(data, Mapping):
        return urlencode(_query_pairs(data)).encode(), "application/x-www-form-urlencoded"
    if isinstance(data, str):
        return data.encode("utf-8", "surrogatepass"), "text/plain; charset=utf-8"
    return data, None


def _query_pairs(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if item is not None:
                pairs.append((str(name), str(item).lower() if isinstance(item, bool) else str(item)))
    return pairs


# --- the server's one client ------------------------------------------------------------------------

_client: OutboundClient | None = None


def configure(http: HttpConfig, llm: LlmConfig, *, own_ports: Iterable[int] = ()) -> OutboundClient:
    """Makes the client that `outbound()` gives, once at start. The caller closes it at the end.

    The host:port of every `llm.providers.*.base_url` is allowed as if it stood in `http.allow`. Raises ConfigError.
    """
    global _client
    allow = list(http.allow)
    for name, provider in llm.providers.items():
        try:
            allow.append(parse_url(provider.base_url).name)
        except OutboundBlockedError as error:
            raise ConfigError(f"`llm.providers.{name}.base_url`: {error.message}") from None
    try:
        guard = Guard(allow=allow, own_ports=own_ports)
    except ValueError as error:
        raise ConfigError(f"`http.allow`: {error}") from None
    _client = OutboundClient(http, guard)
    return _client


def add_own_ports(ports: Iterable[int]) -> None:
    """Ports that this server listens on, once they are known and before anybody can connect: they are never reachable."""
    guard = outbound().guard
    guard.own_ports = guard.own_ports | frozenset(ports)


def outbound() -> OutboundClient:
    """The server's client; outside of a server one with the default settings."""
    global _client
    if _client is None:
        config = load_config(environ={})
        configure(config.http, config.llm)
        assert _client is not None
    return _client
