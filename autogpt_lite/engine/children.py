"""Agents in agents: a node runs another graph as a child of its own run."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import msgspec

from . import states
from .admit import AdmitRequest
from .flush import sql
from .graph_execution import start_run, terminate_run
from .propagation import decode
from .records import GraphExecution, NodeExecution

if TYPE_CHECKING:
    from .engine import Engine

_encode_sorted = msgspec.json.Encoder(order="sorted").encode

AGENT_OUTPUT_PIN = "output"


async def run_child(
    engine: Engine,
    parent: NodeExecution,
    graph_id: str,
    graph_version: int,
    inputs: dict[str, Any],
    masks: dict[str, Any] | None,
) -> AsyncIterator[tuple[str, Any]]:
    """Yields (output name, value) of the child in the order in which its Output nodes end; ends with the child.

    A replay of the parent node finds the child that it had begun and starts it no second time. If the parent node is
    cancelled, the child is stopped.
    """
    plan = engine.plan_of(graph_id, graph_version)
    key = child_key(parent, graph_id, graph_version, inputs)
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
        child_key=key,
    )
    child = await _find_or_admit(engine, request, outputs)
    try:
        while (item := await outputs.get()) is not None:
            yield item
    finally:
        if child is not None and child.status not in states.ENDED and not engine.core.is_closing:
            terminate_run(engine.core, child, "The run that had started this agent ended first.")
            engine.core.wake()


def child_key(parent: NodeExecution, graph_id: str, graph_version: int, inputs: dict[str, Any]) -> str:
    """What a child is found by: the try of the parent node, the graph version and the inputs. The delivery is no part of it."""
    content = _encode_sorted([graph_id, graph_version, inputs])
    return f"{parent.try_number}-{hashlib.sha256(content).hexdigest()[:32]}"


async def _find_or_admit(engine: Engine, request: AdmitRequest, outputs: asyncio.Queue) -> GraphExecution | None:
    core, parent = engine.core, request.parent
    found = await core.db.write(lambda tx: tx.fetch_one(sql.find_child, (parent.key, request.child_key)))
    if found is None:
        child = await engine.admit(request)
        _follow(child, outputs)
        start_run(core, child)
        return child
    key, _, status = found
    stored = await engine.read_stored(key)
    restored = engine.restore(stored, parent)
    for execution in _ended_outputs(stored, restored):
        _put_outputs(execution, outputs)
    if status in states.ENDED:
        outputs.put_nowait(None)
        return None
    core.runs[restored.id] = restored
    _follow(restored, outputs)
    engine.go_on(restored)
    return restored


def _follow(child: GraphExecution, outputs: asyncio.Queue) -> None:
    child.on_output = lambda execution: _put_outputs(execution, outputs)
    child.ended = asyncio.get_running_loop().create_future()
    child.ended.add_done_callback(lambda _: outputs.put_nowait(None))


def _put_outputs(execution: NodeExecution, outputs: asyncio.Queue) -> None:
    name = decode(execution.input_json).get("name")
    for pin, text in execution.outputs:
        if pin == AGENT_OUTPUT_PIN:
            outputs.put_nowait((str(name), decode(text)))


def _ended_outputs(stored: Any, run: GraphExecution) -> list[NodeExecution]:
    found = []
    for row in stored.nodes:
        node = run.plan.nodes[row[1]]
        if node.is_output and states.STATUSES[row[2]] in states.ENDED:
            execution = NodeExecution(run, node, row[0] & 0xFFFFFF, row[5])
            execution.input_json = row[9]
            execution.outputs = stored.outputs.get(row[0]) or [(p, msgspec.json.encode(v)) for p, v in decode(row[10] or b"[]")]
            found.append(execution)
    return found
