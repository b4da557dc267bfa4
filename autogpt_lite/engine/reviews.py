"""Waiting for a person: a node that asks first pauses before it costs anything, and goes on with the answer.

The node is REVIEW meanwhile and other branches go on. When only such nodes are left, the run is REVIEW: a root leaves memory and
gives its place to the next run; a sub-agent stays, and its tree gives the place back as soon as nothing in it can move.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from ..errors import BlockError, InvalidInputError
from ..sdk.review import Review, ReviewRequest
from . import states
from .core import Core
from .graph_execution import end_if_done
from .node_clock import let_clocks_above_run
from .plan import NodePlan
from .propagation import decode, encode, storable
from .records import GraphExecution, NodeExecution, root_of
from .resolve import block_input

MAX_INSTRUCTIONS_CHARS = 2_000


class Decision(NamedTuple):
    """A person's answer to one node execution; `for_all` approves what the node will ask later in the run, too."""

    seq: int
    review: Review
    for_all: bool


def must_wait(core: Core, execution: NodeExecution) -> bool:
    """Whether the execution now waits for a person; False where it may run. Raises BlockError where it was rejected or cannot
    be shown."""
    run, block = execution.run, execution.node.entry.block  # type: ignore[union-attr]
    review = execution.review
    if review is not None:
        if block.is_sensitive_action and not review.approved:
            raise BlockError(f"The action was rejected in the review.{f' {review.message}' if review.message else ''}")
        return False
    if execution.node.id in run.auto_approved:
        return False
    modes = core.services.library.safe_modes(root_of(run).plan.graph_id, run.user_id)
    request = (
        _request_of(execution) if (modes.sensitive_action if block.is_sensitive_action else modes.human_in_the_loop) else None
    )
    if request is None:
        return False
    _pause(core, execution, request)
    return True


def _request_of(execution: NodeExecution) -> ReviewRequest | None:
    node, stored = execution.node, decode(execution.input_json)
    entry = node.entry
    if entry.block.is_sensitive_action:  # type: ignore[union-attr]
        return ReviewRequest(stored, f"Review before {node.title} runs.")
    return entry.block.review_request(execution.input or block_input(node, stored))  # type: ignore[union-attr]


def _pause(core: Core, execution: NodeExecution, request: ReviewRequest) -> None:
    payload, run = encode(request.data), execution.run
    limit = core.config.engine.max_review_bytes
    if len(payload) > limit:
        raise BlockError(f"The data for the review is {len(payload):,} bytes long; engine.max_review_bytes allows {limit:,}.")
    execution.status = states.REVIEW
    run.executions.pop(execution.seq)
    run.in_review[execution.seq] = execution
    run.n_open -= 1
    core.touch(execution)
    core.tell_node(execution)
    instructions = storable(request.instructions)[:MAX_INSTRUCTIONS_CHARS]
    core.new_reviews.append((execution.key, run.user_id, execution.node.id, payload, instructions, int(request.editable)))
    ids = {"node_exec_id": execution.node_exec_id, "node_id": execution.node.id}
    core.after_commit.append(lambda: core.tell_review("waiting", run.user_id, run.plan.graph_id, run.id, **ids))
    end_if_done(core, run)


# --- the answer -------------------------------------------------------------------------------------------------


def check_edit(node: NodePlan, payload: Any, data: Any) -> None:
    """Whether the node can go on with what a person made of its data. Raises InvalidInputError."""
    if node.entry is not None and node.entry.block.is_sensitive_action:
        if not isinstance(data, dict):
            raise InvalidInputError("The edited data has to be an object: the inputs of the node by pin.")
        block_input(node, data)
    elif payload is not None and _kind(data) != _kind(payload):
        # The nodes behind were built for this kind of value.
        raise InvalidInputError(f"The edited data has to be {_kind(payload)} like the data under review, not {_kind(data)}.")


_KINDS: dict[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def _kind(value: Any) -> str:
    return _KINDS[type(value)]


def take_review(execution: NodeExecution, review: Review) -> None:
    """The answer reaches the execution; an edited input of a sensitive block takes the place of the input."""
    execution.review = review
    entry = execution.node.entry
    if review.approved and review.is_edited and entry is not None and entry.block.is_sensitive_action:
        execution.input_json = encode(review.data)
        execution.input_unsaved = True
        execution.input = None


def apply_decisions(core: Core, run: GraphExecution, decisions: list[Decision]) -> None:
    """What was decided goes on: at once in a run that goes on anyhow, together with the last answer in one that rests."""
    going_on = []
    for seq, review, for_all in decisions:
        execution = run.in_review.pop(seq, None)
        if for_all and execution is not None:
            run.auto_approved.add(execution.node.id)
        if execution is not None:
            take_review(execution, review)
            execution.status = states.QUEUED
            run.executions[seq] = execution
            run.n_open += 1
            core.touch(execution)
            core.tell_node(execution)
            going_on.append(execution)
    if run.status == states.RUNNING:
        let_clocks_above_run(run)
        for execution in going_on:
            core.push_ready(execution)
    elif run.status == states.REVIEW and not run.in_review:
        wake_run(core, run)
    core.wake()


def wake_run(core: Core, run: GraphExecution) -> None:
    """REVIEW -> QUEUED: everything is answered, and the run waits for its place."""
    run.status = states.QUEUED
    core.touch_run(run)
    core.tell_run(run)
    core.resume_run(run)
    core.wake()


Children = dict[NodeExecution, list[GraphExecution]]
"""The sub-agents that each node execution of a tree has begun, as far as they have not ended."""


# --- trees that cannot move ------------------------------------------------------------------------------------------


def tree_rests(run: GraphExecution) -> bool:
    """Whether nothing in the run's tree can move before a person answers."""
    root = root_of(run)
    return root.status == states.RUNNING and _rests(root, _children_of(run))


def stop_clocks_above(run: GraphExecution) -> None:
    """The time of the nodes above the run does not count where all that they wait for rests."""
    children, execution = _children_of(run), run.parent
    while execution is not None and all(_rests(child, children) for child in children.get(execution, ())):
        if execution.context is not None and execution.context.clock is not None:
            execution.context.clock.stop()
        execution = execution.run.parent


def _children_of(run: GraphExecution) -> Children:
    children: Children = {}
    for one in run.tree.runs.values():
        if one.parent is not None:
            children.setdefault(one.parent, []).append(one)
    return children


def _rests(run: GraphExecution, children: Children) -> bool:
    if run.status == states.REVIEW:
        return True
    return run.status == states.RUNNING and all(
        execution.status in states.ENDED
        or (execution in children and all(_rests(child, children) for child in children[execution]))
        for execution in run.executions.values()
    )


class StoredReviews(msgspec.Struct):
    """The answers of a run: {key of the node execution: Review}, and the nodes that need none any more."""

    answers: dict[int, Review] = {}
    auto_approved: set[str] = set()
