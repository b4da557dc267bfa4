"""What a try reserves before it runs and what it costs in the end; both are written in the transaction of the step itself."""

from __future__ import annotations

from ..clock import now_us
from . import pricing
from .core import Core
from .propagation import decode
from .records import GraphExecution, NodeExecution, root_of


def reserve(core: Core, execution: NodeExecution) -> None:
    """Reserves the price of the block for the current try: on the loop, so that of two branches only one gets the last credit.

    Raises LimitExceededError where the tree may not spend that much, or where nothing is left for a price that is only known
    afterwards; BudgetExceededError where its owner's month has not got it.
    """
    entry = execution.node.entry
    costs = entry.block.costs  # type: ignore[union-attr]
    if not costs:
        return
    given = decode(execution.input_json)
    cost = pricing.find_cost(costs, given)
    credits = pricing.price_of(cost)
    tree = execution.run.tree
    left = tree.limits.max_credits - tree.credits
    if credits > left or (left <= 0 and pricing.may_cost(cost)):
        needs = f"needs {credits}" if credits else "is not free"
        raise tree.limits.exceeded("max_credits", f"{execution.node.title} {needs}, and {max(left, 0)} are left")
    agent = _agent_of(execution.run)
    if pricing.may_cost(cost):
        core.services.budgets.reserve(execution.run.user_id, agent, credits, execution.node.title)
    tree.credits += credits
    execution.charge = credits
    purpose = pricing.purpose_of(agent, entry, given)  # type: ignore[arg-type]
    core.reservations.append((execution.key, execution.try_number, execution.run.user_id, credits, now_us(), *purpose))


def keep(core: Core, execution: NodeExecution) -> None:
    """A reservation from before a restart, which still stands: its row was written with the start of the block."""
    entry = execution.node.entry
    if entry is not None and entry.block.costs:
        execution.charge = pricing.price(entry.block.costs, decode(execution.input_json))
        core.services.budgets.keep(execution.run.user_id, _agent_of(execution.run), execution.charge)


def settle(core: Core, execution: NodeExecution, *, failed: bool) -> None:
    """What the try really cost. A failed one gives its fixed price back, but what a provider has really charged stays."""
    if execution.charge is None:
        return
    credits = _real_cost(execution, failed)
    execution.run.tree.credits += credits - execution.charge
    core.services.budgets.settle(execution.run.user_id, _agent_of(execution.run), execution.charge, credits)
    execution.charge = None
    execution.cost += credits
    execution.run.stats.cost += credits
    core.settlements.append((credits, now_us(), execution.key, execution.try_number))


def give_up(core: Core, execution: NodeExecution) -> None:
    """Somebody has ended the run on the disk, and its reservations with it."""
    if execution.charge is not None:
        core.services.budgets.settle(execution.run.user_id, _agent_of(execution.run), execution.charge, 0)
        execution.charge = None


def check_reported(core: Core, execution: NodeExecution) -> None:
    """For a block that has reported costs and may want to make more calls. Raises LimitExceededError where the tree, or its owner's
    month, has spent more than it may: a price that is only known afterwards was higher than what was left."""
    tree, reserved = execution.run.tree, execution.charge
    if reserved is None:
        return
    more = max(_real_cost(execution, True) - reserved, 0)
    if tree.credits + more > tree.limits.max_credits:
        raise tree.limits.exceeded("max_credits", f"{tree.credits + more} are spent or reserved")
    core.services.budgets.check_reported(execution.run.user_id, _agent_of(execution.run), more)


def _agent_of(run: GraphExecution) -> str:
    """What an agent's sub-agents cost is the cost of the agent that was started."""
    return root_of(run).plan.graph_id


def _real_cost(execution: NodeExecution, failed: bool) -> int:
    context = execution.context
    if context is None:  # a node whose outputs are pinned, or that failed before its block began
        return 0 if failed else execution.charge or 0
    costs = execution.node.entry.block.costs  # type: ignore[union-attr]
    seconds = max(now_us() - (execution.started_at or 0), 0) / 1_000_000
    return pricing.real_cost(costs, decode(execution.input_json), context, seconds, failed=failed)
