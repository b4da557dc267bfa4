"""The listing of blocks, and a block run on its own (semantics 7, direct call)."""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from ..config import Config
from ..credentials.service import CredentialsAccess, Lease
from ..engine.resolve import convert_input
from ..errors import (
    AutoGPTLiteError,
    BlockInputError,
    InvalidInputError,
    LimitExceededError,
    NotAuthorizedError,
    NotFoundError,
    TooManyRequestsError,
)
from ..registry import BlockEntry, Registry
from .call_threads import CallThreads
from .categories import CATEGORIES
from .charges import CallCharges
from .direct_call import DirectContext, collect_outputs
from .types import BlockCostInfo, BlockInfo

log = logging.getLogger("autogpt_lite.block")


class BlockService:
    """Lists blocks and runs one. The listing is encoded once: the registry does not change."""

    def __init__(self, registry: Registry, credentials: CredentialsAccess, config: Config, charges: CallCharges):
        self._charges = charges
        self._registry = registry
        self._credentials = credentials
        self._config = config
        self._threads = CallThreads()
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
            return await collect_outputs(entry, given, context, leases, self._threads)
        except (NotFoundError, LimitExceededError, TooManyRequestsError):
            raise  # credentials that are not there, or somebody else's; more than may be spent; too many at once
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
