"""Lists as sets of values: together, in both, in one only. Values are compared as JSON, so 1 is not true."""

from __future__ import annotations

from typing import Any

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, check_item_count, pin, unique, value_key


class ConcatenateListsBlock(Block):
    id = "3cf9298b-5817-4141-9d80-7c2cc5199c8e"
    description = "Joins several lists into one."
    pure = True

    class Input(BlockInput):
        lists: list[list[Any]] = pin(description="The lists, in order.")
        deduplicate: bool = pin(False, description="Keep only the first of equal values.")
        remove_none: bool = pin(False, description="Leave out empty (null) values.")

    class Output(BlockOutput):
        error: str = pin(description="What went wrong, when the block fails.")
        concatenated_list: list[Any] = pin(description="All values in one list.")
        length: int = pin(description="How many values it holds.")

    def run(self, input, ctx):
        check_item_count(sum(map(len, input.lists)))
        joined = [value for values in input.lists for value in values if value is not None or not input.remove_none]
        if input.deduplicate:
            joined = unique(joined)
        yield "concatenated_list", joined
        yield "length", len(joined)


class ListDifferenceBlock(Block):
    id = "05309873-9d61-447e-96b5-b804e2511829"
    description = "Finds the values of one list that another does not hold."
    pure = True

    class Input(BlockInput):
        list_a: list[Any] = pin(description="The list whose values are kept.")
        list_b: list[Any] = pin(description="The list whose values are taken away.")
        symmetric: bool = pin(False, description="Also give the values of the second list that the first does not hold.")

    class Output(BlockOutput):
        error: str = pin(description="What went wrong, when the block fails.")
        difference: list[Any] = pin(description="The values that are in one list only.")
        length: int = pin(description="How many there are.")

    def run(self, input, ctx):
        difference = _without(input.list_a, input.list_b)
        if input.symmetric:
            difference += _without(input.list_b, input.list_a)
        yield "difference", difference
        yield "length", len(difference)


class ListIntersectionBlock(Block):
    id = "b6eb08b6-dbe3-411b-b9b4-2508cb311a1f"
    description = "Finds the values that two lists have in common."
    pure = True

    class Input(BlockInput):
        list_a: list[Any] = pin(description="A list; its order is kept.")
        list_b: list[Any] = pin(description="Another list.")

    class Output(BlockOutput):
        error: str = pin(description="What went wrong, when the block fails.")
        intersection: list[Any] = pin(description="The values that both lists hold, each once.")
        length: int = pin(description="How many there are.")

    def run(self, input, ctx):
        keys = set(map(value_key, input.list_b))
        common = unique(value for value in input.list_a if value_key(value) in keys)
        yield "intersection", common
        yield "length", len(common)


def _without(values: list[Any], unwanted: list[Any]) -> list[Any]:
    keys = set(map(value_key, unwanted))
    return [value for value in values if value_key(value) not in keys]
