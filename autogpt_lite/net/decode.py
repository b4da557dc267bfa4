"""Decompression in steps of bounded size.

aiohttp's own decompression is off: it expands whatever one read brought before anybody can count it. Here a step gives at
most STEP_BYTES, so that an archive bomb is cut when the limit is reached, with that much in memory and no more.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

from ..errors import OutboundError

ACCEPT_ENCODING = "gzip, deflate"
STEP_BYTES = 65_536


class Decoder(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]:
        """The plain bytes of one piece of the answer, in steps of at most STEP_BYTES. Raises OutboundError for a broken one."""

    def finish(self) -> None:
        """Raises OutboundError if the answer ended in the middle."""


class PlainDecoder:
    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def finish(self) -> None:
        pass


class ZlibDecoder:
    """gzip (also of several members) and deflate (with or without the zlib header, since servers send both)."""

    def __init__(self, encoding: str):
        self._is_gzip = encoding == "gzip"
        self._inflate: zlib._Decompress | None = None
        self._held = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        data, self._held = self._held + data, b""
        is_step_full = False
        while data or is_step_full:
            if self._inflate is None or self._inflate.eof:
                if len(data) < 2:
                    self._held = data  # what begins here is known by its first two bytes
                    return
                if not self._begin(data):
                    return
            plain, data, is_step_full = self._step(data)
            if plain:
                yield plain

    def _begin(self, data: bytes) -> bool:
        if self._is_gzip:
            if self._inflate is not None and not data.startswith(b"\x1f\x8b"):
                return False  # padding behind the end, which gzip allows
            self._inflate = zlib.decompressobj(wbits=31)
            return True
        if self._inflate is not None:
            return False
        has_header = data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0
        self._inflate = zlib.decompressobj(wbits=15 if has_header else -15)
        return True

    def _step(self, data: bytes) -> tuple[bytes, bytes, bool]:
        assert self._inflate is not None
        try:
            plain = self._inflate.decompress(data, STEP_BYTES)
        except zlib.error:
            raise _broken() from None
        if self._inflate.eof:
            return plain, self._inflate.unused_data, False
        # A full step may have taken all the input and still hold output back.
        return plain, self._inflate.unconsumed_tail, len(plain) == STEP_BYTES

    def finish(self) -> None:
        has_ended = self._inflate.eof if self._inflate is not None else not self._held
        if not has_ended or self._held == b"\x1f":
            raise _broken()


def decoder_for(encoding: str | None) -> Decoder:
    """The decoder of a Content-Encoding. Raises OutboundError for one that was not asked for (br, zstd, several)."""
    name = (encoding or "identity").strip().lower()
    if name in ("identity", ""):
        return PlainDecoder()
    if name in ("gzip", "x-gzip", "deflate"):
        return ZlibDecoder("gzip" if "gzip" in name else "deflate")
    raise OutboundError("The other server sent its answer in a compression that was not asked for.")


def _broken() -> OutboundError:
    return OutboundError("The compressed answer of the other server is damaged.")
