"""A signal while a command starts a run: the run is stopped, and never left behind."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from autogpt_lite.cli import run_remote
from autogpt_lite.cli.held_signals import hold_signals
from autogpt_lite.cli.run_types import RunOrder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

ORDER = RunOrder(agent=b"{}", inputs={}, pinned_outputs={}, allow_missing_blocks=False, limits=None, show_live=False)


@pytest.fixture(autouse=True)
def handlers():
    """As before, afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Started(dict):
    """The answer to the start; a signal comes just when the command reads it."""

    def __getitem__(self, key: str) -> Any:
        if key == "graph_exec_id":
            os.kill(os.getpid(), signal.SIGINT)
        return super().__getitem__(key)


class Server:
    """Answers as a server with one run, which ends when it is stopped."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def post(self, path: str, body: Any = None) -> Any:
        self.asked.append(path.partition("?")[0])
        return Started(graph_id="g", graph_exec_id="x", titles={}, node_ids={})

    def get(self, path: str) -> Any:
        assert "/api/graphs/g/executions/x/stop" in self.asked, "it waits for a run that nobody has stopped"
        return {"id": "x", "status": "TERMINATED", "node_executions": [], "outputs": {}, "stats": None}


def test_a_signal_in_the_moment_after_the_start_stops_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    server = Server()
    monkeypatch.setattr(run_remote, "ServerClient", lambda _: server)
    monkeypatch.setattr(run_remote, "read_result", lambda client, path, status, ids: status)
    assert run_remote.run_on_server(tmp_path, ORDER) == "TERMINATED"
    assert server.asked == ["/api/agent-files/execute", "/api/graphs/g/executions/x/stop"]


def test_a_signal_that_was_held_is_told_once_and_handlers_come_back():
    before = signal.getsignal(signal.SIGINT)
    with hold_signals() as let_in:
        os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is not before
        with pytest.raises(KeyboardInterrupt):
            let_in()
        assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(ValueError, match="refused"), hold_signals():
        raise ValueError("refused")
    assert signal.getsignal(signal.SIGINT) is before
