"""JSON schemas of pins, from Python annotations, in the form that AutoGPT's block listing has ($refs resolved)."""

from __future__ import annotations

import datetime
import enum
import types
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

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


class Format(NamedTuple):
    """Gives a text pin a format that the user interface knows: `body: Annotated[str, Format("long-text")]`.

    Formats in use: short-text, long-text, date, time, file.
    """

    name: str


def pins_schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The object schema of a BlockInput or BlockOutput class: properties, type, and `required` where a pin is."""
    pins: dict[str, Pin] = struct.__pins__  # type: ignore[attr-defined]
    hints = struct.__annotations_of_all__()  # type: ignore[attr-defined]
    properties = {name: pin_schema(hints[name], pins[name]) for name in pins}
    return _object_schema(properties, [name for name, declared in pins.items() if not declared.has_default])


def _object_schema(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    # AutoGPT's listing leaves `required` out where nothing is.
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    return {**schema, "required": required} if required else schema


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
        return {**type_schema(args[0]), **_annotated_facts(args[1:])}
    if origin in (Union, types.UnionType):
        return _union_schema(args)
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


def _annotated_facts(metadata: tuple[Any, ...]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for item in metadata:
        if isinstance(item, Format):
            facts["format"] = item.name
        elif isinstance(item, dict):
            facts.update(item)
        elif isinstance(item, msgspec.Meta):
            facts.update(item.extra_json_schema or {})
    return facts


def _union_schema(members: tuple[Any, ...]) -> dict[str, Any]:
    tags = [getattr(getattr(member, "__struct_config__", None), "tag", None) for member in members]
    if not all(tags):
        return {"anyOf": [type_schema(member) for member in members]}
    # Structs that a tag tells apart.
    return {
        "oneOf": [type_schema(member) for member in members],
        "discriminator": {
            "propertyName": members[0].__struct_config__.tag_field,
            "mapping": {
                tag: f"#/$defs/{member.__name__}" for tag, member in sorted(zip(tags, members), key=lambda pair: pair[0])
            },
        },
    }


def _struct_schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    properties, required = {}, []
    config = struct.__struct_config__
    if config.tag is not None:
        properties[config.tag_field] = {"const": config.tag, "type": "string"}
        required.append(config.tag_field)
    for field in msgspec.structs.fields(struct):
        schema = type_schema(field.type)
        if field.required:
            required.append(field.encode_name)
        elif field.default is not msgspec.NODEFAULT:
            schema["default"] = msgspec.to_builtins(field.default)
        properties[field.encode_name] = schema
    return _object_schema(properties, required)
