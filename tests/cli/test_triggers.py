"""`autogpt-lite triggers`: what was set up is seen, tried and removed, with and without a running server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.http.triggers import PUBLIC_URL, SETUP, setup_body, trigger_agent
from tests.server import ServerProcess, run_cli

SETTINGS = {"server.public_url": PUBLIC_URL}
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def triggers(*arguments: str, exit_code: int = 0) -> str:
        done = run_cli("triggers", *arguments, "--data-dir", tmp_path, server__public_url=PUBLIC_URL)
        assert done.returncode == exit_code, done.stderr
        return done.stdout if exit_code == 0 else done.stderr

    return triggers


def test_a_trigger_is_seen_tried_and_removed_from_a_shell(tmp_path: Path, run: Run):
    with ServerProcess(tmp_path, settings=SETTINGS) as server:
        preset = server.post(SETUP, setup_body(server.post("/api/graphs", {"graph": trigger_agent()})))
        webhook_id, url = preset["webhook_id"], preset["webhook"]["url"]
        assert run("list") == f"{webhook_id}  generic_webhook  -  1  {url}\n"
        assert "  started   plain  " in run("test", webhook_id, "--payload", '{"x": 1}')
        assert len(run("secret", webhook_id, "--make").strip()) == 64
    # Without a server the same.
    assert "  started   plain  " in run("history", webhook_id)
    assert run("remove", webhook_id) == f"removed: {webhook_id}\n"
    assert "There is no such webhook." in run("remove", webhook_id, exit_code=1)
