"""aiohttp with its freedom taken away: it connects to the addresses that the guard checked, and to no other.

Imported when the first request is made (aiohttp's client half is a good part of a start).
"""

from __future__ import annotations

import ipaddress
import socket
from contextvars import ContextVar
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from .. import __version__
from .addresses import Address
from .decode import ACCEPT_ENCODING
from .guard import Destination

MAX_HEADER_LINE_BYTES = 8_190
MAX_HEADERS = 100
MAX_CONNECTIONS = 200
CONNECT_TIMEOUT_S = 15.0
KEEPALIVE_S = 15.0

pinned: ContextVar[Destination] = ContextVar("pinned")
"""The checked destination of the request that runs in this context."""


class PinnedResolver(AbstractResolver):
    """Answers with the addresses that were checked: the name is not looked up a second time, when it could say something else."""

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_UNSPEC) -> list[ResolveResult]:
        target, addresses, _ = pinned.get()
        if (host, port) != (target.host, target.port):
            raise OSError("this host was not checked")
        return [_resolved(host, port, address) for address in addresses]

    async def close(self) -> None:
        pass


def _resolved(host: str, port: int, address: Address) -> ResolveResult:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=str(address), port=port, family=family, proto=0, flags=flags)


def open_checked_socket(info: Any) -> socket.socket:
    """aiohttp's socket factory, and the last check: whatever way a connection began, it goes to a checked address or nowhere."""
    family, kind, protocol, _, socket_address = info
    if ipaddress.ip_address(socket_address[0]) not in pinned.get().addresses:
        raise OSError("this address was not checked")
    return socket.socket(family, kind, protocol)


def open_session(*, reuses_connections: bool) -> aiohttp.ClientSession:
    """A session without cookies, proxies from the environment, redirects or decompression of its own."""
    reuse: dict[str, Any] = {"keepalive_timeout": KEEPALIVE_S} if reuses_connections else {"force_close": True}
    connector = aiohttp.TCPConnector(
        resolver=PinnedResolver(), use_dns_cache=False, socket_factory=open_checked_socket, limit=MAX_CONNECTIONS, **reuse
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S),
        headers={"User-Agent": f"autogpt-lite/{__version__}", "Accept-Encoding": ACCEPT_ENCODING},
        max_line_size=MAX_HEADER_LINE_BYTES,
        max_field_size=MAX_HEADER_LINE_BYTES,
        max_headers=MAX_HEADERS,
    )
