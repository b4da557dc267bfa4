"""Numbers: calculating and counting."""

from __future__ import annotations

import math
import operator
from typing import Any, Literal

from autogpt_lite.sdk import Block, BlockError, BlockInput, BlockInputError, BlockOutput, pin

# Both numbers are floats by then, which is what bounds Power: 9 ** 9 ** 9 overflows at once instead of filling the memory.
_OPERATIONS = {
    "Add": operator.add,
    "Subtract": operator.sub,
    "Multiply": operator.mul,
    "Divide": operator.truediv,
    "Power": operator.pow,
}


class CalculatorBlock(Block):
    id = "b1ab9b19-67a6-406d-abf5-2dba76d00c79"
    description = "Calculates with two numbers."
    categories = ("LOGIC",)
    pure = True

    class Input(BlockInput):
        operation: Literal["Add", "Subtract", "Multiply", "Divide", "Power"] = pin(description="What to do with a and b.")
        a: float = pin(description="The first number.")
        b: float = pin(description="The second number.")
        round_result: bool = pin(False, description="Round the result to a whole number.")

    class Output(BlockOutput):
        result: float = pin(description="The result.")

    def run(self, input, ctx):
        result = _calculate(input.operation, input.a, input.b)
        yield "result", round(result) if input.round_result else result


def _calculate(operation: str, a: float, b: float) -> float:
    if not (math.isfinite(a) and math.isfinite(b)):
        raise BlockInputError("Infinity and NaN are no numbers to calculate with.")
    try:
        result = _OPERATIONS[operation](a, b)
    except ZeroDivisionError:
        raise BlockError("A number cannot be divided by zero.") from None
    except OverflowError:
        raise BlockError("The result is too large.") from None
    if isinstance(result, complex):
        raise BlockError("A negative number has no such power.")
    if not math.isfinite(result):
        raise BlockError("The result is too large.")
    return result


class CountItemsBlock(Block):
    id = "3c9c2f42-b0c3-435f-ba35-05f7a25c772a"
    description = "Counts the items of a list, the entries of a dictionary or the characters of a text."
    categories = ("LOGIC",)
    pure = True

    class Input(BlockInput):
        collection: Any = pin(description="A list, a dictionary or a text.")

    class Output(BlockOutput):
        count: int = pin(description="How many there are.")

    def run(self, input, ctx):
        if not isinstance(input.collection, (list, dict, str)):
            raise BlockInputError("Only a list, a dictionary or a text has something to count.")
        yield "count", len(input.collection)
