"""Whether saved inputs still fit a version of their agent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from .types import GraphFacts, Misfit

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def find_problems(
    made_for: GraphFacts, current: GraphFacts, inputs: Mapping[str, Any], credentials: Collection[str]
) -> list[Misfit]:
    """What keeps inputs that were made for one version from the current one. Names that neither knows are ignored, as in runs."""
    before, after = made_for.input_schema["properties"], current.input_schema["properties"]
    found = [
        Misfit(kind="removed", name=name, message=f"The agent has no input {name!r} any more.")
        for name in inputs
        if name in before and name not in after
    ]
    found += [
        Misfit(kind="required", name=name, message=f"The input {name!r} is required now.")
        for name in current.input_schema["required"]
        if name not in inputs and name not in made_for.input_schema["required"]
    ]
    found += [
        Misfit(kind="changed", name=name, message=f"The value does not fit the input {name!r} any more.")
        for name, value in inputs.items()
        if name in after and _facts(before.get(name, {})) != _facts(after[name]) and not fits(value, after[name])
    ]
    groups = current.credentials_input_schema["properties"]
    known = made_for.credentials_input_schema["properties"]
    return found + [
        Misfit(kind="removed", name=key, message=f"The agent asks for no credentials {key!r} any more.")
        for key in credentials
        if key in known and key not in groups
    ]


def fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a value is of the type, and one of the choices, of an input. The engine would convert others, a word to the number 0
    for instance, which is not what was meant."""
    if value is None:
        return True
    if isinstance(choices := schema.get("enum"), list) and value not in choices:
        return False
    if isinstance(options := schema.get("anyOf"), list):
        return any(fits(value, option) for option in options)
    names = schema.get("type", ())
    names = (names,) if isinstance(names, str) else names
    return not names or any(_is_of(value, name) for name in names)


def _is_of(value: Any, name: str) -> bool:
    # A bool is an int in Python, and only there.
    return name not in _TYPES or (isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool)))


def _facts(schema: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(schema.get(key) for key in ("type", "enum", "anyOf", "format", "items"))
