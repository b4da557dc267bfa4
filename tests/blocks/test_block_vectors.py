"""Every recorded case of AutoGPT's pure blocks: same input, same outputs in the same order."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.registry import Registry
from tests.blocks.context import run_block

VECTORS = Path(__file__).resolve().parents[2].parent / "shared" / "contract" / "block_vectors.json"
# The texts that stand for what changes with the clock; the forms are the defaults of the pins and those of the cases.
CLOCK_FORMS = {
    "CountdownTimerBlock": r"timer finished|Custom message",
    "GetCurrentDateAndTimeBlock": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d{4}/\d\d/\d\d",
    "GetCurrentDateBlock": r"\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4}",
    "GetCurrentTimeBlock": r"\d\d:\d\d(:\d\d)?",
}


def _cases() -> list[Any]:
    if not VECTORS.is_file():
        skip = pytest.mark.skip(reason="the contract folder ../shared/contract is not beside this checkout")
        return [pytest.param(None, None, marks=skip, id="no contract")]
    return [
        pytest.param(block, case, id=f"{block['name']}-{number}")
        for block in json.loads(VECTORS.read_text("utf-8"))
        for number, case in enumerate(block["cases"])
    ]


@pytest.mark.parametrize(("block", "case"), _cases())
async def test_outputs_are_those_of_autogpt(block: dict, case: dict, registry: Registry, monkeypatch: pytest.MonkeyPatch):
    if block["name"] == "CountdownTimerBlock":
        monkeypatch.setattr(asyncio, "sleep", _no_wait)
    given = {name: _plain(value) for name, value in case["input"].items()}
    before = json.dumps(given)
    outputs = await run_block(registry.get(block["id"]), given)
    assert [pin for pin, _ in outputs] == [pin for pin, _ in case["outputs"]]
    for (_, value), (_, wanted) in zip(outputs, case["outputs"]):
        _check(value, wanted, block["name"], case["input"])
    assert json.dumps(given) == before, "the block changed its input"


def _plain(value: Any) -> Any:
    # An object of Python cannot come over a link; the dictionary that stands for it can.
    return value["$mock_object"] if isinstance(value, dict) and "$mock_object" in value else value


def _check(value: Any, wanted: Any, name: str, given: dict[str, Any]) -> None:
    if isinstance(wanted, dict) and "$nondeterministic" in wanted:
        assert re.fullmatch(CLOCK_FORMS[name], value)
    elif isinstance(wanted, dict) and "$repr_type" in wanted:
        assert value == given["value"]  # a date or time of Python, which travels as its ISO text
    else:
        assert value == wanted
        assert type(value) is type(wanted)


async def _no_wait(delay: float, result: Any = None) -> Any:
    return result
