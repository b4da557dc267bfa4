"""Blocks for engine tests."""

from __future__ import annotations

import asyncio
from typing import Any

from autogpt_lite.sdk import BareBlockOutput, Block, BlockCost, BlockInput, BlockOutput, pin


class InBlock(Block):
    id = "00000000-0000-4000-8000-000000000001"
    ui_type = "Input"
    static_output = True
    pure = True

    class Input(BlockInput):
        name: str = pin()
        value: Any = pin(None)

    class Output(BareBlockOutput):
        result: Any = pin()

    def run(self, input, ctx):
        if input.value is not None:
            yield "result", input.value


class OutBlock(Block):
    id = "00000000-0000-4000-8000-000000000002"
    ui_type = "Output"
    pure = True

    class Input(BlockInput):
        name: str = pin()
        value: Any = pin(None)

    class Output(BareBlockOutput):
        output: Any = pin()

    def run(self, input, ctx):
        yield "output", input.value


class AddBlock(Block):
    id = "00000000-0000-4000-8000-000000000003"
    pure = True

    class Input(BlockInput):
        a: int = pin()
        b: int = pin(1)

    class Output(BlockOutput):
        result: int = pin()

    def run(self, input, ctx):
        yield "result", input.a + input.b


class EachBlock(Block):
    id = "00000000-0000-4000-8000-000000000004"
    pure = True

    class Input(BlockInput):
        items: list[Any] = pin()

    class Output(BlockOutput):
        item: Any = pin()

    def run(self, input, ctx):
        for item in input.items:
            yield "item", item


class WaitBlock(Block):
    """Ends when its gate opens: WaitBlock.gate is an asyncio.Event that a test sets."""

    id = "00000000-0000-4000-8000-000000000005"
    gate: asyncio.Event

    class Input(BlockInput):
        a: Any = pin()

    class Output(BlockOutput):
        result: Any = pin()

    async def run(self, input, ctx):
        await type(self).gate.wait()
        yield "result", input.a


class PaidBlock(Block):
    id = "00000000-0000-4000-8000-000000000006"
    costs = (BlockCost(cost_amount=1),)

    class Input(BlockInput):
        a: Any = pin()

    class Output(BlockOutput):
        result: Any = pin()

    async def run(self, input, ctx):
        await asyncio.sleep(0)
        yield "result", input.a


class FailBlock(Block):
    id = "00000000-0000-4000-8000-000000000007"
    pure = True

    class Input(BlockInput):
        a: Any = pin()

    class Output(BlockOutput):
        result: Any = pin()

    def run(self, input, ctx):
        yield "result", input.a
        raise ValueError(f"no {input.a}")


class JoinBlock(Block):
    id = "00000000-0000-4000-8000-000000000008"
    pure = True

    class Input(BlockInput):
        a: Any = pin()
        b: Any = pin()

    class Output(BlockOutput):
        pair: list[Any] = pin()

    def run(self, input, ctx):
        yield "pair", [input.a, input.b]


ALL = (InBlock, OutBlock, AddBlock, EachBlock, WaitBlock, PaidBlock, FailBlock, JoinBlock)
