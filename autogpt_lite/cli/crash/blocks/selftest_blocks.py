"""Blocks for `autogpt-lite selftest` only: no other server loads them."""

from __future__ import annotations

import asyncio
import os

from autogpt_lite.sdk import Block, BlockCost, BlockInput, BlockOutput, BlockRetry, pin

EFFECTS_VARIABLE = "AUTOGPT_LITE_SELFTEST_EFFECTS"
IN_FLIGHT_S = 0.003


def note_effect(ctx) -> None:
    """Leaves what the world outside would see: one line, in one write, that no kill can tear."""
    file = os.open(os.environ[EFFECTS_VARIABLE], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, f"{ctx.node_exec_id} {ctx.idempotency_key}\n".encode())
    finally:
        os.close(file)


class NumberInput(BlockInput):
    value: int = pin()


class NumberOutput(BlockOutput):
    result: int = pin()


class EffectBlock(Block):
    id = "5e1f7e57-0000-4000-8000-000000000001"
    description = "Does something outside that costs two credits, and adds one."
    costs = (BlockCost(cost_amount=2),)
    Input, Output = NumberInput, NumberOutput

    async def run(self, input, ctx):
        note_effect(ctx)
        await asyncio.sleep(IN_FLIGHT_S)
        yield "result", input.value + 1


class FlakyBlock(Block):
    id = "5e1f7e57-0000-4000-8000-000000000002"
    description = "Fails twice, then adds one for a credit."
    costs = (BlockCost(cost_amount=1),)
    Input, Output = NumberInput, NumberOutput

    async def run(self, input, ctx):
        note_effect(ctx)
        if int(ctx.idempotency_key.rpartition("-")[2]) < 2:
            raise BlockRetry("Not yet.", after_s=0.005)
        yield "result", input.value + 1


class SpreadBlock(Block):
    id = "5e1f7e57-0000-4000-8000-000000000003"
    description = "Yields six numbers from its input on."
    pure = True
    Input, Output = NumberInput, NumberOutput

    def run(self, input, ctx):
        for number in range(6):
            yield "result", input.value + number


class CountBlock(Block):
    id = "5e1f7e57-0000-4000-8000-000000000004"
    description = "Yields on `again` until the number is the last before a multiple of five."
    pure = True
    Input = NumberInput

    class Output(BlockOutput):
        again: int = pin()
        done: int = pin()

    def run(self, input, ctx):
        yield "done" if input.value % 5 == 4 else "again", input.value


class SleepBlock(Block):
    id = "5e1f7e57-0000-4000-8000-000000000005"
    description = "Takes an hour."
    Input, Output = NumberInput, NumberOutput

    async def run(self, input, ctx):
        await asyncio.sleep(3600)
        yield "result", input.value
