"""A value that stays."""

from __future__ import annotations

from typing import Any

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin


class StoreValueBlock(Block):
    id = "1ff065e9-88e8-4358-9d82-8dc91f622ba9"
    description = "Keeps a value and passes it on again to every later run of the blocks behind it."
    static_output = True
    pure = True

    class Input(BlockInput):
        input: Any = pin(description="The value; its arrival starts the block.")
        data: Any = pin(None, description="A fixed value to pass on instead.")

    class Output(BlockOutput):
        output: Any = pin(description="The fixed value, or the one that arrived.")

    def run(self, input, ctx):
        yield "output", input.input if input.data is None else input.data
