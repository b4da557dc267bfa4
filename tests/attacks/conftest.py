"""Real servers on loopback, and a client whose DNS and whose idea of "public" the test decides."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest
from aiohttp import web

from autogpt_lite.config import load_config
from autogpt_lite.net.client import OutboundClient
from autogpt_lite.net.guard import Guard

MakeClient = Callable[..., OutboundClient]
Serve = Callable[..., Awaitable[int]]


@pytest.fixture
async def make_client() -> AsyncIterator[MakeClient]:
    """make_client(allow=[...], names={"a.test": "127.0.0.1"}, public={"127.0.0.2"}, own_ports=[...], **http settings)."""
    clients: list[OutboundClient] = []

    def make(
        *,
        allow: list[str] = [],  # noqa: B006
        own_ports: list[int] = [],  # noqa: B006
        names: dict[str, Any] | None = None,
        public: set[str] | None = None,
        **settings: Any,
    ) -> OutboundClient:
        async def resolve(host: str, port: int) -> list[Any]:
            found = (names or {})[host]
            answer = found() if callable(found) else found
            return [ipaddress.ip_address(text) for text in ([answer] if isinstance(answer, str) else answer)]

        options: dict[str, Any] = {"resolve": resolve} if names is not None else {}
        if public is not None:
            options["is_public"] = lambda address: str(address) in public
        http = msgspec.structs.replace(load_config(environ={}).http, **settings)
        clients.append(OutboundClient(http, Guard(allow=allow, own_ports=own_ports, **options)))
        return clients[-1]

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """await serve(handler, host="127.0.0.1", port=0) -> the port; every path and method goes to the handler."""
    async with AsyncExitStack() as stack:

        async def start(
            handler: Callable[[web.Request], Awaitable[web.StreamResponse]], host: str = "127.0.0.1", port: int = 0
        ) -> int:
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", handler)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, host, port)
            await site.start()
            return site._server.sockets[0].getsockname()[1]

        yield start


@pytest.fixture
async def serve_raw() -> AsyncIterator[Serve]:
    """await serve_raw(handler, host=...) -> the port of a plain TCP server; handler(reader, writer)."""
    servers: list[asyncio.Server] = []
    tasks: set[asyncio.Task[None]] = set()

    async def start(handler: Callable[..., Awaitable[None]], host: str = "127.0.0.1") -> int:
        async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            try:
                await reader.readuntil(b"\r\n\r\n")
                await handler(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass
            finally:
                tasks.discard(task)
                writer.close()

        servers.append(await asyncio.start_server(run, host, 0))
        return servers[-1].sockets[0].getsockname()[1]

    yield start
    for server in servers:
        server.close()
    for task in list(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def second_loopback() -> str:
    """Another address of this machine than 127.0.0.1, to stand for "the internet"."""
    for address, family in (("127.0.0.2", socket.AF_INET), ("::1", socket.AF_INET6)):
        try:
            with socket.socket(family) as probe:
                probe.bind((address, 0))
            return address
        except OSError:
            continue
    pytest.skip("this machine has a single loopback address")


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
