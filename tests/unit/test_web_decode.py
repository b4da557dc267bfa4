"""Bodies before and after decoding."""

from __future__ import annotations

import contextlib
import json
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt_lite.config import load_config
from autogpt_lite.errors import ConfigError, InvalidInputError, RequestValidationError
from autogpt_lite.web.decode import BodyReader, QueryReader, check_json_depth, validation_error

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
    (problem,) = validation_error(caught.value, "body", Outer).detail
    assert (problem["loc"], problem["type"]) == (loc, kind)


class Choices(msgspec.Struct):
    mode: Literal["fast", "slow"] = "fast"
    level: Annotated[Literal[1, 2] | None, msgspec.Meta(description="how far")] = None
    many: list[Inner] | dict[str, Literal["a"]] = []
    pairs: list[tuple[int, Literal["x", "y"]]] = []
    long: Literal[tuple(f"{number:0100}" for number in range(30))] | None = None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"mode": "no-such-secret"}, 'body.mode: Invalid value: it may be "fast", "slow"'),
        ({"level": 7}, "body.level: Invalid value: it may be 1, 2"),
        ({"many": {"k": "b"}}, 'body.many....: Invalid value: it may be "a"'),
        ({"pairs": [[1, "x"], [2, "z"]]}, 'body.pairs.1.1: Invalid value: it may be "x", "y"'),
    ],
)
def test_a_wrong_word_is_told_the_words_that_there_are(body, says):
    with pytest.raises(RequestValidationError) as error:
        BodyReader(Choices).read(json.dumps(body).encode(), 9)
    assert error.value.message == says
    assert error.value.detail[0]["msg"] == says.partition(": ")[2]


def test_a_query_and_a_setting_name_them_too_and_a_long_list_is_cut():
    with pytest.raises(RequestValidationError, match=r'query\.mode: Invalid value: it may be "fast", "slow"'):
        QueryReader(Choices).read("mode=medium")
    with pytest.raises(ConfigError, match=r'it may be "jwt", "none", "password", "token" - at `\$.auth.mode`') as refused:
        load_config(environ={}, overrides={"auth.mode": "canary" * 10_000})
    assert "canary" not in refused.value.message
    with pytest.raises(RequestValidationError) as error:
        BodyReader(Choices).read(b'{"long": "0"}', 9)
    assert error.value.message.endswith(" and 27 more")
    assert len(error.value.message) < 500
