"""Texts put together from values."""

from __future__ import annotations

from typing import Any

from autogpt_lite.sdk import NEEDS_ASYNC, Block, BlockInput, BlockOutput, check_text_size, pin


class FillTextTemplateBlock(Block):
    id = "db7d8f02-2f44-4c55-ab7a-eae0941f0c30"
    description = "Fills values into a text: {{ name }} stands for the value called name."
    categories = ("TEXT",)
    pure = True

    class Input(BlockInput):
        values: dict[str, Any] = pin(description="The values by name.")
        format: str = pin(description="The text, a Jinja2 template.")
        escape_html: bool = pin(False, description="Escape what is special in HTML in the values.")

    class Output(BlockOutput):
        output: str = pin(description="The text with the values in it.")

    def run(self, input, ctx):
        from autogpt_lite.sdk import text

        filled = text.render_quick(input.format, input.values, escape_html=input.escape_html)
        if filled is None:
            yield NEEDS_ASYNC
        else:
            yield "output", filled

    async def run_slow(self, input, ctx):
        from autogpt_lite.sdk import text

        yield "output", await text.render(input.format, input.values, escape_html=input.escape_html)


class CombineTextsBlock(Block):
    id = "e30a4d42-7b7d-4e6a-b36e-1f9b8e3b7d85"
    description = "Joins several texts into one."
    categories = ("TEXT",)
    pure = True

    class Input(BlockInput):
        input: list[str] = pin(description="The texts, in order.")
        delimiter: str = pin("", description="What stands between them.")

    class Output(BlockOutput):
        output: str = pin(description="The text.")

    def run(self, input, ctx):
        check_text_size(sum(map(len, input.input)) + len(input.delimiter) * len(input.input))
        yield "output", input.delimiter.join(input.input)
