"""Request headers: what may be sent at all, and what may follow a redirect to another origin."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..errors import BlockInputError
from .addresses import DEFAULT_PORTS, Target

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
MAX_REQUEST_HEADERS_BYTES = 64_000

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FORBIDDEN_IN_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# The connection's own headers: a copy of them from a browser or Postman is dropped, since a wrong one would let a caller smuggle
# a second request (Transfer-Encoding, Content-Length) or get an encoding that is not decompressed within limits.
_OURS = frozenset(
    [
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)
# What may go to another origin. A list of what is harmless, since secrets travel in headers of any name.
_HARMLESS = frozenset(["accept", "accept-language", "cache-control", "content-language", "content-type", "range", "user-agent"])


def check_method(method: str) -> str:
    """The method in upper case. Raises BlockInputError for one that is not plain HTTP."""
    upper = method.upper() if method.isascii() else method
    if upper not in METHODS:
        raise BlockInputError(f"The method has to be one of {', '.join(sorted(METHODS))}.")
    return upper


def check_headers(headers: Mapping[str, str], target: Target) -> dict[str, str]:
    """The headers that are sent. Raises BlockInputError for a name or value that could end the header early (CR, LF, NUL)."""
    checked: dict[str, str] = {}
    size_bytes = 0
    for name, value in headers.items():
        value = str(value).strip(" \t")
        if not _TOKEN.fullmatch(name):
            raise BlockInputError("A header's name holds a character that is not allowed there.")
        if _FORBIDDEN_IN_VALUE.search(value):
            raise BlockInputError(f"The value of the header {name} holds a line break or another control character.")
        if name.lower() == "host" and value.lower() not in (target.host, target.name):
            raise BlockInputError("The Host header has to be the host of the address.")
        if name.lower() not in _OURS and name.lower() != "host":
            checked[name] = value
            size_bytes += len(name) + len(value.encode("utf-8", "surrogateescape")) + 4
    if size_bytes > MAX_REQUEST_HEADERS_BYTES:
        raise BlockInputError(f"The headers are larger than {MAX_REQUEST_HEADERS_BYTES} bytes.")
    return checked


def headers_after_redirect(headers: Mapping[str, str], before: Target, after: Target, *, drops_body: bool) -> dict[str, str]:
    """What of the headers goes along to the next hop."""
    kept = dict(headers) if _is_same_origin(before, after) else {n: v for n, v in headers.items() if n.lower() in _HARMLESS}
    if drops_body:
        kept = {n: v for n, v in kept.items() if not n.lower().startswith("content-")}
    return kept


def _is_same_origin(before: Target, after: Target) -> bool:
    if before.origin == after.origin:
        return True
    # The everyday upgrade from http to https of one host, both on their standard ports, loses nothing.
    upgraded = (before.scheme, after.scheme) == ("http", "https") and before.host == after.host
    return upgraded and before.port == DEFAULT_PORTS["http"] and after.port == DEFAULT_PORTS["https"]
