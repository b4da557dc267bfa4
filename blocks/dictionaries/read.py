"""Making dictionaries and looking into them."""

from __future__ import annotations

from typing import Any

import msgspec

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin

_MISSING: Any = object()


class CreateDictionaryBlock(Block):
    id = "b924ddf4-de4f-4b56-9a85-358930dcbc91"
    description = "Makes a dictionary from keys and their values."
    categories = ("DATA",)
    pure = True

    class Input(BlockInput):
        values: dict[str, Any] = pin(description="The keys and their values.")

    class Output(BlockOutput):
        error: str = pin(description="What went wrong, when the block fails.")
        dictionary: dict[str, Any] = pin(description="The dictionary.")

    def run(self, input, ctx):
        yield "dictionary", input.values


class FindInDictionaryBlock(Block):
    id = "0e50422c-6dee-4145-83d6-3a5a392f65de"
    description = "Gets the value of a key of a dictionary, the item at a position of a list, or a key of each item of a list."
    pure = True

    class Input(BlockInput):
        input: Any = pin(description="A dictionary or a list, or one of them as JSON text.")
        key: str | int = pin(description="The key, or the position in a list: 0 is the first item.")

    class Output(BlockOutput):
        output: Any = pin(description="What was found.")
        missing: Any = pin(description="The input, where nothing was found.")

    def run(self, input, ctx):
        found = _look_up(input.input, input.key)
        if found is _MISSING:
            yield "missing", input.input
        else:
            yield "output", found


def _look_up(value: Any, key: str | int) -> Any:
    if isinstance(value, str):
        value = _parse(value)
    if isinstance(value, dict):
        return value[key] if key in value else value.get(str(key), _MISSING)  # the keys of JSON are text
    if not isinstance(value, list):
        return _MISSING
    if isinstance(key, int) or (key.isascii() and key.isdigit() and len(key) < 10):
        return value[int(key)] if 0 <= int(key) < len(value) else _MISSING
    # A key of a list of dictionaries: the column.
    column = [item[key] for item in value if isinstance(item, dict) and key in item]
    return column if column else _MISSING


def _parse(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


class DictionaryIsEmptyBlock(Block):
    id = "a3cf3f64-6bb9-4cc6-9900-608a0b3359b0"
    description = "Says whether a dictionary is empty."
    pure = True

    class Input(BlockInput):
        dictionary: dict[str, Any] = pin(description="The dictionary.")

    class Output(BlockOutput):
        is_empty: bool = pin(description="True for a dictionary without entries.")

    def run(self, input, ctx):
        yield "is_empty", not input.dictionary
