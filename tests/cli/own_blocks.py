"""Block files as a user writes them, put into a folder of the test's own."""

from __future__ import annotations

from pathlib import Path

GREETING, WAITING = "5f1d2c3b-0a9e-4b7f-8c6d-1e2f3a4b5c6d", "6a2e3d4c-1b0f-4c8a-9d7e-2f3a4b5c6d7e"

_HEAD = """
from __future__ import annotations

import asyncio
import sys

from autogpt_lite.sdk import Block, BlockError, BlockInput, BlockOutput, pin
"""

GREETING_BLOCK = f'''{_HEAD}

class GreetingBlock(Block):
    id = "{GREETING}"
    description = "Greets somebody."
    categories = ("TEXT",)

    class Input(BlockInput):
        who: str = pin(description="Who is greeted.")

    class Output(BlockOutput):
        text: str = pin(description="The greeting.")

    def run(self, input, ctx):
        if input.who == "nobody":
            raise BlockError("There is nobody to greet.")
        yield "text", "Hello " + input.who + "!"
'''

WAITING_BLOCK = f'''{_HEAD}

class WaitingBlock(Block):
    id = "{WAITING}"
    description = "Says on stderr that it runs, and waits for ever."

    class Input(BlockInput):
        pass

    class Output(BlockOutput):
        never: str = pin()

    async def run(self, input, ctx):
        print("waiting", file=sys.stderr, flush=True)
        await asyncio.Event().wait()
        yield "never", ""
'''

BROKEN_BLOCK = _HEAD + "\n\nclass BrokenBlock(Block:\n    pass\n"
BROKEN_LINE = BROKEN_BLOCK[: BROKEN_BLOCK.index("class Broken")].count("\n") + 1


def write_blocks(folder: Path, **files: str) -> str:
    """`name=content`: a file each. The folder, as it stands in the settings."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.py").write_text(content, "utf-8")
    return str(folder)


def greeting_agent() -> dict:
    """An agent with one input, the user's own block and one output."""
    return {
        "name": "Greeter",
        "nodes": [
            {"id": "in", "block_id": "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b", "input_default": {"name": "Who"}},
            {"id": "greet", "block_id": GREETING},
            {"id": "out", "block_id": "363ae599-353e-4804-937e-b2ee3cef3da4", "input_default": {"name": "Greeting"}},
        ],
        "links": [
            {"source_id": "in", "source_name": "result", "sink_id": "greet", "sink_name": "who"},
            {"source_id": "greet", "source_name": "text", "sink_id": "out", "sink_name": "value"},
        ],
    }
