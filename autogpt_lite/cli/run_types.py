"""What `run` is told and what it says, whichever way the agent runs."""

from __future__ import annotations

from typing import Any

import msgspec

from ..engine.limits import GivenLimits


class RunOrder(msgspec.Struct, kw_only=True):
    """`agent` is the file's content; node ids in `pinned_outputs` are the file's own."""

    agent: bytes
    inputs: dict[str, Any]
    pinned_outputs: dict[str, list[list[tuple[str, Any]]]]
    allow_missing_blocks: bool
    limits: GivenLimits | None
    show_live: bool
    approve: bool = False


class RunResult(msgspec.Struct, kw_only=True):
    """`outputs` is {name: [values]}, `node_errors` {node id of the file: [messages]}."""

    graph_exec_id: str
    status: str
    outputs: dict[str, list[Any]]
    stats: dict[str, Any] | None
    node_errors: dict[str, list[str]]
    is_waiting: bool = False
    """It, or an agent in it, waits for a person."""
