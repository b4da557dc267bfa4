"""Runs an agent on the server that has this data directory open."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ..errors import GraphValidationError, InvalidInputError
from .client import ServerClient, ServerRefusedError
from .live import LiveNodes
from .run_types import RunOrder, RunResult

POLL_S = 0.2
_ENDED = ("COMPLETED", "FAILED", "TERMINATED")


def run_on_server(data_dir: Path, order: RunOrder) -> RunResult:
    """Gives the agent to the server and waits for the end of its run; Ctrl-C and SIGTERM stop the run."""
    client = ServerClient(data_dir)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _interrupt_waits() as is_interrupted:
        started = _start(client, order)
    path = f"/api/graphs/{started['graph_id']}/executions/{started['graph_exec_id']}"
    try:
        if is_interrupted():
            raise KeyboardInterrupt
        status = _wait(client, path, started["titles"], order.show_live)
    except KeyboardInterrupt:
        client.post(f"{path}/stop")
        status = _wait(client, path, started["titles"], False)
    return _result(client, path, status, started)


def _start(client: ServerClient, order: RunOrder) -> dict[str, Any]:
    body = {
        "agent": order.agent.decode("utf-8", "replace"),
        "inputs": order.inputs,
        "pinned_outputs": order.pinned_outputs,
        "allow_missing_blocks": order.allow_missing_blocks,
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


def _wait(client: ServerClient, path: str, titles: dict[str, str], show_live: bool) -> str:
    with ExitStack() as stack:
        live = stack.enter_context(LiveNodes(titles)) if show_live else None
        seen = 0
        while True:
            shown = client.get(f"{path}?after_seq={seen}&node_limit=500")
            nodes = shown["node_executions"]
            for node in nodes if live is not None else ():
                live.note(node["node_id"], node["status"])
            if live is not None:
                live.draw_if_due()
            if shown["status"] in _ENDED:
                return shown["status"]
            if nodes:
                seen = int(nodes[-1]["node_exec_id"][-6:], 16)
            time.sleep(POLL_S)


def _result(client: ServerClient, path: str, status: str, started: dict[str, Any]) -> RunResult:
    shown = client.get(f"{path}?node_limit=0")
    in_file = {stored_id: file_id for file_id, stored_id in started["node_ids"].items()}
    errors: dict[str, list[str]] = {}
    for node_id, message in client.get(f"{path}/node-errors"):
        errors.setdefault(in_file.get(node_id, node_id), []).append(message)
    return RunResult(graph_exec_id=shown["id"], status=status, outputs=shown["outputs"], stats=shown["stats"], node_errors=errors)


def _as_local(error: ServerRefusedError) -> Exception:
    detail = error.detail if isinstance(error.detail, dict) else {}
    if "node_errors" in detail:
        return GraphValidationError(str(error), node_errors=detail["node_errors"], hint=error.hint)
    if error.http_status < 500:
        return InvalidInputError(str(error), hint=error.hint, detail=error.detail)
    return error
