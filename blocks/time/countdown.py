"""Waiting."""

from __future__ import annotations

import asyncio
from typing import Any

from autogpt_lite.sdk import Block, BlockInput, BlockInputError, BlockOutput, pin

MAX_WAIT_S = 366 * 86_400
MAX_REPEAT = 100_000


class CountdownTimerBlock(Block):
    id = "d67a9c52-5e4e-11e2-bcfd-0800200c9a71"
    description = "Waits, then gives a value; if you like, again and again."
    categories = ("TEXT",)
    pure = True

    class Input(BlockInput):
        input_message: Any = pin("timer finished", advanced=False, description="What goes out when the time is over.")
        seconds: int | str = pin(0, advanced=False, description="Seconds to wait.")
        minutes: int | str = pin(0, advanced=False, description="Minutes to wait.")
        hours: int | str = pin(0, advanced=False, description="Hours to wait.")
        days: int | str = pin(0, advanced=False, description="Days to wait.")
        repeat: int = pin(1, description="How many times to wait and give the value.")

    class Output(BlockOutput):
        output_message: Any = pin(description="The value, after each wait.")

    async def run(self, input, ctx):
        wait_s = _total_s(input)
        if not 0 <= wait_s <= MAX_WAIT_S:
            raise BlockInputError("A timer runs for 0 seconds to 366 days.")
        if input.repeat > MAX_REPEAT:
            raise BlockInputError(f"A timer repeats at most {MAX_REPEAT:,} times.")
        for _ in range(input.repeat):
            await asyncio.sleep(wait_s)
            yield "output_message", input.input_message


def _total_s(input: Any) -> int:
    try:
        parts = [int(part or 0) for part in (input.seconds, input.minutes, input.hours, input.days)]
    except ValueError:
        raise BlockInputError("Seconds, minutes, hours and days have to be whole numbers.") from None
    return sum(part * size for part, size in zip(parts, (1, 60, 3_600, 86_400)))
