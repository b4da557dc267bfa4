"""Cards of library agents, as the page of the library shows them."""

from __future__ import annotations

from typing import Annotated

import msgspec


class CardsQuery(msgspec.Struct, kw_only=True):
    """Of which graphs, at most 100; those that are not in the library are left out."""

    graph_id: Annotated[list[str], msgspec.Meta(max_length=100)] = []


class CardRun(msgspec.Struct, kw_only=True):
    """A run of the agent. `cost` is in credits, without that of the runs below it; times are ISO 8601, UTC; what is not known yet is
    null or 0."""

    id: str
    number: int
    graph_version: int
    status: str
    started_at: str | None
    ended_at: str | None
    node_exec_count: int
    node_error_count: int
    cost: int
    error: str | None


class CardNode(msgspec.Struct, kw_only=True):
    """A node of the graph; `status` is that of its last execution in the last run, null where it had none."""

    id: str
    block_id: str
    status: str | None


class CardLink(msgspec.Struct, kw_only=True):
    id: str
    source_id: str
    source_name: str
    sink_id: str
    sink_name: str
    is_static: bool


class LibraryCard(msgspec.Struct, kw_only=True):
    """`nodes` and `links` are those of the version in the library, at most 400 and 800 (`n_nodes` counts all); `runs` the last 13,
    newest first. `cost_this_month` is in credits, with the runs below, since the first of the month in the user's time zone: what
    GET /api/costs says as well."""

    graph_id: str
    n_nodes: int
    nodes: list[CardNode]
    links: list[CardLink]
    runs: list[CardRun]
    cost_this_month: int
    needs_approval: bool = False
    """It came from a file and does not run before somebody has seen what it would do."""
