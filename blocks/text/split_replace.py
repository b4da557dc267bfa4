"""Plain work on a text: split, replace, count."""

from __future__ import annotations

from autogpt_lite.sdk import Block, BlockInput, BlockInputError, BlockOutput, check_item_count, check_text_size, pin


class TextSplitBlock(Block):
    id = "d5ea33c8-a575-477a-b42f-2fe3be5055ec"
    description = "Splits a text into a list of texts."
    categories = ("TEXT",)
    pure = True

    class Input(BlockInput):
        text: str = pin(description="The text.")
        delimiter: str = pin(description="What stands between the parts.")
        strip: bool = pin(True, description="Take away spaces and line ends around each part.")

    class Output(BlockOutput):
        texts: list[str] = pin(description="The parts.")

    def run(self, input, ctx):
        if not input.delimiter:
            raise BlockInputError("The delimiter is empty, so there is nothing to split at.")
        if not input.text:
            yield "texts", []
            return
        check_item_count(input.text.count(input.delimiter) + 1)
        texts = input.text.split(input.delimiter)
        yield "texts", [text.strip() for text in texts] if input.strip else texts


class TextReplaceBlock(Block):
    id = "7e7c87ab-3469-4bcc-9abe-67705091b713"
    description = "Replaces a piece of text by another, wherever it stands."
    categories = ("TEXT",)
    pure = True

    class Input(BlockInput):
        text: str = pin(description="The text.")
        old: str = pin(description="What is replaced.")
        new: str = pin(description="What stands there then.")

    class Output(BlockOutput):
        output: str = pin(description="The changed text.")

    def run(self, input, ctx):
        growth = len(input.new) - len(input.old)
        if growth > 0:
            # Counted before it is made: a megabyte of "a" with "a" replaced by ten thousand letters would be 10 GB.
            check_text_size(len(input.text) + growth * input.text.count(input.old))
        yield "output", input.text.replace(input.old, input.new)


class WordCharacterCountBlock(Block):
    id = "ab2a782d-22cf-4587-8a70-55b59b3f9f90"
    description = "Counts the words and characters of a text."
    categories = ("TEXT",)
    pure = True

    class Input(BlockInput):
        text: str = pin(description="The text.")

    class Output(BlockOutput):
        error: str = pin(description="What went wrong, when the block fails.")
        word_count: int = pin(description="How many words, separated by spaces or line ends.")
        character_count: int = pin(description="How many characters, spaces included.")

    def run(self, input, ctx):
        yield "word_count", len(input.text.split())
        yield "character_count", len(input.text)
