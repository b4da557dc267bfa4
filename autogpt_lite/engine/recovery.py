"""Brings a stored run back into memory: after a restart, or when its turn comes after a long wait.

What was committed never runs again; what was committed and not yet propagated is propagated; what was in flight runs again
as a new delivery of the same try.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import Any

import apsw
import msgspec

from ..clock import now_us
from ..events import RunRef
from ..sdk.review import Review
from . import states
from .admit import remember_secrets
from .charges import keep
from .core import Core, ReviewsLike
from .flush import sql
from .ids import MAX_SEQ, node_key
from .limits import OwnLimits, tightest
from .plan import GraphPlan, NodePlan
from .propagation import decode, encode, keep_pending, keep_run_output, static_values
from .records import OUTPUT_BYTES, GraphExecution, NodeExecution, TreeState
from .reviews import StoredReviews, take_review

log = logging.getLogger(__name__)


class StoredRun(msgspec.Struct):
    """The rows of one run, as read."""

    run: dict[str, Any]
    nodes: list[tuple]
    outputs: dict[int, list[tuple[str, bytes]]]
    tree_nodes: int
    tree_ended: int
    tree_credits: int
    """What all runs of the tree have spent or reserved."""
    cost_credits: int
    reviews: StoredReviews


def count_crashes(stored: StoredRun) -> int:
    """How often in a row the server has crashed while the run was in flight, without the run getting on in between."""
    row = stored.run
    if row["deliveries"] < 0:
        return 0  # the server ended in order
    return 1 + (row["deliveries"] if stored.tree_ended == row["delivered_ended"] else 0)


def read_run(connection: apsw.Connection, key: int, reviews: ReviewsLike) -> StoredRun | None:
    """All rows of the run with this key; None if there is no such run."""
    cursor = connection.execute(sql.select_run, (key,))
    rows = cursor.fetchall()
    if not rows:
        return None
    run = dict(zip(_RUN_COLUMNS, rows[0], strict=True))
    first, last = node_key(key, 0), node_key(key, MAX_SEQ)
    nodes = connection.execute(sql.nodes_of_run, (first, last)).fetchall()
    outputs = {}
    for node in nodes:
        if node[10] is None and node[2] != states.CODES[states.INCOMPLETE]:
            outputs[node[0]] = connection.execute(sql.outputs_of_node, (node[0],)).fetchall()
    tree_nodes = tree_ended = tree_credits = 0
    if run["parent_node_exec_id"] is None:
        [(tree_nodes, tree_ended, tree_credits)] = connection.execute(sql.count_tree, (key,)).fetchall()
    cost = connection.execute(sql.cost_of_run, (first, last)).fetchall()[0][0]
    return StoredRun(run, nodes, outputs, tree_nodes, tree_ended, tree_credits, cost, reviews.read(connection, key))


def read_ref(connection: apsw.Connection, key: int) -> tuple[RunRef, str, int | None] | None:
    """(what events say of a root run, its status, started_at); None if there is no such run."""
    rows = connection.execute(sql.select_run, (key,)).fetchall()
    row = dict(zip(_RUN_COLUMNS, rows[0], strict=True)) if rows else None
    return None if row is None else (_ref_of(row, None), row["status"], row["started_at"])


_RUN_COLUMNS = (
    *("id", "uuid", "user_id", "graph_id", "graph_version", "status", "parent_id", "root_id", "parent_node_exec_id", "child_key"),
    *(
        "depth",
        "priority",
        "preset_id",
        "is_dry_run",
        "deliveries",
        "delivered_ended",
        "inputs",
        "credential_inputs",
        "nodes_input_masks",
    ),
    *("pinned_outputs", "nodes_to_skip", "limits", "created_at", "started_at", "stats"),
)


def restore_run(core: Core, stored: StoredRun, plan: GraphPlan, parent: NodeExecution | None = None) -> GraphExecution:
    """The run in memory as it was at its last commit. `go_on` (engine.py) sets it going. Touches nothing but the run, so it may be
    made on any thread; `take_up` is what follows on the loop's."""
    row = stored.run
    tree = parent.run.tree if parent else _restore_tree(core, stored)
    run = GraphExecution(row["id"], plan, _ref_of(row, parent), tree, created_at=row["created_at"])
    run.status = run.stored_status = row["status"]
    run.started_at = row["started_at"]
    run.progressed_at = now_us()  # it begins anew: what lies before the restart was no standstill
    run.parent = parent
    run.child_key = row["child_key"]
    run.depth, run.priority = row["depth"], row["priority"]
    run.inputs = decode(row["inputs"])
    run.masks = _decoded(row["nodes_input_masks"], {})
    run.pinned_outputs = _decoded(row["pinned_outputs"], {})
    run.nodes_to_skip = frozenset(_decoded(row["nodes_to_skip"], []))
    run.stats.cost = stored.cost_credits
    run.auto_approved = stored.reviews.auto_approved
    for node_row in stored.nodes:
        _restore_node(run, node_row, stored.outputs.get(node_row[0]), stored.reviews.answers.get(node_row[0]))
    run.first_own_seq = run.next_seq
    _restore_queued(run, stored.nodes)
    _order_active(run)
    return run


def take_up(core: Core, run: GraphExecution) -> None:
    """What the rest of the engine has to know of a restored run: on the loop's thread, once it is to go on."""
    remember_secrets(core, run)
    for execution in run.executions.values():
        if execution.status == states.RUNNING and execution.node.id not in run.pinned_outputs:
            keep(core, execution)
    run.tree.runs[run.id] = run


