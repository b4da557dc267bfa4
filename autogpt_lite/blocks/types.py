"""A block in the listing, in AutoGPT's shape."""

from __future__ import annotations

from typing import Any

import msgspec


class BlockCostInfo(msgspec.Struct, kw_only=True):
    cost_amount: float
    cost_filter: dict[str, Any]
    cost_type: str
    cost_divisor: int = 1


class BlockInfo(msgspec.Struct, kw_only=True):
    """`categories` is [{"category", "description"}]."""

    id: str
    name: str
    inputSchema: dict[str, Any]
    outputSchema: dict[str, Any]
    costs: list[BlockCostInfo]
    description: str
    categories: list[dict[str, str]]
    contributors: list[dict[str, Any]]
    staticOutput: bool
    uiType: str
