"""The facts of the AI blocks are AutoGPT's: models, prices, pins."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from autogpt_lite.llm.models import known_models, token_credits
from autogpt_lite.paths import packaged_file
from autogpt_lite.registry import Registry
from autogpt_lite.sdk import llm

TEXT_GENERATOR = "1f292d4a-41a4-4977-9684-7c8d560b9f91"


@pytest.fixture
def listed(contract: Path):
    blocks = json.loads((contract / "blocks.json").read_text("utf-8"))["blocks"]
    return next(block for block in blocks if block["id"] == TEXT_GENERATOR)


def test_models_and_their_limits_and_prices(contract):
    facts = json.loads((contract / "llm_models.json").read_text("utf-8"))
    assert list(known_models()) == [fact["value"] for fact in facts]
    for fact in facts:
        model = known_models()[fact["value"]]
        assert (model.provider, model.price_tier, model.run_credits) == (
            fact["provider"],
            fact["price_tier"],
            fact["run_credits"],
        )
        assert (model.context_tokens, model.max_output_tokens) == (fact["context_window"], fact["max_output_tokens"])
        assert model.token_rates == fact["token_rate_credits_per_1M"]


OUR_FACTS = {"context_tokens", "run_credits"}
"""What the list of models says besides, for whoever has to choose one."""


def without_ours(schema):
    """A schema without descriptions and without what AutoGPT's does not have."""
    pins = {name: {k: v for k, v in pin.items() if k != "description"} for name, pin in schema["properties"].items()}
    for pin in pins.values():
        if models := pin.get("llm_model_metadata"):
            pin["llm_model_metadata"] = {
                name: {k: v for k, v in facts.items() if k not in OUR_FACTS} for name, facts in models.items()
            }
    return {**schema, "properties": pins}


def test_the_text_generator_has_the_pins_and_prices_of_autogpts(listed):
    registry = Registry().load([packaged_file("blocks") / "llm"])
    assert registry.problems == []
    entry = registry.get(TEXT_GENERATOR)
    assert entry.name == listed["name"]
    assert without_ours(entry.input_schema) == listed["inputSchema"]
    assert without_ours(entry.output_schema) == listed["outputSchema"]
    assert [list(entry.input_schema["properties"]), list(entry.block.categories)] == [listed["input_pins"], listed["categories"]]
    costs = [json.dumps(msgspec.to_builtins(cost), sort_keys=True) for cost in llm.model_costs()]
    assert sorted(costs) == sorted(json.dumps(cost, sort_keys=True) for cost in listed["costs"])


def test_tokens_become_credits_at_the_models_rates():
    assert token_credits("gpt-4o", {"input": 1_000_000, "output": 10_000}) == pytest.approx(375 + 15)
    assert token_credits("llama3", {"input": 5}) is None
    assert token_credits("a model of my own", {"input": 5}) is None
