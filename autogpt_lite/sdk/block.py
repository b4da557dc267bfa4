"""The base class of every block."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import msgspec

from .cost import BlockCost, MostCalls
from .pin import PinsMeta, pin

if TYPE_CHECKING:
    from .context import RunContext
    from .review import ReviewRequest

UiType = Literal[
    "Standard",
    "Input",
    "Output",
    "Note",
    "Webhook",
    "Webhook (manual)",
    "Agent",
    "AI",
    "Ayrshare",
    "Human In The Loop",
    "MCP Tool",
]


class NeedsAsync:
    """The type of NEEDS_ASYNC."""


NEEDS_ASYNC: Any = NeedsAsync()
"""What a synchronous `run` yields, first and alone, to say that this input needs `run_slow` (an async generator of the block):
most inputs take the quick way inside the engine's pump, the few others get a task of their own."""


class BlockInput(msgspec.Struct, metaclass=PinsMeta):
    """Base of a block's input pins. An instance is what `run` gets; keys that are not declared are ignored."""


class BareBlockOutput(msgspec.Struct, metaclass=PinsMeta):
    """Base of output pins for the few blocks that have no `error` pin: Input, Output and Agent blocks."""


class BlockOutput(BareBlockOutput):
    """Base of a block's output pins; has the `error` pin, which the engine fills when the block fails."""

    error: str = pin("", advanced=True, description="What went wrong, when the block fails.")


class Block:
    """One kind of node. A subclass declares the attributes below, `Input`, `Output` and `run`.

    `run` is a generator or an async generator that yields (pin, value). Every yield starts the nodes behind that pin at
    once. To fail, raise BlockError (or anything else: its text becomes the `error` output); to be tried again, BlockRetry.

    A block object is shared by all runs: keep no state in it.
    """

    id: ClassVar[str]
    """A UUID that never changes; agent files refer to it."""
    description: ClassVar[str] = ""
    categories: ClassVar[tuple[str, ...]] = ("BASIC",)
    ui_type: ClassVar[UiType] = "Standard"
    static_output: ClassVar[bool] = False
    """Links from this block are static: a later run of the sink takes the latest value again."""
    pure: ClassVar[bool] = False
    """The block touches nothing outside: it may be run again after a crash without anybody noticing. Pure blocks without a
    price are the fast path: their start is not committed on its own."""
    blocking: ClassVar[bool] = False
    """`run` (then a plain generator) may wait or compute for long: it gets a thread."""
    costs: ClassVar[tuple[BlockCost, ...]] = ()
    is_sensitive_action: ClassVar[bool] = False
    """It does what cannot be taken back (sends, deletes, pays): an agent can be set to ask a person first."""
    uses: ClassVar[tuple[Literal["network", "code"], ...]] = ()
    """What it reaches out to by what its input says: any web address, or code that it runs. Whoever imports an agent is told."""
    disabled: ClassVar[bool] = False
    webhook: ClassVar[dict[str, Any] | None] = None

    class Input(BlockInput):
        pass

    class Output(BlockOutput):
        pass

    def run(self, input: Any, ctx: RunContext) -> Iterator[tuple[str, Any]] | AsyncIterator[tuple[str, Any]]:
        raise NotImplementedError(f"{type(self).__name__} has no run()")

    def review_request(self, input: Any) -> ReviewRequest | None:
        """What a person has to see before `run` begins, None for nothing; the answer is `ctx.review`. Nothing is charged before
        it. A block with `is_sensitive_action` needs none: its whole input is shown, where the agent's settings ask for it."""
        return None

    @classmethod
    def most_calls(cls, values: dict[str, Any], linked: frozenset[str]) -> MostCalls | None:
        """For a block with a price by tokens: how often it asks a model at most, with these values on its node and links at
        these pins. None: nobody knows, and so no upper limit of the price is shown."""
        return None

    run_slow: ClassVar[Any] = None
    """An async generator with the arguments of `run`, for the inputs for which a synchronous `run` yields NEEDS_ASYNC."""

    # Three hooks for the blocks whose pins depend on the node. Almost no block needs them.

    @classmethod
    def input_schema_of_node(cls, input_default: dict[str, Any]) -> dict[str, Any] | None:
        """The input schema of one node where it differs from the block's own (Agent), else None."""
        return None

    @classmethod
    def output_schema_of_node(cls, input_default: dict[str, Any]) -> dict[str, Any] | None:
        """The output schema of one node where it differs from the block's own (Agent), else None."""
        return None

    @classmethod
    def value_schema(cls, input_default: dict[str, Any]) -> dict[str, Any] | None:
        """Input and Output blocks: extra JSON schema keys of the graph's pin that this node makes (enum, items)."""
        return None
