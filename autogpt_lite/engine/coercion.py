"""Converts a value to the type of a pin, by AutoGPT's rules (docs/compatibility.md, "Type conversion").

`coercer(annotation)` compiles the rules of one annotation once; what it returns is called for every node execution. A value that
already satisfies the annotation is returned as it is, tested by its exact type first. None stays None, but inside a container it
is converted like any other value. Recursion follows the annotation, never the value, so a deep value costs no stack.
"""

from __future__ import annotations

import enum
import functools
import json
import math
import re
import types
from collections.abc import Callable
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

import msgspec

from ..errors import ConversionError

Coercer = Callable[[Any], Any]

_NONE = type(None)
_WHOLE_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,40}\s*")
_SIZED = (list, dict, tuple, set, frozenset)


class _Rule(NamedTuple):
    """`satisfies` says that nothing has to be done; `convert` does it or raises ConversionError.

    `exact` are types whose every value satisfies the rule, for tests in one step; `converts` is False where convert gives back
    what it got.
    """

    satisfies: Callable[[Any], bool]
    convert: Coercer
    exact: frozenset[type] = frozenset()
    converts: bool = True


def coerce(value: Any, annotation: Any) -> Any:
    """The value as the annotation wants it. Raises ConversionError where no rule gives one (an Enum's unknown member)."""
    convert = coercer(annotation)
    return value if convert is None else convert(value)


def coercer(annotation: Any) -> Coercer | None:
    """A function value -> value for one annotation, or None where nothing is ever converted (Any, Literal, Structs, dates).

    Compiled at each call: keep it. A cache by annotation would be wrong, since `str | int` equals `int | str` and the order decides.
    """
    rule = _rule(annotation)
    if not rule.converts:
        return None
    accepted, satisfies, convert = rule.exact | {_NONE}, rule.satisfies, rule.convert

    def coerce_value(value: Any) -> Any:
        if value.__class__ in accepted or value is None or satisfies(value):
            return value
        return convert(value)

    return coerce_value


def _rule(annotation: Any) -> _Rule:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _rule(args[0])
    if origin in (Union, types.UnionType):
        return _union_rule([_rule(arg) for arg in args])
    if origin is Literal:
        return _untouched(lambda value: any(value.__class__ is arg.__class__ and value == arg for arg in args))
    kind = origin or annotation
    if kind in (list, set, frozenset):
        return _sequence_rule(kind, _rule(args[0]) if args else _ANYTHING)
    if kind is tuple:
        return _tuple_rule(args)
    if kind is dict:
        return _dict_rule(*(_rule(arg) for arg in args)) if args else _dict_rule(_ANYTHING, _ANYTHING)
    if kind in _SCALAR_RULES:
        return _SCALAR_RULES[kind]
    if not isinstance(kind, type) or isinstance(kind, TypeVar):
        return _ANYTHING
    if issubclass(kind, enum.Enum):
        return _enum_rule(kind)
    if issubclass(kind, msgspec.Struct):
        return _untouched(lambda value: isinstance(value, kind) or (isinstance(value, dict) and _fits(value, kind)))
    return _untouched(lambda value: isinstance(value, kind))


# --- text, numbers, truth ----------------------------------------------------------------------------


