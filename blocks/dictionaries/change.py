"""Dictionaries with an entry more, another, or one less. The dictionary that came in is never changed."""

from __future__ import annotations

from typing import Any

from autogpt_lite.sdk import Block, BlockError, BlockInput, BlockOutput, check_item_count, pin


class AddToDictionaryBlock(Block):
    id = "31d1064e-7446-4693-a7d4-65e5ca1180d1"
    description = "Adds one or more entries to a dictionary, which may be a new one."
    pure = True

    class Input(BlockInput):
        dictionary: dict[str, Any] = pin(default_factory=dict, advanced=False, description="The dictionary; a new one if empty.")
        key: str = pin("", advanced=False, description="The key of an entry to add.")
        value: Any = pin(None, advanced=False, description="The value of that entry.")
        entries: dict[str, Any] = pin(default_factory=dict, advanced=True, description="More entries to add.")

    class Output(BlockOutput):
        updated_dictionary: dict[str, Any] = pin(description="The dictionary with the new entries.")

    def run(self, input, ctx):
        updated = input.dictionary.copy()
        if input.key and input.value is not None:
            updated[input.key] = input.value
        updated.update(input.entries)
        check_item_count(len(updated))
        yield "updated_dictionary", updated


class ReplaceDictionaryValueBlock(Block):
    id = "27e31876-18b6-44f3-ab97-f6226d8b3889"
    description = "Replaces the value of a key that a dictionary has."
    pure = True

    class Input(BlockInput):
        dictionary: dict[str, Any] = pin(description="The dictionary.")
        key: str | int = pin(description="The key.")
        value: Any = pin(description="The new value.")

    class Output(BlockOutput):
        updated_dictionary: dict[str, Any] = pin(description="The dictionary with the new value.")
        old_value: Any = pin(description="The value that was there before.")

    def run(self, input, ctx):
        key = _known_key(input.dictionary, input.key)
        yield "updated_dictionary", {**input.dictionary, key: input.value}
        yield "old_value", input.dictionary[key]


class RemoveFromDictionaryBlock(Block):
    id = "46afe2ea-c613-43f8-95ff-6692c3ef6876"
    description = "Removes a key from a dictionary."
    pure = True

    class Input(BlockInput):
        dictionary: dict[str, Any] = pin(description="The dictionary.")
        key: str | int = pin(description="The key.")
        return_value: bool = pin(False, description="Give the value of the removed key, too.")

    class Output(BlockOutput):
        updated_dictionary: dict[str, Any] = pin(description="The dictionary without the key.")
        removed_value: Any = pin(description="The value of the removed key, if that was asked for.")

    def run(self, input, ctx):
        updated = input.dictionary.copy()
        removed = updated.pop(_known_key(updated, input.key))
        yield "updated_dictionary", updated
        if input.return_value:
            yield "removed_value", removed


def _known_key(dictionary: dict[str, Any], key: str | int) -> str:
    # The keys of JSON are text, so the number 1 means "1".
    if (text := str(key)) in dictionary:
        return text
    raise BlockError(f"The dictionary has no key {text[:100]!r}.")
