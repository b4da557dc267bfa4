"""Blocks of the library at work in the engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autogpt_lite.engine.node_execution import SLOW_STEPS
from autogpt_lite.registry import Registry
from tests.engine.harness import Harness, make_graph, open_harness


def _classes(registry: Registry) -> dict[str, type]:
    return {entry.name: type(entry.block) for entry in registry}


async def _outputs(harness: Harness, run: Any) -> list[Any]:
    rows = [row for row in await harness.rows(run) if row["node_id"] == "out"]
    return [json.loads(row["input"])["value"] for row in rows]


async def test_each_element_of_an_answer_goes_its_own_way(registry: Registry, tmp_path: Path):
    blocks = _classes(registry)
    graph = make_graph(
        "stories",
        {
            "answer": (blocks["AgentInputBlock"], {"name": "answer"}),
            "xml": blocks["XMLParserBlock"],
            "stories": (blocks["FindInDictionaryBlock"], {"key": "stories"}),
            "each": blocks["StepThroughItemsBlock"],
            "story": (blocks["FindInDictionaryBlock"], {"key": "story"}),
            "out": (blocks["AgentOutputBlock"], {"name": "story"}),
        },
        [
            "answer.result => xml.input_xml",
            "xml.parsed_xml -> stories.input",
            "stories.output -> each.items",
            "each.item -> story.input",
            "story.output -> out.value",
        ],
    )
    async with open_harness(tmp_path, blocks.values()) as harness:
        run = await harness.run(graph, {"answer": "Sure!\n<stories>\n<story>R&D</story>\n<story>b</story>\n</stories>"})
        assert (run.status, await _outputs(harness, run)) == ("COMPLETED", ["R&D", "b"])


async def test_a_block_with_a_slow_way_takes_it_however_slow_it_was_before(registry: Registry, tmp_path: Path):
    blocks = _classes(registry)
    template = "{% for i in range(n) %}{{ i }}{% endfor %}"
    graph = make_graph(
        "slow",
        {
            "n": (blocks["AgentInputBlock"], {"name": "n"}),
            "fill": (blocks["FillTextTemplateBlock"], {"format": template, "escape_html": True}),
            "out": (blocks["AgentOutputBlock"], {"name": "text"}),
        },
        ["n.result => fill.values_#_n", "fill.output -> out.value"],
    )
    async with open_harness(tmp_path, blocks.values()) as harness:
        harness.engine.core.registry.get(blocks["FillTextTemplateBlock"].id).slow_steps = SLOW_STEPS
        run = await harness.run(graph, {"n": 3})
        assert (run.status, await _outputs(harness, run)) == ("COMPLETED", ["012"])
