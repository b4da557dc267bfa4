"""What a block imports, and the only package of ours that it may import.

A block is a class with an id, an `Input`, an `Output` and a `run` that yields (pin, value):

    from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin

    class GreetBlock(Block):
        id = "0f7a4c7e-5a0f-4f0b-9d63-2b6f3c1c9f10"
        description = "Greets somebody by name."
        categories = ("TEXT",)
        pure = True

        class Input(BlockInput):
            name: str = pin(description="Who is greeted.")

        class Output(BlockOutput):
            greeting: str = pin(description="The greeting.")

        def run(self, input, ctx):
            yield "greeting", f"Hello, {input.name}!"

docs/blocks.md is the guide.
"""

from ..errors import BlockError, BlockInputError, BlockRetry
from .block import BareBlockOutput, Block, BlockInput, BlockOutput, UiType
from .context import RunContext
from .cost import BlockCost, CostType
from .credentials import Credentials, CredentialsPin, credentials_pin
from .pin import pin

__all__ = [
    "BareBlockOutput",
    "Block",
    "BlockCost",
    "BlockError",
    "BlockInput",
    "BlockInputError",
    "BlockOutput",
    "BlockRetry",
    "CostType",
    "Credentials",
    "CredentialsPin",
    "RunContext",
    "UiType",
    "credentials_pin",
    "pin",
]


def __getattr__(name: str):
    # `sdk.http`, `sdk.text` and `sdk.llm` load when a block first asks for them, so that a start stays quick.
    if name in ("http", "text", "llm"):
        from importlib import import_module

        return import_module(f".{name}", __name__)
    raise AttributeError(name)
