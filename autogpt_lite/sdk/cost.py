"""What a block costs. 1 credit = 1 cent."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

CostType = Literal["run", "byte", "second", "items", "cost_usd", "tokens"]


class BlockCost(msgspec.Struct, frozen=True, kw_only=True):
    """One price: `cost_amount` credits per `cost_type`, where the node's input contains `cost_filter`."""

    cost_amount: float
    cost_type: CostType = "run"
    cost_filter: dict[str, Any] = {}
    cost_divisor: int = 1


class MostCalls(NamedTuple):
    """For the upper bound of a price by tokens: how often one execution asks a model, and the tokens of one question and one
    answer; None is what the model takes, or what the server allows, at most."""

    calls: int
    input_tokens: int | None = None
    output_tokens: int | None = None
