"""Looking for a regular expression in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from autogpt_lite.sdk import NEEDS_ASYNC, Block, BlockInput, BlockOutput, convert, pin

MAX_MATCHES = 10_000


class MatchTextPatternBlock(Block):
    id = "3060088f-6ed9-4928-9ba7-9c92823a7ccd"
    description = "Passes a value on one of two ways: whether a text holds a pattern or not."
    categories = ("TEXT",)
    pure = True

    class Input(BlockInput):
        text: Any = pin(description="The text to look into; anything else is looked at as JSON text.")
        match: str = pin(description="The regular expression to look for.")
        data: Any = pin(description="The value that is passed on.")
        case_sensitive: bool = pin(True, description="Capital and small letters differ.")
        dot_all: bool = pin(True, description="The dot of the pattern stands for line ends, too.")

    class Output(BlockOutput):
        positive: Any = pin(description="The value, if the pattern was found.")
        negative: Any = pin(description="The value, if it was not.")

    def run(self, input, ctx):
        from autogpt_lite.sdk import text

        found = text.findall_quick(input.match, convert(input.text, str), _flags(input), 1)
        if found is None:
            yield NEEDS_ASYNC
        else:
            yield "positive" if found else "negative", input.data

    async def run_slow(self, input, ctx):
        from autogpt_lite.sdk import text

        found = await text.search(input.match, convert(input.text, str), _flags(input))
        yield "negative" if found is None else "positive", input.data


class ExtractTextInformationBlock(Block):
    id = "3146e4fe-2cdd-4f29-bd12-0c9d5bb4deb0"
    description = "Takes out of a text what matches a pattern, or a group of it."
    categories = ("TEXT",)
    pure = True

    class Input(BlockInput):
        text: Any = pin(description="The text to look into; anything else is looked at as JSON text.")
        pattern: str = pin(description="The regular expression to look for.")
        group: int = pin(0, description="The group of the pattern to take: 0 is all that matches, 1 what is in the first ( ).")
        case_sensitive: bool = pin(True, description="Capital and small letters differ.")
        dot_all: bool = pin(True, description="The dot of the pattern stands for line ends, too.")
        find_all: bool = pin(False, description="Take every match, not only the first.")

    class Output(BlockOutput):
        positive: str = pin(description="What was found, once for each match.")
        negative: str = pin(description="The text, if nothing was found.")
        matched_results: list[str] = pin(description="All that was found.")
        matched_count: int = pin(description="How much was found.")

    def run(self, input, ctx):
        from autogpt_lite.sdk import text

        string = convert(input.text, str)
        matches = text.findall_quick(input.pattern, string, _flags(input), MAX_MATCHES if input.find_all else 1)
        if matches is None:
            yield NEEDS_ASYNC
        else:
            yield from _outputs(matches, input.group, string)

    async def run_slow(self, input, ctx):
        from autogpt_lite.sdk import text

        string = convert(input.text, str)
        matches = await text.findall(input.pattern, string, _flags(input), MAX_MATCHES if input.find_all else 1)
        for output in _outputs(matches, input.group, string):
            yield output


def _outputs(matches: list[dict[str, Any]], group: int, string: str) -> Iterator[tuple[str, Any]]:
    results = [found for match in matches if (found := _group(match, group)) is not None]
    for found in results:
        yield "positive", found
    if not results:
        yield "negative", string
    yield "matched_results", results
    yield "matched_count", len(results)


def _flags(input: Any) -> int:
    return (0 if input.case_sensitive else re.IGNORECASE) | (re.DOTALL if input.dot_all else 0)


def _group(match: Any, group: int) -> str | None:
    if group == 0:
        return match["match"]
    groups = match["groups"]
    return groups[group - 1] if 0 < group <= len(groups) else None
