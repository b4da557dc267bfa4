"""Signatures compared in constant time, and byte by byte: no other case, no spaces, no second header."""

from __future__ import annotations

import hashlib
import hmac

from ...errors import InvalidSignatureError
from .base import Headers


def only_header(headers: Headers, name: str) -> str:
    """The value of a header that has to be there exactly once. Raises InvalidSignatureError."""
    values = headers.getall(name, ())
    if len(values) != 1:
        found = "is missing" if not values else "is there more than once"
        raise InvalidSignatureError(f"The header {name} {found}.", hint="Deliveries to this webhook have to be signed.")
    return values[0]


def hmac_sha256(secret: str, *parts: bytes) -> str:
    """HMAC-SHA256 in lower-case hexadecimal."""
    digest = hmac.new(secret.encode(), digestmod=hashlib.sha256)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def check_equal(given: str, expected: str) -> None:
    """Raises InvalidSignatureError where they differ."""
    if not is_equal(given, expected):
        raise InvalidSignatureError()


def is_equal(given: str, expected: str) -> bool:
    """In constant time; `given` may be any text that a header can hold."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def read_time_s(text: str) -> int:
    """A time in whole seconds since 1970, as signatures contain it. Raises InvalidSignatureError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise InvalidSignatureError("The signature has no valid time.")
    return int(text)
