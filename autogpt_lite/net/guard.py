"""Decides what may be reached. Every hop of every request asks here, and the answer names the addresses to connect to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..errors import OutboundBlockedError, OutboundError
from .addresses import (
    Address,
    Target,
    comparable_host,
    is_metadata_address,
    is_metadata_name,
    is_public_address,
    parse_allowed,
)
from .resolve import Resolve, is_own_address, resolve_name

ALLOW_HINT = "The owner of this server can allow it: add the host:port to `http.allow` in config.toml."


class Destination(NamedTuple):
    """A checked target. `addresses` are the only ones that may be connected to; `is_private` says that a setting allowed it."""

    target: Target
    addresses: list[Address]
    is_private: bool


class Guard:
    """The rules: public addresses, and those private "host:port" that the owner allowed; never the server's own ports, never
    a cloud's metadata service.

    `resolve` and `is_public` are what tests replace. `own_ports` may be set later: the port is known once the server listens.
    """

    def __init__(
        self,
        *,
        allow: Iterable[str] = (),
        own_ports: Iterable[int] = (),
        resolve: Resolve = resolve_name,
        is_public: Callable[[Address], bool] = is_public_address,
    ):
        self.own_ports = frozenset(own_ports)
        self._allowed = frozenset(parse_allowed(entry) for entry in allow)
        self._resolve = resolve
        self._is_public = is_public

    async def check(self, target: Target, *, came_from: Destination | None = None) -> Destination:
        """Resolves the target once and checks every address that it has; one bad address refuses all.

        `came_from` is the hop before, for a redirect: what is on the internet cannot send a request into the house, so only a
        private destination may redirect to an allowed private one. Raises OutboundBlockedError, or OutboundError where
        there is no such host.
        """
        if is_metadata_name(target.host):
            raise _blocked(target)
        addresses = [target.address] if target.address is not None else await self._resolve(target.host, target.port)
        if not addresses:
            raise OutboundError(f"There is no host called {target.host}.")
        self._check_never_reachable(target, addresses)
        if all(self._is_public(address) for address in addresses):
            return Destination(target, addresses, is_private=False)
        if not self._is_allowed(target):
            raise _blocked(target, ALLOW_HINT)
        if came_from is not None and not came_from.is_private:
            raise OutboundBlockedError(f"{came_from.target.name} redirects to {target.name}, which is not on the internet.")
        return Destination(target, addresses, is_private=True)

    def _check_never_reachable(self, target: Target, addresses: list[Address]) -> None:
        if any(is_metadata_address(address) for address in addresses):
            raise _blocked(target)
        if target.port in self.own_ports and any(is_own_address(address) for address in addresses):
            raise OutboundBlockedError(f"{target.name} is this server itself; requests to it are never made.")

    def _is_allowed(self, target: Target) -> bool:
        return (comparable_host(target.host), target.port) in self._allowed


def _blocked(target: Target, hint: str | None = None) -> OutboundBlockedError:
    return OutboundBlockedError(f"{target.name} must not be reached: it is on this machine or a private network.", hint=hint)
