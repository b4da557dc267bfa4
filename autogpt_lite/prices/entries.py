"""What one execution of a node costs, by the price list of its block: usually, and at most."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..config import LlmConfig
from ..engine.plan import NodePlan
from ..engine.pricing import find_cost
from ..llm.models import known_models, token_credits
from ..llm.providers import effective_model
from ..sdk.cost import BlockCost, MostCalls

BY_USE = "its price is known only afterwards"
ANY_NUMBER = "it may run any number of times"
NO_AGENT = "its agent is not here, or calls itself"


class Each(NamedTuple):
    """Credits of one execution. `usual` is None where the price depends on use alone, `most` where it has no bound that is known;
    `why` says the reason then."""

    usual: int | None
    most: int | None
    why: str = ""


FREE = Each(0, 0)


def price_each(node: NodePlan, masks: Mapping[str, Any], *, max_node_s: float | None, llm: LlmConfig) -> Each:
    """By the values that stand on the node and the credentials that a run would give it. `max_node_s` is what somebody has set;
    the limit of the server alone is no estimate."""
    costs = node.entry.block.costs if node.entry else ()
    if not costs:
        return FREE
    values = {**node.defaults, **masks}
    linked = node.linked_pins - set(masks)
    found = _entries(costs, values, linked)
    if not found:
        return FREE
    each = [_price(cost, node, values, max_node_s, llm) for cost in found]
    usual = each[0].usual if len(each) == 1 else None
    return Each(usual, None, BY_USE) if any(one.most is None for one in each) else Each(usual, max(one.most or 0 for one in each))


def _entries(costs: tuple[BlockCost, ...], values: Mapping[str, Any], linked: frozenset[str] | set[str]) -> list[BlockCost]:
    """The entry that holds, or all that may, where a link brings what decides."""
    if not any(name in linked for cost in costs for name in cost.cost_filter):
        cost = find_cost(costs, dict(values))
        return [cost] if cost else []
    rest = [(cost, {name: value for name, value in cost.cost_filter.items() if name not in linked}) for cost in costs]
    return [cost for cost, wanted in rest if find_cost([BlockCost(cost_amount=0, cost_filter=wanted)], dict(values))]


def _price(cost: BlockCost, node: NodePlan, values: Mapping[str, Any], max_node_s: float | None, llm: LlmConfig) -> Each:
    amount, divisor = cost.cost_amount, max(cost.cost_divisor, 1)
    match cost.cost_type:
        case "run":
            return Each(math.ceil(amount), math.ceil(amount))  # a failed try gives it back
        case "byte":
            return FREE
        case "second":
            seconds = min((one for one in (node.timeout_s, max_node_s) if one is not None), default=None)
            return Each(None, None if seconds is None else math.ceil(math.ceil(seconds / divisor) * amount), BY_USE)
        case "tokens":
            most = _most_for_tokens(cost, node, values, llm)
            return Each(math.ceil(amount), most, BY_USE if most is None else "")
    return Each(None, None, BY_USE)


def _most_for_tokens(cost: BlockCost, node: NodePlan, values: Mapping[str, Any], llm: LlmConfig) -> int | None:
    calls = node.entry.block.most_calls(dict(values), node.linked_pins)  # type: ignore[union-attr]
    if calls is None:
        return None
    wanted = str(cost.cost_filter.get("model", values.get("model")))
    # The owner's default model may answer in its place, or not, where the credentials belong elsewhere.
    calls_cost = [_most_for_call(model, calls, llm) for model in (wanted, effective_model(llm, wanted))]
    known = [one for one in calls_cost if one is not None]
    if len(known) < len(calls_cost):
        return None
    tries = node.retry.attempts if node.retry else 1
    return tries * max(math.ceil(cost.cost_amount), *(math.ceil(calls.calls * one) for one in known))


def _most_for_call(name: str, calls: MostCalls, llm: LlmConfig) -> float | None:
    """0 for a model without a price by tokens: then an execution costs what its entry says."""
    model = known_models().get(name)
    if model is None or model.token_rates is None:
        return 0.0
    asked = [one for one in (calls.input_tokens, model.context_tokens) if one is not None]
    if not asked:
        return None
    answered = calls.output_tokens or min(llm.max_output_tokens, model.max_output_tokens or llm.max_output_tokens)
    return token_credits(name, {"input": min(asked), "output": answered})
