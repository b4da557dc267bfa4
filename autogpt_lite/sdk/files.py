"""Reading what stands behind a file pin: a data URI, a file of the user's workspace, or a web address.

A path of this machine is never read, whatever it looks like.
"""

from __future__ import annotations

import base64
import binascii
import mimetypes
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from ..errors import BlockError, BlockInputError

if TYPE_CHECKING:
    from .context import RunContext

MAX_FILE_BYTES = 20_000_000

_UNREADABLE = "This is no file that a block can read. Upload the file, or give a data: URI or an http(s) address."


async def read_file(reference: str, ctx: RunContext, max_bytes: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a file. Raises BlockInputError for anything that is no file reference, BlockError for a file that is too large
    or not there."""
    kind = reference[:12].partition(":")[0].lower()
    if kind == "data":
        return _decode_data_uri(reference, max_bytes)
    if kind == "workspace":
        return await _read_workspace_file(reference, ctx, max_bytes)
    if kind in ("http", "https"):
        return await _download(reference, max_bytes)
    raise BlockInputError(_UNREADABLE)


async def read_text(reference: str, ctx: RunContext, max_bytes: int = MAX_FILE_BYTES) -> str:
    """The text of a file: UTF-8, with or without a byte order mark, or UTF-16 with one. Raises as read_file does."""
    return decode_text(await read_file(reference, ctx, max_bytes))


async def read_as_data_uri(reference: str, ctx: RunContext, max_bytes: int = MAX_FILE_BYTES) -> str:
    """The file as a data: URI in base64. Raises as read_file does."""
    content = await read_file(reference, ctx, max_bytes)
    return f"data:{_media_type(reference)};base64,{base64.b64encode(content).decode('ascii')}"


def _media_type(reference: str) -> str:
    address, _, fragment = reference.partition("#")
    if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", fragment):  # workspace://ID#image/png
        return fragment
    return mimetypes.guess_type(address.partition("?")[0])[0] or "application/octet-stream"


def decode_text(content: bytes) -> str:
    """Text from bytes. Raises BlockInputError where they are no text."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise BlockInputError("The file holds no text (UTF-8 is what is understood).") from error


def check_reference(reference: str, max_bytes: int = MAX_FILE_BYTES) -> None:
    """Raises BlockInputError for text that read_file would refuse, without reading anything."""
    kind = reference[:12].partition(":")[0].lower()
    if kind not in ("data", "workspace", "http", "https"):
        raise BlockInputError(_UNREADABLE)
    if kind == "data" and len(reference) > max_bytes * 3:
        raise _too_large(max_bytes)


def _decode_data_uri(uri: str, max_bytes: int) -> bytes:
    head, comma, body = uri.partition(",")
    if not comma:
        raise BlockInputError("This data: URI has no comma, and so no content.")
    # Looked at before it is decoded: three bytes are four characters of base64, or up to nine of percent encoding.
    if len(body) > max_bytes * 3:
        raise _too_large(max_bytes)
    try:
        content = _decode_base64(body) if head.lower().endswith(";base64") else unquote_to_bytes(body)
    except (binascii.Error, ValueError) as error:
        raise BlockInputError("The content of this data: URI is no base64.") from error
    if len(content) > max_bytes:
        raise _too_large(max_bytes)
    return content


def _decode_base64(text: str) -> bytes:
    text = "".join(text.split())  # many programs break it into lines, and some leave the = at the end out
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


async def _read_workspace_file(reference: str, ctx: RunContext, max_bytes: int) -> bytes:
    read = getattr(ctx, "read_file", None)
    if read is None:
        raise BlockError("There is no workspace to read files from here.")
    content = await read(reference, max_bytes)
    if len(content) > max_bytes:
        raise _too_large(max_bytes)
    return content


async def _download(url: str, max_bytes: int) -> bytes:
    from . import http

    answer = await http.request("GET", url, max_bytes=max_bytes)
    if answer.status >= 400:
        raise BlockError(f"The server of the file answered with status {answer.status}.")
    return answer.body


def _too_large(max_bytes: int) -> BlockError:
    return BlockError(f"The file is too large: {max_bytes:,} bytes are the limit.")
