"""Every recorded case of AutoGPT's pure blocks over REST: a block run on its own answers what AutoGPT answered."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.server import ServerProcess

VECTORS = Path(__file__).resolve().parents[2].parent / "shared" / "contract" / "block_vectors.json"
# What stands for a text that changes with the clock: the forms of the cases' inputs and of the defaults.
CLOCK_FORMS = {
    "CountdownTimerBlock": r"timer finished|Custom message",
    "GetCurrentDateAndTimeBlock": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d{4}/\d\d/\d\d",
    "GetCurrentDateBlock": r"\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4}",
    "GetCurrentTimeBlock": r"\d\d:\d\d(:\d\d)?",
}

Block = dict[str, Any]


def _blocks() -> list[Any]:
    if not VECTORS.is_file():
        skip = pytest.mark.skip(reason="the contract folder ../shared/contract is not beside this checkout")
        return [pytest.param(None, marks=skip, id="no contract")]
    return [pytest.param(block, id=block["name"]) for block in json.loads(VECTORS.read_text("utf-8"))]


@pytest.fixture(scope="module")
def listed(real_server: ServerProcess) -> dict[str, Block]:
    return {block["id"]: block for block in real_server.get("/api/blocks")}


@pytest.fixture(scope="module")
def switched_off(contract: Path) -> set[str]:
    """The blocks that AutoGPT itself never runs."""
    return {
        block["id"] for block in json.loads((contract / "blocks.json").read_text("utf-8"))["blocks"] if block["disabled_always"]
    }


@pytest.mark.parametrize("block", _blocks())
async def test_a_block_on_its_own_answers_as_recorded(block: Block, real_server: ServerProcess, switched_off: set[str]):
    if block["id"] in switched_off:
        answer = real_server.request("POST", f"/api/blocks/{block['id']}/execute", block["cases"][0]["input"])
        assert answer.status == 403
        return
    answers = await asyncio.gather(*[asyncio.to_thread(_execute, real_server, block, case) for case in block["cases"]])
    for case, answer in zip(block["cases"], answers, strict=True):
        wanted = _by_pin(case["outputs"])
        assert list(answer) == list(wanted), case
        for pin, values in wanted.items():
            assert len(answer[pin]) == len(values), case
            for value, expected in zip(answer[pin], values, strict=True):
                _check(value, expected, block["name"], case["input"])


def _execute(server: ServerProcess, block: Block, case: dict[str, Any]) -> dict[str, list[Any]]:
    return server.post(f"/api/blocks/{block['id']}/execute", {pin: _plain(value) for pin, value in case["input"].items()})


def _plain(value: Any) -> Any:
    # An object of Python cannot come as JSON; the dictionary that stands for it can.
    return value["$mock_object"] if isinstance(value, dict) and "$mock_object" in value else value


def _by_pin(outputs: list[list[Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for pin, value in outputs:
        found.setdefault(pin, []).append(value)
    return found


def _check(value: Any, wanted: Any, name: str, given: dict[str, Any]) -> None:
    if isinstance(wanted, dict) and "$nondeterministic" in wanted:
        assert isinstance(value, str)
        assert re.fullmatch(CLOCK_FORMS[name], value)
    elif isinstance(wanted, dict) and "$repr_type" in wanted:
        assert value == given["value"]  # a date or time of Python, which travels as its ISO text
    else:
        # Python takes 1, 1.0 and True for the same; as JSON they are not.
        assert json.dumps(value, sort_keys=True) == json.dumps(wanted, sort_keys=True)


# --- what a block cannot work with -----------------------------------------------------------------------


@pytest.mark.parametrize("block", _blocks())
def test_a_missing_required_input_is_named(block: Block, real_server: ServerProcess, listed: dict[str, Block], switched_off):
    if block["id"] in switched_off:
        assert block["id"] not in listed
        return
    for pin in listed[block["id"]]["inputSchema"].get("required", ()):
        rest = {name: _plain(value) for name, value in block["cases"][0]["input"].items() if name != pin}
        answer = real_server.request("POST", f"/api/blocks/{block['id']}/execute", rest)
        assert answer.status == 400
        assert list(answer.json()) == ["message", "detail", "hint"]
        assert pin in answer.json()["message"]


CALCULATOR, PATTERN, XML, TEMPLATE = (
    "b1ab9b19-67a6-406d-abf5-2dba76d00c79",
    "3060088f-6ed9-4928-9ba7-9c92823a7ccd",
    "286380af-9529-4b55-8be0-1d7c854abdb5",
    "db7d8f02-2f44-4c55-ab7a-eae0941f0c30",
)


@pytest.mark.parametrize(
    ("block_id", "given"),
    [
        (CALCULATOR, {"operation": "Nothing", "a": 1, "b": 2}),
        (CALCULATOR, {"operation": ["Add"], "a": 1, "b": 2}),
        (PATTERN, {"text": "a", "match": "(", "data": 1}),
        (XML, {"input_xml": "<a><b></a>"}),
        (TEMPLATE, {"values": {}, "format": "{{ ''.__class__ }}"}),
    ],
)
def test_what_a_block_cannot_work_with_is_a_400(block_id: str, given: dict[str, Any], real_server: ServerProcess):
    answer = real_server.request("POST", f"/api/blocks/{block_id}/execute", given)
    assert answer.status == 400, answer.body
    assert list(answer.json()) == ["message", "detail", "hint"]
    assert answer.json()["message"]
    assert "Traceback" not in answer.json()["message"]


def test_a_block_that_does_not_exist_is_a_404(real_server: ServerProcess):
    for block_id in ("00000000-0000-4000-8000-000000000000", "os.system", "..%2f..%2fx", "None"):
        answer = real_server.request("POST", f"/api/blocks/{block_id}/execute", {})
        assert answer.status == 404
        assert list(answer.json()) == ["message", "detail", "hint"]
