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

from ..errors import BlockError, BlockInputError, BlockRetry, KeyRefusedError
from .block import NEEDS_ASYNC, BareBlockOutput, Block, BlockInput, BlockOutput, UiType
from .context import RunContext
from .cost import BlockCost, CostType, MostCalls
from .credentials import Credentials, CredentialsPin, credentials_pin
from .graph_input import GraphInputBlock
from .limits import MAX_ITEMS, MAX_TEXT_CHARS, check_item_count, check_text_size
from .pin import pin
from .review import Review, ReviewRequest
from .schema import Format
from .times import now
from .values import convert, index_of, is_same, unique, value_key

__all__ = [
    "MAX_ITEMS",
    "MAX_TEXT_CHARS",
    "NEEDS_ASYNC",
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
    "Format",
    "GraphInputBlock",
    "KeyRefusedError",
    "MostCalls",
    "Review",
    "ReviewRequest",
    "RunContext",
    "UiType",
    "check_item_count",
    "check_text_size",
    "convert",
    "credentials_pin",
    "index_of",
    "is_same",
    "now",
    "pin",
    "unique",
    "value_key",
]


def __getattr__(name: str):
    # `sdk.code`, `sdk.files`, `sdk.http`, `sdk.llm` and `sdk.text` load when a block first asks for them, so that a start stays quick.
    if name in ("code", "files", "http", "llm", "text"):
        from importlib import import_module

        return import_module(f".{name}", __name__)
    raise AttributeError(name)
