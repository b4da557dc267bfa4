"""The blocks of the bench, loaded like a user's own (blocks.paths): they cost the engine everything and themselves nothing."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from autogpt_lite.sdk import BareBlockOutput, Block, BlockCost, BlockInput, BlockOutput, pin


class StartBlock(Block):
    """Yields its value `count` times."""

    id = "10000000-0000-4000-8000-000000000001"
    pure = True

    class Input(BlockInput):
        value: Any = pin()
        count: int = pin(1)

    class Output(BlockOutput):
        value: Any = pin()

    def run(self, input, ctx):
        for _ in range(input.count):
            yield "value", input.value


class PassBlock(Block):
    """Yields what it gets."""

    id = "10000000-0000-4000-8000-000000000002"
    pure = True

    class Input(BlockInput):
        value: Any = pin()

    class Output(BlockOutput):
        value: Any = pin()

    def run(self, input, ctx):
        yield "value", input.value


class PaidWaitBlock(Block):
    """Costs a credit, awaits once, yields what it gets."""

    id = "10000000-0000-4000-8000-000000000003"
    costs = (BlockCost(cost_amount=1),)

    class Input(BlockInput):
        value: Any = pin()
        other: Any = pin(None)
        setting: Any = pin(None)

    class Output(BlockOutput):
        value: Any = pin()

    async def run(self, input, ctx):
        await asyncio.sleep(0)
        yield "value", input.value


class ConstantBlock(Block):
    """A static value for all later executions of the nodes behind it."""

    id = "10000000-0000-4000-8000-000000000004"
    pure = True
    static_output = True

    class Input(BlockInput):
        value: Any = pin()

    class Output(BareBlockOutput):
        output: Any = pin()

    def run(self, input, ctx):
        yield "output", input.value


class SleepBlock(Block):
    """Says that it has begun, by a byte in the file that the environment names, and sleeps for a day."""

    id = "10000000-0000-4000-8000-000000000005"

    class Input(BlockInput):
        value: Any = pin(None)

    class Output(BlockOutput):
        value: Any = pin()

    async def run(self, input, ctx):
        if path := os.environ.get("BENCH_BEGUN"):
            with open(path, "ab") as file:
                file.write(b".")
        await asyncio.sleep(86_400)
        yield "value", input.value
