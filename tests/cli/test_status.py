"""`autogpt-lite status`: with a server, without one, and of a directory that a kill has left."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tests.server import ServerProcess, run_cli


def digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if not path.name.endswith("-shm")
    }


def test_status_with_a_server_and_without_one(tmp_path: Path):
    with ServerProcess(tmp_path / "data") as server:
        graph_id = server.get("/api/graphs")[0]["id"]
        server.post(f"/api/graphs/{graph_id}/execute", {})
        shown = run_cli("status", "--data-dir", server.data_dir)
        assert shown.returncode == 0, shown.stdout + shown.stderr
        assert "health     healthy" in shown.stdout
        assert server.url in shown.stdout
        assert "0 waiting" in shown.stdout
        status = json.loads(run_cli("status", "--json", "--data-dir", server.data_dir).stdout)
        assert (status["health"], status["pid"]) == ("healthy", server.process.pid)
        server.kill()
    before = digests(server.data_dir)
    shown = run_cli("status", "--data-dir", server.data_dir)
    assert shown.returncode == 1
    assert "health     stopped" in shown.stdout
    assert "No server runs" in shown.stdout
    assert "job        retention" in shown.stdout
    assert digests(server.data_dir) == before
    assert json.loads(run_cli("status", "--json", "--data-dir", server.data_dir).stdout)["database"]["file_bytes"] > 0


def test_status_of_an_ended_server_leaves_everything_as_it_is(tmp_path: Path):
    with ServerProcess(tmp_path):
        pass
    before = digests(tmp_path)
    assert run_cli("status", "--data-dir", tmp_path).returncode == 1
    assert digests(tmp_path) == before


def test_status_of_what_is_no_data_directory(tmp_path: Path):
    missing = run_cli("status", "--data-dir", tmp_path / "nothing")
    assert missing.returncode == 1
    assert "No server runs" in missing.stderr
    empty = run_cli("status", "--data-dir", tmp_path)
    assert "There is no database yet" in empty.stdout
    (tmp_path / "autogpt_lite.sqlite").write_bytes(b"no database" * 1000)
    assert "cannot be read" in run_cli("status", "--data-dir", tmp_path).stdout
