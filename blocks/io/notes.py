"""Blocks for the people who build an agent."""

from __future__ import annotations

from typing import Any

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin


class NoteBlock(Block):
    id = "cc10ff7b-7753-4ff2-9af6-9399b1a7eddc"
    description = "A note on the canvas. It takes no part in a run."
    ui_type = "Note"
    pure = True

    class Input(BlockInput):
        text: str = pin(description="The note.")

    class Output(BlockOutput):
        output: str = pin(description="The note.")

    def run(self, input, ctx):
        yield "output", input.text


class PrintToConsoleBlock(Block):
    id = "f3b1c1b2-4c4f-4f0d-8d2f-4c4f0d8d2f4c"
    description = "Writes a value to the log of the run."
    is_sensitive_action = True
    disabled = True

    class Input(BlockInput):
        text: Any = pin(description="What is written.")

    class Output(BlockOutput):
        output: Any = pin(description="What was written.")
        status: str = pin(description="'printed'.")

    def run(self, input, ctx):
        ctx.log(f"{input.text}"[:10_000])
        yield "output", input.text
        yield "status", "printed"
