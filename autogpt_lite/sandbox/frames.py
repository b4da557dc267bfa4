"""The messages between the server and a child: 4 bytes of length, one byte that names the format, the value.

MessagePack carries nearly everything: it is the fastest and keeps NaN, which msgspec's JSON turns into null. It has no integers
beyond 64 bits, which JSON input may hold; such a value travels as JSON.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import msgspec

HEADER = struct.Struct(">I")
_MSGPACK, _JSON = b"m", b"j"


class FrameError(Exception):
    """The value cannot be sent to another process."""


def encode(value: Any) -> bytes:
    """One frame. Raises FrameError for what JSON cannot hold: other types, lone surrogates, endless nesting."""
    try:
        try:
            body = _MSGPACK + msgspec.msgpack.encode(value)
        except OverflowError:
            body = _JSON + json.dumps(value, ensure_ascii=False).encode()
        return HEADER.pack(len(body)) + body
    except (TypeError, ValueError, RecursionError, struct.error) as error:
        raise FrameError(_describe(error)) from None


def decode(body: bytes | bytearray | memoryview) -> Any:
    """The value of a frame without its header. Raises FrameError."""
    view = memoryview(body)
    try:
        if view[:1] == _MSGPACK:
            return msgspec.msgpack.decode(view[1:])
        return json.loads(bytes(view[1:]))
    except (ValueError, RecursionError) as error:
        raise FrameError(_describe(error)) from None


def _describe(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "a text holds half of a surrogate pair, which is no character"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return f"it is more than JSON can hold ({str(error)[:200]})"
