"""The beginning of a JSON value, for those who show values: a page that gets 50 MB to show a screenful of it stands still."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

Kind = Literal["text", "list", "dictionary", "plain"]

WHOLE_BYTES = 64_000
"""A value of so many bytes of JSON is shown as it is."""
HEAD_BYTES = 16_000
"""What is shown of a longer one."""

_KINDS: dict[int, Kind] = {ord('"'): "text", ord("["): "list", ord("{"): "dictionary"}
_HIGH_SURROGATE = re.compile(rb"u[dD][89abAB]")
_decode_text = msgspec.json.Decoder(str).decode


def kind_of(value: bytes) -> Kind:
    """What a JSON value without space around it is."""
    return _KINDS.get(value[0], "plain")


def head_of(value: bytes, size_bytes: int = HEAD_BYTES) -> bytes:
    """The first `size_bytes` of a longer JSON value as a JSON text: of a text its beginning, of anything else that of its JSON."""
    if kind_of(value) == "text":
        return b'"' + whole_characters(value[1 : 1 + size_bytes]) + b'"'
    return msgspec.json.encode(value[:size_bytes].decode("utf-8", "ignore"))


def whole_characters(part: bytes) -> bytes:
    """A part of the inside of a JSON text that begins with a whole character, without the half of one that it may end with."""
    # The last character may lack up to three of its bytes.
    for back in range(1, min(4, len(part)) + 1):
        lead = part[-back]
        if lead & 0xC0 != 0x80:
            if lead >= 0xC0 and back < (2 if lead < 0xE0 else 3 if lead < 0xF0 else 4):
                part = part[:-back]
            break
    # A pair of surrogates is two escapes, and decoders refuse the first alone.
    while (escape := _last_escape(part)) is not None and _is_open(part[escape + 1 :]):
        part = part[:escape]
    return part


def _is_open(said: bytes) -> bool:
    """Whether an escape, of which this stands behind the backslash, goes on."""
    return not said or (said[:1] == b"u" and len(said) < 5) or (len(said) == 5 and _HIGH_SURROGATE.match(said) is not None)


def _last_escape(part: bytes) -> int | None:
    """Where the escape begins that the last characters may belong to."""
    at = part.rfind(b"\\", max(0, len(part) - 6))
    if at < 0:
        return None
    # Of a run of backslashes, every second one stands for itself.
    first = at
    while first and part[first - 1] == 0x5C:
        first -= 1
    return at if (at - first) % 2 == 0 else None


def text_of(inside: bytes) -> str:
    """What the inside of a JSON text says."""
    return _decode_text(b'"' + inside + b'"')
