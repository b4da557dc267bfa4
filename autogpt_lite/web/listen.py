"""Listening sockets, bound early: a taken port is found before the database is opened."""

from __future__ import annotations

import errno
import os
import socket

import msgspec

from ..config import ServerConfig
from ..errors import ConfigError, StartupError
from .guard import bracketed

_PORT_TRIES = 20


def bind_sockets(config: ServerConfig) -> list[socket.socket]:
    """Sockets bound to `server.host` and `server.port`, not listening yet. 127.0.0.1 and localhost bring [::1] along, on the
    same port: browsers try it first for `localhost`, and another program there would get our visitors.

    Raises StartupError where the port is taken, ConfigError for an address that this machine does not have.
    """
    if not 0 <= config.port <= 65535:
        raise ConfigError(f"`server.port` is {config.port}, but ports go from 0 to 65535.")
    hosts = ["127.0.0.1", "::1"] if config.host in ("127.0.0.1", "localhost") else [config.host.strip("[]")]
    for attempt in range(_PORT_TRIES):
        try:
            return _bind_all(hosts, config.port)
        except StartupError:
            # With port 0 the system chose a port that somebody has on [::1].
            if config.port or attempt == _PORT_TRIES - 1:
                raise
    raise AssertionError("unreachable")


def bind_public_sockets(config: ServerConfig) -> list[socket.socket]:
    """The same for `server.public_port`; none where it is 0."""
    if config.public_port == 0:
        return []
    if not 0 < config.public_port <= 65535 or config.public_port == config.port:
        hint = "It has to be between 1 and 65535, and another one than `server.port`; 0 opens none."
        raise ConfigError(f"`server.public_port` cannot be {config.public_port}.", hint=hint)
    try:
        return bind_sockets(msgspec.structs.replace(config, port=config.public_port))
    except StartupError as error:
        raise StartupError(error.message, hint="`server.public_port` says which port.") from None


def bind_again(address: tuple) -> socket.socket:
    """A socket on an address that one of those above had until now. Raises StartupError where somebody else was quicker."""
    bound = _bind(address[0], address[1], is_optional=False)
    assert bound is not None
    return bound


def _bind_all(hosts: list[str], port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for host in hosts:
            bound = _bind(host, port, is_optional=bool(sockets))
            if bound is not None:
                sockets.append(bound)
                port = bound.getsockname()[1]
    except BaseException:
        for bound in sockets:
            bound.close()
        raise
    return sockets


def _bind(host: str, port: int, *, is_optional: bool) -> socket.socket | None:
    family, address = _resolve(host, port)
    try:
        bound = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        if is_optional:
            return None
        raise
    try:
        _set_options(bound, host)
        bound.bind(address)
    except OSError as error:
        bound.close()
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT) and is_optional:
            return None  # a machine without IPv6
        raise _bind_error(error, host, port) from None
    return bound


def _set_options(bound: socket.socket, host: str) -> None:
    bound.setblocking(False)
    if os.name == "posix":
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    else:
        # On Windows SO_REUSEADDR would let another program take the port over.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    if bound.family == socket.AF_INET6:
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if host == "::" else 1)


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple]:
    try:
        family, _, _, _, address = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
    except OSError:
        raise ConfigError(
            f"`server.host` is {host}, which is no address.", hint='Use "127.0.0.1", or an address of this machine.'
        ) from None
    return family, address


def _bind_error(error: OSError, host: str, port: int) -> StartupError:
    where = f"{bracketed(host)}:{port}"
    if error.errno == errno.EADDRINUSE:
        hint = f"Start with `--port {port + 1}`, or with `--port 0` to let the system choose."
        return StartupError(f"Another program uses {where}.", hint=hint)
    if error.errno == errno.EACCES:
        hint = (
            "Use a port above 1023." if os.name == "posix" else f"Windows keeps some ports for itself: try `--port {port + 1}`."
        )
        return StartupError(f"The system does not let this user listen on {where}.", hint=hint)
    return ConfigError(
        f"Cannot listen on {where}: {os.strerror(error.errno or 0)}.", hint="`server.host` and `server.port` say where."
    )
