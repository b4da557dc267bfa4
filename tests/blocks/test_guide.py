"""docs/blocks.md is true: its block loads from a folder of one's own, runs, and its test passes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autogpt_lite import sdk
from autogpt_lite.registry import Registry
from tests.blocks.context import run_block

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "blocks.md"


@pytest.fixture(scope="module")
def examples() -> list[str]:
    return re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)


async def test_the_first_block_loads_and_runs(examples: list[str], tmp_path: Path):
    (tmp_path / "shout.py").write_text(examples[0], "utf-8")
    registry = Registry().load([tmp_path])
    assert [str(problem) for problem in registry.problems] == []
    (entry,) = registry
    assert await run_block(entry, {"text": "hi", "times": 2}) == [["loud", "HI!!"]]
    assert (await run_block(entry, {"text": "hi", "times": 11}))[0][0] == "error"


def test_its_test_passes(examples: list[str]):
    names: dict = {"__name__": __name__}
    exec(examples[0] + examples[-1], names)
    names["test_shout"]()


def test_every_name_of_the_sdk_that_it_mentions_exists(examples: list[str]):
    text = GUIDE.read_text("utf-8")
    names = set(re.findall(r"\b(Block\w*|NEEDS_ASYNC|GraphInputBlock|CredentialsPin|credentials_pin|Format)\b", text))
    names |= set(re.findall(r"`(\w+)\(", text)) & {"check_item_count", "check_text_size", "now", "convert", "pin"}
    assert {name for name in names if not hasattr(sdk, name)} == set()
    for module, function in re.findall(r"await (http|text|files|llm)\.(\w+)\(", text):
        assert hasattr(getattr(sdk, module), function)
