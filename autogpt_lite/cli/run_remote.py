"""Runs an agent on the server that has this data directory open."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from ..errors import GraphValidationError, InvalidInputError
from .client import ServerClient, ServerRefusedError
from .follow import follow, read_result
from .run_types import RunOrder, RunResult


def run_on_server(data_dir: Path, order: RunOrder) -> RunResult:
    """Gives the agent to the server and waits for the end of its run; Ctrl-C and SIGTERM stop the run."""
    client = ServerClient(data_dir)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _interrupt_waits() as is_interrupted:
        started = _start(client, order)
    path = f"/api/graphs/{started['graph_id']}/executions/{started['graph_exec_id']}"
    status = follow(client, path, started["titles"] if order.show_live else None, is_interrupted=is_interrupted())
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


@contextmanager
def _interrupt_waits() -> Iterator[Callable[[], bool]]:
    """Ctrl-C is only noted meanwhile: an interrupted request would leave a run behind that nobody knows the id of."""
    noted: list[int] = []
    before = {number: signal.signal(number, lambda n, _: noted.append(n)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(noted)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _as_local(error: ServerRefusedError) -> Exception:
    detail = error.detail if isinstance(error.detail, dict) else {}
    if "node_errors" in detail:
        return GraphValidationError(str(error), node_errors=detail["node_errors"], hint=error.hint)
    if error.http_status < 500:
        return InvalidInputError(str(error), hint=error.hint, detail=error.detail)
    return error
