"""One item of a list: add, get, find, replace, remove. The list that came in is never changed."""

from __future__ import annotations

from typing import Any

from autogpt_lite.sdk import Block, BlockError, BlockInput, BlockInputError, BlockOutput, check_item_count, index_of, pin

_empty = list  # the pins below are called `list`


class AddToListBlock(Block):
    id = "aeb08fc1-2fc1-4141-bc8e-f758f183a822"
    description = "Adds one or more items to a list, which may be a new one."
    pure = True

    class Input(BlockInput):
        list: list[Any] = pin(default_factory=_empty, advanced=False, description="The list; a new one if empty.")
        entry: Any = pin(None, advanced=False, description="An item to add.")
        entries: list[Any] = pin(
            default_factory=_empty, advanced=True, description="More items to add; they come before `entry`."
        )
        position: int | None = pin(None, description="Where to put them: 0 is the beginning; the end if empty.")

    class Output(BlockOutput):
        updated_list: list[Any] = pin(description="The list with the new items.")

    def run(self, input, ctx):
        added = input.entries if input.entry is None else [*input.entries, input.entry]
        check_item_count(len(input.list) + len(added))
        position = len(input.list) if input.position is None else input.position
        yield "updated_list", [*input.list[:position], *added, *input.list[position:]]


class GetListItemBlock(Block):
    id = "262ca24c-1025-43cf-a578-534e23234e97"
    description = "Gets the item at a position of a list."
    pure = True

    class Input(BlockInput):
        list: list[Any] = pin(description="The list.")
        index: int = pin(description="The position: 0 is the first item, -1 the last.")

    class Output(BlockOutput):
        item: Any = pin(description="The item.")

    def run(self, input, ctx):
        yield "item", _item_at(input.list, input.index)


class FindInListBlock(Block):
    id = "5e2c6d0a-1e37-489f-b1d0-8e1812b23333"
    description = "Finds the position of a value in a list."
    pure = True

    class Input(BlockInput):
        list: list[Any] = pin(description="The list.")
        value: Any = pin(description="What to look for.")

    class Output(BlockOutput):
        index: int = pin(description="The first position of the value.")
        found: bool = pin(description="Whether the list holds the value.")
        not_found_value: Any = pin(description="The value, where the list does not hold it.")

    def run(self, input, ctx):
        index = index_of(input.list, input.value)
        if index < 0:
            yield "found", False
            yield "not_found_value", input.value
        else:
            yield "index", index
            yield "found", True


class ReplaceListItemBlock(Block):
    id = "fbf62922-bea1-4a3d-8bac-23587f810b38"
    description = "Replaces the item at a position of a list."
    pure = True

    class Input(BlockInput):
        list: list[Any] = pin(description="The list.")
        index: int = pin(description="The position: 0 is the first item, -1 the last.")
        value: Any = pin(description="The new item.")

    class Output(BlockOutput):
        updated_list: list[Any] = pin(description="The list with the new item.")
        old_item: Any = pin(description="The item that was there before.")

    def run(self, input, ctx):
        old_item = _item_at(input.list, input.index)
        updated = input.list.copy()
        updated[input.index] = input.value
        yield "updated_list", updated
        yield "old_item", old_item


class RemoveFromListBlock(Block):
    id = "d93c5a93-ac7e-41c1-ae5c-ef67e6e9b826"
    description = "Removes an item from a list, by its position or its value."
    pure = True

    class Input(BlockInput):
        list: list[Any] = pin(description="The list.")
        value: Any = pin(None, description="The value to remove, where it stands first.")
        index: int | None = pin(
            None, description="The position to remove: 0 is the first item, -1 the last. It wins over a value."
        )
        return_item: bool = pin(False, description="Give the removed item, too.")

    class Output(BlockOutput):
        updated_list: list[Any] = pin(description="The list without the item.")
        removed_item: Any = pin(description="The removed item, if that was asked for.")

    def run(self, input, ctx):
        index = input.index
        if index is None:
            if input.value is None:
                raise BlockInputError("Say what to remove: a value or a position.")
            index = index_of(input.list, input.value)
            if index < 0:
                raise BlockError("The list does not hold this value.")
        removed = _item_at(input.list, index)
        updated = input.list.copy()
        del updated[index]
        yield "updated_list", updated
        if input.return_item:
            yield "removed_item", removed


def _item_at(items: list[Any], index: int) -> Any:
    try:
        return items[index]
    except IndexError:
        raise BlockError(f"The list has {len(items)} items, so there is none at position {index}.") from None
