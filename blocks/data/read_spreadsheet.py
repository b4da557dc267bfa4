"""Tables: CSV text, CSV files and Excel workbooks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated, Any

from autogpt_lite.sdk import (
    NEEDS_ASYNC,
    Block,
    BlockError,
    BlockInput,
    BlockInputError,
    BlockOutput,
    Format,
    check_text_size,
    pin,
)

QUICK_CHARS = 20_000
"""What takes below 5 ms and so runs at once; a longer text goes to a thread."""
MAX_COLUMNS = 16_384
MAX_CELLS = 500_000
MAX_UNPACKED_BYTES = 40_000_000
MAX_PARTS = 2_000
"""Parts and unpacked bytes of an Excel workbook, which is a zip file: a small one may hold gigabytes."""


class ReadSpreadsheetBlock(Block):
    id = "acf7625e-d2cb-4941-bfeb-2819fc6fc015"
    description = "Reads the rows of a table: CSV text, a CSV file or the first sheet of an Excel workbook (.xlsx)."
    categories = ("DATA", "TEXT")
    pure = True

    class Input(BlockInput):
        contents: str | None = pin(None, advanced=False, description="The table as CSV text.")
        file_input: Annotated[str, Format("file")] | None = pin(
            None, advanced=False, description="Or a file: an upload, a data URI or a web address."
        )
        delimiter: str = pin(",", description=r"What stands between cells of CSV; \t for a tab.")
        quotechar: str = pin('"', description="What stands around a cell that holds a delimiter.")
        escapechar: str = pin("\\", description="What makes the next character an ordinary one.")
        has_header: bool = pin(True, description="The first row holds the names of the columns.")
        skip_rows: int = pin(0, description="Rows to leave out at the beginning, before the header.")
        strip: bool = pin(True, description="Take away spaces around each cell.")
        skip_columns: list[str] = pin(default_factory=list, advanced=True, description="Names of columns to leave out.")
        produce_singular_result: bool = pin(False, description="Give each row on its own instead of all rows at once.")

    class Output(BlockOutput):
        row: dict[str, str] = pin(description="A row: {column: cell}. Without a header the columns are called 0, 1, ...")
        rows: list[dict[str, str]] = pin(description="All rows.")

    def run(self, input, ctx):
        if input.file_input or len(input.contents or "") > QUICK_CHARS:
            yield NEEDS_ASYNC
            return
        if input.contents is None:
            raise BlockInputError("There is neither a text nor a file to read.")
        yield from _outputs(read_csv(input.contents, input), input)

    async def run_slow(self, input, ctx):
        import asyncio

        from autogpt_lite.sdk import files

        content: str | bytes = input.contents or ""
        if input.file_input:
            content = await files.read_file(input.file_input, ctx)
        rows = await asyncio.to_thread(lambda: list(_read(content, input)))
        for output in _outputs(rows, input):
            yield output


def _outputs(rows: Iterable[dict[str, str]], input: Any) -> Iterator[tuple[str, Any]]:
    if not input.produce_singular_result:
        yield "rows", list(rows)
        return
    for row in rows:
        yield "row", row


def _read(content: str | bytes, input: Any) -> Iterator[dict[str, str]]:
    from autogpt_lite.sdk import files

    if isinstance(content, str):
        return read_csv(content, input)
    if content.startswith(b"PK\x03\x04"):
        return _rows(_read_xlsx(content), input)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise BlockInputError("This is an old Excel workbook (.xls). Save it as .xlsx or as CSV.")
    return read_csv(files.decode_text(content), input)


def read_csv(text: str, input: Any) -> Iterator[dict[str, str]]:
    """The rows of a CSV text as {column: cell}. Raises BlockInputError for settings or text that are no CSV."""
    check_text_size(len(text))
    delimiter = input.delimiter.replace("\\t", "\t")
    try:
        lines = csv.reader(
            io.StringIO(text.removeprefix("\ufeff"), newline=""),
            delimiter=delimiter,
            quotechar=input.quotechar or None,
            quoting=csv.QUOTE_MINIMAL if input.quotechar else csv.QUOTE_NONE,
            escapechar=input.escapechar or None,
        )
        yield from _rows(lines, input)
    except (csv.Error, TypeError, ValueError) as error:
        raise BlockInputError(f"This cannot be read as CSV: {error}") from None


def _rows(lines: Iterable[list[str]], input: Any) -> Iterator[dict[str, str]]:
    if input.skip_rows < 0:
        raise BlockInputError("skip_rows cannot be negative.")
    lines = islice(lines, input.skip_rows, None)
    header = [_cell(name, input.strip) for name in next(iter(lines), [])] if input.has_header else []
    skipped, cells = set(input.skip_columns), 0
    for line in lines:
        cells += len(line)
        if len(line) > MAX_COLUMNS or cells > MAX_CELLS:
            raise BlockError(f"The table is too large: {MAX_COLUMNS:,} columns and {MAX_CELLS:,} cells are the limit.")
        if line:  # an empty line is no row
            named = ((header[index] if index < len(header) else str(index), cell) for index, cell in enumerate(line))
            yield {name: _cell(cell, input.strip) for name, cell in named if name not in skipped}


def _cell(cell: str, strip: bool) -> str:
    return cell.strip() if strip else cell


def _read_xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise BlockError("Excel workbooks need the package openpyxl: pip install openpyxl. CSV needs nothing.") from None
    _check_zip(content)
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        # The size that the file states may be wrong both ways.
        sheet.reset_dimensions()
        width = 0
        for line in sheet.iter_rows(values_only=True):
            cells = ["" if cell is None else str(cell) for cell in line]
            # Empty cells at the end of a row are not in the file.
            width = max(width, len(cells))
            yield cells + [""] * (width - len(cells)) if any(cells) else []
    except BlockError:
        raise
    except Exception as error:  # openpyxl lets whatever went wrong within it come out
        raise BlockInputError(f"This cannot be read as an Excel workbook: {type(error).__name__}.") from None


def _check_zip(content: bytes) -> None:
    import zipfile

    # Counted in the bytes first: a list of 300,000 parts takes a second and 94 MB to read [measured].
    if content.count(b"PK\x01\x02") > MAX_PARTS:
        raise BlockError(f"The workbook is too large: {MAX_PARTS:,} parts are the limit.")
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise BlockInputError("This is no Excel workbook.") from None
    # zipfile never unpacks more of a part than the part states, so the statements can be trusted here.
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise BlockError(f"The workbook is too large: {MAX_UNPACKED_BYTES:,} bytes unpacked are the limit.")
