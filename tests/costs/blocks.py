"""Blocks with prices, put into a folder of the test's own: one with a fixed price by model, one that says what a provider charged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

WRITER, SEARCH = "7c1d2c3b-0a9e-4b7f-8c6d-1e2f3a4b5c61", "7c1d2c3b-0a9e-4b7f-8c6d-1e2f3a4b5c62"

SOURCE = f'''
from autogpt_lite.sdk import Block, BlockCost, BlockError, BlockInput, BlockOutput, pin


class PricedWriterBlock(Block):
    id = "{WRITER}"
    description = "Writes; a large model costs 30 credits, a small one 10, an own one nothing."
    costs = (
        BlockCost(cost_amount=30, cost_filter={{"model": "large"}}),
        BlockCost(cost_amount=0, cost_filter={{"model": "own"}}),
        BlockCost(cost_amount=10),
    )

    class Input(BlockInput):
        model: str = pin("small", description="Which model.")
        fails: bool = pin(False, description="Whether it fails.")

    class Output(BlockOutput):
        text: str = pin(description="What it wrote.")
        error: str = pin("", description="Why not.")

    async def run(self, input, ctx):
        if input.fails:
            raise BlockError("It could not.")
        yield "text", input.model


class PricedSearchBlock(Block):
    id = "{SEARCH}"
    description = "Searches, and a provider charges for it by the cent."
    costs = (BlockCost(cost_amount=100, cost_type="cost_usd"),)

    class Input(BlockInput):
        usd: float = pin(0.07, description="What the provider charges.")

    class Output(BlockOutput):
        found: str = pin(description="What it found.")

    async def run(self, input, ctx):
        ctx.add_cost(usd=input.usd)
        yield "found", "something"
'''


def add_priced_blocks(folder: Path) -> dict[str, Any]:
    """Writes them; the settings of a server that has them."""
    folder.mkdir(exist_ok=True)
    (folder / "priced.py").write_text(SOURCE, "utf-8")
    return {"blocks.paths": [str(folder)]}


def writer_agent(name: str, *models: str, **values: Any) -> dict[str, Any]:
    """An agent that writes once with each model."""
    nodes = [
        {
            "id": f"n{i}",
            "block_id": WRITER,
            "input_default": {"model": model, **values},
            "metadata": {"position": {"x": 0, "y": i}},
        }
        for i, model in enumerate(models)
    ]
    return {"name": name, "description": "", "nodes": nodes, "links": []}
