"""Inputs that try to hang the server, to fill its memory or to read what is not theirs: refused, quickly, in one sentence."""

from __future__ import annotations

import base64
import io
import struct
import time
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt_lite.registry import Registry
from tests.blocks.context import BlockContext, run_block
from tests.wall_time import is_within

LONG = "a" * 1_000_000
MANY = [0] * 400_000
NESTED_XML = "<a>" * 100_000 + "</a>" * 100_000
BILLION_LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'
EXTERNAL_ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
EXTERNAL_DTD = '<?xml version="1.0"?><!doctype x SYSTEM "http://127.0.0.1/x.dtd"><x/>'


def _strftime(pattern: str) -> dict:
    return {"trigger": "go", "format_type": {"discriminator": "strftime", "format": pattern}}


def _zip_bomb() -> str:
    with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"\0" * 60_000_000)
    return "data:;base64," + base64.b64encode(file.getvalue()).decode()


def _uri(content: bytes) -> str:
    return "data:;base64," + base64.b64encode(content).decode()


def _zip_of(*parts: tuple[str, bytes]) -> bytes:
    with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts:
            made.writestr(name, content)
    return file.getvalue()


def _zip_of_many(count: int) -> bytes:
    """A list of so many parts, none of which is there."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    head = b"PK\x03\x04" + bytes(27)
    few = min(count, 65535)
    return head + entry * count + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, few, few, len(entry) * count, len(head), 0)


def _lying_zip(stated: int) -> bytes:
    """A part of 200,000 bytes that states another size."""
    content = bytearray(_zip_of(("xl/workbook.xml", b"\0" * 200_000)))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(mark) + offset
        content[at : at + 4] = struct.pack("<L", stated)
    return bytes(content)


def _workbook(sheet: str) -> bytes:
    """A small workbook, its sheet as given."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active["A1"] = "name"
    book.save(file := io.BytesIO())
    with zipfile.ZipFile(file) as made:
        parts = [(name, made.read(name)) for name in made.namelist()]
    return _zip_of(*((name, sheet.encode() if name.endswith("sheet1.xml") else content) for name, content in parts))


_LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
LAUGHING_SHEET = (
    f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{_LAUGHS}]><worksheet><sheetData>&a9;</sheetData></worksheet>'
)
READING_SHEET = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet '
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row><c t="inlineStr"><is><t>&e;</t></is></c></row>'
    "</sheetData></worksheet>"
)

