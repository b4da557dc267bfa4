"""The body of a form with files (multipart/form-data, RFC 7578)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from ..errors import BlockInputError

MAX_FORM_BYTES = 100_000_000


class FormFile(NamedTuple):
    """One file of a form. `name` is a label, never a path."""

    field: str
    name: str
    content_type: str
    content: bytes


def encode_multipart(fields: Iterable[tuple[str, str]], files: Iterable[FormFile]) -> tuple[bytes, str]:
    """(body, content type). Raises BlockInputError where it would be larger than 100 MB, or a content type is none."""
    boundary = f"form-{os.urandom(16).hex()}"  # 128 random bits: no content can hold it but by guessing
    parts: list[bytes] = []
    for name, value in fields:
        parts.append(_part(boundary, f'name="{_quoted(name)}"', None, value.encode("utf-8", "surrogatepass")))
    for file in files:
        label = f'name="{_quoted(file.field)}"; filename="{_quoted(file.name)}"'
        parts.append(_part(boundary, label, file.content_type, file.content))
    if sum(map(len, parts)) > MAX_FORM_BYTES:
        raise BlockInputError(f"The form with its files is larger than {MAX_FORM_BYTES:,} bytes.")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _part(boundary: str, label: str, content_type: str | None, content: bytes) -> bytes:
    if content_type is not None and not content_type.isprintable():
        raise BlockInputError("The content type of a file holds a line break or another control character.")
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    head = f"--{boundary}\r\nContent-Disposition: form-data; {label}\r\n{kind}\r\n"
    return head.encode("utf-8", "surrogatepass") + content + b"\r\n"


def _quoted(text: str) -> str:
    # As browsers do it: a quote or a line break would end the header early.
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
