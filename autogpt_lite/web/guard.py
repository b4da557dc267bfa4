"""Which requests may come near at all: exact Host, exact Origin, no request that another site made (attacks.md A1-A9)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from multidict import CIMultiDictProxy

from ..config import Config
from ..errors import ConfigError, InvalidInputError, MisdirectedRequestError, NotAuthorizedError

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_ANY_ADDRESS = ("0.0.0.0", "::", "[::]", "")
_STANDARD_PORTS = {"http": 80, "https": 443}
_PROXY_HEADERS = ("Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP")


class RequestGuard:
    """Checks Host, Origin and Sec-Fetch-Site of every request before anything else looks at it.

    `port` is the one that is listened on. Raises ConfigError where `auth.mode = "none"` would be open to others.
    """

    def __init__(self, config: Config, port: int):
        self._refuses_proxies = config.auth.mode == "none"
        check_open_mode(config)
        self._origins: dict[str, frozenset[str]] = {}
        for host in _own_hosts(config.server.host, port):
            self._add(host, ["http"])
        for host in config.server.allowed_hosts:
            self._add(host.lower(), ["http", "https"])
        self._public_origin = None
        if config.server.public_url and not self._refuses_proxies:
            url = urlsplit(config.server.public_url.lower())
            self._public_origin = f"{url.scheme}://{url.netloc}"
            self._add(url.netloc, [url.scheme])

    def _add(self, host: str, schemes: Iterable[str]) -> None:
        self._origins[host] = self._origins.get(host, frozenset()) | {f"{scheme}://{host}" for scheme in schemes}

    def check(self, headers: CIMultiDictProxy[str], *, is_websocket: bool = False, is_landing: bool = False) -> None:
        """Raises for a request that must not be served: 400 or 421 for its Host (403 for a WebSocket), 403 for the rest.

        `is_landing`: it asks for the page that another site sends the browser back to; that one may be opened from there.
        """
        hosts = headers.getall("Host", ())
        if len(hosts) != 1:
            raise InvalidInputError("The request needs exactly one Host header.")
        origins = self._origins.get(hosts[0].lower())
        if origins is None:
            raise _unknown_host(is_websocket)
        self._check_origin(headers, origins)
        site = headers.get("Sec-Fetch-Site")
        # "same-site" is another port of this machine, so it is as foreign as "cross-site".
        if site is not None and site not in ("same-origin", "none") and not (is_landing and is_navigation(headers)):
            raise NotAuthorizedError("A page of another origin made this request.")
        if self._refuses_proxies:
            _refuse_forwarded(headers)

    def _check_origin(self, headers: CIMultiDictProxy[str], own: frozenset[str]) -> None:
        for origin in headers.getall("Origin", ()):
            if origin not in own and origin != self._public_origin:
                raise NotAuthorizedError("A page of another origin made this request.")


def is_navigation(headers: CIMultiDictProxy[str]) -> bool:
    """Whether somebody opens an address in a browser, and no page or program asks for it."""
    return headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"


def _unknown_host(is_websocket: bool) -> Exception:
    if is_websocket:
        return NotAuthorizedError("The server does not answer to this host name.")
    return MisdirectedRequestError(hint="Add the name to `server.allowed_hosts` in config.toml if it is yours.")


def _refuse_forwarded(headers: CIMultiDictProxy[str]) -> None:
    for name in headers:
        if name.lower().startswith("x-forwarded-"):
            break
    else:
        if not any(name in headers for name in _PROXY_HEADERS):
            return
    raise NotAuthorizedError(
        "Requests through a proxy are not served while there is no login.", hint='Set `auth.mode = "token"` in config.toml.'
    )


def _own_hosts(host: str, port: int) -> Iterable[str]:
    names = [] if host in _ANY_ADDRESS else [bracketed(host).lower()]
    if not names or is_loopback(host):
        names += LOOPBACK_NAMES
    for name in dict.fromkeys(names):
        yield f"{name}:{port}"
        if port == _STANDARD_PORTS["http"]:
            yield name


def check_open_mode(config: Config) -> None:
    """Raises ConfigError where auth.mode is "none" and somebody else than this machine could get in (A14)."""
    if config.auth.mode != "none":
        return
    hint = 'Set `auth.mode = "token"`, or `server.host = "127.0.0.1"` and no `server.allowed_hosts`.'
    if not is_loopback(config.server.host):
        raise ConfigError(
            f'`auth.mode = "none"` works on loopback only, not on {config.server.host or "every address"}.', hint=hint
        )
    if foreign := [name for name in config.server.allowed_hosts if not is_loopback(_without_port(name))]:
        raise ConfigError(f'`auth.mode = "none"` works on loopback only, not for the host {foreign[0]}.', hint=hint)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address, written as in `server.host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def bracketed(host: str) -> str:
    """An address as it stands in a URL: IPv6 in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _without_port(name: str) -> str:
    return name.rsplit(":", 1)[0] if name.count(":") == 1 or "]:" in name else name
