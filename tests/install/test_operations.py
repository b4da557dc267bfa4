"""docs/operations.md keeps its word about the data directory."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

from tests.server import CLI, PROJECT, ServerProcess, run_app


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
    assert {path.name for path in tmp_path.iterdir()} <= {"autogpt_lite.sqlite", "owner_token", "credentials.key", "lock"}


def test_a_copy_of_the_whole_directory_is_a_backup_where_no_server_runs(tmp_path: Path):
    key = {"type": "api_key", "api_key": "sk-of-the-owner"}
    with ServerProcess(tmp_path / "data") as server:
        graph = server.get("/api/graphs")[0]
        stored = server.request("POST", "/api/integrations/openai/credentials", key).json()
        token = server.bearer
    shutil.copytree(tmp_path / "data", tmp_path / "copy")
    with ServerProcess(tmp_path / "copy") as server:
        assert server.bearer == token
        assert server.get(f"/api/graphs/{graph['id']}")["nodes"] == graph["nodes"]
        (found,) = [one for one in server.get("/api/integrations/credentials") if one["id"] == stored["id"]]
        assert found["is_readable"], "the key came along"


async def test_the_newest_ten_backups_stay_and_the_one_just_made_whatever_the_clock_says(tmp_path: Path):
    async with run_app(tmp_path) as server:
        folder = tmp_path / "backups"
        folder.mkdir(exist_ok=True)
        names = [f"autogpt_lite-20990101-0000{number}.sqlite" for number in range(10, 20)]
        for name in (*names, "mine.sqlite"):
            (folder / name).write_bytes(b"")
        made = Path((await server.post("/api/system/backups")).json()["path"]).name
        assert {path.name for path in folder.iterdir()} == {made, "mine.sqlite", *names[1:]}
