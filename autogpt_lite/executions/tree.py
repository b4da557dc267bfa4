"""A run with everything that it has started: one row a run, with its status, cost and time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import apsw
import msgspec

from ..clock import iso, now_us
from ..engine.core import run_stats
from ..engine.ids import MAX_SEQ, SEQ_BITS, node_exec_id
from ..engine.limits import Limits, OwnLimits, tightest
from ..engine.plan import GraphPlan
from ..engine.records import GraphExecution
from .store import decode, sql
from .types import ExecutionTree, TreeRun

MAX_RUNS_SHOWN = 2_000

PlanOrNone = Callable[[str, int], "GraphPlan | None"]
TreeRow = tuple[tuple, int | None]
"""(a row of tree_of_root, the position of the node that started it in its graph)"""


class StoredTree(NamedTuple):
    """The root's public id, the limits that the root and its agent set (JSON of OwnLimits), and the rows of the tree: the root first
    unless it was deleted."""

    root_id: str
    limits: bytes | None
    rows: list[TreeRow]


def read_tree(connection: apsw.Connection, key: int) -> StoredTree:
    """The tree that a run belongs to."""
    root, root_id, limits = connection.execute(sql.root_of, (key,)).fetchall()[0]
    rows = connection.execute(sql.tree_of_root, (root, MAX_RUNS_SHOWN + 1)).fetchall()
    return StoredTree(root_id, limits, [(row, _node_index(connection, row[7])) for row in rows])


def _node_index(connection: apsw.Connection, node_exec_key: int | None) -> int | None:
    if node_exec_key is None:
        return None
    found = connection.execute(sql.node_of_execution, (node_exec_key,)).fetchall()
    return found[0][0] if found else None


def build_tree(
    tree: StoredTree, server_limits: Limits, in_memory: Mapping[str, GraphExecution], plan_of: PlanOrNone
) -> ExecutionTree:
    """The tree as an answer. What runs at the moment is newer in memory than on the disk."""
    shown = tree.rows[:MAX_RUNS_SHOWN]
    by_key = {row[0]: row for row, _ in shown}
    runs = [_tree_run(row, index, by_key, in_memory.get(row[1]), plan_of) for row, index in shown]
    return ExecutionTree(
        root_id=tree.root_id,
        runs=runs,
        cost=sum(run.cost for run in runs),
        node_exec_count=sum(run.node_exec_count for run in runs),
        is_complete=len(tree.rows) <= MAX_RUNS_SHOWN,
        max_credits=_max_credits(tree.limits, server_limits),
    )


def _max_credits(stored: bytes | None, server_limits: Limits) -> int | None:
    """What the tree may cost, where the run or its agent says so."""
    own = msgspec.json.decode(stored, type=OwnLimits) if stored is not None else OwnLimits()
    is_set = any(one is not None and one.max_credits is not None for one in (own.agent, own.run))
    return tightest(server_limits, own).max_credits if is_set else None


def _tree_run(
    row: tuple, node_index: int | None, by_key: Mapping[int, tuple], live: GraphExecution | None, plan_of: PlanOrNone
) -> TreeRun:
    parent = by_key.get(row[6])
    caller = plan_of(parent[3], parent[4]) if parent is not None else None
    plan = plan_of(row[3], row[4])
    stats: dict[str, Any] = run_stats(live) if live is not None else decode(row[11]) if row[11] is not None else {}
    return TreeRun(
        id=row[1],
        parent_id=parent[1] if parent is not None else None,
        node_id=caller.nodes[node_index].id if caller is not None and node_index is not None else None,
        node_exec_id=_caller_id(parent, row[7]),
        graph_id=row[3],
        graph_version=row[4],
        graph_name=plan.name if plan is not None else "",
        status=row[5],
        depth=row[8],
        started_at=iso(row[9]),
        ended_at=iso(row[10]),
        cost=stats.get("cost", 0),
        duration=_duration_s(row[9], row[10]),
        node_exec_count=stats.get("node_exec_count", 0),
        node_error_count=stats.get("node_error_count", 0),
    )


def _caller_id(parent: tuple | None, node_exec_key: int | None) -> str | None:
    if parent is None or node_exec_key is None or node_exec_key >> SEQ_BITS != parent[0]:
        return None
    return node_exec_id(parent[1], node_exec_key & MAX_SEQ)


def _duration_s(started_at: int | None, ended_at: int | None) -> float:
    return 0.0 if started_at is None else max((ended_at or now_us()) - started_at, 0) / 1_000_000
