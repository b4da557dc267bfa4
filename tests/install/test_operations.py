"""docs/operations.md keeps its word about the data directory."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

from tests.server import CLI, PROJECT, ServerProcess


def export(data_dir: Path, graph_id: str) -> str:
    command = [*CLI, "export", graph_id, "--data-dir", str(data_dir)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout


def test_a_copy_that_sqlite_makes_of_the_live_file_is_a_backup(real_server: ServerProcess, tmp_path: Path):
    graph = real_server.get("/api/graphs")[0]
    exported = export(real_server.data_dir, graph["id"])
    restored = tmp_path / "restored"
    restored.mkdir()
    # Another process than the server's, as the sqlite3 command would be: there SQLite's locks hold.
    live = sqlite3.connect(f"file:{real_server.data_dir / 'autogpt_lite.sqlite'}?mode=ro", uri=True)
    try:
        live.execute("VACUUM INTO ?", (str(restored / "autogpt_lite.sqlite"),))
    finally:
        live.close()
    assert export(restored, graph["id"]) == exported
    assert real_server.get("/health") == {"status": "healthy"}


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the folder itself private")
def test_only_the_owner_gets_at_the_data_directory(real_server: ServerProcess):
    assert stat.S_IMODE(real_server.data_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE((real_server.data_dir / "owner_token").stat().st_mode) == 0o600


def test_a_second_server_says_who_has_the_directory_and_exits_with_3(real_server: ServerProcess):
    command = [*CLI, "serve", "--data-dir", str(real_server.data_dir), "--port", "0"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert str(real_server.process.pid) in done.stderr


def test_a_server_that_ended_leaves_nothing_that_belongs_to_a_running_one(tmp_path: Path):
    with ServerProcess(tmp_path) as server:
        server.get("/health")
    # What is left may be copied as it is.
    assert {path.name for path in tmp_path.iterdir()} <= {"autogpt_lite.sqlite", "owner_token", "credentials.key", "lock"}
