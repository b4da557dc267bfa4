"""`autogpt-lite library`: with and without a running server the same."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

from tests.http.library_agents import echo_agent, slow_agent
from tests.server import ServerProcess, run_cli


def library(data_dir: Path, *arguments: str) -> str:
    done = run_cli("library", *arguments, "--data-dir", data_dir)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def add(data_dir: Path, folder: Path, agent: dict[str, Any]) -> dict[str, Any]:
    """The library agent of an imported file."""
    (folder / "agent.json").write_text(json.dumps(agent))
    done = run_cli("import", folder / "agent.json", "--data-dir", data_dir)
    assert done.returncode == 0, done.stderr
    graph_id = re.match(r"\S+", done.stdout)[0]
    agents = json.loads(library(data_dir, "list", "--json"))
    return next(one for one in agents if one["graph_id"] == graph_id)


def test_an_agent_is_removed_and_restored_by_its_name(data_dir: Path, tmp_path: Path):
    name = f"Echo {uuid.uuid4()}"
    agent = add(data_dir, tmp_path, echo_agent(name))
    assert f"{agent['id']}  healthy    v1    {name}\n" in library(data_dir, "list")
    assert library(data_dir, "remove", name.upper()) == f"removed: {name} ({agent['id']})\n"
    assert name not in library(data_dir, "list")
    assert name in library(data_dir, "list", "--removed")
    assert library(data_dir, "restore", agent["id"]) == f"restored: {name} ({agent['id']})\n"
    assert name in library(data_dir, "list")


def test_an_agent_is_exported_and_approved_by_its_name(data_dir: Path, tmp_path: Path):
    name = f"Echo {uuid.uuid4()}"
    agent = add(data_dir, tmp_path, echo_agent(name))
    for wanted in (name, agent["id"], agent["graph_id"]):
        done = run_cli("export", wanted, "--data-dir", data_dir)
        assert (done.returncode, json.loads(done.stdout)["id"]) == (0, agent["graph_id"]), done.stderr
    assert "It needs no approval." in run_cli("approve", name, "--show", "--data-dir", data_dir).stdout
    for command in ("export", "approve"):
        refused = run_cli(command, "no such", "--data-dir", data_dir)
        assert refused.returncode == 1
        assert "has no agent 'no such'.\n  `autogpt-lite library list` shows all." in refused.stderr


def test_a_list_of_nothing_says_so_beside_the_output(tmp_path: Path):
    for arguments in (
        ("schedules", "list"),
        ("triggers", "list"),
        ("reviews", "list"),
        ("runs", "list"),
        ("library", "list", "--removed"),
    ):
        done = run_cli(*arguments, "--data-dir", tmp_path / "data")
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (0, "", 1), arguments


def test_a_command_that_there_is_not_is_told_with_the_nearest(tmp_path: Path):
    done = run_cli("exprot")
    assert (done.returncode, "No such command 'exprot'. Did you mean 'export'?" in done.stderr) == (2, True)
    assert "Did you mean" not in run_cli("xyzzy").stderr


def test_an_agent_is_paused_and_goes_on(data_dir: Path, tmp_path: Path):
    agent = add(data_dir, tmp_path, echo_agent())
    library(data_dir, "pause", agent["graph_id"])
    assert f"{agent['id']}  paused" in library(data_dir, "list")
    library(data_dir, "resume", agent["graph_id"])
    assert f"{agent['id']}  healthy" in library(data_dir, "list")


def test_names_that_nobody_or_several_have(data_dir: Path, tmp_path: Path):
    name = f"Twice {uuid.uuid4()}"
    ids = [add(data_dir, tmp_path, echo_agent(name))["id"] for _ in range(2)]
    refused = run_cli("library", "remove", name, "--data-dir", data_dir)
    assert refused.returncode == 1
    assert all(one in refused.stderr for one in ids)
    lost = run_cli("library", "remove", "nobody", "--data-dir", data_dir)
    assert (lost.returncode, lost.stderr.splitlines()[0]) == (1, "autogpt-lite: The library has no agent 'nobody'.")


def test_a_run_that_a_killed_server_left_ends_with_its_agent(tmp_path: Path):
    with ServerProcess(tmp_path / "data") as server:
        graph = server.post("/api/graphs", {"graph": slow_agent()})
        started = server.post(f"/api/graphs/{graph['id']}/execute", {})
        path = f"/api/graphs/{graph['id']}/executions/{started['id']}"
        while server.get(path)["status"] == "QUEUED":  # each answer waits for the disk
            pass
        server.kill()
    library(tmp_path / "data", "remove", graph["id"])
    with ServerProcess(tmp_path / "data") as server:
        run = server.get(path)
        assert (run["status"], run["stats"]["error"]) == ("TERMINATED", "The agent left the library.")
