"""A run that kills a real server, again and again: it is ended with the reason, and what goes on beside it is not."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.server import ServerProcess

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

POISON, PATIENT = "7b3f4e5d-2c1a-4d9b-8e8f-3a4b5c6d7e01", "7b3f4e5d-2c1a-4d9b-8e8f-3a4b5c6d7e02"
BLOCKS = f'''
import asyncio, os, pathlib, signal
from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin


class PoisonBlock(Block):
    id = "{POISON}"
    description = "Kills the server as soon as a file is there."

    class Input(BlockInput):
        folder: str = pin()

    async def run(self, input, ctx):
        folder = pathlib.Path(input.folder)
        (folder / "poisoned").touch()
        while not (folder / "armed").exists():
            await asyncio.sleep(0.02)
        os.kill(os.getpid(), signal.SIGKILL)
        yield "error", "still here"


class PatientBlock(Block):
    id = "{PATIENT}"
    description = "Waits for a file, and writes down each time that it begins."

    class Input(BlockInput):
        folder: str = pin()

    class Output(BlockOutput):
        done: str = pin()

    async def run(self, input, ctx):
        folder = pathlib.Path(input.folder)
        with (folder / "began").open("a") as file:
            print(ctx.idempotency_key, file=file)
        while not (folder / "go").exists():
            await asyncio.sleep(0.02)
        yield "done", "done"
'''


def start(server: ServerProcess, block_id: str, folder: Path) -> str:
    """The path of a run of an agent with this one block."""
    nodes = [{"id": "n", "block_id": block_id, "input_default": {"folder": str(folder)}}]
    path = f"/api/graphs/{server.post('/api/graphs', {'graph': {'name': 'agent', 'nodes': nodes, 'links': []}})['id']}"
    return f"{path}/executions/{server.post(f'{path}/execute/1', {})['id']}"


def status_in_file(data_dir: Path, path: str) -> str:
    with closing(sqlite3.connect(f"file:{data_dir / 'autogpt_lite.sqlite'}?mode=ro", uri=True)) as db:
        return db.execute("SELECT status FROM graph_executions WHERE uuid = ?", (path.rpartition("/")[2],)).fetchone()[0]


def until(is_so: Callable[[], object], timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)  # other processes: nothing of theirs can be waited on


@pytest.mark.parametrize(
    "is_guilty_first",
    [pytest.param(True, marks=pytest.mark.slow), False],
    ids=["the guilty one is older", "the guilty one is younger"],
)
def test_a_run_that_kills_the_server_three_times_is_failed_and_the_one_beside_it_goes_on(tmp_path: Path, is_guilty_first: bool):
    (tmp_path / "blocks").mkdir()
    (tmp_path / "blocks" / "own.py").write_text(BLOCKS)
    data, settings = tmp_path / "data", {"blocks.paths": [str(tmp_path / "blocks")], "log.level": "error"}
    kills, paths = 0, {}
    with ServerProcess(data, settings=settings, log=tmp_path / "log") as server:
        for block_id in (POISON, PATIENT) if is_guilty_first else (PATIENT, POISON):
            paths[block_id] = start(server, block_id, tmp_path)
        until(lambda: (tmp_path / "poisoned").exists() and (tmp_path / "began").exists())
        (tmp_path / "armed").touch()
        kills += server.process.wait(20) == -signal.SIGKILL
    while True:
        again = ServerProcess(data, settings=settings, log=tmp_path / "log")
        until(lambda: again.process.poll() is not None or status_in_file(data, paths[POISON]) == "FAILED")  # noqa: B023
        if again.process.poll() is None:
            break
        kills += again.process.wait() == -signal.SIGKILL
        again.process.stdout.close()
    with again as server:
        assert kills == 3
        assert "The server crashed 3 times in a row while this run was working" in server.get(paths[POISON])["stats"]["error"]
        (tmp_path / "go").touch()
        until(lambda: server.get(paths[PATIENT])["status"] != "RUNNING")
        assert server.get(paths[PATIENT])["outputs"] == {}
        assert server.get(paths[PATIENT])["status"] == "COMPLETED"
        assert len(set((tmp_path / "began").read_text().split())) == 1  # each delivery with the same idempotency key
