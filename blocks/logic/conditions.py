"""Two ways to go on, by a comparison."""

from __future__ import annotations

import math
import operator
import re
from typing import Any, Literal

from autogpt_lite.sdk import Block, BlockInput, BlockInputError, BlockOutput, is_same, pin

_COMPARE = {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}
_looks_like_number = re.compile(r"\s*[+-]?(\d{1,300}\.?\d{0,300}|\.\d{1,300})([eE][+-]?\d{1,3})?\s*", re.ASCII).fullmatch


class ConditionBlock(Block):
    id = "715696a0-e1da-45c8-b209-c2fa9c3b0be6"
    description = "Compares two values and goes on one of two ways. Numbers in texts are compared as numbers."
    categories = ("LOGIC",)
    pure = True

    class Input(BlockInput):
        value1: Any = pin(description="The value on the left.")
        operator: Literal["==", "!=", ">", "<", ">=", "<="] = pin(description="The comparison.")
        value2: Any = pin(description="The value on the right.")
        yes_value: Any = pin(None, description="What goes out if it is true; value1 if empty.")
        no_value: Any = pin(None, description="What goes out if it is not; value1 if empty.")

    class Output(BlockOutput):
        result: bool = pin(description="Whether it is true.")
        yes_output: Any = pin(description="What goes out if it is true.")
        no_output: Any = pin(description="What goes out if it is not.")

    def run(self, input, ctx):
        holds = _compare(_as_number(input.value1), input.operator, _as_number(input.value2))
        yield "result", holds
        if holds:
            yield "yes_output", input.value1 if input.yes_value is None else input.yes_value
        else:
            yield "no_output", input.value1 if input.no_value is None else input.no_value


class IfInputMatchesBlock(Block):
    id = "6dbbc4b3-ca6c-42b6-b508-da52d23e13f2"
    description = "Goes on one of two ways: whether a value is a certain one or not."
    categories = ("LOGIC",)
    pure = True

    class Input(BlockInput):
        input: Any = pin(description="The value to look at.")
        value: Any = pin(description="The value that it should be.")
        yes_value: Any = pin(None, description="What goes out if it is; the input if empty.")
        no_value: Any = pin(None, description="What goes out if it is not; the input if empty.")

    class Output(BlockOutput):
        result: bool = pin(description="Whether it is.")
        yes_output: Any = pin(description="What goes out if it is.")
        no_output: Any = pin(description="What goes out if it is not.")

    def run(self, input, ctx):
        matches = is_same(input.input, input.value)
        yield "result", matches
        if matches:
            yield "yes_output", input.input if input.yes_value is None else input.yes_value
        else:
            yield "no_output", input.input if input.no_value is None else input.no_value


def _as_number(value: Any) -> Any:
    if not isinstance(value, str) or not _looks_like_number(value):
        return value
    text = value.strip()
    if text.lstrip("+-").isdigit():
        return int(text)  # by way of float a long number would lose its last digits
    number = float(text)
    return number if math.isfinite(number) else value


def _compare(left: Any, sign: str, right: Any) -> bool:
    if sign == "==":
        return is_same(left, right)
    if sign == "!=":
        return not is_same(left, right)
    try:
        return bool(_COMPARE[sign](left, right))
    except TypeError:
        raise BlockInputError(f"{_kind(left)} and {_kind(right)} cannot be compared with {sign}.") from None


def _kind(value: Any) -> str:
    if value is None:
        return "nothing (null)"
    kinds = {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a dictionary"}
    return kinds.get(type(value), "a value")
