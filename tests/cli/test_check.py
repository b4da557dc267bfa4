"""`autogpt-lite check` finds what is wrong with a data directory, says what to do, and changes nothing."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from autogpt_lite.app import DATABASE_NAME
from autogpt_lite.integrity.service import check_data_dir
from autogpt_lite.integrity.types import Finding
from tests.bench import loads
from tests.faults.test_kill_during_w import Load
from tests.server import ServerProcess, run_cli

BLOCKS = {"blocks.paths": [str(Path(loads.__file__).with_name("blocks"))], "engine.workers": 4}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that a kill has left, with runs that had ended and runs that had not."""
    folder = tmp_path_factory.mktemp("check") / "data"

    async def fill() -> None:
        load = Load()
        with ServerProcess(folder, settings=BLOCKS) as server:
            load.save(server)
            await load.run_until(server, 30, lambda: None)
            await load.wait_for_ends(server)
            await load.run_until(server, 30, server.process.kill)

    asyncio.run(fill())
    return folder


@pytest.fixture
def data_dir(filled: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "data"
    shutil.copytree(filled, copy, ignore=shutil.ignore_patterns("*-shm"))
    return copy


def check(data_dir: Path) -> list[Finding]:
    before = {path.name: path.read_bytes() for path in data_dir.iterdir() if path.is_file() and not path.name.endswith("-shm")}
    found = check_data_dir(data_dir, data_dir / DATABASE_NAME, is_served=False)
    after = {path.name: path.read_bytes() for path in data_dir.iterdir() if path.is_file() and not path.name.endswith("-shm")}
    assert before == after
    assert all(finding.what and (finding.do or finding.severity == "note") for finding in found)
    return found


def problems(data_dir: Path) -> list[str]:
    return [finding.what for finding in check(data_dir) if finding.severity == "problem"]


def test_what_a_kill_leaves_is_fine_and_open_runs_are_told(data_dir: Path):
    found = check(data_dir)
    assert [finding for finding in found if finding.severity == "problem"] == []
    assert any("RUNNING, and no server runs" in finding.what and "goes on" in finding.do for finding in found)


def test_check_beside_a_server_and_its_exit_codes(data_dir: Path):
    with ServerProcess(data_dir, settings=BLOCKS):
        beside = run_cli("check", "--data-dir", data_dir)
        assert (beside.returncode, beside.stderr) == (0, "")
        assert "database: fine" in beside.stdout
    write(data_dir, "UPDATE graph_executions SET ended_at = NULL WHERE id = (SELECT min(id) FROM graph_executions)")
    broken = run_cli("check", "--data-dir", data_dir)
    assert broken.returncode == 1
    assert "ended at no time" in broken.stderr
    as_json = json.loads(run_cli("check", "--json", "--data-dir", data_dir).stdout)
    assert [finding["severity"] for finding in as_json["findings"]].count("problem") == 1


def write(data_dir: Path, statement: str) -> None:
    connection = apsw.Connection(str(data_dir / DATABASE_NAME))
    connection.execute(statement)
    assert connection.total_changes() or "TABLE" in statement
    connection.close()


FIRST = "(SELECT min(id) FROM graph_executions WHERE status = 'COMPLETED')"
NODE = f"(SELECT min(id) FROM node_executions WHERE id >> 24 = {FIRST})"
PAID = "(SELECT min(node_exec_id) FROM charges WHERE settled_credits IS NOT NULL)"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (f"UPDATE graph_executions SET ended_at = started_at - 1 WHERE id = {FIRST}", "ended at no time, or before"),
        ("UPDATE graph_executions SET started_at = NULL WHERE status = 'RUNNING'", "never began"),
        (f"UPDATE node_executions SET status = 2 WHERE id = {NODE}", "ended runs have node executions"),
        (f"DELETE FROM graph_executions WHERE id = {FIRST}", "runs are gone"),
        (f"INSERT INTO node_outputs VALUES ({NODE} + 16777000, 0, 'p', x'31')", "node executions that are gone"),
        (f"UPDATE graph_executions SET inputs = x'7b' WHERE id = {FIRST}", "inputs or stats that are no JSON"),
        (f"UPDATE node_executions SET output = x'5b225d' WHERE id = {NODE}", "values of nodes that are no JSON"),
        (f"INSERT INTO node_outputs VALUES ({NODE}, 99999, 'p', x'00')", "outputs that are no JSON"),
        ("UPDATE graphs SET body = x'00'", "agents are no JSON"),
        (f"UPDATE charges SET settled_credits = NULL WHERE node_exec_id = {PAID}", "still hold credits"),
        (f"UPDATE charges SET settled_credits = 7 WHERE node_exec_id = {PAID}", "another cost than was charged"),
        ("PRAGMA foreign_keys = off; UPDATE charges SET user_id = 'nobody'", "rows that are not there"),
        ("ALTER TABLE meta ADD COLUMN mine TEXT", "tables are not as the program makes them"),
    ],
)
def test_each_kind_of_wrong_row_is_found(data_dir: Path, statement: str, told: str):
    write(data_dir, statement)
    found = problems(data_dir)
    assert any(told in what for what in found), found


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
@pytest.mark.parametrize("name", ["owner_token", DATABASE_NAME])
def test_files_that_others_may_read_are_found(data_dir: Path, name: str):
    (data_dir / name).chmod(0o644)
    data_dir.chmod(0o755)
    assert [name in what for what in problems(data_dir)] == [True]
    data_dir.chmod(0o700)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2 // 4096 * 4096]), "cut off|damaged"),
        (lambda file: file.write_bytes(b"no database" * 1000), "is not a database"),
        (
            lambda file: file.write_bytes(file.read_bytes()[:4096] + b"\xff" * 8192 + file.read_bytes()[12288:]),
            "cannot be read|damaged",
        ),
    ],
)
def test_a_damaged_file_is_found_and_restore_is_named(data_dir: Path, damage: Callable[[Path], None], told: str):
    settle(data_dir)
    damage(data_dir / DATABASE_NAME)
    found = [finding for finding in check(data_dir) if finding.severity == "problem"]
    assert found
    assert any(part in found[0].what for part in told.split("|")), found
    assert "restore" in found[0].do or "Move it away" in found[0].do


def settle(data_dir: Path) -> None:
    """Moves the log into the file."""
    connection = apsw.Connection(str(data_dir / DATABASE_NAME))
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    connection.close()


def test_what_an_interrupted_copy_leaves_is_told(data_dir: Path):
    (data_dir / "backups").mkdir()
    (data_dir / "backups" / "autogpt_lite-1.sqlite.partial").write_bytes(b"half")
    assert any("interrupted" in finding.what for finding in check(data_dir))
    assert problems(data_dir) == []


def test_an_empty_data_directory_is_fine(tmp_path: Path):
    done = run_cli("check", "--data-dir", tmp_path / "new")
    assert done.returncode == 0, done.stderr
    assert "There is no database yet" in done.stdout
