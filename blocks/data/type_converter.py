"""Values from one type to another."""

from __future__ import annotations

from typing import Any, Literal

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, check_text_size, convert, pin

_TYPES: dict[str, type] = {"string": str, "number": float, "boolean": bool, "list": list, "dictionary": dict}


class UniversalTypeConverterBlock(Block):
    id = "95d1b990-ce13-4d88-9737-ba5c2070c97b"
    description = "Converts a value to another type, by the rules by which links convert."
    pure = True

    class Input(BlockInput):
        value: Any = pin(description="The value.")
        type: Literal["string", "number", "boolean", "list", "dictionary"] = pin(description="The type to convert it to.")

    class Output(BlockOutput):
        value: Any = pin(description="The converted value.")

    def run(self, input, ctx):
        if isinstance(input.value, str):
            check_text_size(len(input.value))
        converted = convert(input.value, _TYPES[input.type])
        if input.type == "dictionary":
            converted = {str(key): value for key, value in converted.items()}  # a list gives numbers as keys, JSON has none
        elif input.type == "list":
            converted = [list(item) if isinstance(item, tuple) else item for item in converted]
        yield "value", converted
