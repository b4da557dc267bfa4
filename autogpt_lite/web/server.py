"""`create_server`: everything of the web layer put together and listening."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence

from ..config import Config
from ..events import EventBus
from ..net.client import add_own_ports
from ..paths import packaged_file
from .authentication import Authenticator
from .connections import HttpServer, check_http_parser
from .guard import RequestGuard, bracketed
from .handler import RequestHandler
from .hub import WebSocketHub
from .listen import bind_public_sockets, bind_sockets
from .listener import Listener
from .public_port import PublicPort, open_public_port
from .router import Router
from .routing import Route
from .static_files import StaticFiles
from .system_routes import system_routes
from .websocket import Runs, WebSocketDoor

SHUTDOWN_S = 0.5


class WebServer:
    """A listening server. `url` is its address on this machine; close it with `await close()`."""

    def __init__(
        self, http: HttpServer, hub: WebSocketHub, routes: Sequence[Route], url: str, port: int, public: PublicPort | None = None
    ):
        self.http = http
        self.hub = hub
        self.public = public
        self.routes = routes
        self.url = url
        self.port = port
        self.listener = Listener(http)

    async def close(self) -> None:
        """Accepts no more, cuts WebSockets off, lets requests end for SHUTDOWN_S, then cancels them."""
        self.listener.close()
        if self.public is not None:
            await self.public.close()
        self.hub.close()
        self.http.pre_shutdown()
        transports = [one.transport for one in self.http.connections if one.transport is not None]
        await self.http.shutdown(SHUTDOWN_S)
        for transport in transports:
            # Closing waits until the peer has read everything; one that never reads would hold the end up for ever.
            if transport.get_write_buffer_size():
                transport.abort()
        await self.listener.wait_closed()


async def create_server(
    config: Config,
    routes: Sequence[Route],
    *,
    authenticator: Authenticator,
    bus: EventBus,
    runs: Runs,
    sockets: Sequence[socket.socket] | None = None,
    public_sockets: Sequence[socket.socket] | None = None,
    note_reply: Callable[[float], None] = lambda seconds: None,
) -> WebServer:
    """Starts to serve `routes`, /health, /openapi.json, /ws and the files of the web UI; on `server.public_port` only what others
    deliver.

    `note_reply` is told how many seconds each answer of the API took. The sockets come from listen.bind_sockets and
    bind_public_sockets, where the ports were taken before the database was opened.
    Raises StartupError.
    """
    check_http_parser()
    bound = list(sockets) if sockets is not None else bind_sockets(config.server)
    public_bound = list(public_sockets) if public_sockets is not None else bind_public_sockets(config.server)
    try:
        port = bound[0].getsockname()[1]
        # Before anybody can connect: what runs here never calls this server.
        add_own_ports(one.getsockname()[1] for one in (*bound, *public_bound))
        all_routes = [*system_routes(routes), *routes]
        hub = WebSocketHub(bus, config.websocket)
        door = WebSocketDoor(hub, authenticator, runs, config.websocket)
        handler = RequestHandler(
            config.server,
            Router(all_routes),
            RequestGuard(config, port),
            authenticator,
            StaticFiles(packaged_file("static")),
            door.open,
            note_reply,
        )
        http = HttpServer(handler, max_connections=config.server.max_connections)
        public = await open_public_port(config, all_routes, authenticator, public_bound) if public_bound else None
        server = WebServer(http, hub, all_routes, local_url(config.server.host, port), port, public)
        await server.listener.open(bound)
    except BaseException:
        for one in (*bound, *public_bound):
            one.close()
        raise
    authenticator.on_session_end(hub.end_session)
    authenticator.on_user_end(hub.end_user)
    return server


def local_url(host: str, port: int) -> str:
    """The address that a browser on this machine reaches the server under."""
    if host in ("localhost", "0.0.0.0", "::", ""):
        host = "127.0.0.1"
    return f"http://{bracketed(host)}:{port}"
