"""`autogpt-lite schedules` talks to the server that fires them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.http.library_agents import TEXT_INPUT, echo_agent
from tests.server import ServerProcess, run_cli


@pytest.fixture
def graph_id(real_server: ServerProcess) -> str:
    return real_server.post("/api/graphs", {"graph": echo_agent(inputs={"x": TEXT_INPUT})})["id"]


def schedules(server: ServerProcess, *arguments: str, exit_code: int = 0) -> str:
    done = run_cli("schedules", *arguments, "--data-dir", server.data_dir)
    assert done.returncode == exit_code, done.stderr
    return done.stdout if exit_code == 0 else done.stderr


def test_a_schedule_from_its_making_to_its_end(real_server: ServerProcess, graph_id: str):
    added = schedules(real_server, "add", graph_id, "0 9 * * *", "--name", "Daily", "--timezone", "Asia/Tokyo", "--input", "x=hi")
    line, *times = added.splitlines()
    schedule_id = line.split()[0]
    assert len(times) == 5
    assert all(time.endswith("T09:00:00+09:00") for time in times)
    assert schedules(real_server, "list", "--agent", graph_id).splitlines() == [line]
    assert line.endswith("Asia/Tokyo  Daily")
    assert "paused" in schedules(real_server, "pause", schedule_id)
    assert schedules(real_server, "resume", schedule_id).strip() == line
    assert schedules(real_server, "history", schedule_id) == ""
    assert schedules(real_server, "remove", schedule_id) == f"removed: {schedule_id}\n"
    assert schedules(real_server, "list", "--agent", graph_id) == ""
    assert "There is no schedule" in schedules(real_server, "remove", schedule_id, exit_code=1)


def test_what_is_wrong_is_said_in_a_line(real_server: ServerProcess, graph_id: str):
    assert "the minute 61" in schedules(real_server, "preview", "61 * * * *", exit_code=1)
    assert schedules(real_server, "preview", "@hourly", "--timezone", "UTC").startswith("UTC\n")
    assert "has no value" in schedules(real_server, "add", graph_id, "@daily", "--input", "x", exit_code=1)


def test_without_a_server_there_is_a_hint(tmp_path: Path):
    done = run_cli("schedules", "list", "--data-dir", tmp_path)
    assert done.returncode == 1
    assert "autogpt-lite serve" in done.stderr