def _to_text(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ConversionError(f"A {type(value).__name__} has no text form: {error}") from error


def _to_int(value: Any) -> int:
    if isinstance(value, _SIZED):
        return len(value)
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
        return int(value)  # by way of float a long id would lose its last digits
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return 0


def _to_float(value: Any) -> float:
    if isinstance(value, _SIZED):
        return float(len(value))
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    # JSON has no word for nan and inf: one of them would make the whole node execution impossible to store.
    return number if math.isfinite(number) else 0.0


def _to_bool(value: Any) -> bool:
    return value.lower() in ("true", "1") if isinstance(value, str) else bool(value)


# --- containers --------------------------------------------------------------------------------------


def _parse_json(text: str) -> Any:
    """The value of a JSON text; ValueError if it is none, or one too deep to handle."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise ValueError("not JSON") from error


def _to_list(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value)
    if isinstance(value, str) and (text := value.strip()).startswith("[") and text.endswith("]"):
        try:
            return _parse_json(text)
        except ValueError:
            return [value]
    return [value]


def _to_tuple(value: Any) -> tuple[Any, ...]:
    if isinstance(value, dict):
        return tuple(value.items())
    # Texts fall apart into characters here and only here, as they do in AutoGPT.
    return tuple(value) if isinstance(value, (str, list, tuple, set, frozenset)) else (value,)


def _to_set(value: Any, kind: type = set) -> Any:
    try:
        return kind(_to_tuple(value))
    except TypeError as error:
        raise ConversionError(f"A set cannot be made of these values: {error}") from error


def _to_dict(value: Any) -> dict[Any, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, (list, tuple)):
        return dict(enumerate(value))
    if isinstance(value, str):
        try:
            parsed = _parse_json(value)
        except ValueError:
            return {"value": value}
        return parsed if isinstance(parsed, dict) else {"value": parsed}
    return {"value": value}


def _sequence_rule(kind: type, element: _Rule) -> _Rule:
    into = _to_list if kind is list else functools.partial(_to_set, kind=kind)
    if not element.converts:
        return _Rule(lambda value: isinstance(value, kind), into, frozenset({kind}))

    def satisfies(value: Any) -> bool:
        # One pass in C over the types of a long list, and element by element only where that does not settle it.
        return isinstance(value, kind) and (element.exact.issuperset(map(type, value)) or all(map(element.satisfies, value)))

    def convert(value: Any) -> Any:
        items = [_convert_element(item, element) for item in (_to_list(value) if kind is list else _to_tuple(value))]
        return items if kind is list else _to_set(items, kind)

    return _Rule(satisfies, convert)


def _convert_element(item: Any, rule: _Rule) -> Any:
    return item if rule.satisfies(item) else rule.convert(item)


def _tuple_rule(args: tuple[Any, ...]) -> _Rule:
    if not args:
        return _Rule(lambda value: isinstance(value, tuple), _to_tuple, frozenset({tuple}))
    if len(args) == 2 and args[1] is Ellipsis:
        rules, many = [_rule(args[0])], True
    else:
        rules, many = [_rule(arg) for arg in args], False

    def rule_of(position: int) -> _Rule:
        return rules[0] if many else rules[position] if position < len(rules) else _ANYTHING

    def satisfies(value: Any) -> bool:
        return isinstance(value, tuple) and all(rule_of(i).satisfies(v) for i, v in enumerate(value))

    def convert(value: Any) -> tuple[Any, ...]:
        return tuple(_convert_element(item, rule_of(i)) for i, item in enumerate(_to_tuple(value)))

    return _Rule(satisfies, convert)


def _dict_rule(key: _Rule, item: _Rule) -> _Rule:
    if not key.converts and not item.converts:
        return _Rule(lambda value: isinstance(value, dict), _to_dict, frozenset({dict}))

    def satisfies(value: Any) -> bool:
        return isinstance(value, dict) and all(key.satisfies(k) and item.satisfies(v) for k, v in value.items())

    def convert(value: Any) -> dict[Any, Any]:
        return {_convert_element(k, key): _convert_element(v, item) for k, v in _to_dict(value).items()}

    return _Rule(satisfies, convert)


# --- everything else ---------------------------------------------------------------------------------


def _union_rule(members: list[_Rule]) -> _Rule:
    exact = frozenset().union(*(member.exact for member in members))

    def satisfies(value: Any) -> bool:
        return any(member.satisfies(value) for member in members)

    def convert(value: Any) -> Any:
        problems = []
        for member in members:
            try:
                return member.convert(value)
            except ConversionError as error:
                problems.append(str(error))
        raise ConversionError(" ".join(problems))

    converts = _ANYTHING not in members and next((m.converts for m in members if m is not _NOTHING), False)
    return _Rule(satisfies, convert, exact, converts)


def _enum_rule(kind: type[enum.Enum]) -> _Rule:
    values = {member.value for member in kind}

    def convert(value: Any) -> Any:
        # The plain value, never the member: node inputs are JSON, and msgspec makes the member when the block is called.
        if isinstance(value, kind):
            return value.value
        allowed = ", ".join(sorted(map(repr, values))[:20])
        raise ConversionError(f"{_shortened(value)} is not one of {allowed}.")

    def satisfies(value: Any) -> bool:
        return not isinstance(value, kind) and value.__hash__ is not None and _is_member(value, values)

    return _Rule(satisfies, convert)


def _is_member(value: Any, values: set[Any]) -> bool:
    try:
        return value in values and not isinstance(value, bool)
    except TypeError:  # a tuple that holds a list
        return False


def _shortened(value: Any) -> str:
    text = repr(value) if isinstance(value, (str, int, float)) else f"A {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:80]}..."


def _fits(value: dict[str, Any], struct: type[msgspec.Struct]) -> bool:
    try:
        msgspec.convert(value, struct)
    except (msgspec.ValidationError, RecursionError):
        return False
    return True


def _untouched(satisfies: Callable[[Any], bool]) -> _Rule:
    return _Rule(satisfies, lambda value: value, converts=False)


def _refuse(value: Any) -> Any:
    raise ConversionError("Only null is allowed here.")


_ANYTHING = _untouched(lambda value: True)
_NOTHING = _Rule(lambda value: value is None, _refuse, frozenset({_NONE}))
_SCALAR_RULES: dict[Any, _Rule] = {
    Any: _ANYTHING,
    object: _ANYTHING,
    _NONE: _NOTHING,
    None: _NOTHING,
    str: _Rule(lambda value: isinstance(value, str), _to_text, frozenset({str})),
    int: _Rule(lambda value: isinstance(value, int), _to_int, frozenset({int, bool})),
    float: _Rule(lambda value: isinstance(value, float), _to_float, frozenset({float})),
    bool: _Rule(lambda value: isinstance(value, bool), _to_bool, frozenset({bool})),
}
