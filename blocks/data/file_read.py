"""The text of a file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

from autogpt_lite.sdk import Block, BlockInput, BlockInputError, BlockOutput, Format, check_item_count, pin


class FileReadBlock(Block):
    id = "3735a31f-7e18-4aca-9e90-08a7120674bc"
    description = "Reads the text of a file, whole or in pieces."
    categories = ("DATA", "TEXT")

    class Input(BlockInput):
        file_input: Annotated[str, Format("file")] = pin(description="The file: an upload, a data URI or a web address.")
        delimiter: str = pin("", description=r"What ends a row, for instance a line end (\n). Each row goes out on its own then.")
        size_limit: int = pin(0, description="The most characters of one piece; 0 for no limit.")
        row_limit: int = pin(0, description="The most rows; 0 for all. Needs a delimiter.")
        skip_size: int = pin(0, description="Characters to leave out at the beginning.")
        skip_rows: int = pin(0, description="Rows to leave out at the beginning. Needs a delimiter.")

    class Output(BlockOutput):
        content: str = pin(description="The text, or a piece of it.")

    async def run(self, input, ctx):
        from autogpt_lite.sdk import files

        if min(input.size_limit, input.row_limit, input.skip_size, input.skip_rows) < 0:
            raise BlockInputError("Limits and what to leave out cannot be negative.")
        content = (await files.read_text(input.file_input, ctx))[input.skip_size :]
        for row in _rows(content, input):
            for piece in _pieces(row, input.size_limit):
                yield "content", piece


def _rows(content: str, input: FileReadBlock.Input) -> Iterator[str]:
    if not input.delimiter:
        return iter((content,))
    # A user cannot type a line end into a field of one line, but \n.
    delimiter = input.delimiter.replace("\\n", "\n").replace("\\t", "\t")
    check_item_count(content.count(delimiter) + 1)
    rows = content.split(delimiter)
    if rows[-1] == "":  # what stands behind the last line end is no row
        rows.pop()
    return islice(rows, input.skip_rows, input.skip_rows + input.row_limit if input.row_limit else None)


def _pieces(text: str, size: int) -> Iterator[str]:
    if not size or len(text) <= size:
        return iter((text,))
    check_item_count(len(text) // size)
    return (text[begin : begin + size] for begin in range(0, len(text), size))