REFUSED = {
    "power tower": ("CalculatorBlock", {"operation": "Power", "a": 9, "b": 387_420_489}),
    "power of a negative number": ("CalculatorBlock", {"operation": "Power", "a": -8, "b": 0.5}),
    "division by zero": ("CalculatorBlock", {"operation": "Divide", "a": 1, "b": 0}),
    "zero to a negative power": ("CalculatorBlock", {"operation": "Power", "a": 0, "b": -1}),
    "infinity": ("CalculatorBlock", {"operation": "Add", "a": float("inf"), "b": 1}),
    "nan": ("CalculatorBlock", {"operation": "Add", "a": float("nan"), "b": 1}),
    "overflow to infinity": ("CalculatorBlock", {"operation": "Multiply", "a": 1e308, "b": 10}),
    "an expression in a condition": ("ConditionBlock", {"value1": "__import__('os')", "operator": ">", "value2": 0}),
    "replace that grows": ("TextReplaceBlock", {"text": LONG, "old": "a", "new": "b" * 10_000}),
    "replace of nothing that grows": ("TextReplaceBlock", {"text": LONG, "old": "", "new": "b" * 10_000}),
    "join that grows": ("CombineTextsBlock", {"input": [""] * 10_000, "delimiter": "b" * 10_000}),
    "encode that grows": ("TextEncoderBlock", {"text": "😀" * 1_500_000}),
    "split at nothing": ("TextSplitBlock", {"text": "abc", "delimiter": ""}),
    "split into too many": ("TextSplitBlock", {"text": LONG, "delimiter": "a"}),
    "lists that grow": ("ConcatenateListsBlock", {"lists": [MANY, MANY]}),
    "a list that grows": ("AddToListBlock", {"list": MANY, "entries": MANY}),
    "zip that grows": ("ZipListsBlock", {"lists": [MANY, *[[]] * 1_000], "pad_to_longest": True}),
    "flatten that grows": ("FlattenListBlock", {"nested_list": [MANY, MANY]}),
    "too many items to step through": ("StepThroughItemsBlock", {"items": [0] * 600_000}),
    "lists of size zero": ("CreateListBlock", {"values": [1], "max_size": 0}),
    "lists of negative size": ("CreateListBlock", {"values": [1], "max_size": 5, "max_tokens": -1}),
    "json nested deep": ("StepThroughItemsBlock", {"items_str": "[" * 100_000}),
    "entity expansion": ("XMLParserBlock", {"input_xml": BILLION_LAUGHS}),
    "external entity": ("XMLParserBlock", {"input_xml": EXTERNAL_ENTITY}),
    "external dtd": ("XMLParserBlock", {"input_xml": EXTERNAL_DTD}),
    "xml nested deep": ("XMLParserBlock", {"input_xml": NESTED_XML}),
    "xml tag without end": ("XMLParserBlock", {"input_xml": "<a" + ' b="' * 100_000}),
    "xml of opening brackets": ("XMLParserBlock", {"input_xml": "<" * 1_000_000}),
    "xml tag of spaces": ("XMLParserBlock", {"input_xml": "<a " + " " * 1_000_000 + "="}),
    "xml attribute of spaces": ("XMLParserBlock", {"input_xml": "<a " + "b" * 500_000 + " " * 500_000 + ">"}),
    "xml comment without end": ("XMLParserBlock", {"input_xml": "<!--" * 200_000}),
    "xml closed in the wrong order": ("XMLParserBlock", {"input_xml": "<a><b></a></b>"}),
    "no xml": ("XMLParserBlock", {"input_xml": "just text"}),
    "csv with too many columns": ("ReadSpreadsheetBlock", {"contents": "a\n" + "," * 20_000}),
    "csv with too many cells": ("ReadSpreadsheetBlock", {"contents": "a\n" + "1,2,3,4\n" * 200_000}),
    "csv delimiter of two characters": ("ReadSpreadsheetBlock", {"contents": "a", "delimiter": "--"}),
    "csv field without end": ("ReadSpreadsheetBlock", {"contents": 'a\n"' + "b" * 300_000}),
    "neither text nor file": ("ReadSpreadsheetBlock", {}),
    "negative rows": ("ReadSpreadsheetBlock", {"contents": "a", "skip_rows": -1}),
    "zip bomb": ("ReadSpreadsheetBlock", {"file_input": _zip_bomb()}),
    "workbook in a workbook": ("ReadSpreadsheetBlock", {"file_input": _uri(_zip_of(("xl/workbook.xml", _zip_of(("a", b"x")))))}),
    "parts that lead out of a folder": (
        "ReadSpreadsheetBlock",
        {"file_input": _uri(_zip_of(("../../evil", b"x"), ("/etc/evil", b"x")))},
    ),
    "part that states too little": ("ReadSpreadsheetBlock", {"file_input": _uri(_lying_zip(10))}),
    "part that states 4 GB": ("ReadSpreadsheetBlock", {"file_input": _uri(_lying_zip(2**32 - 2))}),
    "part that states zip64 and has none": ("ReadSpreadsheetBlock", {"file_input": _uri(_lying_zip(2**32 - 1))}),
    "entities in a sheet": ("ReadSpreadsheetBlock", {"file_input": _uri(_workbook(LAUGHING_SHEET))}),
    "a file in a sheet": ("ReadSpreadsheetBlock", {"file_input": _uri(_workbook(READING_SHEET))}),
    "broken workbook": ("ReadSpreadsheetBlock", {"file_input": "data:;base64,UEsDBAAAAAA="}),
    "old workbook": ("ReadSpreadsheetBlock", {"file_input": "data:;base64,0M8R4KGxGuE="}),
    "offset beyond the calendar": ("GetCurrentDateBlock", {"trigger": "go", "offset": 10**9}),
    "offset that is no number": ("GetCurrentDateBlock", {"trigger": "go", "offset": "week"}),
    "long date format": ("GetCurrentDateBlock", _strftime("%c" * 1_000)),
    "surrogate in a date format": ("GetCurrentDateBlock", _strftime("\ud800")),
    "endless timer": ("CountdownTimerBlock", {"days": 10**9}),
    "negative timer": ("CountdownTimerBlock", {"seconds": -1}),
    "endless repetition": ("CountdownTimerBlock", {"repeat": 10**9}),
    "timer of words": ("CountdownTimerBlock", {"seconds": "soon"}),
    "template bomb": ("FillTextTemplateBlock", {"values": {}, "format": "{% for i in range(10**9) %}x{% endfor %}"}),
    "template escape": ("FillTextTemplateBlock", {"values": {}, "format": "{{ ''.__class__.__mro__ }}"}),
    "negative piece of a file": ("FileReadBlock", {"file_input": "data:,a", "size_limit": -1}),
    "too large a sample": ("DataSamplingBlock", {"data": [{}], "sample_size": 2}),
    "sample of nothing": ("DataSamplingBlock", {"data": [{}], "sample_size": 0}),
    "weights that are no numbers": (
        "DataSamplingBlock",
        {"data": [{"w": "x"}], "sample_size": 1, "sampling_method": "weighted", "weight_key": "w"},
    ),
}

