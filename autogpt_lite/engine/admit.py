"""The one way a graph execution begins: checked, written as QUEUED with its starting nodes in one transaction, then handed on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ..clock import now_us
from ..db import Tx
from ..errors import ConflictError, GraphNotInLibraryError, NotFoundError
from ..events import RunRef
from . import states
from .core import Core
from .flush import Batch, add_node_row, encode, sql
from .ids import new_graph_exec_id
from .limits import NO_OWN_LIMITS, GivenLimits, OwnLimits, tightest
from .plan import GraphPlan
from .problems import Problems
from .propagation import mark_queued, new_execution
from .records import GraphExecution, NodeExecution, TreeState, root_of
from .starting import starting_inputs

PinnedOutputs = dict[str, list[list[tuple[str, Any]]]]
"""{node id: [what its first execution yields, what its second yields, ...]}; the last one repeats."""


class AdmitRequest(msgspec.Struct, kw_only=True):
    """Everything that a run is made of. `masks` are complete: credentials and explicit ones merged."""

    user_id: str
    plan: GraphPlan
    inputs: dict[str, Any] = {}
    credential_inputs: dict[str, Any] | None = None
    masks: dict[str, dict[str, Any]] = {}
    pinned_outputs: PinnedOutputs = {}
    nodes_to_skip: frozenset[str] = frozenset()
    limits: GivenLimits | None = None
    preset_id: str | None = None
    source: str = "user"
    priority: int = 3
    is_dry_run: bool = False
    parent: NodeExecution | None = None
    child_key: str | None = None


Prepared = tuple[GraphExecution, Callable[[Tx], None]]


def prepare(core: Core, request: AdmitRequest, key: int) -> Prepared:
    """The run in memory, and the function that writes it: callable in a transaction together with other rows.

    Raises GraphValidationError where a starting node cannot start.
    """
    run = _build_run(core, request, key)
    batch = Batch()
    for execution in run.executions.values():
        add_node_row(batch, execution)
    row = _row_of(run, request)

    def admit_tx(tx: Tx) -> None:
        _check_admission(tx, core, request, run)
        tx.execute(sql.insert_graph_execution, row)
        tx.executemany(sql.insert_node, batch.inserts)

    run.stored_status = states.QUEUED
    return run, admit_tx


def _build_run(core: Core, request: AdmitRequest, key: int) -> GraphExecution:
    now = now_us()
    parent = request.parent
    graph_exec_id = new_graph_exec_id()
    ref = RunRef(
        user_id=request.user_id,
        graph_id=request.plan.graph_id,
        graph_version=request.plan.version,
        graph_exec_id=graph_exec_id,
        root_id=parent.run.ref.root_id if parent else graph_exec_id,
        parent_id=parent.run.id if parent else None,
        preset_id=request.preset_id,
        is_dry_run=request.is_dry_run,
        inputs=encode(request.inputs),
        credential_inputs=_json_or_none(request.credential_inputs),
        nodes_input_masks=_json_or_none(request.masks),
    )
    run = GraphExecution(key, request.plan, ref, _tree_of(core, request), created_at=now)
    run.inputs = request.inputs
    remember_secrets(core, run)
    run.masks = request.masks
    run.pinned_outputs = request.pinned_outputs
    run.nodes_to_skip = request.nodes_to_skip
    run.parent = parent
    run.child_key = request.child_key
    run.depth = parent.run.depth + 1 if parent else 0
    run.priority = request.priority
    if run.depth > run.tree.limits.max_depth:
        raise run.tree.limits.exceeded("max_depth")
    _queue_starting_nodes(run, now)
    return run


def remember_secrets(core: Core, run: GraphExecution) -> None:
    """Whoever repeats a secret input in an error or to the log shows it to nobody. It travels as data all the same."""
    if secrets := run.plan.secrets_among(run.inputs):
        core.services.credentials.remember_inputs(secrets)


def _tree_of(core: Core, request: AdmitRequest) -> TreeState:
    if request.parent is not None:
        return request.parent.run.tree
    of_agent = core.services.library.limits_of(request.plan.graph_id, request.user_id)
    if of_agent is None and request.limits is None:
        return TreeState(core.limits)
    return TreeState(tightest(core.limits, OwnLimits(agent=of_agent, run=request.limits)))


def _queue_starting_nodes(run: GraphExecution, now: int) -> None:
    problems = Problems()
    begun = starting_inputs(run.plan, run.inputs, run.masks, problems, run.pinned_outputs, run.nodes_to_skip)
    problems.raise_if_any()
    for node, merged, given in begun:
        mark_queued(new_execution(run, node, now), merged, given, now)


def _row_of(run: GraphExecution, request: AdmitRequest) -> dict[str, Any]:
    parent = request.parent
    return {
        "id": run.key,
        "uuid": run.id,
        "user_id": run.user_id,
        "graph_id": run.plan.graph_id,
        "graph_version": run.plan.version,
        "parent_id": parent.run.key if parent else None,
        "root_id": root_of(run).key,
        "parent_node_exec_id": parent.key if parent else None,
        "child_key": run.child_key,
        "depth": run.depth,
        "priority": run.priority,
        "source": request.source,
        "preset_id": request.preset_id,
        "is_dry_run": int(request.is_dry_run),
        "inputs": run.ref.inputs,
        "credential_inputs": run.ref.credential_inputs,
        "nodes_input_masks": run.ref.nodes_input_masks,
        "pinned_outputs": _json_or_none(request.pinned_outputs),
        "nodes_to_skip": _json_or_none(sorted(request.nodes_to_skip)),
        "limits": encode(run.tree.limits.own) if parent is None and run.tree.limits.own is not NO_OWN_LIMITS else None,
        "created_at": run.created_at,
    }


def _json_or_none(value: Any) -> bytes | None:
    return encode(value) if value else None


def _check_admission(tx: Tx, core: Core, request: AdmitRequest, run: GraphExecution) -> None:
    # What can change between the request and the write is looked at again here, where nothing else can happen.
    parent = request.parent
    if parent is None:
        if not core.services.library.is_graph_in_user_library_tx(
            tx, request.plan.graph_id, request.user_id, request.plan.version
        ):
            raise GraphNotInLibraryError(hint="Add the agent to the library again to run it.")
        return
    for name, key in (("parent", parent.run.key), ("root", root_of(parent.run).key)):
        status = tx.fetch_one(sql.status_of, (key,))
        if status is None:
            raise NotFoundError(f"The {name} run is gone.")
        if status[0] in states.ENDED:
            raise ConflictError(f"The {name} run is {status[0]}; nothing new starts in it.")
