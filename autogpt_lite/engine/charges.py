"""What a try reserves before it runs and what it costs in the end; both are written in the transaction of the step itself."""

from __future__ import annotations

from ..clock import now_us
from . import pricing
from .core import Core
from .propagation import decode
from .records import NodeExecution


def reserve(core: Core, execution: NodeExecution) -> None:
    """Reserves the price of the block for the current try: on the loop, so that of two branches only one gets the last credit.

    Raises LimitExceededError where the tree may not spend that much, or where nothing is left for a price that is only known
    afterwards.
    """
    costs = execution.node.entry.block.costs  # type: ignore[union-attr]
    if not costs:
        return
    given = decode(execution.input_json)
    credits = pricing.price(costs, given)
    tree = execution.run.tree
    left = tree.limits.max_credits - tree.credits
    if credits > left or (left <= 0 and pricing.find_cost(costs, given) is not None):
        needs = f"needs {credits}" if credits else "is not free"
        raise tree.limits.exceeded("max_credits", f"{execution.node.title} {needs}, and {max(left, 0)} are left")
    tree.credits += credits
    execution.charge = credits
    core.reservations.append((execution.key, execution.try_number, execution.run.user_id, credits, now_us()))


def settle(core: Core, execution: NodeExecution, *, failed: bool) -> None:
    """What the try really cost. A failed one gives its fixed price back, but what a provider has really charged stays."""
    if execution.charge is None:
        return
    credits = _real_cost(execution, failed)
    execution.run.tree.credits += credits - execution.charge
    execution.charge = None
    execution.cost += credits
    execution.run.stats.cost += credits
    core.settlements.append((credits, execution.key, execution.try_number))


def check_reported(execution: NodeExecution) -> None:
    """For a block that has reported costs and may want to make more calls. Raises LimitExceededError where the tree has spent more
    than it may: a price that is only known afterwards was higher than what was left."""
    tree, reserved = execution.run.tree, execution.charge
    if reserved is None:
        return
    spent = tree.credits + max(_real_cost(execution, True) - reserved, 0)
    if spent > tree.limits.max_credits:
        raise tree.limits.exceeded("max_credits", f"{spent} are spent or reserved")


def _real_cost(execution: NodeExecution, failed: bool) -> int:
    costs = execution.node.entry.block.costs  # type: ignore[union-attr]
    context, given = execution.context, decode(execution.input_json)
    cost = pricing.find_cost(costs, given)
    if context is None:  # a node whose outputs are pinned, or that failed before its block began
        return 0 if failed else execution.charge or 0
    spent = cost is not None and (
        cost.cost_type in ("cost_usd", "items") or (cost.cost_type == "tokens" and context.token_credits)
    )
    if failed and not spent:
        return 0
    seconds = max(now_us() - (execution.started_at or 0), 0) / 1_000_000
    return pricing.settle(
        costs, given, seconds=seconds, items=context.items, usd=context.usd, token_credits=context.token_credits or None
    )
