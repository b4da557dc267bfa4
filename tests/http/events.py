"""Events as an engine would publish them, for the tests of what becomes of them."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from autogpt_lite.events import GraphExecutionEvent, NodeExecutionEvent, RunRef

USER_ID = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"
STARTED_AT = 1_763_690_000_000_000


class Node(msgspec.Struct):
    """A node execution (events.NodeView)."""

    node_exec_id: str
    node_id: str = "node"
    block_id: str = "block"
    input_json: bytes = b'{"a":1}'
    outputs: list[tuple[str, bytes]] = []
    added_at: int = STARTED_AT
    queued_at: int | None = STARTED_AT
    started_at: int | None = None
    ended_at: int | None = None
    cost: int = 0
    error_code: str | None = None


def make_run(graph_exec_id: str = "run", **more: Any) -> RunRef:
    return RunRef(user_id=USER_ID, graph_id="graph", graph_version=2, graph_exec_id=graph_exec_id, root_id=graph_exec_id, **more)


def node_event(run: RunRef, node: Node, status: str = "RUNNING") -> NodeExecutionEvent:
    return NodeExecutionEvent(run, node, status, len(node.outputs))


def yield_event(run: RunRef, node: Node, pin: str, value: Any) -> NodeExecutionEvent:
    node.outputs.append((pin, json.dumps(value).encode()))
    return node_event(run, node)


def graph_event(run: RunRef, status: str, outputs: list[tuple[str, bytes]] | None = None, **more: Any) -> GraphExecutionEvent:
    outputs = outputs or []
    fields = {"started_at": STARTED_AT, "ended_at": None, "stats": None, **more}
    return GraphExecutionEvent(run=run, status=status, outputs=outputs, n_outputs=len(outputs), **fields)
