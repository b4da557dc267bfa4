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
        self._inflate = zlib.decompressobj(wbits=31 if self._is_gzip else 15)
        self._is_first = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        is_step_full = False
        while data or is_step_full:
            if self._inflate.eof:
                if not self._is_gzip or not data.startswith(b"\x1f\x8b"):
                    return  # padding behind the end, which gzip allows
                self._inflate = zlib.decompressobj(wbits=31)
            plain = self._step(data)
            has_ended = self._inflate.eof
            data = self._inflate.unused_data if has_ended else self._inflate.unconsumed_tail
            # A full step may have taken all the input and still hold output back.
            is_step_full = len(plain) == STEP_BYTES and not has_ended
            if plain:
                yield plain

    def _step(self, data: bytes) -> bytes:
        try:
            plain = self._inflate.decompress(data, STEP_BYTES)
        except zlib.error:
            if self._is_gzip or not self._is_first:
                raise _broken() from None
            self._inflate = zlib.decompressobj(wbits=-15)
            try:
                plain = self._inflate.decompress(data, STEP_BYTES)
            except zlib.error:
                raise _broken() from None
        self._is_first = False
        return plain

    def finish(self) -> None:
        if not self._inflate.eof and not self._is_first:
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
