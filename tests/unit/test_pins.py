"""Pins: conversion, selectors, dynamic pins and tool pins do what AutoGPT does, row by row."""

from __future__ import annotations

import enum
import json
import math
from typing import Annotated, Any, Literal, Optional, Union

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt_lite.engine import pins
from autogpt_lite.engine.pins import (
    coerce,
    coercer,
    compile_selector,
    is_tool_pin,
    merge_dynamic_pins,
    sanitize_pin_name,
    select_output,
)
from autogpt_lite.errors import ConversionError

TYPES: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "list": list,
    "dict": dict,
    "set": set,
    "tuple": tuple,
    "list[str]": list[str],
    "list[int]": list[int],
    "dict[str,int]": dict[str, int],
    "Optional[int]": Optional[int],
    "str|list[str]": str | list[str],
    "list[str]|str": Union[list[str], str],
    "int|str": int | str,
    "Any": Any,
    "Literal[a,b]": Literal["a", "b"],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Point(msgspec.Struct):
    x: int


def _plain(value: Any) -> Any:
    """The vectors' own spelling of what JSON cannot hold: tuples, sets and integer keys."""
    if isinstance(value, tuple):
        return {"$tuple": [_plain(v) for v in value]}
    if isinstance(value, set):
        return {"$set": sorted((_plain(v) for v in value), key=json.dumps)}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {f"$int:{k}" if isinstance(k, int) else k: _plain(v) for k, v in value.items()}
    return value


def _rows(contract, group: str) -> list[dict[str, Any]]:
    return json.loads((contract / "semantics_vectors.json").read_text("utf-8"))[group]


# --- AutoGPT's own rows ---------------------------------------------------------------------------------


def test_every_conversion_of_autogpt(contract):
    wrong = []
    for row in _rows(contract, "coerce"):
        try:
            got = coerce(row["in"], TYPES[row["type"]])
            found = {"out": _plain(got), "out_type": type(got).__name__}
        except ConversionError:
            found = {"raises": "ConversionError"}
        wanted = {key: row[key] for key in ("out", "out_type", "raises") if key in row}
        if isinstance(wanted.get("out"), dict) and "$set" in wanted["out"]:
            wanted["out"]["$set"].sort(key=json.dumps)
        if json.dumps(found) != json.dumps(wanted):
            wrong.append((row, found))
    assert wrong == []


def test_every_selection_of_autogpt(contract):
    for row in _rows(contract, "parse_execution_output"):
        pin, value = row["output"]
        assert select_output(pin, value, row["selector"]) == row["result"], row


def test_every_tool_call_of_autogpt(contract):
    for row in _rows(contract, "tool_pins"):
        got = select_output(row["emit"], row["value"], row["selector"], row["sink_node_id"], row["sink_pin"])
        assert got == row["result"], row


def test_every_merge_of_autogpt(contract):
    for row in _rows(contract, "merge_execution_input"):
        before = json.dumps(row["in"])
        if row["out"] == "raises ValueError":
            with pytest.raises(ConversionError):
                merge_dynamic_pins(row["in"])
        else:
            assert merge_dynamic_pins(row["in"]) == row["out"], row
        assert json.dumps(row["in"]) == before


def test_every_pin_name_of_autogpt(contract):
    for row in _rows(contract, "pin_names"):
        assert sanitize_pin_name(row["pin"]) == row["sanitized"], row
        assert is_tool_pin(row["pin"]) is row["is_tool_pin"], row


# --- conversion -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("annotation", "value", "wanted"),
    [
        (str, [1, 2], "[1, 2]"),
        (str, "ü", "ü"),
        (str, ["ü"], '["ü"]'),
        (int, "5.7", 5),
        (int, {"a": 1, "b": 2}, 2),
        (int, "nonsense", 0),
        (int, "12345678901234567891", 12345678901234567891),
        (int, "nan", 0),
        (int, "1e999", 0),
        (float, "nan", 0.0),
        (float, "-inf", 0.0),
        (bool, "TRUE", True),
        (bool, "1", True),
        (bool, "yes", False),
        (list, "[1]", [1]),
        (list, "[NaN]", ["[NaN]"]),
        (list, {"a": 1}, [("a", 1)]),
        (list[str], [1, "x"], ["1", "x"]),
        (list[list[int]], [["1"], "x"], [[1], [0]]),
        (dict, "[1, 2]", {"value": [1, 2]}),
        (dict[str, list[str]], {"a": 1}, {"a": ["1"]}),
        (tuple[int, str], ["1", 2], (1, "2")),
        (tuple[int, ...], ["1", 2], (1, 2)),
        (set[int], ["1", 2], {1, 2}),
        (int | str, "7", "7"),
        (str | list[str], [1], "[1]"),
        (str | list[str], ["a"], ["a"]),
        (str | Point, {"x": 1}, {"x": 1}),
        (Annotated[int, {"minimum": 0}], "3", 3),
        (Colour, "red", "red"),
        (Colour | None, None, None),
        (list[int], None, None),
        (list[int], [None, "1"], [0, 1]),
        (list[int | None], [None, "1"], [None, 1]),
    ],
)
def test_a_value_becomes_what_the_pin_wants(annotation, value, wanted):
    got = coerce(value, annotation)
    assert got == wanted
    assert type(got) is type(wanted)


