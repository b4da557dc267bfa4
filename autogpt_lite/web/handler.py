"""One request, from its headers to its answer. The order is the protection: Host and Origin, address, login, body, handler."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import StreamResponse

from ..config import ServerConfig
from ..errors import (
    AutoGPTLiteError,
    InvalidInputError,
    MethodNotAllowedError,
    NotFoundError,
    PayloadTooLargeError,
    UnsupportedMediaTypeError,
)
from .answers import (
    SECURITY_HEADERS,
    bytes_response,
    encode_json,
    error_response,
    file_response,
    options_response,
    unexpected_response,
)
from .authentication import Authenticator
from .authorization import authorize, needs_login
from .guard import RequestGuard, is_navigation
from .router import Endpoint, Router
from .routing import Principal, Request, Response
from .static_files import INDEX, StaticFiles, serve_file

BODY_TIMEOUT_S = 60.0
WEBSOCKET_PATH = "/ws"
LANDING_PAGE = "/oauth-callback.html"
"""A static page that reads its own address: the only one that a foreign site may lead the browser to (oauth/service.py)."""

NOBODY = Principal(user_id="")
"""The principal of routes that need no login."""


class RequestHandler:
    """Answers every request of the server. `open_socket(request, query)` takes over what comes to /ws."""

    def __init__(
        self,
        config: ServerConfig,
        router: Router,
        guard: RequestGuard,
        authenticator: Authenticator,
        static_files: StaticFiles,
        open_socket: Callable[[BaseRequest, str], Awaitable[StreamResponse]],
        note_reply: Callable[[float], None] = lambda seconds: None,
    ):
        self._config = config
        self._router = router
        self._guard = guard
        self._authenticator = authenticator
        self._static_files = static_files
        self._open_socket = open_socket
        self._note_reply = note_reply

    async def __call__(self, request: BaseRequest) -> StreamResponse:
        try:
            return await self._answer(request)
        except AutoGPTLiteError as error:
            response = error_response(error)
            if isinstance(error, PayloadTooLargeError):
                response.force_close()
            return response
        except ConnectionError:
            raise
        except Exception as error:
            return unexpected_response(error)

    async def _answer(self, request: BaseRequest) -> StreamResponse:
        # The target as it was sent: a decoded or merged path could mean something else to the checks than to the routes.
        path, _, query = request.raw_path.partition("?")
        is_landing = path == LANDING_PAGE and request.method == "GET"
        self._guard.check(request.headers, is_websocket=path == WEBSOCKET_PATH, is_landing=is_landing)
        if path == WEBSOCKET_PATH:
            return await self._open_socket(request, query)
        method = request.method
        try:
            endpoint, values = self._router.find("GET" if method == "HEAD" else method, path)
        except NotFoundError:
            return self._static_answer(request, path)
        except MethodNotAllowedError as error:
            if method == "OPTIONS":
                return options_response(error.detail)
            raise
        return await self._run(request, endpoint, values, query)

    def _static_answer(self, request: BaseRequest, path: str) -> StreamResponse:
        file = self._static_files.find(path)
        if file is None and path.startswith("/api/"):
            raise NotFoundError("The API has no such address.", hint="GET /openapi.json lists all of them.")
        if file is None and request.method == "GET" and is_navigation(request.headers):
            return self._missing_page(request)
        if file is None:
            raise NotFoundError()
        if request.method == "OPTIONS":
            return options_response(["GET"])
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowedError(detail=["GET"])
        response = serve_file(file, request.headers)
        if response is None:
            raise NotFoundError()
        return response

    def _missing_page(self, request: BaseRequest) -> StreamResponse:
        """For somebody who has typed an address: the UI, which says that it has no such page and leads on."""
        file = self._static_files.find(INDEX)
        response = serve_file(file, request.headers) if file is not None else None
        if response is None:
            raise NotFoundError()
        if response.status == 200:
            response.set_status(404)
        return response

    async def _run(self, request: BaseRequest, endpoint: Endpoint, values: list[str], query: str) -> StreamResponse:
        began = time.perf_counter()
        route, headers, remote = endpoint.route, request.headers, request.remote or ""
        principal = NOBODY
        if needs_login(route):
            principal = await self._authenticator.authenticate(headers, remote)
            authorize(principal, route)
        given = Request(principal=principal, path={}, headers=headers, remote=remote)
        if route.check_first is not None:
            given.path = endpoint.path_values(values)
            route.check_first(given)
        raw = b""
        if request.body_exists:
            max_bytes = route.max_body_bytes or self._config.max_body_bytes
            check_body_headers(request, endpoint, max_bytes)
            await invite_body(request)
            raw = await read_body(request, max_bytes)
        if values:
            given.path = endpoint.path_values(values)
        if endpoint.query is not None:
            given.query = endpoint.query.read(query)
        if endpoint.body is not None:
            given.body = endpoint.body.read(raw, self._config.max_json_depth)
        answer = await route.handler(given)
        if route.access == "admin":
            await self._authenticator.note_admin_action(given, route)
        is_stream = isinstance(answer, Response) and isinstance(answer.body, AsyncIterator)
        encoded = None if is_stream else encode_answer(answer, route.status)
        self._note_reply(time.perf_counter() - began)
        return await stream_answer(request, answer) if encoded is None else encoded


def check_body_headers(request: BaseRequest, endpoint: Endpoint, max_bytes: int) -> None:
    """Raises before the body is read: 413 for its size, 415 for anything but plain JSON."""
    headers = request.headers
    if (request.content_length or 0) > max_bytes:
        raise too_large(max_bytes)
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaTypeError("Compressed bodies are not taken.")
    if endpoint.body is not None and endpoint.body.is_raw:
        return
    if headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaTypeError(hint="Send `Content-Type: application/json`.")


async def invite_body(request: BaseRequest) -> None:
    """Tells a client that waits for it (curl with a large body does, for a second) to go on."""
    if request.headers.get("Expect", "").lower() == "100-continue" and not request.content.is_eof():
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # aiohttp takes what was written for the beginning of the answer otherwise.
        request.writer.output_size = 0


async def read_body(request: BaseRequest, max_bytes: int) -> bytes:
    """The whole body. Raises PayloadTooLargeError as soon as there is too much of it, InvalidInputError if it breaks off."""
    content = request.content
    if content.is_eof():
        raw = content.read_nowait()
        if len(raw) > max_bytes:
            raise too_large(max_bytes)
        return raw
    parts = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            while chunk := await content.readany():
                parts += chunk
                if len(parts) > max_bytes:
                    raise too_large(max_bytes)
    except TimeoutError:
        raise InvalidInputError(f"The body took longer than {BODY_TIMEOUT_S:g} s.") from None
    except (RequestPayloadError, HttpProcessingError):
        raise InvalidInputError("The body broke off or is not valid HTTP.") from None
    return bytes(parts)


def too_large(max_bytes: int) -> PayloadTooLargeError:
    hint = "`server.max_body_bytes` is the limit, for webhooks `triggers.max_body_bytes`."
    return PayloadTooLargeError(f"The body is larger than {max_bytes} bytes.", hint=hint)


async def stream_answer(request: BaseRequest, answer: Response) -> StreamResponse:
    """Sends a body piece by piece, as fast as the client takes it. One that takes nothing for long is cut off."""
    headers = {"Content-Type": answer.content_type, **answer.headers}
    response = StreamResponse(status=answer.status, headers={**SECURITY_HEADERS, "Cache-Control": "no-store", **headers})
    async with contextlib.aclosing(answer.body):
        # The first piece before the headers: what goes wrong until then is an answer of its own.
        first = await anext(answer.body, b"")
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        await _send(response, first)
        async for piece in answer.body:
            await _send(response, piece)
    return response


async def _send(response: StreamResponse, piece: bytes) -> None:
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            await response.write(piece)
    except TimeoutError:
        raise ConnectionResetError("the client takes nothing") from None


def encode_answer(answer: Any, status: int) -> StreamResponse:
    """What a handler returned, as HTTP: a value is JSON with the route's status, a Response says the rest itself."""
    if not isinstance(answer, Response):
        return bytes_response(b"" if status == 204 else encode_json(answer), status=status)
    body = answer.body
    if isinstance(body, Path):
        return file_response(body, headers={"Content-Type": answer.content_type, **answer.headers})
    if not isinstance(body, bytes):
        body = b"" if body is None and answer.status in (204, 304) else encode_json(body)
    return bytes_response(body, status=answer.status, headers={"Content-Type": answer.content_type, **answer.headers})
