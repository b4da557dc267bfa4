"""What a block costs that is run on its own: reserved before it begins and settled at its end, by the rules of a node in a run."""

from __future__ import annotations

from typing import Any, Protocol

from ..clock import now_us
from ..config import EngineConfig
from ..db import Database, Tx
from ..engine import pricing
from ..engine.core import BudgetsLike
from ..engine.limits import limits_of_config
from ..engine.usage import Usage
from ..registry import BlockEntry

NO_AGENT = ""


class CallLedger(Protocol):
    """What calls need of credits (credits/ledger.py)."""

    def reserve_call(self, tx: Tx, row: tuple) -> int: ...
    def settle(self, tx: Tx, rows: list) -> None: ...


class CallCharges:
    """Opens a charge for each call."""

    def __init__(self, db: Database, ledger: CallLedger, budgets: BudgetsLike, config: EngineConfig):
        self.db = db
        self.ledger = ledger
        self.budgets = budgets
        self.limits = limits_of_config(config)

    async def reserve(self, user_id: str, entry: BlockEntry, given: dict[str, Any]) -> CallCharge | None:
        """The reservation, on the disk; None for a block without a price. Raises LimitExceededError for one that costs more than a run
        may, BudgetExceededError where the user's month has not got it."""
        cost = pricing.find_cost(entry.block.costs, given)
        if not pricing.may_cost(cost):
            return None
        credits = pricing.price_of(cost)
        if credits > self.limits.max_credits:
            raise self.limits.exceeded("max_credits", f"{entry.name} needs {credits}")
        self.budgets.reserve(user_id, NO_AGENT, credits, entry.name)
        row = (user_id, credits, now_us(), *pricing.purpose_of(NO_AGENT, entry, given))
        try:
            key = await self.db.write(lambda tx: self.ledger.reserve_call(tx, row))
        except BaseException:
            self.budgets.settle(user_id, NO_AGENT, credits, 0)
            raise
        return CallCharge(self, key, user_id, entry, given, credits)


class CallCharge:
    """One call that is under way."""

    def __init__(self, charges: CallCharges, key: int, user_id: str, entry: BlockEntry, given: dict[str, Any], reserved: int):
        self._charges = charges
        self._key = key
        self._user_id = user_id
        self._entry = entry
        self._given = given
        self._reserved = reserved
        self._began_us = now_us()

    def check_reported(self, usage: Usage) -> None:
        """For a block that may want to make more calls. Raises LimitExceededError, BudgetExceededError."""
        cost, limits = self._cost(usage, failed=True), self._charges.limits
        if cost > limits.max_credits:
            raise limits.exceeded("max_credits", f"{cost} are spent")
        self._charges.budgets.check_reported(self._user_id, NO_AGENT, max(cost - self._reserved, 0))

    async def settle(self, usage: Usage, *, failed: bool) -> None:
        """What it cost in the end, on the disk."""
        charges, cost = self._charges, self._cost(usage, failed=failed)
        charges.budgets.settle(self._user_id, NO_AGENT, self._reserved, cost)
        row = (cost, now_us(), self._key, 0)
        await charges.db.write_patiently(lambda tx: charges.ledger.settle(tx, [row]))

    def _cost(self, usage: Usage, *, failed: bool) -> int:
        seconds = max(now_us() - self._began_us, 0) / 1_000_000
        return pricing.real_cost(self._entry.block.costs, self._given, usage, seconds, failed=failed)
