"""What is asked about costs, and answered. Amounts are credits: 1 credit = 1 cent."""

from __future__ import annotations

from typing import Annotated

import msgspec

Day = Annotated[str, msgspec.Meta(max_length=50)]
Label = Annotated[str, msgspec.Meta(max_length=200)]


class CostQuery(msgspec.Struct, kw_only=True):
    """Which days, both included, in the user's time zone; without them this month. Then of what: "" is what has no agent (a block that was
    run on its own), no provider, no model; null is all."""

    first: Day | None = msgspec.field(default=None, name="from")
    last: Day | None = msgspec.field(default=None, name="to")
    graph_id: Label | None = None
    block_id: Label | None = None
    provider: Label | None = None
    model: Label | None = None


class DayCost(msgspec.Struct):
    day: str
    cost_credits: int
    charges: int


class AgentCost(msgspec.Struct):
    """With all that it has called. `name` is null where the agent is gone, or where it is a block run on its own (graph_id "")."""

    graph_id: str
    name: str | None
    cost_credits: int
    charges: int


class ModelCost(msgspec.Struct):
    provider: str
    model: str
    cost_credits: int
    charges: int


class BlockCostSum(msgspec.Struct):
    """`name` is null where there is no such block here (any more)."""

    block_id: str
    name: str | None
    cost_credits: int
    charges: int


class CostReport(msgspec.Struct):
    """`days` are all days of the time, in order. The others come dearest first, at most 200 of each: what is beyond is in the sums only.
    A cost counts on the day on which its block ended."""

    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")
    timezone: str
    cost_credits: int
    charges: int
    days: list[DayCost]
    agents: list[AgentCost]
    models: list[ModelCost]
    blocks: list[BlockCostSum]


class RunCost(msgspec.Struct):
    """A root run, and what of the costs asked for is its own; `name` is that of its agent."""

    graph_exec_id: str
    graph_id: str
    name: str | None
    status: str
    started_at: str | None
    cost_credits: int


class RunCosts(msgspec.Struct):
    """The dearest first, at most 100. `cost_credits` is what they cost together: the rest of a sum are runs that are no longer kept,
    blocks run on their own, or beyond these."""

    runs: list[RunCost]
    cost_credits: int
