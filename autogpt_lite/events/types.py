"""Events: small facts captured at a transition. They hold no copies: a node's outputs are an append-only list, so
(list, count) is what it was at that moment, and frames are only built for somebody who listens (web/frames.py)."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec


class RunRef(msgspec.Struct, frozen=True):
    """Which run an event belongs to. Ids are UUID texts; a root is its own root and has no parent."""

    user_id: str
    graph_id: str
    graph_version: int
    graph_exec_id: str
    root_id: str
    parent_id: str | None = None
    preset_id: str | None = None
    is_dry_run: bool = False
    inputs: bytes = b"{}"
    """The graph inputs as JSON."""
    credential_inputs: bytes | None = None
    nodes_input_masks: bytes | None = None


DROPPED_OUTPUT = ("", b"")
"""Stands for an output that has left the memory: a node that yields for long keeps its newest ones only."""


class NodeView(Protocol):
    """What an event shows of a node execution. Times are microseconds; one that has not come yet is None."""

    node_exec_id: str
    node_id: str
    block_id: str
    input_json: bytes
    outputs: list[tuple[str, bytes]]
    """(pin, value as JSON), only ever appended to; the oldest of many may have become DROPPED_OUTPUT."""
    added_at: int
    queued_at: int | None
    started_at: int | None
    ended_at: int | None
    cost: int
    """In credits, so far."""
    error_code: str | None
    """What kind of failure it ended with, where that is known (errors.AutoGPTLiteError.code)."""


class NodeExecutionEvent(msgspec.Struct, gc=False):
    """A node execution came to `status`, or yielded: `n_outputs` of its outputs were there."""

    run: RunRef
    node: NodeView
    status: str
    n_outputs: int
    seq: int = 0
    """Set when it is published: position in the stream of this process (see EventBus.epoch)."""
    kept_bytes: int = 0
    """Set when it is published: what it keeps in memory, counted once, since a node that goes on grows behind its event."""


class GraphExecutionEvent(msgspec.Struct, gc=False):
    """A run came to `status`, or its stats changed. `outputs` is append-only: the first `n_outputs` [(name, JSON)] count."""

    run: RunRef
    status: str
    started_at: int | None
    ended_at: int | None
    stats: dict[str, Any] | None
    outputs: list[tuple[str, bytes]]
    n_outputs: int
    seq: int = 0
    kept_bytes: int = 0


class NodeProgress(msgspec.Struct, frozen=True, gc=False):
    """What a running node has to show before it yields: the newest words of a model. Nothing that is kept."""

    run: RunRef
    node_exec_id: str
    node_id: str
    text: str


Event = NodeExecutionEvent | GraphExecutionEvent
