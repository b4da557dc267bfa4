"""What a node execution costs: pure functions over a block's price list (semantics 13). 1 credit = 1 cent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..sdk.cost import BlockCost
from .usage import Usage

if TYPE_CHECKING:
    from ..registry import BlockEntry

MAX_LABEL = 100
"""Characters of a model's or provider's name that are kept with a charge."""


def find_cost(costs: Sequence[BlockCost], input_data: dict[str, Any]) -> BlockCost | None:
    """The first entry whose filter is part of the input; missing, null and "" are equal."""
    return next((cost for cost in costs if _is_subset(cost.cost_filter, input_data)), None)


def may_cost(cost: BlockCost | None) -> bool:
    """Whether an entry can come to more than nothing: what a model's tokens cost is said by its rates."""
    return cost is not None and cost.cost_type != "byte" and (cost.cost_amount > 0 or cost.cost_type == "tokens")


def price(costs: Sequence[BlockCost], input_data: dict[str, Any]) -> int:
    """The credits to reserve before the block runs: 0 for the kinds whose amount is only known afterwards."""
    return price_of(find_cost(costs, input_data))


def price_of(cost: BlockCost | None) -> int:
    """The same, of the entry that holds; None is free."""
    return math.ceil(cost.cost_amount) if cost is not None and cost.cost_type in ("run", "tokens") else 0


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


def real_cost(costs: Sequence[BlockCost], input_data: dict[str, Any], usage: Usage, seconds: float, *, failed: bool) -> int:
    """What a try cost in the end. A failed one gives its fixed price back, but what a provider has really charged stays."""
    cost = find_cost(costs, input_data)
    spent = cost is not None and (cost.cost_type in ("cost_usd", "items") or (cost.cost_type == "tokens" and usage.token_credits))
    if failed and not spent:
        return 0
    return settle(costs, input_data, seconds=seconds, items=usage.items, usd=usage.usd, token_credits=usage.token_credits or None)


class Purpose(NamedTuple):
    """What a charge is for: the agent that was started, the block, and whose model it used; "" where there is none."""

    graph_id: str
    block_id: str
    provider: str
    model: str


def purpose_of(graph_id: str, entry: BlockEntry, input_data: dict[str, Any]) -> Purpose:
    """Read from the input: `model`, and the provider of the first credentials."""
    refs = (input_data.get(pin) for pin in entry.credentials_pins)
    provider = next((ref.get("provider") for ref in refs if isinstance(ref, dict)), "")
    return Purpose(graph_id, entry.id, _label(provider), _label(input_data.get("model")))


def _label(value: Any) -> str:
    return value[:MAX_LABEL] if isinstance(value, str) else ""


def _is_subset(wanted: Any, given: Any) -> bool:
    if isinstance(wanted, dict):
        source = given if isinstance(given, dict) else {}
        return all(_is_subset(value, source.get(key)) for key, value in wanted.items())
    return wanted == given or (wanted in (None, "") and given in (None, ""))
