"""What all blocks share that are an input of the graph: a run's input of the node's name arrives on the pin `value`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .block import BareBlockOutput, Block, BlockInput
from .context import RunContext
from .pin import pin


class GraphInputBlock(Block):
    """Base of input blocks. A subclass gives `Input` (deriving from GraphInputBlock.Input) its own `value` pin."""

    categories = ("BASIC", "INPUT")
    ui_type = "Input"
    static_output = True
    pure = True

    class Input(BlockInput):
        name: str = pin(description="The name of this input in the agent.")
        value: Any = pin(None, description="The value; what stands here is the default.")
        title: str | None = pin(None, description="What the form calls it; the name if empty.")
        description: str | None = pin(None, description="A line of help in the form.")
        advanced: bool = pin(False, description="Hide it among the advanced inputs; it needs a default then.")
        secret: bool = pin(False, description="Hide the value in forms and keep it out of exports.")

    class Output(BareBlockOutput):
        result: Any = pin(description="The value that the run was given, else the default.")

    def run(self, input: Any, ctx: RunContext) -> Iterator[tuple[str, Any]]:
        """Yields the value; without one nothing, so that nothing behind it starts."""
        if input.value is not None:
            yield "result", input.value
