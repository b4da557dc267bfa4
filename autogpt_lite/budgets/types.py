"""Budgets, as users see them. Amounts are credits: 1 credit = 1 cent."""

from __future__ import annotations

from typing import Annotated

import msgspec

Credits = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
GraphId = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class PutBudget(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What may be spent in a month: by one agent with all that it calls, or (graph_id null) by all of them and blocks run on their own.
    `monthly_credits` null takes the budget away, 0 lets nothing run that costs."""

    graph_id: GraphId | None = None
    monthly_credits: Credits | None


class Budget(msgspec.Struct, kw_only=True):
    """`reserved_credits` is what blocks that run now may cost; `left_credits` what is neither spent nor reserved, never below 0."""

    graph_id: str | None
    monthly_credits: int
    spent_credits: int
    reserved_credits: int
    left_credits: int


class Budgets(msgspec.Struct, kw_only=True):
    """The month goes by the user's time zone; `begins_at` and `ends_at` are ISO 8601, UTC. That of all agents comes first."""

    begins_at: str
    ends_at: str
    budgets: list[Budget]
