"""A run followed to its end by a command, on the running server or in this process."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import Any, NoReturn
from urllib.parse import quote

import click

from ..errors import StopTimeoutError
from .api import Api
from .client import ServerClient, ServerRefusedError
from .live import LiveNodes
from .run_types import RunResult

POLL_S = 0.2
STOP_WAIT_S = 15
SEND_S = 0.5
EXIT_LEFT = 130
ENDED = ("COMPLETED", "FAILED", "TERMINATED")


def find_run(api: Api, graph_exec_id: str) -> tuple[str, dict[str, Any]]:
    """(its path, the run) by the run's id alone."""
    run = api.get(f"/api/executions/{quote(graph_exec_id, safe='')}")
    return f"/api/graphs/{run['graph_id']}/executions/{run['id']}", run


def address_of(api: Api, run: Mapping[str, Any]) -> str:
    """Where a browser shows the run; its id where no server runs."""
    url = getattr(api, "url", None)
    return f"{url}/runs/{run['graph_id']}/{run['id']}" if url else run["id"]


def follow(
    api: Api, path: str, titles: Mapping[str, str] | None = None, *, let_signals_in: Callable[[], None] = lambda: None
) -> str:
    """Waits for the end of the run, showing its nodes live by their titles; its status then. Ctrl-C stops its tree and waits on; a
    second one leaves at once. `let_signals_in` is that of `hold_signals`, where they were held until now."""
    try:
        let_signals_in()
        return _wait(api, path, titles)
    except KeyboardInterrupt:
        stop = _Stop(api, path)
    tell_stopping()
    stop.run()
    return _wait(api, path, None)


class _Stop:
    """Stops the run; nodes that do not end are named. From its making on another signal leaves, but never before the server has
    the request."""

    def __init__(self, api: Api, path: str):
        self._api = api
        self._path = f"{path}/stop?wait_timeout={STOP_WAIT_S}"
        self._asked: Future | None = None
        self._wants_to_leave = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    def run(self) -> None:
        """Raises what the server answers, unless it is about nodes that have not ended."""
        try:
            if isinstance(self._api, ServerClient):
                self._ask_in_thread(self._api)
            else:
                self._api.post(self._path)
        except (ServerRefusedError, StopTimeoutError) as error:
            click.echo(f"autogpt-lite: {error.message}", err=True)

    def _ask_in_thread(self, api: ServerClient) -> None:
        # So that a signal ends the waiting for the answer.
        with ThreadPoolExecutor(1) as executor:
            self._asked = executor.submit(api.post, self._path)
            if self._wants_to_leave:
                self._on_signal()
            self._asked.result()

    def _on_signal(self, *_: Any) -> None:
        if self._asked is None and isinstance(self._api, ServerClient):
            self._wants_to_leave = True
            return
        if self._asked is not None:
            wait([self._asked], timeout=SEND_S)
        leave()


def tell_stopping() -> None:
    """What Ctrl-C says first."""
    click.echo("Stopping the run; Ctrl-C once more leaves at once.", err=True)


def leave() -> NoReturn:
    """Ends this process without waiting for anything: what is on the disk is whole."""
    click.echo("Left. What had not ended by then goes on when the server starts again, or is ended there.", err=True)
    sys.stdout.flush()
    os._exit(EXIT_LEFT)


def _wait(api: Api, path: str, titles: Mapping[str, str] | None) -> str:
    with ExitStack() as stack:
        live = stack.enter_context(LiveNodes(titles)) if titles is not None else None
        seen = 0
        while True:
            shown = api.get(f"{path}?after_seq={seen}&node_limit=500")
            nodes = shown["node_executions"]
            for node in nodes if live is not None else ():
                live.note(node["node_id"], node["status"])
            if live is not None:
                live.draw_if_due()
            if shown["status"] in ENDED or shown["status"] == "REVIEW":
                return shown["status"]
            if nodes:
                seen = int(nodes[-1]["node_exec_id"][-6:], 16)
            api.pause(POLL_S)


def read_result(api: Api, path: str, status: str, ids_in_file: Mapping[str, str] | None = None) -> RunResult:
    """What the run gave; node ids as in the file that it came from, where `ids_in_file` {stored id: id in the file} is given."""
    shown, in_file = api.get(f"{path}?node_limit=0"), ids_in_file or {}
    errors: dict[str, list[str]] = {}
    for node_id, message in api.get(f"{path}/node-errors"):
        errors.setdefault(in_file.get(node_id, node_id), []).append(message)
    return RunResult(
        graph_exec_id=shown["id"],
        status=status,
        outputs=shown["outputs"],
        stats=shown["stats"],
        node_errors=errors,
        is_waiting=status == "REVIEW",
    )
