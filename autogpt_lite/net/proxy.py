"""The way out through a proxy, where config.toml names one.

The target is resolved and checked here as without a proxy, and the proxy is asked for the checked address, never for the name:
what the name says a moment later, or to the proxy, makes no difference. So a proxy that filters by names sees addresses.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import ConfigError, OutboundBlockedError
from .addresses import Target, host_and_port, parse_url
from .guard import Destination
from .resolve import Resolve, resolve_name

if TYPE_CHECKING:
    from yarl import URL


class Proxy(msgspec.Struct, frozen=True):
    """`url` without the name and password, which are in `user` and `password`."""

    target: Target
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:  # the password must not reach a log by way of a traceback
        return f"Proxy({self.target.name})"

    async def destination(self, resolve: Resolve = resolve_name) -> Destination:
        """Where to connect to. The owner named it, so any address will do."""
        target = self.target
        addresses = [target.address] if target.address is not None else await resolve(target.host, target.port)
        return Destination(target, addresses, is_private=True)

    def options(self, destination: Destination) -> tuple[URL, dict[str, Any]]:
        """The address to ask the proxy for, and aiohttp's options for this."""
        target = destination.target
        options: dict[str, Any] = {"proxy": self.target.url}
        if self.user:
            pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            options["proxy_headers"] = {"Authorization": f"Basic {pair}"}  # aiohttp makes Proxy-Authorization of it
        if target.scheme == "https":
            options["server_hostname"] = target.host  # the certificate is that of the name
        return target.url.with_host(str(destination.addresses[0])), options


def host_header(target: Target) -> str:
    """What the Host header of a request to this target is."""
    return target.name if target.url.explicit_port else target.name.rpartition(":")[0]


def parse_proxy(text: str) -> Proxy | None:
    """The proxy that `http.proxy` names, None for "". Raises ConfigError."""
    if not text:
        return None
    from yarl import URL

    try:
        url = URL(text)
        if url.scheme != "http" or not url.host:
            raise ValueError("only http:// proxies are known")
        target = parse_url(f"http://{host_and_port(url.host, url.port or 80)}")
    except (ValueError, OutboundBlockedError) as error:
        why = error.message if isinstance(error, OutboundBlockedError) else str(error)
        raise ConfigError(f"`http.proxy` is no address of a proxy: {why}.", hint="For instance http://proxy.local:3128") from None
    return Proxy(target, url.user or "", url.password or "")
