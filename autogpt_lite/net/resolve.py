"""DNS on threads of its own, and the question whether an address is this machine."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Awaitable, Callable

from ..errors import OutboundError
from .addresses import Address, plain_address

Resolve = Callable[[str, int], Awaitable[list[Address]]]
"""(host, port) -> every address of the name. Raises OutboundError where there is none."""

_LOOPBACK: list[Address] = [ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1")]


async def resolve_name(host: str, port: int) -> list[Address]:
    """Every address of a name, in the system's order; localhost is answered without asking anybody (RFC 6761).

    On a daemon thread rather than through loop.getaddrinfo(): a name server that does not answer holds its thread for
    many seconds, and both the loop's executor and libuv's pool wait for it at exit.
    """
    if host == "localhost" or host.endswith(".localhost"):
        return list(_LOOPBACK)
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Address]] = loop.create_future()
    threading.Thread(target=_look_up, args=(host, port, loop, answer), name="dns", daemon=True).start()
    return await answer


def _look_up(host: str, port: int, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[list[Address]]) -> None:
    found: list[Address] | Exception
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found = list(dict.fromkeys(ipaddress.ip_address(row[4][0].partition("%")[0]) for row in rows))
    except (OSError, ValueError, UnicodeError):
        found = OutboundError(f"There is no host called {host}.", hint="Check the spelling and the network connection.")
    try:
        loop.call_soon_threadsafe(_settle, answer, found)
    except RuntimeError:  # the loop ended while the name server kept us waiting
        return


def _settle(answer: asyncio.Future[list[Address]], found: list[Address] | Exception) -> None:
    if answer.done():  # cancelled or timed out meanwhile
        return
    if isinstance(found, Exception):
        answer.set_exception(found)
    else:
        answer.set_result(found)


def is_own_address(address: Address) -> bool:
    """Whether the address belongs to this machine: only then can a socket be bound to it."""
    plain = plain_address(address)
    if plain.is_loopback or plain.is_unspecified:
        return True
    family = socket.AF_INET if plain.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(plain), 0))
    except OSError:
        return False
    return True
