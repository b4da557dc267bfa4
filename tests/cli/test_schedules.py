"""`autogpt-lite schedules`: with and without a running server the same."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path

import pytest

from tests.http.library_agents import TEXT_INPUT, echo_agent
from tests.server import ServerProcess, run_cli


@pytest.fixture
def agent(data_dir: Path, tmp_path: Path) -> dict[str, str]:
    """{name, graph_id}"""
    name = f"Echo {uuid.uuid4()}"
    (tmp_path / "agent.json").write_text(json.dumps(echo_agent(name, inputs={"x": TEXT_INPUT})))
    added = run_cli("library", "add", tmp_path / "agent.json", "--data-dir", data_dir)
    return {"name": name, "graph_id": re.match(r"\S+", added.stdout)[0]}


def schedules(data_dir: Path, *arguments: str, exit_code: int = 0) -> str:
    done = run_cli("schedules", *arguments, "--data-dir", data_dir)
    assert done.returncode == exit_code, done.stderr
    return done.stdout if exit_code == 0 else done.stderr


def test_a_schedule_from_its_making_to_its_end(data_dir: Path, agent: dict[str, str]):
    added = schedules(
        data_dir, "add", agent["name"], "0 9 * * *", "--name", "Daily", "--timezone", "Asia/Tokyo", "--input", "x=hi"
    )
    line, *times = added.splitlines()
    schedule_id = line.split()[0]
    assert len(times) == 5
    assert all(time.endswith("T09:00:00+09:00") for time in times)
    assert schedules(data_dir, "list", "--agent", agent["graph_id"]).splitlines() == [line]
    assert line.endswith("Asia/Tokyo  Daily")
    assert "paused" in schedules(data_dir, "pause", schedule_id)
    assert schedules(data_dir, "resume", schedule_id).strip() == line
    assert schedules(data_dir, "history", schedule_id) == ""
    assert schedules(data_dir, "remove", schedule_id) == f"removed: {schedule_id}\n"
    assert schedules(data_dir, "list", "--agent", agent["graph_id"]) == ""
    assert "There is no schedule" in schedules(data_dir, "remove", schedule_id, exit_code=1)


def test_what_is_wrong_is_said_in_a_line(data_dir: Path, agent: dict[str, str]):
    assert "the minute 61" in schedules(data_dir, "preview", "61 * * * *", exit_code=1)
    assert schedules(data_dir, "preview", "@hourly", "--timezone", "UTC").startswith("UTC\n")
    assert "has no value" in schedules(data_dir, "add", agent["graph_id"], "@daily", "--input", "x", exit_code=1)


def test_what_was_added_without_a_server_fires_on_the_next_one(tmp_path: Path):
    data_dir = tmp_path / "data"
    (tmp_path / "agent.json").write_text(json.dumps(echo_agent("Later", inputs={"x": TEXT_INPUT})))
    run_cli("library", "add", tmp_path / "agent.json", "--data-dir", data_dir)
    schedule_id = schedules(data_dir, "add", "Later", "@yearly", "--input", "x=hi").split()[0]
    with ServerProcess(data_dir) as server:
        assert [one["id"] for one in server.get("/api/schedules")] == [schedule_id]
        assert server.get("/api/library/agents?search_term=Later")["agents"][0]["activity"] == "scheduled"


def test_agents_that_nobody_knows_are_said(data_dir: Path):
    assert "The library has no agent 'nobody'" in schedules(data_dir, "add", "nobody", "@daily", exit_code=1)
