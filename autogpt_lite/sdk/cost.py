"""What a block costs. 1 credit = 1 cent."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

CostType = Literal["run", "byte", "second", "items", "cost_usd", "tokens"]


class BlockCost(msgspec.Struct, frozen=True, kw_only=True):
    """One price: `cost_amount` credits per `cost_type`, where the node's input contains `cost_filter`."""

    cost_amount: float
    cost_type: CostType = "run"
    cost_filter: dict[str, Any] = {}
    cost_divisor: int = 1
