"""aiohttp's HTTP server with our limits: how many connections, how long an idle one lives, how its errors look."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
from aiohttp.http_exceptions import LineTooLong
from aiohttp.http_parser import HttpRequestParser
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import StreamResponse
from aiohttp.web_server import Server

from ..errors import InvalidInputError, StartupError
from .answers import error_response, unexpected_response

log = logging.getLogger(__name__)

# Also the time that a new connection has for its first request: slow headers do not extend it.
IDLE_TIMEOUT_S = 30.0
# How long the rest of a refused body is still read, so that the client sees the refusal instead of a reset.
LINGER_S = 0.8
MINIMUM_AIOHTTP = (3, 14, 3)

_FULL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"


def check_http_parser() -> None:
    """Raises StartupError unless aiohttp is new enough and parses with its C parser: older ones and the Python parser
    have known holes (request smuggling, CVE-2025-69224 and later ones)."""
    numbers = tuple(int("".join(c for c in part if c.isdigit()) or 0) for part in aiohttp.__version__.split(".")[:3])
    if numbers < MINIMUM_AIOHTTP:
        wanted = ".".join(map(str, MINIMUM_AIOHTTP))
        raise StartupError(f"aiohttp {aiohttp.__version__} is too old.", hint=f"pip install 'aiohttp>={wanted}'")
    if HttpRequestParser.__module__ != "aiohttp._http_parser":
        hint = "Install a wheel of aiohttp for this platform, and unset AIOHTTP_NO_EXTENSIONS."
        raise StartupError("aiohttp has no C parser here.", hint=hint)


class Connection(RequestHandler):
    """One HTTP connection; aiohttp's, but what it says about bad requests has our shape."""

    __slots__ = ()

    @property
    def is_idle(self) -> bool:
        """No request is being answered: it waits for the next, or has not sent a whole one yet."""
        return not self._request_in_progress

    def handle_error(
        self, request: BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("the answer had already begun")
        if status == 400:
            response = error_response(_bad_request(exc))
        else:
            response = unexpected_response(exc or RuntimeError(f"aiohttp wants to answer {status}"))
        response.force_close()
        return response


def _bad_request(exc: BaseException | None) -> InvalidInputError:
    if isinstance(exc, LineTooLong):
        return InvalidInputError("The address or a header of the request is too long.", hint="Send what is long in the body.")
    return InvalidInputError("This is not a valid HTTP request.")


class _Refused(asyncio.Protocol):
    """A connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(_FULL)
        transport.close()


class HttpServer(Server):
    """The protocol factory. At the limit, the connection that has been idle longest makes room; a flood of silent or slow
    clients therefore cannot lock the owner out. Where all are at work, the new one gets a 503."""

    def __init__(self, handler, *, max_connections: int):
        super().__init__(
            handler,
            access_log=None,  # query strings hold WebSocket tickets
            auto_decompress=False,  # compressed bodies are refused, so none may be unpacked before that
            keepalive_timeout=IDLE_TIMEOUT_S,
            lingering_time=LINGER_S,
        )
        self._max_connections = max_connections

    def __call__(self) -> asyncio.Protocol:
        if len(self._connections) >= self._max_connections and not self._close_idle():
            return _Refused()
        return Connection(self, loop=self._loop, **self._kwargs)

    def _close_idle(self) -> bool:
        for connection in self._connections:
            if connection.is_idle:
                # Out of the count at once; the protocol's own end comes later and finds nothing to remove.
                del self._connections[connection]
                connection.force_close()
                return True
        return False
