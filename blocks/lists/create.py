"""A list from single values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from autogpt_lite.sdk import Block, BlockInput, BlockInputError, BlockOutput, pin

CHARS_PER_TOKEN = 4  # an estimate that holds for English; the limit is for prompts, where a few tokens do not matter


class CreateListBlock(Block):
    id = "a912d5c7-6e00-4542-b2a9-8034136930e4"
    description = "Makes a list from values, or several lists of a limited size."
    categories = ("DATA",)
    pure = True

    class Input(BlockInput):
        values: list[Any] = pin(description="The values.")
        max_size: int | None = pin(None, description="Begin a new list after this many items.")
        max_tokens: int | None = pin(None, description="Begin a new list before it has more tokens than this (an estimate).")

    class Output(BlockOutput):
        list: list[Any] = pin(description="A list.")

    def run(self, input, ctx):
        if input.max_size is None and input.max_tokens is None:
            yield "list", input.values
            return
        for chunk in _chunks(input.values, input.max_size, input.max_tokens):
            yield "list", chunk


def _chunks(values: list[Any], max_size: int | None, max_tokens: int | None) -> Iterator[list[Any]]:
    if min(max_size or 1, max_tokens or 1) < 1 or 0 in (max_size, max_tokens):
        raise BlockInputError("The size of a list has to be 1 or more.")
    chunk: list[Any] = []
    tokens = 0
    for value in values:
        added = _count_tokens(value) if max_tokens else 0
        if chunk and (len(chunk) == max_size or (max_tokens and tokens + added > max_tokens)):
            yield chunk
            chunk, tokens = [], 0
        chunk.append(value)
        tokens += added
    if chunk or not values:
        yield chunk


def _count_tokens(value: Any) -> int:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return -(-len(text) // CHARS_PER_TOKEN)
