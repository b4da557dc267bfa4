"""One run of what comes behind for each item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from autogpt_lite.sdk import Block, BlockInput, BlockInputError, BlockOutput, check_item_count, pin


class StepThroughItemsBlock(Block):
    id = "f66a3543-28d3-4ab5-8945-9b336371e2ce"
    description = "Gives the items of a list or dictionary one after the other; each starts what comes behind anew."
    categories = ("LOGIC",)
    pure = True

    class Input(BlockInput):
        items: list[Any] = pin(default_factory=list, advanced=False, description="A list.")
        items_object: dict[str, Any] = pin(default_factory=dict, advanced=False, description="A dictionary.")
        items_str: str = pin("", advanced=False, description="A list or dictionary as JSON text.")

    class Output(BlockOutput):
        item: Any = pin(description="An item.")
        key: Any = pin(description="Its position in the list (the first is 0), or its key in the dictionary.")

    def run(self, input, ctx):
        for items in (input.items, input.items_object, _parse(input.items_str)):
            check_item_count(len(items))
            for key, item in _entries(items):
                yield "item", item
                yield "key", key


def _entries(items: Any) -> Iterator[tuple[Any, Any]]:
    return iter(items.items()) if isinstance(items, dict) else enumerate(items)


def _parse(text: str) -> Any:
    if not text.strip():
        return []
    try:
        items = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise BlockInputError(f"items_str is no JSON: {error}") from None
    if not isinstance(items, (list, dict)):
        raise BlockInputError("items_str has to be a list or a dictionary in JSON.")
    return items
