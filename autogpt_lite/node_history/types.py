"""Answers about the past executions of a node."""

from __future__ import annotations

import msgspec


class NodeRun(msgspec.Struct, kw_only=True):
    """A node in one run. `node_id` is its id in the version that ran; `executions` how often it began there (up to 1,000 are counted).
    `status`, `started_at` and `took_s` are of the last of them, `cost` in credits is of all; null where it never began."""

    graph_exec_id: str
    number: int
    graph_version: int
    run_status: str
    run_at: str | None
    node_id: str
    executions: int
    status: str | None
    started_at: str | None
    took_s: float | None
    cost: int
