"""What a block says that it used, as far as its price depends on it."""

from __future__ import annotations

MAX_COST = 10**9
"""Dollars, items or credits of one report."""


class Usage:
    """Sums of what one start of a block has reported with `ctx.add_cost`."""

    # Of the class, as long as nothing is reported: one is made for each node execution, and nearly none reports anything.
    usd = 0.0
    items = 0
    token_credits = 0.0
    tokens: dict[str, int] | None = None

    def add_usage(self, usd: float, tokens: dict[str, int] | None, items: int, credits: float) -> None:
        """Raises ValueError for what nobody could have used: then nothing of the report counts."""
        for amount in (usd, items, credits):
            if not 0 <= amount <= MAX_COST:  # NaN fails here too; nothing else could be booked
                raise ValueError(f"a cost of {amount} makes no sense")
        self.usd += usd
        self.items += items
        self.token_credits += credits
        for kind, count in (tokens or {}).items():
            self.tokens = self.tokens or {}
            self.tokens[kind] = self.tokens.get(kind, 0) + count
