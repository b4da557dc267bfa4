"""A run context for tests of single blocks, and the way to run one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import msgspec

from autogpt_lite.registry import BlockEntry
from autogpt_lite.sdk import NEEDS_ASYNC
from autogpt_lite.sdk.credentials import Credentials

RunAgent = Callable[..., AsyncIterator[tuple[str, Any]]]


class BlockContext:
    """A RunContext of a run that does not exist. `lines` is what the block logged, `usd` what it said that it spent.

    `files` is the workspace: {reference: content}. `run_agent` stands for the child agent.
    """

    user_id = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"
    graph_id = "0a2c2f0e-9b77-4a44-a0ed-0b0a1d0c6a01"
    graph_version = 1
    graph_exec_id = "0a2c2f0e-9b77-4a44-a0ed-0b0a1d000000"
    node_id = "5e7e8b3c-0f53-4f19-8a55-6b2f9a1f0c02"
    node_exec_id = "0a2c2f0e-9b77-4a44-a0ed-0b0a1d000001"
    review = None
    idempotency_key = "0a2c2f0e-9b77-4a44-a0ed-0b0a1d000001-0"

    def __init__(
        self,
        *,
        timezone: str = "UTC",
        credentials: dict[str, Credentials] | None = None,
        files: dict[str, bytes] | None = None,
        run_agent: RunAgent | None = None,
        node_id: str | None = None,
    ):
        self.timezone = timezone
        self.credentials = credentials or {}
        self.files = files or {}
        self.lines: list[str] = []
        self.progress: list[str] = []
        self.usd = 0.0
        self.node_id = node_id or self.node_id
        self._run_agent = run_agent

    def log(self, message: str) -> None:
        self.lines.append(message)

    def show_progress(self, text: str) -> None:
        self.progress.append(text)

    def add_cost(self, usd: float = 0.0, *, tokens: dict[str, int] | None = None, items: int = 0, credits=0.0) -> None:
        self.usd += usd

    def run_agent(self, *arguments: Any) -> AsyncIterator[tuple[str, Any]]:
        assert self._run_agent is not None, "this test has no agent to run"
        return self._run_agent(*arguments)

    async def read_file(self, reference: str, max_bytes: int) -> bytes:
        return self.files[reference]

    def settings(self, section: str) -> Any:
        raise KeyError(section)


async def run_block(entry: BlockEntry, data: dict[str, Any], ctx: BlockContext | None = None) -> list[list[Any]]:
    """What the block yields for this input, as [[pin, value], ...] in order; an error that it raises is a last ["error", text]."""
    ctx = ctx or BlockContext()
    outputs: list[list[Any]] = []
    block_input = entry.convert_input(data)
    before = msgspec.to_builtins(block_input)
    try:
        async for pin, value in _yields(entry, block_input, ctx):
            outputs.append([pin, value])
    except Exception as error:
        outputs.append(["error", str(error) or type(error).__name__])
    # A second try gets the same object, and other blocks may share what is in it.
    assert msgspec.to_builtins(block_input) == before, f"{entry.name} changed its input"
    return outputs


async def _yields(entry: BlockEntry, block_input: Any, ctx: BlockContext) -> AsyncIterator[tuple[str, Any]]:
    produced = entry.run(block_input, ctx)
    if not entry.is_async:
        for item in produced:
            if item is NEEDS_ASYNC:
                produced = entry.block.run_slow(block_input, ctx)
                break
            yield item
        else:
            return
    async with aclosing(produced) as outputs:
        async for item in outputs:
            yield item
