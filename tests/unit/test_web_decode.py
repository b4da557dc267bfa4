"""Bodies before and after decoding."""

from __future__ import annotations

import contextlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt_lite.errors import InvalidInputError, RequestValidationError
from autogpt_lite.web.decode import BodyReader, check_json_depth, validation_error

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet=st.sampled_from('[]{}"\\ab\n'), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=30,
)


def depth_of(value) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@given(VALUES)
def test_the_depth_is_that_of_the_value(value):
    raw = json.dumps(value, ensure_ascii=False).encode()
    depth = depth_of(value)
    check_json_depth(raw, depth)
    if depth:
        with pytest.raises(InvalidInputError):
            check_json_depth(raw, depth - 1)


@given(st.binary(max_size=60) | st.text(alphabet='[]{}",:\\1aé', max_size=60).map(str.encode))
def test_whatever_comes_is_decoded_or_refused(raw: bytes):
    with contextlib.suppress(InvalidInputError, RequestValidationError):  # a 400, a 422
        BodyReader(dict[str, int] | list[str] | None).read(raw, 3)


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    n: int


class Outer(msgspec.Struct):
    inner: list[Inner]
    table: dict[str, Inner] = {}


@pytest.mark.parametrize(
    ("body", "loc", "kind"),
    [
        ({"inner": [{"n": 1}, {"n": "x"}]}, ["body", "inner", 1, "n"], "type_error"),
        ({"inner": [{}]}, ["body", "inner", 0, "n"], "missing"),
        ({"inner": [{"n": 1, "m": 2}]}, ["body", "inner", 0], "extra_forbidden"),
        ({"inner": [], "table": {"k": {"n": None}}}, ["body", "table", "...", "n"], "type_error"),
        (5, ["body"], "type_error"),
    ],
)
def test_a_wrong_value_is_located(body, loc, kind):
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(body, Outer)
    (problem,) = validation_error(caught.value, "body").detail
    assert (problem["loc"], problem["type"]) == (loc, kind)