def _restore_tree(core: Core, stored: StoredRun) -> TreeState:
    own = stored.run["limits"]
    tree = TreeState(core.limits if own is None else tightest(core.limits, msgspec.json.decode(own, type=OwnLimits)))
    tree.node_executions, tree.credits = stored.tree_nodes, stored.tree_credits
    tree.ran_s = _worked_s(stored.nodes)
    return tree


def _worked_s(rows: list[tuple]) -> float:
    """Seconds in which at least one node was at work: while no server was there, or everything waited for a person, none was."""
    total_us = until = 0
    for began, ended in sorted((row[5] + row[7], row[5] + row[8]) for row in rows if row[7] is not None and row[8] is not None):
        total_us += max(0, ended - max(began, until))
        until = max(until, ended)
    return total_us / 1_000_000


def _restore_queued(run: GraphExecution, rows: list[tuple]) -> None:
    """What the order of queueing decides: the outputs of the run, and whose values static links take again."""
    kept = [row for row in rows if row[6] is not None and _is_kept(run.plan.nodes[row[1]])]
    for row in sorted(kept, key=lambda row: (row[5] + row[6], row[0])):
        node, merged = run.plan.nodes[row[1]], decode(row[9])
        if node.static_pins:
            run.latest_inputs[node.index] = static_values(node, merged)
        if node.is_output:
            keep_run_output(run, merged)


def _is_kept(node: NodePlan) -> bool:
    return bool(node.static_pins) or node.is_output


def _decoded(text: bytes | None, default: Any) -> Any:
    return default if text is None else decode(text)


def _ref_of(row: dict[str, Any], parent: NodeExecution | None) -> RunRef:
    return RunRef(
        user_id=row["user_id"],
        graph_id=row["graph_id"],
        graph_version=row["graph_version"],
        graph_exec_id=row["uuid"],
        root_id=parent.run.ref.root_id if parent else row["uuid"],
        parent_id=parent.run.id if parent else None,
        preset_id=row["preset_id"],
        is_dry_run=bool(row["is_dry_run"]),
        inputs=row["inputs"],
        credential_inputs=row["credential_inputs"],
        nodes_input_masks=row["nodes_input_masks"],
    )


def _restore_node(run: GraphExecution, row: tuple, many_outputs: list[tuple[str, bytes]] | None, review: Review | None) -> None:
    key, index, code, try_number, n_propagated, added_at, queued_us, started_us, ended_us, input_json, output, stats = row
    seq = key & MAX_SEQ
    run.next_seq = max(run.next_seq, seq + 1)
    execution = NodeExecution(run, run.plan.nodes[index], seq, added_at)
    execution.status = execution.stored_status = states.STATUSES[code]
    execution.try_number, execution.n_propagated = try_number, n_propagated
    execution.queued_at = None if queued_us is None else added_at + queued_us
    execution.started_at = None if started_us is None else added_at + started_us
    execution.ended_at = None if ended_us is None else added_at + ended_us
    execution.input_json, execution.input_unsaved = input_json, False
    if many_outputs:
        execution.outputs, execution.n_stored = list(many_outputs), len(many_outputs)
        execution.kept_bytes = sum(len(value) + OUTPUT_BYTES for _, value in many_outputs)
    elif output is not None:
        execution.outputs = [(pin, encode(value)) for pin, value in decode(output)]
    if stats is not None:
        kept = decode(stats)
        execution.cost, execution.failed_tries = kept.get("cost", 0), kept.get("tries")
        execution.error, execution.error_code = kept.get("error"), kept.get("error_code")
    if queued_us is None:
        # INCOMPLETE; or TERMINATED while it was, in a run that was resumed: that stays its status until its last value comes.
        _restore_pending(run, execution)
        return
    if execution.status == states.REVIEW and review is None:
        run.in_review[seq] = execution
        return
    if review is not None and execution.status not in states.ENDED:
        take_review(execution, review)
    if execution.status == states.REVIEW:
        execution.status = states.QUEUED
    _restore_counters(run, execution)
    if execution.status in (states.QUEUED, states.RUNNING):
        execution.replayed = len(execution.outputs)
        run.n_open += 1
        run.executions[seq] = execution
    elif execution.n_propagated < len(execution.outputs):
        execution.has_place = True
        run.n_open += 1
        run.executions[seq] = execution


def _restore_pending(run: GraphExecution, execution: NodeExecution) -> None:
    execution.data = decode(execution.input_json)
    keep_pending(run, execution)


def _restore_counters(run: GraphExecution, execution: NodeExecution) -> None:
    node, stats = execution.node, run.stats
    if execution.ended_at is not None:
        stats.node_exec_count += 1
        stats.node_exec_time += (execution.ended_at - (execution.started_at or execution.ended_at)) / 1_000_000
        stats.node_error_count += execution.status == states.FAILED
        if node.id in run.pinned_outputs:
            run.pinned_counts[node.index] = run.pinned_counts.get(node.index, 0) + 1


def _order_active(run: GraphExecution) -> None:
    """Executions whose outputs are not all passed on take their places in the order in which they had begun."""
    started = [e for e in run.executions.values() if e.started_at is not None]  # a QUEUED one: stopped, then resumed
    for execution in sorted(started, key=lambda e: (e.started_at, e.seq)):
        execution.has_place = True
        run.active.setdefault(execution.node.index, deque()).append(execution)
