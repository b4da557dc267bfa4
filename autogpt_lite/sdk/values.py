"""Comparing and converting the JSON values that travel between nodes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import msgspec

_encode_sorted = msgspec.json.Encoder(order="sorted").encode


def is_same(left: Any, right: Any) -> bool:
    """Whether two values are equal as JSON: 1 and 1.0 are, 1 and true are not. Within lists and dictionaries Python's == decides."""
    return left == right and (left.__class__ is bool) == (right.__class__ is bool)


def index_of(items: list[Any], value: Any) -> int:
    """Where the value stands first in the list, -1 if nowhere."""
    if value.__class__ is bool or value in (0, 1):
        return next((index for index, item in enumerate(items) if is_same(item, value)), -1)
    try:
        return items.index(value)
    except ValueError:
        return -1


def value_key(value: Any) -> Hashable:
    """Something hashable that is equal for equal values, lists and dictionaries included: for sets of values."""
    kind = value.__class__
    if kind is str or kind is int or kind is float or value is None:
        return value
    return (bool, value) if kind is bool else (kind, _encode_sorted(value))


def unique(values: Iterable[Any]) -> list[Any]:
    """The values without repetitions, in the order in which they came first."""
    first: dict[Hashable, Any] = {}
    for value in values:
        first.setdefault(value_key(value), value)
    return list(first.values())


def convert(value: Any, annotation: Any) -> Any:
    """The value as a Python type, by the rules that links follow (docs/compatibility.md, "Type conversion")."""
    from ..engine import coercion

    return coercion.coerce(value, annotation)
