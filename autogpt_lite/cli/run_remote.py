"""Runs an agent on the server that has this data directory open."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import msgspec

from ..errors import GraphValidationError, InvalidInputError
from .client import ServerClient, ServerRefusedError
from .follow import follow, read_result
from .held_signals import hold_signals
from .run_types import RunOrder, RunResult


def run_on_server(data_dir: Path, order: RunOrder) -> RunResult:
    """Gives the agent to the server and waits for the end of its run; Ctrl-C and SIGTERM stop the run."""
    client = ServerClient(data_dir)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with hold_signals() as let_signals_in:
        started = _start(client, order)
        path = f"/api/graphs/{started['graph_id']}/executions/{started['graph_exec_id']}"
        titles = started["titles"] if order.show_live else None
        status = follow(client, path, titles, let_signals_in=let_signals_in)
    return read_result(client, path, status, {stored_id: file_id for file_id, stored_id in started["node_ids"].items()})


def _start(client: ServerClient, order: RunOrder) -> dict[str, Any]:
    body = {
        "agent": order.agent.decode("utf-8", "replace"),
        "inputs": order.inputs,
        "pinned_outputs": order.pinned_outputs,
        "allow_missing_blocks": order.allow_missing_blocks,
        "approve": order.approve,
        "strict_inputs": True,
        "limits": msgspec.to_builtins(order.limits),
    }
    try:
        return client.post("/api/agent-files/execute", body)
    except ServerRefusedError as error:
        raise _as_local(error) from None


def _as_local(error: ServerRefusedError) -> Exception:
    detail = error.detail if isinstance(error.detail, dict) else {}
    if "node_errors" in detail:
        return GraphValidationError(str(error), node_errors=detail["node_errors"], hint=error.hint)
    if error.http_status < 500:
        return InvalidInputError(str(error), hint=error.hint, detail=error.detail)
    return error
