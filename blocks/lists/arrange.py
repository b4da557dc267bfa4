"""Lists put into another order or another shape."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from autogpt_lite.sdk import MAX_ITEMS, Block, BlockInput, BlockOutput, check_item_count, pin

_END: Any = object()


class ZipListsBlock(Block):
    id = "0d0e684f-5cb9-4c4b-b8d1-47a0860e0c07"
    description = "Puts the first items of several lists together, then the second items, and so on."
    pure = True

    class Input(BlockInput):
        lists: list[list[Any]] = pin(description="The lists.")
        pad_to_longest: bool = pin(False, description="Go on to the end of the longest list, not of the shortest.")
        fill_value: Any = pin(None, description="What stands for an item that a shorter list lacks.")

    class Output(BlockOutput):
        error: str = pin(description="What went wrong, when the block fails.")
        zipped_list: list[list[Any]] = pin(description="A list of lists: the first items, the second items, ...")
        length: int = pin(description="How many lists it holds.")

    def run(self, input, ctx):
        lists = input.lists
        length = (max if input.pad_to_longest else min)(map(len, lists), default=0)
        check_item_count(length * len(lists))
        rows = zip_longest(*lists, fillvalue=input.fill_value) if input.pad_to_longest else zip(*lists)
        zipped = list(map(list, rows))
        yield "zipped_list", zipped
        yield "length", len(zipped)


class InterleaveListsBlock(Block):
    id = "9f616084-1d9f-4f8e-bc00-5b9d2a75cd75"
    description = "Takes an item of each list in turn until all are used up."
    pure = True

    class Input(BlockInput):
        lists: list[list[Any]] = pin(description="The lists.")

    class Output(BlockOutput):
        error: str = pin(description="What went wrong, when the block fails.")
        interleaved_list: list[Any] = pin(description="All items in one list.")
        length: int = pin(description="How many items it holds.")

    def run(self, input, ctx):
        lists = [values for values in input.lists if values]
        check_item_count(sum(map(len, lists)))
        mixed = []
        for index in range(max(map(len, lists), default=0)):
            # Used-up lists go, so that one long list beside many short ones costs no more than its items.
            lists = [values for values in lists if index < len(values)]
            mixed += [values[index] for values in lists]
        yield "interleaved_list", mixed
        yield "length", len(mixed)


class FlattenListBlock(Block):
    id = "cc45bb0f-d035-4756-96a7-fe3e36254b4d"
    description = "Brings the items of lists within a list to the outside."
    pure = True

    class Input(BlockInput):
        nested_list: list[Any] = pin(description="A list that holds lists.")
        max_depth: int = pin(-1, description="How many levels to open; -1 for all.")

    class Output(BlockOutput):
        error: str = pin(description="What went wrong, when the block fails.")
        flattened_list: list[Any] = pin(description="The items in one list.")
        length: int = pin(description="How many items it holds.")
        original_depth: int = pin(description="How many levels of lists there were.")

    def run(self, input, ctx):
        flattened = _flatten(input.nested_list, input.max_depth)
        yield "flattened_list", flattened
        yield "length", len(flattened)
        yield "original_depth", _depth(input.nested_list)


def _flatten(nested: list[Any], max_depth: int) -> list[Any]:
    # A stack of our own: what is nested too deep for Python's stack is no reason to fail.
    flat, open_lists = [], [iter(nested)]
    while open_lists:
        item = next(open_lists[-1], _END)
        if item is _END:
            open_lists.pop()
        elif item.__class__ is list and len(open_lists) - 1 != max_depth:
            open_lists.append(iter(item))
        else:
            flat.append(item)
            if len(flat) > MAX_ITEMS:
                check_item_count(len(flat))
    return flat


def _depth(nested: list[Any]) -> int:
    deepest, open_lists = 1, [iter(nested)]
    while open_lists:
        item = next(open_lists[-1], _END)
        if item is _END:
            open_lists.pop()
        elif item.__class__ is list:
            open_lists.append(iter(item))
            deepest = max(deepest, len(open_lists))
    return deepest


class ReverseListOrderBlock(Block):
    id = "422cb708-3109-4277-bfe3-bc2ae5812777"
    description = "Turns the order of a list round."
    pure = True

    class Input(BlockInput):
        input_list: list[Any] = pin(description="The list.")

    class Output(BlockOutput):
        reversed_list: list[Any] = pin(description="The list from its end to its beginning.")

    def run(self, input, ctx):
        yield "reversed_list", input.input_list[::-1]


class ListIsEmptyBlock(Block):
    id = "896ed73b-27d0-41be-813c-c1c1dc856c03"
    description = "Says whether a list is empty."
    pure = True

    class Input(BlockInput):
        list: list[Any] = pin(description="The list.")

    class Output(BlockOutput):
        is_empty: bool = pin(description="True for a list without items.")

    def run(self, input, ctx):
        yield "is_empty", not input.list