@pytest.mark.parametrize("annotation", [Any, Literal["a"], Point, Point | None, Literal["a", "b"] | None, Any | None])
def test_nothing_is_compiled_where_nothing_is_converted(annotation):
    assert coercer(annotation) is None


def test_a_value_that_fits_is_handed_on_untouched():
    for annotation, value in [(list[str], ["a", "b"]), (dict[str, int], {"a": 1}), (list[int] | str, [True])]:
        assert coerce(value, annotation) is value


@pytest.mark.parametrize("value", ["green", 5, ["red"], {"red": 1}, True])
def test_an_unknown_choice_is_refused_with_the_choices(value):
    with pytest.raises(ConversionError, match="'blue', 'red'"):
        coerce(value, Colour)


def test_a_very_deep_json_text_stays_a_text():
    text = "[" * 100_000 + "]" * 100_000
    assert coerce(text, list) == [text]


@given(st.sampled_from(list(TYPES.values())), JSON)
def test_conversion_ends_in_a_value_or_in_a_conversion_error(annotation, value):
    try:
        got = coerce(value, annotation)
    except ConversionError:
        return
    again = coerce(got, annotation)
    same_nan = isinstance(got, float) and math.isnan(got)
    assert same_nan or repr(again) == repr(got)


# --- selectors ------------------------------------------------------------------------------------------


def test_links_can_be_indexed_by_the_pin_that_fires_them():
    assert compile_selector("out") == {"out": None}
    selected = compile_selector("out_#_a_$_1")
    assert list(selected) == ["out", "out_#_a", "out_#_a_$_1"]
    assert selected["out"]({"a": [5, 6]}) == 6
    assert selected["out_#_a"]([5, 6]) == 6
    assert selected["out_#_a_$_1"] is None


def test_a_tool_link_fires_for_its_own_sink_only():
    for name in ("tools", "tools_^_search_~_query"):
        selected = compile_selector(name, "N1", "query")
        assert selected["tools_^_N1_~_query"]("x") == "x"
        assert "tools_^_N2_~_query" not in selected
    assert "tools_^_search_~_query" not in compile_selector("tools_^_search_~_query", "N1", "query")


def test_attributes_of_objects_cannot_be_reached():
    assert select_output("out", {"a": 1}, "out_@___class__") is None
    assert select_output("out", [1], "out_@_append") is None


@given(st.text(alphabet="ab_#$@01-", max_size=12), JSON, st.text(alphabet="ab_#$@01-", max_size=12))
def test_the_index_says_the_same_as_the_selector(pin, value, selector):
    compiled = compile_selector(selector)
    if pin not in compiled:
        assert select_output(pin, value, selector) is None
    else:
        extract = compiled[pin]
        got = value if extract is None else extract(value)
        assert repr(select_output(pin, value, selector)) == repr(got)


# --- dynamic pins ----------------------------------------------------------------------------------------


def test_data_without_dynamic_pins_is_not_copied():
    data = {"a_b": 1, "tools": 2}
    assert merge_dynamic_pins(data) is data


def test_merging_leaves_the_defaults_of_the_node_alone():
    default = {"l": [{"a": 1}]}
    merged = merge_dynamic_pins({**default, "l_$_0_#_b": 2, "l_$_2": 3})
    assert merged["l"] == [{"a": 1, "b": 2}, None, 3]
    assert default == {"l": [{"a": 1}]}


@pytest.mark.parametrize("key", ["l_$_999999999", "l_$_10000", "l_$_x", "l_$_-1", "l_$_" + "9" * 5000, "l" + "_#_k" * 100_000])
def test_a_dynamic_pin_cannot_ask_for_the_memory_of_the_machine(key):
    with pytest.raises(ConversionError) as caught:
        merge_dynamic_pins({key: 1})
    assert len(caught.value.message) < 300


def test_many_dynamic_pins_cannot_either():
    with pytest.raises(ConversionError):
        merge_dynamic_pins({f"l_$_{i}_$_9999": 1 for i in range(5000)})
    longest = pins.MAX_LIST_ITEMS
    assert len(merge_dynamic_pins({f"l_$_{i}": i for i in range(longest)})["l"]) == longest


@given(st.dictionaries(st.text(alphabet="ab_#$@01", max_size=12), JSON, max_size=5))
def test_merging_ends_in_data_or_in_a_conversion_error(data):
    before = repr(data)
    try:
        merged = merge_dynamic_pins(data)
    except ConversionError:
        merged = data
    assert repr(data) == before
    assert set(data) <= set(merged)
