"""What the sdk promises to block authors: schemas from declarations, comparing and bounding values, files."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt_lite.sdk import (
    MAX_ITEMS,
    BlockError,
    BlockInput,
    BlockInputError,
    Format,
    check_item_count,
    files,
    index_of,
    is_same,
    now,
    pin,
    unique,
    value_key,
)
from autogpt_lite.sdk.schema import pins_schema, type_schema

values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, 0.5]) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)


class Circle(msgspec.Struct, frozen=True, tag_field="kind", tag="circle"):
    radius: float = 1.0


class Square(msgspec.Struct, frozen=True, tag_field="kind", tag="square"):
    side: float = 1.0


class Pins(BlockInput):
    name: str = pin(description="A name.")
    note: Annotated[str, Format("long-text")] | None = pin(None, advanced=False, description="A note.")
    items: list[Any] = pin(default_factory=list, description="Items.")
    size: Literal["s", "l"] = pin("s", hidden=True, depends_on=("name",), description="A size.")
    shape: Circle | Square = pin(Circle(), description="A shape.")


def test_a_schema_says_what_was_declared():
    schema = pins_schema(Pins)
    assert schema["required"] == ["name"]
    pins = schema["properties"]
    assert pins["name"] == {"type": "string", "advanced": False, "secret": False, "description": "A name."}
    assert pins["note"]["anyOf"] == [{"type": "string", "format": "long-text"}, {"type": "null"}]
    assert pins["note"]["advanced"] is False
    assert "default" not in pins["items"]
    assert pins["items"]["advanced"] is True
    assert (pins["size"]["enum"], pins["size"]["hidden"], pins["size"]["depends_on"]) == (["s", "l"], True, ["name"])
    assert pins["shape"]["default"] == {"kind": "circle", "radius": 1.0}
    assert pins["shape"]["discriminator"]["propertyName"] == "kind"


def test_a_schema_without_required_pins_does_not_mention_any():
    class AllOptional(BlockInput):
        name: str = pin("")

    assert "required" not in pins_schema(AllOptional)


def test_a_type_that_json_does_not_have_is_refused():
    with pytest.raises(TypeError, match="complex"):
        type_schema(complex)


@given(left=values, right=values)
def test_same_values_have_the_same_key(left: Any, right: Any):
    if value_key(left) == value_key(right):
        assert is_same(left, right)
    assert (index_of([left], right) == 0) == is_same(left, right)


@given(items=st.lists(values, max_size=6))
def test_unique_keeps_each_value_once_in_order(items: list[Any]):
    kept = unique(items)
    assert list(map(value_key, kept)) == list(dict.fromkeys(map(value_key, items)))


def test_too_many_items_are_refused_with_the_limit():
    check_item_count(MAX_ITEMS)
    with pytest.raises(BlockError, match="500,000"):
        check_item_count(MAX_ITEMS + 1)


@pytest.mark.parametrize("name", ["Mars/Base", "../../etc/localtime", "Europe", "a\0b", "x" * 5_000])
def test_an_unknown_time_zone_is_refused(name: str):
    with pytest.raises(BlockInputError):
        now(name)


async def test_files_are_text_in_utf8_and_utf16():
    assert files.decode_text("hé".encode("utf-16")) == "hé"
    assert files.decode_text(b"\xef\xbb\xbfhi") == "hi"
    with pytest.raises(BlockInputError):
        files.decode_text(b"\xff\xfe\x00")
    assert await files.read_file("data:;base64,aGk", ctx=None) == b"hi"
