"""The port for deliveries from outside: a tunnel that leads there exposes nothing else of this server."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import msgspec
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import StreamResponse

from ..config import Config
from ..errors import NotFoundError
from .authentication import Authenticator
from .connections import HttpServer
from .guard import RequestGuard
from .handler import RequestHandler
from .listener import Listener
from .router import Router
from .routing import Route
from .static_files import StaticFile

SHUTDOWN_S = 0.5


class PublicPort:
    """The listening second server. `port` is its port."""

    def __init__(self, http: HttpServer, listener: Listener, port: int):
        self._http = http
        self._listener = listener
        self.port = port

    async def close(self) -> None:
        """Accepts no more, lets requests end for SHUTDOWN_S, then cancels them."""
        self._listener.close()
        self._http.pre_shutdown()
        await self._http.shutdown(SHUTDOWN_S)


class _NoFiles:
    def find(self, path: str) -> StaticFile | None:
        return None


async def _no_socket(request: BaseRequest, query: str) -> StreamResponse:
    raise NotFoundError()


async def open_public_port(
    config: Config, routes: Sequence[Route], authenticator: Authenticator, sockets: Sequence[socket.socket]
) -> PublicPort:
    """Serves the routes that are `is_on_public_port` on these sockets, and nothing else: no page, no WebSocket, no log-in."""
    port = sockets[0].getsockname()[1]
    # What comes through a tunnel has its headers, and each delivery is signed: that the main port may be open to everybody on this
    # machine (auth.mode "none") does not matter here.
    guarded = msgspec.structs.replace(config, auth=msgspec.structs.replace(config.auth, mode="token"))
    handler = RequestHandler(
        config.server,
        Router([route for route in routes if route.is_on_public_port]),
        RequestGuard(guarded, port),
        authenticator,
        _NoFiles(),  # type: ignore[arg-type]
        _no_socket,
    )
    http = HttpServer(handler, max_connections=config.server.max_connections)
    listener = Listener(http)
    await listener.open(sockets)
    return PublicPort(http, listener, port)
