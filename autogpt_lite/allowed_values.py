"""Names the values that a field may have, where somebody gave another: the one rule for bodies, queries and settings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

PATH_STEPS = re.compile(r"\[(\d+|\.\.\.)\]|\.([^.\[]+)")
"""The steps of msgspec's paths: `$.nodes[3].id`."""

MAX_NAMED = 20
MAX_CHARS = 400
_PROBLEM = re.compile(r"^Invalid enum value .*?(?P<place> - at (?:key in )?`\$(?P<path>[^`]*)`)?$", re.DOTALL)


def with_allowed_values(problem: str, wanted: Any) -> str:
    """msgspec's message about an enum's value, with those that `wanted` (the decoder's type) takes there in the place of the wrong one,
    which may be long, or a secret in the wrong field. Any other message as it is."""
    found = _PROBLEM.match(problem)
    if found is None:
        return problem
    values = _values_at(wanted, found["path"] or "")
    return f"Invalid value{': it may be ' + _listed(values) if values else ''}{found['place'] or ''}"


def _listed(values: list[Any]) -> str:
    named, size = [], 0
    for text in (json.dumps(value, ensure_ascii=False) for value in values[:MAX_NAMED]):
        size += len(text)
        if size > MAX_CHARS:
            break
        named.append(text)
    more = len(values) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _values_at(wanted: Any, path: str) -> list[Any]:
    kinds = list(_flat(msgspec.inspect.type_info(wanted)))
    for index, name in PATH_STEPS.findall(path):
        kinds = [one for kind in kinds for child in _children(kind, index, name) for one in _flat(child)]
    values: dict[Any, None] = {}
    for kind in kinds:
        if isinstance(kind, msgspec.inspect.LiteralType):
            values.update(dict.fromkeys(kind.values))
        elif isinstance(kind, msgspec.inspect.EnumType):
            values.update(dict.fromkeys(one.value for one in kind.cls))
    return list(values)


def _flat(kind: Any) -> Iterator[Any]:
    if isinstance(kind, msgspec.inspect.Metadata):
        yield from _flat(kind.type)
    elif isinstance(kind, msgspec.inspect.UnionType):
        for one in kind.types:
            yield from _flat(one)
    else:
        yield kind


def _children(kind: Any, index: str, name: str) -> Iterator[Any]:
    for field in getattr(kind, "fields", ()) if name else ():
        if field.encode_name == name:
            yield field.type
    if index and (item := getattr(kind, "item_type", None)) is not None:
        yield item
    elif index.isdigit():
        yield from getattr(kind, "item_types", ())[int(index) : int(index) + 1]
    if isinstance(kind, msgspec.inspect.DictType):
        yield kind.value_type
