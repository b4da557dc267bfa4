"""A backup made while the server works is whole, and restoring it brings everything back."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from autogpt_lite.db.backup import back_up
from autogpt_lite.db.migrate import list_migrations
from tests.server import ServerProcess, run_app, run_cli

# Another SQLite library, in another process, judges the copy.
JUDGE = """
import json, sqlite3, sys
with sqlite3.connect(f"file:{sys.argv[1]}?mode=ro&immutable=1", uri=True) as db:
    print(json.dumps({
        "check": db.execute("PRAGMA integrity_check").fetchone()[0],
        "keys": db.execute("PRAGMA foreign_key_check").fetchall(),
        "version": db.execute("PRAGMA user_version").fetchone()[0],
        "graphs": [name for (name,) in db.execute("SELECT name FROM graphs ORDER BY name")],
        "users": db.execute("SELECT count(*) FROM users").fetchone()[0],
    }))
"""


class StepsOneByOne:
    """Lets the copy go on by one step after each write, so that writes fall between its steps however fast either of them is."""

    def __init__(self, run_between: Callable[[Callable], asyncio.Future]):
        self._run_between = run_between
        self._allowed = threading.Semaphore(0)

    def allow_one(self) -> None:
        self._allowed.release()

    def run_between(self, step: Callable) -> asyncio.Future:
        return self._run_between(lambda connection: step(connection) if self._allowed.acquire(blocking=False) else True)


def judge(path: Path) -> dict:
    done = subprocess.run([sys.executable, "-c", JUDGE, str(path)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_backup_of_a_running_server_is_whole_and_can_be_restored(tmp_path: Path):
    data_dir, file = tmp_path / "data", tmp_path / "copy.sqlite"
    with ServerProcess(data_dir) as server:
        made = run_cli("backup", file, "--data-dir", data_dir)
        assert made.returncode == 0, made.stderr
        names = sorted(graph["name"] for graph in server.get("/api/graphs"))
        server.post("/api/graphs", {"graph": {"name": "After the backup", "description": "", "nodes": [], "links": []}})
        refused = run_cli("restore", file, "--data-dir", data_dir)
        assert refused.returncode == 3
    found = judge(file)
    assert (found["check"], found["keys"], found["users"]) == ("ok", [], 1)
    assert found["version"] == len(list_migrations())
    assert set(names) <= set(found["graphs"])

    restored = run_cli("restore", file, "--data-dir", data_dir)
    assert restored.returncode == 0, restored.stderr
    assert "After the backup" not in judge(data_dir / "autogpt_lite.sqlite")["graphs"]
    with ServerProcess(data_dir) as server:
        assert sorted(graph["name"] for graph in server.get("/api/graphs")) == names


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\0" * 4096])
def test_what_is_no_backup_is_refused_and_nothing_changes(tmp_path: Path, content: bytes):
    data_dir, file = tmp_path / "data", tmp_path / "bad.sqlite"
    file.write_bytes(content)
    data_dir.mkdir()
    (data_dir / "autogpt_lite.sqlite").write_bytes(b"what was there")
    refused = run_cli("restore", file, "--data-dir", data_dir)
    assert refused.returncode == 1
    assert str(file) in refused.stderr
    assert (data_dir / "autogpt_lite.sqlite").read_bytes() == b"what was there"


def test_a_place_that_there_is_not_is_said_so(tmp_path: Path):
    done = run_cli("backup", tmp_path / "no" / "copy.sqlite", "--data-dir", tmp_path / "data")
    assert done.returncode == 1
    assert f"There is no folder {tmp_path / 'no'}." in done.stderr


def test_an_existing_file_is_not_replaced_unasked(tmp_path: Path):
    file = tmp_path / "mine.sqlite"
    file.write_text("mine")
    assert run_cli("backup", file, "--data-dir", tmp_path / "data").returncode == 1
    assert file.read_text() == "mine"
    assert run_cli("backup", file, "--data-dir", tmp_path / "data", "--force").returncode == 0
    assert judge(file)["check"] == "ok"


async def test_writes_go_on_while_a_backup_is_made_and_the_copy_is_consistent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    data_dir, target = tmp_path / "data", tmp_path / "copy.sqlite"
    data_dir.mkdir()
    async with run_app(data_dir) as server:
        db = server.app.db
        large = [(f"large {number}", "x" * 100_000) for number in range(100)]
        await db.write(lambda tx: tx.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", large))
        steps = StepsOneByOne(db.writer.run_between)
        monkeypatch.setattr(db.writer, "run_between", steps.run_between)
        copying = asyncio.ensure_future(back_up(db, target))
        acknowledged = 0
        while not copying.done():
            await db.write(lambda tx: tx.execute("INSERT INTO meta (key, value) SELECT 'small ' || count(*), 'x' FROM meta"))
            acknowledged += 1
            steps.allow_one()
            await asyncio.sleep(0)
        assert acknowledged > 10
        assert await copying == target.stat().st_size
    found = judge(target)
    assert (found["check"], found["keys"]) == ("ok", [])
    assert not list(tmp_path.glob("*.partial"))
