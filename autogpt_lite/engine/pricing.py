"""What a node execution costs: pure functions over a block's price list (semantics 13). 1 credit = 1 cent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..sdk.cost import BlockCost


def find_cost(costs: Sequence[BlockCost], input_data: dict[str, Any]) -> BlockCost | None:
    """The first entry whose filter is part of the input; missing, null and "" are equal."""
    return next((cost for cost in costs if _is_subset(cost.cost_filter, input_data)), None)


def price(costs: Sequence[BlockCost], input_data: dict[str, Any]) -> int:
    """The credits to reserve before the block runs: 0 for the kinds whose amount is only known afterwards."""
    cost = find_cost(costs, input_data)
    if cost is None:
        return 0
    return math.ceil(cost.cost_amount) if cost.cost_type in ("run", "tokens") else 0


def settle(
    costs: Sequence[BlockCost],
    input_data: dict[str, Any],
    *,
    seconds: float = 0.0,
    items: int = 0,
    usd: float = 0.0,
    token_credits: float | None = None,
) -> int:
    """The credits that the execution really cost, from what was measured while it ran."""
    cost = find_cost(costs, input_data)
    if cost is None:
        return 0
    amount, divisor = cost.cost_amount, max(cost.cost_divisor, 1)
    match cost.cost_type:
        case "run" | "byte":
            return math.ceil(amount) if cost.cost_type == "run" else 0
        case "second":
            return math.ceil(math.ceil(seconds / divisor) * amount)
        case "items":
            return math.ceil(math.ceil(items / divisor) * amount)
        case "cost_usd":
            return math.ceil(round(usd * amount, 6))  # 0.07 USD are 7 credits, though 0.07 * 100 is a little more than 7
        case "tokens":
            return math.ceil(amount if token_credits is None else token_credits)
    raise AssertionError(cost.cost_type)


def _is_subset(wanted: Any, given: Any) -> bool:
    if isinstance(wanted, dict):
        source = given if isinstance(given, dict) else {}
        return all(_is_subset(value, source.get(key)) for key, value in wanted.items())
    return wanted == given or (wanted in (None, "") and given in (None, ""))
