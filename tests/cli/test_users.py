"""`autogpt-lite users` with a running server and without one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.server import ServerProcess, run_cli


def users(folder: Path, *arguments: str, **settings: Any) -> list[str]:
    done = run_cli("users", *arguments, "--data-dir", folder, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_users_come_and_go_while_the_server_runs(tmp_path: Path):
    with ServerProcess(tmp_path) as server:
        line, link, until = users(tmp_path, "add", "ada@example.org", "--name", "Ada", "--role", "admin")
        assert line.split()[1:] == ["admin", "ada@example.org", "Ada"]
        assert link.startswith(f"{server.url}/#code=")
        assert until.strip().startswith("once, until 20")
        assert users(tmp_path, "role", "ADA@example.org", "user")[0].split()[1] == "user"
        assert len(users(tmp_path, "list")) == 2
        assert users(tmp_path, "remove", "ada@example.org", "--yes") == ["removed: ada@example.org"]
        assert [line.split()[2] for line in users(tmp_path, "list")] == ["default@example.com"]
        actions = [event["action"] for event in server.get("/api/admin/audit")]
    assert actions[0] == "DELETE /api/admin/users/{user_id}"


def test_without_a_server_users_get_a_link_to_a_password(tmp_path: Path):
    _, link, _ = users(tmp_path, "add", "ada@example.org", auth__mode="password")
    assert "/#reset=" in link
    assert "/#reset=" in users(tmp_path, "reset", "ada@example.org", auth__mode="password")[0]
    nobody = run_cli("users", "reset", "bob@example.org", "--data-dir", tmp_path, auth__mode="password")
    assert (nobody.returncode, "users list" in nobody.stderr) == (1, True)
    nobody = run_cli("users", "remove", "bob@example.org", "--data-dir", tmp_path, auth__mode="password")
    assert (nobody.returncode, "Go on?" in nobody.stdout, "no user bob" in nobody.stderr) == (1, False, True)
    no_server = run_cli("users", "reset", "ada@example.org", "--data-dir", tmp_path)
    assert no_server.returncode == 1
    assert "running server" in no_server.stderr
    with ServerProcess(tmp_path, settings={"auth.mode": "password"}) as server:
        events = server.get("/api/admin/audit")
        assert [event["action"] for event in events] == ["POST /api/admin/users/{user_id}/reset"] * 3 + ["POST /api/admin/users"]
