"""What a delivery says: its body as an object, whatever the sender calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from ..errors import InvalidInputError
from ..web.decode import check_json_depth

MAX_FIELDS = 1_000
FORM = "application/x-www-form-urlencoded"


def read_body(headers: Mapping[str, str], body: bytes, max_depth: int) -> dict[str, Any]:
    """JSON or a form as an object. JSON that is no object stands under `value`, and a form whose only field is `payload` (GitHub's
    and Slack's way) is what that holds. Raises InvalidInputError."""
    if headers.get("Content-Type", "").partition(";")[0].strip().lower() == FORM:
        return _read_form(body, max_depth)
    return _read_json(body, max_depth) if body.strip() else {}


def _read_json(body: bytes, max_depth: int) -> dict[str, Any]:
    check_json_depth(body, max_depth)
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInputError(f"The body is not valid JSON: {error}", hint="Send JSON, or a form.") from None
    return value if isinstance(value, dict) else {"value": value}


def _read_form(body: bytes, max_depth: int) -> dict[str, Any]:
    try:
        text = body.decode("utf-8")
        fields = dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS))
    except ValueError:
        raise InvalidInputError("The form cannot be read.") from None
    if list(fields) == ["payload"]:
        return _read_json(fields["payload"].encode(), max_depth)
    return fields
