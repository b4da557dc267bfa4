"""The listing of blocks, and a block run on its own (semantics 7, direct call)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from typing import Any

import msgspec

from ..config import Config
from ..credentials.service import CredentialsAccess, Lease
from ..engine.resolve import convert_input
from ..engine.usage import Usage
from ..errors import (
    AutoGPTLiteError,
    BlockError,
    BlockInputError,
    BlockOutputError,
    InvalidInputError,
    LimitExceededError,
    NotAuthorizedError,
    NotFoundError,
)
from ..registry import BlockEntry, Registry
from ..sdk.block import NEEDS_ASYNC
from ..sdk.credentials import Credentials
from .categories import CATEGORIES
from .charges import CallCharge, CallCharges
from .types import BlockCostInfo, BlockInfo

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


class BlockService:
    """Lists blocks and runs one. The listing is encoded once: the registry does not change."""

    def __init__(self, registry: Registry, credentials: CredentialsAccess, config: Config, charges: CallCharges):
        self._charges = charges
        self._registry = registry
        self._credentials = credentials
        self._config = config
        self._listing: msgspec.Raw | None = None

    def list_blocks(self) -> msgspec.Raw:
        """All enabled blocks as JSON."""
        if self._listing is None:
            infos = [block_info(entry) for entry in self._registry if not entry.disabled]
            self._listing = msgspec.Raw(msgspec.json.encode(infos))
        return self._listing

    async def execute_block(self, user_id: str, timezone: str, block_id: str, data: dict[str, Any]) -> dict[str, list[Any]]:
        """{pin: [values]} of one run of the block, which costs what a node in a run would (attacks.md B6).

        Raises NotFoundError, NotAuthorizedError for a disabled block, BlockInputError (400), BudgetExceededError,
        LimitExceededError, InvalidInputError where the block fails.
        """
        entry = self._registry.get(block_id)
        if entry.disabled:
            raise NotAuthorizedError(f"The block {entry.name} is disabled.")
        given = convert_input(entry, data)
        context = DirectContext(user_id, timezone, self._config)
        charge = context.charge = await self._charges.reserve(user_id, entry, data)
        if charge is None:
            return await self._execute(entry, given, context)
        failed = True
        try:
            outputs = await self._execute(entry, given, context)
            failed = False
            return outputs
        finally:
            await charge.settle(context, failed=failed)

    async def _execute(self, entry: BlockEntry, given: Any, context: DirectContext) -> dict[str, list[Any]]:
        leases: list[Lease] = []
        mask = self._credentials.mask
        try:
            await self._lend(entry, given, context, leases)
            return await _collect(entry, given, context, leases)
        except (NotFoundError, LimitExceededError):
            raise  # credentials that are not there, or somebody else's; more than may be spent
        except AutoGPTLiteError as error:
            if isinstance(error, BlockInputError):
                raise BlockInputError(mask(error.message), hint=error.hint, detail=error.detail) from None
            raise InvalidInputError(mask(error.message), hint=error.hint) from None
        except Exception as error:
            log.info("block %s failed", entry.name, exc_info=error)
            raise InvalidInputError(mask(f"The block {entry.name} failed: {error or type(error).__name__}")) from None
        finally:
            for lease in leases:
                lease.release()

    async def _lend(self, entry: BlockEntry, given: Any, context: DirectContext, leases: list[Lease]) -> None:
        for pin in entry.credentials_pins:
            if (ref := getattr(given, pin, None)) is not None:
                lease = await self._credentials.acquire(context.user_id, msgspec.to_builtins(ref), block_id=entry.id)
                leases.append(lease)
                context.credentials[pin] = lease.credentials


async def _collect(entry: BlockEntry, given: Any, context: DirectContext, leases: list[Lease]) -> dict[str, list[Any]]:
    if entry.is_async:
        return await _collect_async(_Outputs(entry, leases), entry.run(given, context))
    # On a thread: a block that a user wrote may take its time, and the server has others to answer.
    outputs, needs_async = await asyncio.to_thread(_collect_sync, _Outputs(entry, leases), entry.run(given, context))
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


def block_info(entry: BlockEntry) -> BlockInfo:
    """A block as the listing shows it."""
    block = entry.block
    costs = [
        BlockCostInfo(
            cost_amount=cost.cost_amount,
            cost_filter=cost.cost_filter,
            cost_type=cost.cost_type,
            cost_divisor=cost.cost_divisor,
        )
        for cost in block.costs
    ]
    return BlockInfo(
        id=entry.id,
        name=entry.name,
        inputSchema=entry.input_schema,
        outputSchema=entry.output_schema,
        costs=costs,
        description=block.description,
        categories=[{"category": name, "description": CATEGORIES.get(name, "")} for name in block.categories],
        contributors=[],
        staticOutput=entry.static_output,
        uiType=entry.ui_type,
    )
