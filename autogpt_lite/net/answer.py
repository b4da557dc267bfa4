"""What came back: a whole answer, or one that is still coming."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from ..errors import OutboundError, OutboundLimitError
from .decode import decoder_for

if TYPE_CHECKING:
    import aiohttp

    from .addresses import Target

MAX_LINE_BYTES = 1_000_000
# Decompressed steps between two turns of the event loop: 16 of 64 KB are 1 MB, about 3 ms.
STEPS_PER_TURN = 16


class Limits(NamedTuple):
    """`deadline_s` is a time of the event loop's clock, `max_bytes` counts the body after decompression."""

    deadline_s: float
    max_bytes: int


class HttpResponse(msgspec.Struct, frozen=True):
    """A complete answer. `headers` are case-insensitive, `url` is the address after redirects, `body` is decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    charset: str | None = None

    def __repr__(self) -> str:  # a body may be 50 MB, and hold secrets
        return f"HttpResponse(status={self.status}, size_bytes={len(self.body)})"

    @property
    def text(self) -> str:
        """The body as text, in the charset that the answer names (else UTF-8); what does not decode becomes U+FFFD."""
        try:
            return self.body.decode(self.charset or "utf-8", "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises OutboundError where it is none."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, RecursionError):
            raise OutboundError("The answer of the other server is not JSON.") from None


class HttpStream:
    """An answer whose body is read while it comes. Leaving the `async with` closes the connection at once."""

    def __init__(self, response: aiohttp.ClientResponse, target: Target, limits: Limits):
        self.status: int = response.status
        self.headers: Mapping[str, str] = response.headers
        self.url = str(target.url)
        self._response = response
        self._target = target
        self._limits = limits

    async def read(self, max_bytes: int | None = None) -> HttpResponse:
        """The rest as a whole answer, for instance to read the text of an error."""
        body = io.BytesIO()
        async with aclosing(self.chunks(max_bytes)) as chunks:
            async for chunk in chunks:
                body.write(chunk)
        return HttpResponse(self.status, self.headers, body.getvalue(), self.url, self._response.charset)

    async def lines(self) -> AsyncIterator[str]:
        """The lines of the body without their ends, as they come. Raises OutboundLimitError for one longer than 1 MB."""
        rest = b""
        async with aclosing(self.chunks()) as chunks:
            async for chunk in chunks:
                *complete, rest = (rest + chunk).split(b"\n")
                for line in complete:
                    yield line.removesuffix(b"\r").decode("utf-8", "replace")
                if len(rest) > MAX_LINE_BYTES:
                    raise OutboundLimitError(f"{self._target.name} sent a line of more than {MAX_LINE_BYTES} bytes.")
        if rest:
            yield rest.removesuffix(b"\r").decode("utf-8", "replace")

    async def chunks(self, max_bytes: int | None = None) -> AsyncIterator[bytes]:
        """The decompressed body in pieces of at most 64 KB or what one read brought."""
        limit_bytes = self._limits.max_bytes if max_bytes is None else min(max_bytes, self._limits.max_bytes)
        self._check_announced_length(limit_bytes)
        decoder = decoder_for(self.headers.get("Content-Encoding"))
        size_bytes, step = 0, 0
        while data := await self._read_some():
            for plain in decoder.feed(data):
                size_bytes += len(plain)
                if size_bytes > limit_bytes:
                    raise self._too_large(limit_bytes)
                yield plain
                step += 1
                if step % STEPS_PER_TURN == 0:
                    await asyncio.sleep(0)
        decoder.finish()

    async def _read_some(self) -> bytes:
        from .failures import as_outbound_errors

        with as_outbound_errors(self._target):
            async with asyncio.timeout_at(self._limits.deadline_s):
                return await self._response.content.readany()

    def _check_announced_length(self, limit_bytes: int) -> None:
        length = self._response.content_length
        if length is not None and length > limit_bytes and self._response.method != "HEAD":
            raise self._too_large(limit_bytes)

    def _too_large(self, limit_bytes: int) -> OutboundLimitError:
        hint = "`http.max_response_bytes` in config.toml is the limit."
        return OutboundLimitError(f"The answer of {self._target.name} is larger than {limit_bytes} bytes.", hint=hint)

    def close(self) -> None:
        """Closes the connection, unless the answer is complete and the connection went back into the pool."""
        self._response.close()
