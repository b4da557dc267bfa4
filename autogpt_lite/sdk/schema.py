"""JSON schemas of pins, from Python annotations, in the form that AutoGPT's block listing has ($refs resolved)."""

from __future__ import annotations

import datetime
import enum
import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from .credentials import CredentialsPin
from .pin import Pin

_SCALARS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    bytes: {"type": "string", "format": "binary"},
    datetime.date: {"type": "string", "format": "date"},
    datetime.time: {"type": "string", "format": "time"},
    datetime.datetime: {"type": "string", "format": "date-time"},
}


def pins_schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The object schema of a BlockInput or BlockOutput class: properties, required, type."""
    pins: dict[str, Pin] = struct.__pins__  # type: ignore[attr-defined]
    hints = struct.__annotations_of_all__()  # type: ignore[attr-defined]
    return {
        "type": "object",
        "properties": {name: pin_schema(hints[name], pins[name]) for name in pins},
        "required": [name for name, declared in pins.items() if not declared.has_default],
    }


def pin_schema(annotation: Any, declared: Pin) -> dict[str, Any]:
    """The schema of one pin: what its type says, then what its declaration says."""
    return {**type_schema(annotation), **declared.schema_facts()}


def type_schema(annotation: Any) -> dict[str, Any]:
    """The schema of a type. Raises TypeError for a type that JSON has no word for."""
    if annotation is Any:
        return {}
    if annotation in _SCALARS:
        return dict(_SCALARS[annotation])
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        meta = {k: v for m in args[1:] if isinstance(m, dict) for k, v in m.items()}
        return {**type_schema(args[0]), **meta}
    if origin in (Union, types.UnionType):
        return {"anyOf": [type_schema(arg) for arg in args]}
    if origin is Literal:
        kinds = {type(arg) for arg in args}
        one = _SCALARS[kinds.pop()]["type"] if len(kinds) == 1 else None
        facts: dict[str, Any] = {"const": args[0]} if len(args) == 1 else {"enum": list(args)}
        return {**facts, "type": one} if one else facts
    if annotation in (list, set, tuple) or origin in (list, set, frozenset):
        schema: dict[str, Any] = {"type": "array", "items": type_schema(args[0]) if args else {}}
        return {**schema, "uniqueItems": True} if (origin or annotation) in (set, frozenset) else schema
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return {"type": "array", "items": type_schema(args[0])}
        return {"type": "array", "prefixItems": [type_schema(a) for a in args], "minItems": len(args), "maxItems": len(args)}
    if annotation is dict or origin is dict:
        values = type_schema(args[1]) if args else {}
        return {"type": "object", "additionalProperties": values or True}
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        values = [member.value for member in annotation]
        return {"type": _SCALARS[type(values[0])]["type"], "enum": values}
    if annotation is CredentialsPin:
        return {
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "provider": {"type": "string"},
                "type": {"type": "string"},
                "title": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
            },
            "required": ["id", "provider", "type"],
        }
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return pins_schema(annotation) if hasattr(annotation, "__pins__") else _struct_schema(annotation)
    raise TypeError(f"a pin cannot have the type {annotation!r}")


def _struct_schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    properties, required = {}, []
    for field in msgspec.structs.fields(struct):
        schema = type_schema(field.type)
        if field.required:
            required.append(field.encode_name)
        elif field.default is not msgspec.NODEFAULT:
            schema["default"] = msgspec.to_builtins(field.default)
        properties[field.encode_name] = schema
    return {"type": "object", "properties": properties, "required": required}
