"""Agents in agents: a node runs another graph as a child of its own run."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import apsw
import msgspec

from .. import faultpoints
from ..db import Tx
from ..errors import LimitExceededError, NotFoundError
from . import states
from .admit import AdmitRequest
from .flush import sql
from .graph_execution import PARENT_ENDED, fail_run, start_run, terminate_run
from .plan import GraphPlan
from .propagation import decode
from .records import GraphExecution, NodeExecution
from .recovery import StoredRun, read_run, restore_run, take_up
from .stored_runs import end_stored_run

if TYPE_CHECKING:
    from .engine import Engine

_encode_sorted = msgspec.json.Encoder(order="sorted").encode

AGENT_OUTPUT_PIN = "output"


async def run_child(
    engine: Engine,
    parent: NodeExecution,
    call: int,
    graph_id: str,
    graph_version: int,
    inputs: dict[str, Any],
    masks: dict[str, Any] | None,
) -> AsyncIterator[tuple[str, Any]]:
    """Yields (output name, value) of the child in the order in which its Output nodes end; ends with the child.

    A replay of the parent node finds the child that its call number `call` had begun and starts it no second time. If the
    parent node is cancelled, the child is stopped. Raises NotFoundError for a graph that is not there for this user, and
    LimitExceededError where a limit of the tree forbids one more child: then the tree has ended already, whatever the block makes
    of it.
    """
    plan = engine.plan_of(graph_id, graph_version)
    _check_may_run(engine, parent, plan)
    outputs: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()
    request = AdmitRequest(
        user_id=parent.run.user_id,
        plan=plan,
        inputs=inputs,
        masks={**parent.run.masks, **(masks or {})},
        pinned_outputs=parent.run.pinned_outputs,
        nodes_to_skip=parent.run.nodes_to_skip,
        source="agent",
        priority=parent.run.priority,
        is_dry_run=parent.run.ref.is_dry_run,
        parent=parent,
        child_key=child_key(parent, call, graph_id, graph_version, inputs),
    )
    try:
        child = await _find_or_admit(engine, request, call, outputs)
    except LimitExceededError as error:
        fail_run(engine.core, parent.run, error)
        raise
    try:
        while (item := await outputs.get()) is not None:
            yield item
    finally:
        if child is not None and child.status not in states.ENDED and not engine.core.is_closing:
            terminate_run(engine.core, child, PARENT_ENDED)


def _check_may_run(engine: Engine, parent: NodeExecution, plan: GraphPlan) -> None:
    """A node's `graph_id` is whatever somebody wrote there. It has to be a graph of whose run it is, one of the owner of the
    agent that calls it (an agent from elsewhere brings its own parts), or in the library in this version."""
    run = parent.run
    if plan.owner_id in (run.user_id, run.plan.owner_id):
        return
    if not engine.core.services.library.may_read(plan.graph_id, run.user_id, plan.version):
        raise NotFoundError(f"There is no version {plan.version} of the graph {plan.graph_id[:80]!r}.")


def child_key(parent: NodeExecution, call: int, graph_id: str, graph_version: int, inputs: dict[str, Any]) -> str:
    """What a child is found by: the try of the parent node, which of its calls it is, the graph version and the inputs. The
    delivery is no part of it."""
    content = _encode_sorted([graph_id, graph_version, inputs])
    return f"{parent.try_number}-{call}-{hashlib.sha256(content).hexdigest()[:32]}"


async def _find_or_admit(engine: Engine, request: AdmitRequest, call: int, outputs: asyncio.Queue) -> GraphExecution | None:
    core, parent = engine.core, request.parent
    key = None
    if parent.seq < parent.run.first_own_seq:  # else the node began in this process and has no child from before
        key = await core.db.write_patiently(lambda tx: _find_child(tx, core.services.ledger, parent, call, request.child_key))
    if key is None:
        child = await engine.admit(request)
        _follow(engine, child, outputs)
        faultpoints.hit("engine.child_admitted")
        if child.status == states.QUEUED:  # it may have been stopped while it was written
            start_run(core, child)
        return child

    # Nothing of the child is on its way: it is in no memory, and the look for it was a write. A large one is put together aside.
    def read(connection: apsw.Connection) -> tuple[GraphExecution, list[NodeExecution]]:
        stored = read_run(connection, key, core.services.reviews)
        restored = restore_run(core, stored, request.plan, parent)
        return restored, _ended_outputs(stored, restored)

    restored, ended = await core.db.read_patiently(read)
    for execution in ended:
        _put_outputs(execution, outputs)
    if restored.status in states.ENDED:
        outputs.put_nowait(None)
        return None
    take_up(core, restored)
    core.runs[restored.id] = restored
    _follow(engine, restored, outputs)
    engine.go_on(restored)
    return restored


def _find_child(tx: Tx, ledger: Any, parent: NodeExecution, call: int, wanted: str) -> int | None:
    """The key of the child that an earlier delivery had begun with this call. Those of an earlier try, or that it had begun with
    other inputs, are ended: nobody waits for them any more."""
    this_try, this_call = f"{parent.try_number}-", f"{parent.try_number}-{call}-"
    found = None
    for key, status, stored_key in tx.fetch_all(sql.children_of_node, (parent.key,)):
        if stored_key == wanted:
            found = key
        elif status not in states.ENDED and (stored_key.startswith(this_call) or not stored_key.startswith(this_try)):
            end_stored_run(tx, ledger, key, states.TERMINATED, PARENT_ENDED)
    return found


def _follow(engine: Engine, child: GraphExecution, outputs: asyncio.Queue) -> None:
    child.on_output = lambda execution: _put_outputs(execution, outputs)
    if child.status in states.ENDED and engine.core.runs.get(child.id) is not child:
        outputs.put_nowait(None)
    else:
        engine.ended_future(child).add_done_callback(lambda _: outputs.put_nowait(None))


def _put_outputs(execution: NodeExecution, outputs: asyncio.Queue) -> None:
    name = decode(execution.input_json).get("name")
    for pin, text in execution.outputs:
        if pin == AGENT_OUTPUT_PIN:
            outputs.put_nowait((str(name), decode(text)))


def _ended_outputs(stored: StoredRun, run: GraphExecution) -> list[NodeExecution]:
    """The ended executions of Output nodes in the order in which they had ended: the parent counts what it has emitted."""
    found = []
    for row in stored.nodes:
        node = run.plan.nodes[row[1]]
        if node.is_output and states.STATUSES[row[2]] in (states.COMPLETED, states.FAILED):
            execution = NodeExecution(run, node, row[0] & 0xFFFFFF, row[5])
            execution.ended_at = row[5] + row[8]
            execution.input_json = row[9]
            execution.outputs = stored.outputs.get(row[0]) or [(p, msgspec.json.encode(v)) for p, v in decode(row[10] or b"[]")]
            found.append(execution)
    return sorted(found, key=lambda execution: (execution.ended_at, execution.seq))