FOREIGN_FILES = [
    "/etc/passwd",
    "file:///etc/passwd",
    "FILE:///dev/zero",
    "/proc/self/mem",
    "file:///proc/self/environ",
    "/dev/stdin",
    "../../secrets.toml",
    "C:\\Windows\\win.ini",
    "\\\\server\\share",
    "gopher://x",
    "workspace",
    "data:;base64,%%%",
    "data:nothing",
    "",
]


@pytest.mark.parametrize("case", REFUSED, ids=[name.replace(" ", "_") for name in REFUSED])
async def test_d5_e3_e7_what_hurts_is_refused_in_time_and_in_one_sentence(run, case):
    block, data = REFUSED[case]
    clock = time.perf_counter if "template" in case else time.process_time  # a template is another process's work
    started = clock()
    outputs = await run(block, **data)
    assert is_within(clock() - started, 4 if "template" in case else 1)
    assert [pin for pin, _ in outputs] == ["error"]
    _check_message(outputs[0][1])


@pytest.mark.parametrize("reference", FOREIGN_FILES)
@pytest.mark.parametrize("block", ["FileReadBlock", "ReadSpreadsheetBlock", "AgentFileInputBlock"])
async def test_e12_no_file_of_the_server_is_ever_read(run, block, reference):
    pin = "value" if block == "AgentFileInputBlock" else "file_input"
    extra = {"name": "f", "base_64": True} if block == "AgentFileInputBlock" else {}
    outputs = await run(block, **{pin: reference}, **extra)
    if block == "AgentFileInputBlock" and (not reference or reference.startswith("data:")):
        assert outputs in ([], [["result", reference]])  # passed on as it came; the block that reads it refuses it
        return
    assert [name for name, _ in outputs] == ["error"]
    assert "passwd" not in outputs[0][1]


async def test_e12_a_data_uri_is_measured_before_it_is_decoded(run):
    uri = "data:;base64," + "QUFB" * 16_000_000
    tracemalloc.start()
    outputs = await run("FileReadBlock", file_input=uri)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "too large" in outputs[0][1]
    assert peak_bytes < 80_000_000  # the text behind the comma, once


async def test_e3_a_list_of_parts_is_counted_before_it_is_read(run):
    uri = _uri(_zip_of_many(300_000))
    tracemalloc.start()
    outputs = await run("ReadSpreadsheetBlock", file_input=uri)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert outputs == [["error", "The workbook is too large: 2,000 parts are the limit."]]
    assert peak_bytes < 60_000_000  # the text behind the comma, and the bytes that it stands for


async def test_a_file_of_the_workspace_cannot_be_longer_than_asked_for(run):
    ctx = BlockContext(files={"workspace://1": b"x" * 20_000_001})
    assert "too large" in (await run("FileReadBlock", ctx, file_input="workspace://1"))[0][1]


async def test_lists_nested_as_deep_as_json_may_be_are_flattened(run):
    nested: list = [1]
    for _ in range(900):
        nested = [nested]
    assert (await run("FlattenListBlock", nested_list=nested))[:2] == [["flattened_list", [1]], ["length", 1]]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x"])
async def test_a_pattern_that_never_ends_is_ended(run, pattern):
    outputs = await run("MatchTextPatternBlock", text="a" * 50_000 + "!", match=pattern, data=1)
    assert [pin for pin, _ in outputs] in (["error"], ["negative"])


@given(text=st.text(alphabet="<>/ab =\"'&;![]-? \n", max_size=60))
async def test_any_text_is_parsed_or_refused(registry: Registry, text: str):
    [[pin, value]] = await run_block(registry.get("286380af-9529-4b55-8be0-1d7c854abdb5"), {"input_xml": text})
    assert isinstance(value, dict if pin == "parsed_xml" else str)
    if pin == "error":
        _check_message(value)


@given(text=st.text(max_size=60), delimiter=st.text(max_size=2), quote=st.text(max_size=2), escape=st.text(max_size=2))
async def test_any_text_is_a_table_or_refused(registry: Registry, text: str, delimiter: str, quote: str, escape: str):
    settings = {"delimiter": delimiter, "quotechar": quote, "escapechar": escape}
    outputs = await run_block(registry.get("acf7625e-d2cb-4941-bfeb-2819fc6fc015"), {"contents": text, **settings})
    assert [pin for pin, _ in outputs] in (["rows"], ["error"])


def _check_message(message: str) -> None:
    assert len(message) < 400
    assert "Traceback" not in message
    assert not message.startswith(("TypeError", "ValueError", "RecursionError"))
