"""Queries and bodies: from bytes to the types of the Route, with errors that say where the problem is."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import accumulate
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from ..allowed_values import PATH_STEPS, with_allowed_values
from ..errors import AutoGPTLiteError, InvalidInputError, RequestValidationError

MAX_QUERY_FIELDS = 100


class BodyReader:
    """Decodes the body of one route. The decoder is made at the first request: 100 of them would cost start-up time."""

    def __init__(self, wanted: Any):
        self.wanted = wanted
        self.is_raw = wanted is bytes

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder:
        return msgspec.json.Decoder(self.wanted)

    @cached_property
    def when_empty(self) -> bytes | None:
        """The JSON that no body stands for: null or {} where the type takes it, else None."""
        for candidate in (b"null", b"{}"):
            try:
                self._decoder.decode(candidate)
                return candidate
            except msgspec.ValidationError:
                continue
        return None

    def read(self, raw: bytes, max_depth: int) -> Any:
        """The decoded body. Raises InvalidInputError (400: no JSON, nested too deeply) or RequestValidationError (422)."""
        if self.is_raw:
            return raw
        if not raw:
            if self.when_empty is None:
                raise _problem("The request needs a body.", ["body"], "Field required", "missing")
            raw = self.when_empty
        check_json_depth(raw, max_depth)
        try:
            return self._decoder.decode(raw)
        except msgspec.ValidationError as error:
            _check_json(raw)  # the first wrong type is found before what is wrong behind it
            raise validation_error(error, "body", self.wanted) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _no_json(error) from None


def _check_json(raw: bytes) -> None:
    try:
        msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_json(error) from None


def _no_json(error: Exception) -> InvalidInputError:
    return InvalidInputError(f"The body is not valid JSON: {error}")


class QueryReader:
    """Decodes the query string of one route."""

    def __init__(self, wanted: Any):
        self.wanted = wanted

    @cached_property
    def _lists(self) -> frozenset[str]:
        return frozenset(f.encode_name for f in msgspec.inspect.type_info(self.wanted).fields if _takes_list(f.type))

    def read(self, raw: str) -> Any:
        """Raises InvalidInputError (400: cannot be read at all) or RequestValidationError (422)."""
        try:
            pairs = parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=MAX_QUERY_FIELDS) if raw else ()
        except ValueError:
            why = f"It may have {MAX_QUERY_FIELDS} fields, in UTF-8."
            raise InvalidInputError("The query string cannot be read.", hint=why) from None
        fields: dict[str, Any] = {}
        for key, value in pairs:
            if key in self._lists:
                fields.setdefault(key, []).append(value)
            else:
                fields[key] = value
        try:
            return msgspec.convert(fields, self.wanted, strict=False)
        except msgspec.ValidationError as error:
            raise validation_error(error, "query", self.wanted) from None


def _takes_list(info: Any) -> bool:
    kinds = info.types if isinstance(info, msgspec.inspect.UnionType) else (info,)
    return any(isinstance(kind, msgspec.inspect.CollectionType) for kind in kinds)


# --- nesting ------------------------------------------------------------------------------------------

_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'[]{}"'))


def check_json_depth(raw: bytes, max_depth: int) -> None:
    """Raises InvalidInputError where arrays and objects are nested deeper than `max_depth`. Linear, before any decoding:
    msgspec itself takes about 1,000 levels, and later code that walks such a value would fail with a 500."""
    if raw.count(b"[") + raw.count(b"{") <= max_depth:
        return
    if b"\\" in raw:
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside_strings = b"".join(raw.translate(None, _NOT_STRUCTURE).split(b'"')[::2])
    if max(accumulate(map(_STEP.__getitem__, outside_strings)), default=0) > max_depth:
        raise InvalidInputError(f"The body is nested more than {max_depth} levels deep.")


# --- errors -------------------------------------------------------------------------------------------

_PLACE = re.compile(r"^(?P<text>.*?)(?: - at (?:key in )?`\$(?P<path>.*)`)?$", re.DOTALL)
_FIELD = re.compile(r"`([^`]*)`")


def validation_error(error: msgspec.ValidationError, source: str, wanted: Any) -> AutoGPTLiteError:
    """msgspec's message as {loc, msg, type}, the list that AutoGPT's clients expect under `detail` of a 422."""
    found = _PLACE.match(with_allowed_values(str(error), wanted))
    text = found["text"]
    if text == "Number out of range":  # 1e999999: no JSON that anybody could read
        return InvalidInputError(f"The {source} holds a number that is out of range.")
    loc: list[str | int] = [source]
    for index, name in PATH_STEPS.findall(found["path"] or ""):
        loc.append(int(index) if index.isdigit() else name or index)
    kind = "value_error"
    if text.startswith("Object missing required field"):
        kind = "missing"
        loc.append(_FIELD.search(text)[1])
        text = "Field required"
    elif text.startswith("Invalid value") and not text.startswith("Invalid value: it may be"):
        text = "Invalid value"  # it names the value, which may be a secret that was typed into the wrong field
    elif text.startswith("Expected"):
        kind = "type_error"
    elif text.startswith("Object contains unknown field"):
        kind = "extra_forbidden"
    return _problem(f"{'.'.join(map(str, loc))}: {text}", loc, text, kind)


def _problem(message: str, loc: list[str | int], text: str, kind: str) -> RequestValidationError:
    return RequestValidationError(message, detail=[{"loc": loc, "msg": text, "type": kind}])
