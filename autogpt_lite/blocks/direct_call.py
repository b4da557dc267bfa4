"""One block run on its own (semantics 7, direct call): what it sees instead of a run, and where its outputs are gathered."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from typing import Any

import msgspec

from ..config import Config
from ..credentials.service import Lease
from ..engine.usage import Usage
from ..errors import BlockError, BlockInputError, BlockOutputError
from ..registry import BlockEntry
from ..sdk.block import NEEDS_ASYNC
from ..sdk.credentials import Credentials
from .call_threads import CallThreads
from .charges import CallCharge

log = logging.getLogger("autogpt_lite.block")

MAX_OUTPUTS = 10_000
MAX_OUTPUT_BYTES = 64_000_000


class DirectContext(Usage):
    """The RunContext of a block that runs without a graph."""

    graph_id = graph_exec_id = node_id = node_exec_id = idempotency_key = ""
    graph_version = 0
    review = None

    def __init__(self, user_id: str, timezone: str, config: Config):
        super().__init__()
        self.charge: CallCharge | None = None
        self.user_id = user_id
        self.timezone = timezone
        self.credentials: dict[str, Credentials] = {}
        self._config = config

    def log(self, message: str) -> None:
        log.info("%s", message)

    def add_cost(self, usd: float = 0.0, *, tokens: dict[str, int] | None = None, items: int = 0, credits: float = 0.0) -> None:
        self.add_usage(usd, tokens, items, credits)
        if self.charge is not None:
            self.charge.check_reported(self)

    def show_progress(self, text: str) -> None:
        """Nobody watches a direct call."""

    def run_agent(self, *args: Any, **kwargs: Any) -> AsyncIterator[tuple[str, Any]]:
        raise BlockInputError("An agent cannot be run as a block on its own.", hint="Start its graph instead.")

    def settings(self, section: str) -> Any:
        if section not in ("llm", "http"):
            raise KeyError(f"blocks may not read the settings of [{section}]")
        return getattr(self._config, section)


async def collect_outputs(
    entry: BlockEntry, given: Any, context: DirectContext, leases: list[Lease], threads: CallThreads
) -> dict[str, list[Any]]:
    """{pin: [values]}, with the secrets of `leases` masked. Raises what the block raises, BlockOutputError for more than fits an answer."""
    if entry.is_async:
        return await _collect_async(_Outputs(entry, leases), entry.run(given, context))
    outputs, needs_async = await threads.run(_collect_sync, _Outputs(entry, leases), entry.run(given, context))
    if needs_async:
        return await _collect_async(_Outputs(entry, leases), entry.block.run_slow(given, context))
    return outputs


def _collect_sync(outputs: _Outputs, produced: Iterable[Any]) -> tuple[dict[str, list[Any]], bool]:
    for item in produced:
        if item is NEEDS_ASYNC:
            return {}, True
        outputs.add(*item)
    return outputs.by_pin, False


async def _collect_async(outputs: _Outputs, produced: AsyncIterator[tuple[str, Any]]) -> dict[str, list[Any]]:
    async with aclosing(produced) as items:
        async for pin, value in items:
            outputs.add(pin, value)
    return outputs.by_pin


class _Outputs:
    def __init__(self, entry: BlockEntry, leases: list[Lease]):
        self.by_pin: dict[str, list[Any]] = {}
        self._entry = entry
        self._leases = leases
        self._count = 0
        self._size_bytes = 0

    def add(self, pin: str, value: Any) -> None:
        if pin == "error" and self._entry.has_error_pin:
            raise BlockError(str(value))
        if self._entry.checks_outputs and pin not in self._entry.output_pins:
            raise BlockOutputError(f"{self._entry.name} has no output {pin!r}.")
        for lease in self._leases:
            value = lease.mask_value(value)
        text = msgspec.json.encode(value)
        self._count += 1
        self._size_bytes += len(text)
        if self._count > MAX_OUTPUTS or self._size_bytes > MAX_OUTPUT_BYTES:
            raise BlockOutputError(f"{self._entry.name} gives more than fits into one answer.", hint="Run it in a graph.")
        self.by_pin.setdefault(pin, []).append(msgspec.Raw(text))
