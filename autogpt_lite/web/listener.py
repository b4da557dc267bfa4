"""Accepts connections on bound sockets, and goes on where the loop gives one of them up."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import AutoGPTLiteError
from .listen import bind_again

log = logging.getLogger(__name__)

_BACKLOG = 1024
_AGAIN_S = 1.0

Context = dict[str, Any]


class Listener:
    """`open` begins to accept connections for a protocol factory, `close` ends it."""

    def __init__(self, make_protocol: Callable[[], asyncio.Protocol]):
        self._make_protocol = make_protocol
        self._servers: dict[tuple, asyncio.Server] = {}  # by the address of their socket
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, sockets: Sequence[socket.socket]) -> None:
        loop = asyncio.get_running_loop()
        for bound in sockets:
            await self._serve(bound)
        others = loop.get_exception_handler()

        def handle(loop: asyncio.AbstractEventLoop, context: Context) -> None:
            if not self._take_failure(context):
                others(loop, context) if others is not None else loop.default_exception_handler(context)

        loop.set_exception_handler(handle)

    def close(self) -> None:
        """Accepts no more; connections that are open stay."""
        for task in self._tasks:
            task.cancel()
        for server in self._servers.values():
            server.close()

    async def wait_closed(self) -> None:
        """Until the last connection has ended."""
        for server in self._servers.values():
            await server.wait_closed()

    async def _serve(self, bound: socket.socket) -> None:
        address = bound.getsockname()
        server = await asyncio.get_running_loop().create_server(self._make_protocol, sock=bound, backlog=_BACKLOG)
        self._servers[address] = server

    def _take_failure(self, context: Context) -> bool:
        """Whether the loop tells that it has given up one of our sockets.

        Windows' loop does so when a client is gone before it was accepted (WinError 64, python/cpython#93821): it closes the
        listening socket, says so here, and the server would run on and never be reached again.
        """
        failed = context.get("socket")
        address = failed.getsockname() if failed is not None and "Accept failed" in context["message"] else None
        if address not in self._servers:
            return False
        log.warning("listening on %s again: %s", address, context.get("exception"))
        task = asyncio.get_running_loop().create_task(self._listen_again(address))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _listen_again(self, address: tuple) -> None:
        is_told = False
        while True:
            try:
                return await self._serve(bind_again(address))
            except AutoGPTLiteError as error:
                if not is_told:
                    log.error("%s It is tried again every second.", error.message)
                is_told = True
                await asyncio.sleep(_AGAIN_S)
