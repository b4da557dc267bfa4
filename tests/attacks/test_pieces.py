"""D4: sizes that would make an endless loop or a flood of pieces.

No block here cuts a text into pieces that overlap. Those that cut at all have their numbers tried below, and so has every other number
of every block; a block with an overlap is seen by the last test.
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

import msgspec
import pytest

from autogpt_lite.paths import packaged_file
from autogpt_lite.registry import BlockEntry, Registry
from tests.blocks.context import run_block

FILE_READ, CREATE_LIST = "3735a31f-7e18-4aca-9e90-08a7120674bc", "a912d5c7-6e00-4542-b2a9-8034136930e4"
NUMBERS = [0, -1, 1, 10**9, -(10**9), 2**53, -(2**53)]
TEXT = "abcdefghij" * 10
MAX_OUTPUTS = 1_000
LIMIT_S = 1.0

registry = Registry().load([packaged_file("blocks")])


def number_pins(entry: BlockEntry) -> list[str]:
    def is_number(schema: dict[str, Any]) -> bool:
        return schema.get("type") in ("integer", "number") or any(map(is_number, schema.get("anyOf") or ()))

    return [name for name, schema in entry.input_schema["properties"].items() if is_number(schema)]


def sample(schema: dict[str, Any]) -> Any:
    """A small value with something in it to cut."""
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return sample(schema["anyOf"][-1])
    kinds = {"string": f"data:,{TEXT}", "integer": 1, "number": 1, "boolean": True, "object": {"a": 1}}
    return [sample(schema.get("items") or {})] * 10 if schema.get("type") == "array" else kinds.get(schema.get("type"), "x")


NUMBERED = [(entry, name) for entry in registry for name in number_pins(entry)]


@pytest.mark.parametrize(("entry", "name"), NUMBERED, ids=[f"{entry.name}-{name}" for entry, name in NUMBERED])
async def test_d4_no_number_of_any_block_ends_in_a_loop(entry: BlockEntry, name: str, monkeypatch: pytest.MonkeyPatch):
    """An answer of reasonable length or an error, soon; a timer may wait as long as it likes."""
    monkeypatch.setattr(asyncio, "sleep", _no_wait)
    pins = entry.input_schema["properties"]
    base = {pin: sample(pins[pin]) for pin in entry.required if pin not in entry.credentials_pins}
    if entry.credentials_pins:
        base |= {pin: {"id": "x", "provider": "openai", "type": "api_key"} for pin in entry.credentials_pins}
    if entry.id == CREATE_LIST:
        base["values"] = list(TEXT)
    for number in NUMBERS:
        began = time.process_time()
        try:
            outputs = await run_block(entry, {**base, name: number})
        except msgspec.ValidationError:
            continue  # refused before the block runs
        assert time.process_time() - began < LIMIT_S, number
        assert len(outputs) <= MAX_OUTPUTS, number
        assert all(len(str(value)) < 100_000 for _, value in outputs), number


async def _no_wait(delay: float, result: Any = None) -> Any:
    return result


# --- the two blocks that cut ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [-1, -(10**9)])
async def test_d4_a_negative_piece_is_an_error(size: int):
    [[pin, message]] = await run_block(registry.get(FILE_READ), {"file_input": f"data:,{TEXT}", "size_limit": size})
    assert (pin, message) == ("error", "Limits and what to leave out cannot be negative.")
    [[pin, message]] = await run_block(registry.get(CREATE_LIST), {"values": list(TEXT), "max_size": size})
    assert (pin, message) == ("error", "The size of a list has to be 1 or more.")


@pytest.mark.parametrize("name", ["max_size", "max_tokens"])
async def test_d4_lists_of_no_size_are_an_error(name: str):
    [[pin, message]] = await run_block(registry.get(CREATE_LIST), {"values": list(TEXT), name: 0})
    assert (pin, message) == ("error", "The size of a list has to be 1 or more.")


@pytest.mark.parametrize("size", [0, 10**9, len(TEXT), len(TEXT) + 1])
async def test_d4_a_piece_that_is_larger_than_the_text_is_the_text(size: int):
    assert await run_block(registry.get(FILE_READ), {"file_input": f"data:,{TEXT}", "size_limit": size}) == [["content", TEXT]]


async def test_d4_pieces_are_the_text_and_no_letter_comes_twice():
    for size in (1, 7, len(TEXT) - 1):
        outputs = await run_block(registry.get(FILE_READ), {"file_input": f"data:,{TEXT}", "size_limit": size})
        assert "".join(piece for _, piece in outputs) == TEXT
        assert len(outputs) == -(-len(TEXT) // size)


async def test_d4_too_many_pieces_are_refused_before_the_first():
    began = time.process_time()
    [[pin, message]] = await run_block(registry.get(FILE_READ), {"file_input": "data:," + "a" * 5_000_000, "size_limit": 1})
    assert pin == "error"
    assert "at most" in message or "too many" in message.lower(), message
    assert time.process_time() - began < LIMIT_S


OVERLAPS = re.compile(r"overlap|stride|chunk_(size|length)|window")


def test_d4_no_block_cuts_with_an_overlap():
    found = [(entry.name, name) for entry in registry for name in entry.input_pins if OVERLAPS.search(name)]
    assert found == [], "refuse an overlap that is not smaller than the size (and sizes below 1), and show D4 of it here"
