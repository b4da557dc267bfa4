"""Pin names: dynamic pins, selectors and tool pins. Pure functions; the engine calls some for every node execution.

A pin name may carry a chain of steps into its value, each a delimiter and a token: `values_#_a_$_1` is index 1 of key "a" of the
pin `values`. On the input side the chain says where a value goes (`merge_dynamic_pins`), on the output side what a link takes
(`select_output`, `compile_selector`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..errors import ConversionError
from .coercion import Coercer, coerce, coercer

__all__ = [
    "Coercer",
    "Step",
    "coerce",
    "coercer",
    "compile_selector",
    "is_tool_pin",
    "merge_dynamic_pins",
    "sanitize_pin_name",
    "select_output",
    "tool_pin",
]

LIST, KEY, ATTRIBUTE = "_$_", "_#_", "_@_"
MAX_LIST_ITEMS = 10_000
MAX_STEPS = 64
_MAX_FILLED = 100_000
_DELIMITER = re.compile(r"(_[$#@]_)")
_has_delimiter = _DELIMITER.search
_TOOL_PREFIX, _TOOL_FIELD = "tools_^_", "_~_"

Step = tuple[str, str]
"""(delimiter, token)"""
Extract = Callable[[Any], Any]


def split_pin_name(name: str) -> tuple[str, list[Step]]:
    """The base name and the steps behind it: `a_#_b_$_0` -> ("a", [("_#_", "b"), ("_$_", "0")])."""
    base, *rest = _DELIMITER.split(name)
    return base, list(zip(rest[::2], rest[1::2], strict=True))


def sanitize_pin_name(name: str) -> str:
    """The declared pin that a name in a link or in input data belongs to."""
    base = _DELIMITER.split(name, maxsplit=1)[0]
    return "tools" if is_tool_pin(base) else base


def is_tool_pin(name: str) -> bool:
    """Whether links from this pin connect an orchestrating node with its tools."""
    return name == "tools" or name.startswith(_TOOL_PREFIX)


def tool_pin(sink_node_id: str, sink_pin: str) -> str:
    """The pin that an orchestrating node yields to call a tool: the link to that node and pin fires, whatever its source name."""
    return f"{_TOOL_PREFIX}{sink_node_id}{_TOOL_FIELD}{sink_pin}"


def _is_tool_call(pin: str) -> bool:
    return pin.startswith(_TOOL_PREFIX) and _TOOL_FIELD in pin[len(_TOOL_PREFIX) :]


# --- the output side ----------------------------------------------------------------------------------


def compile_selector(source_name: str, sink_node_id: str | None = None, sink_pin: str | None = None) -> dict[str, Extract | None]:
    """Every pin that can fire a link, so that the engine can index its links by the pin that a node yields.

    {pin: None} means that the value is taken as it is, None included; {pin: function} that function(value) is taken, and that
    the link does not fire where this gives None.
    """
    found: dict[str, Extract | None] = {}
    if is_tool_pin(source_name) and sink_node_id is not None and sink_pin is not None:
        call = tool_pin(sink_node_id, sink_pin)
        found[call] = None if call == source_name else _as_it_is
        if _is_tool_call(source_name):
            # A tool call reaches the node and pin that it names and no other, so the usual rules cannot apply.
            return found
    for match in _DELIMITER.finditer(source_name):
        if (steps := _steps_of(source_name[match.start() :])) is not None:
            found[source_name[: match.start()]] = _extractor(steps)
    found[source_name] = None
    return found


def select_output(pin: str, value: Any, selector: str, sink_node_id: str | None = None, sink_pin: str | None = None) -> Any:
    """What a link with this selector (its source_name) takes from a yield, None for nothing.

    None stands for "does not fire", except where `pin` equals `selector`: that link fires whatever the value is.
    """
    if pin == selector and not (is_tool_pin(selector) and _is_tool_call(pin)):
        return value
    pins = compile_selector(selector, sink_node_id, sink_pin)
    if pin not in pins:
        return None
    extract = pins[pin]
    return value if extract is None else extract(value)


def _as_it_is(value: Any) -> Any:
    return value


def _steps_of(chain: str) -> list[Step] | None:
    steps = split_pin_name(chain)[1]
    return steps if all(token for _, token in steps) and len(steps) <= MAX_STEPS else None


def _extractor(steps: list[Step]) -> Extract:
    def extract(value: Any) -> Any:
        for delimiter, token in steps:
            if value is None:
                return None
            value = _take(value, delimiter, token)
        return value

    return extract


def _take(value: Any, delimiter: str, token: str) -> Any:
    if delimiter == KEY and isinstance(value, dict):
        return value.get(token)
    if delimiter == LIST and isinstance(value, (list, tuple)):
        try:
            return value[int(token)]
        except (ValueError, IndexError):
            return None
    # Attributes exist on objects only, and what travels between nodes is JSON; reading them would also reach __class__.
    return None


# --- the input side -----------------------------------------------------------------------------------


def merge_dynamic_pins(data: dict[str, Any]) -> dict[str, Any]:
    """Input data with the values of dynamic pins put into their base pins; the dynamic keys stay beside them.

    `{"l": ["p", "q"], "l_$_0": "x"}` -> `{"l": ["x", "q"], "l_$_0": "x"}`. The data and the containers in it are not changed; data
    without dynamic pins is returned as it is. Raises ConversionError for an index that is no number or too high.
    """
    for key in data:
        if _has_delimiter(key):
            return _merge(data)
    return data


def _merge(data: dict[str, Any]) -> dict[str, Any]:
    merged = dict(data)
    own: dict[int, Any] = {}
    for key, value in data.items():
        base, steps = split_pin_name(key)
        # A chain with an empty token is an ordinary key, as in AutoGPT.
        if steps and base and all(token for _, token in steps):
            if len(steps) > MAX_STEPS:
                raise ConversionError(f"The pin {_cut(key)} goes more than {MAX_STEPS} levels deep.")
            _put(merged, base, steps, value, own)
    return merged


def _put(root: dict[str, Any], base: str, steps: list[Step], value: Any, own: dict[int, Any]) -> None:
    """Stores one value at the end of its chain. `own` holds the containers made here, which alone may be changed."""
    holder: Any = root
    place: Any = base
    for delimiter, token in steps:
        holder[place] = holder = _own_container(holder[place] if _has(holder, place) else None, delimiter, own)
        place = _index(holder, token, own) if delimiter == LIST else token
    holder[place] = value


def _has(holder: Any, place: Any) -> bool:
    return isinstance(holder, list) or place in holder


def _own_container(current: Any, delimiter: str, own: dict[int, Any]) -> Any:
    if id(current) in own and isinstance(current, list if delimiter == LIST else dict):
        return current
    if delimiter == LIST:
        made: Any = list(current) if isinstance(current, (list, tuple, set, frozenset, dict)) else []
    else:
        made = dict(current) if isinstance(current, dict) else {}
    own[id(made)] = made
    return made


def _index(items: list[Any], token: str, own: dict[int, Any]) -> int:
    try:
        index = int(token)
    except ValueError:
        raise ConversionError(f"{_cut(token)} is not a list index.") from None
    if not -len(items) <= index < max(MAX_LIST_ITEMS, len(items)):
        raise ConversionError(f"The list index {_cut(token)} is out of range: lists can be filled up to {MAX_LIST_ITEMS} items.")
    missing = index + 1 - len(items)
    if missing > 0:
        own[-1] = own.get(-1, 0) + missing
        if own[-1] > _MAX_FILLED:
            raise ConversionError(f"The dynamic pins of one node fill lists with more than {_MAX_FILLED} items.")
        items.extend([None] * missing)
    return index


def _cut(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:60]}...")
