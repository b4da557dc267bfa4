"""kill -9 at every named place and at random commits: what was acknowledged ends COMPLETED exactly once.

The database is looked at by another SQLite library in another process than the one that wrote it.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import aiosqlite
import msgspec
import pytest

from autogpt_lite.engine import states

WORKER = Path(__file__).with_name("worker.py")
NODES_OF_A_RUN = 58
"""Node executions of the run and its three children (tests/engine/crash.py)."""
KILLED = -signal.SIGKILL if hasattr(signal, "SIGKILL") else 137


def start(folder, runs, fault=""):
    """Runs the worker to its end, which is its death where a fault is given; the exit code."""
    environ = {**os.environ, "AUTOGPT_LITE_FAULT": fault}
    done = subprocess.run([sys.executable, str(WORKER), str(folder), str(runs)], env=environ, capture_output=True, timeout=120)
    assert done.returncode in (0, KILLED), done.stderr.decode()
    return done.returncode


def lines(file):
    return file.read_text().splitlines() if file.exists() else []


async def look(folder, query, *params):
    """The rows, read from a copy of the files as they are, by the standard library's SQLite."""
    target = folder / "look"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for file in folder.glob("db.sqlite*"):
        if not file.name.endswith("-shm"):
            shutil.copy(file, target / file.name)
    async with aiosqlite.connect(target / "db.sqlite") as connection:
        assert await connection.execute_fetchall("PRAGMA integrity_check") == [("ok",)]
        assert await connection.execute_fetchall("PRAGMA foreign_key_check") == []
        return await connection.execute_fetchall(query, params)


async def finished_nodes(folder):
    rows = await look(
        folder,
        "SELECT g.uuid, n.id & 16777215 FROM node_executions n JOIN graph_executions g ON g.id = n.id >> 24 WHERE n.status = 4",
    )
    return {f"{uuid[:-6]}{seq:06x}" for uuid, seq in rows}


async def check_acknowledged(folder):
    """Every start that returned is in the file; those that were cut off may be or not."""
    stored = {row[0] for row in await look(folder, "SELECT uuid FROM graph_executions WHERE parent_id IS NULL")}
    acknowledged = lines(folder / "acknowledged.txt")
    assert set(acknowledged) <= stored
    return stored


async def check_the_end(folder):
    """Everything ended once and as in a run that nobody disturbed."""
    stored = await check_acknowledged(folder)
    runs = await look(folder, "SELECT status, count(*) FROM graph_executions GROUP BY status")
    assert runs == [("COMPLETED", 4 * len(stored))]
    nodes = dict(await look(folder, "SELECT status, count(*) FROM node_executions GROUP BY status"))
    assert nodes == {
        states.CODES["COMPLETED"]: (NODES_OF_A_RUN - 3) * len(stored),
        states.CODES["INCOMPLETE"]: 3 * len(stored),
    }
    charges = await look(folder, "SELECT reserved_credits, settled_credits, count(*) FROM charges GROUP BY 1, 2")
    assert charges == [(2, 2, 6 * len(stored))]  # three nodes of the run and three of its children, two credits each, once
    stats = await look(folder, "SELECT stats FROM graph_executions WHERE parent_id IS NULL")
    assert {msgspec.json.decode(row[0])["cost"] for row in stats} == {6}
    keys = [line.split()[1] for line in lines(folder / "ran.txt")]
    assert len(set(keys)) == 9 * len(stored)  # what ran twice did so under the key that a provider knows
    return len(stored), len(keys) - len(set(keys))


async def kill_again_and_again(folder, faults):
    """Each fault hits a worker that starts two runs and goes on with those of before; then one may work to its end."""
    for fault in faults:
        before, done = len(lines(folder / "ran.txt")), await finished_nodes(folder) if (folder / "db.sqlite").exists() else set()
        start(folder, 2, fault)
        ran = {line.split()[0] for line in lines(folder / "ran.txt")[before:]}
        assert not ran & done, f"after {fault}: what was finished ran again"
        await check_acknowledged(folder)
    before, done = len(lines(folder / "ran.txt")), await finished_nodes(folder)
    assert start(folder, 0) == 0
    assert not {line.split()[0] for line in lines(folder / "ran.txt")[before:]} & done
    return await check_the_end(folder)


async def test_undisturbed_it_is_as_the_other_tests_expect(tmp_path):
    assert start(tmp_path, 2) == 0
    assert await check_the_end(tmp_path) == (2, 0)


@pytest.mark.parametrize("place", ["db.before_commit", "db.after_commit", "engine.child_admitted"])
async def test_killed_at_each_named_place(tmp_path, place):
    # The first commits of a process: the orphans' look, the first start, the first nodes.
    await kill_again_and_again(tmp_path, [f"{place}:{count}" for count in (2, 3, 5)])


async def test_killed_at_random_commits(tmp_path):
    seed = random.randrange(10**6)
    print("seed", seed)
    dice = random.Random(seed)
    faults = [f"{dice.choice(('db.before_commit', 'db.after_commit'))}:{dice.randint(2, 25)}" for _ in range(5)]
    runs, _ = await kill_again_and_again(tmp_path, faults)
    assert runs >= 1


@pytest.mark.slow
async def test_killed_a_thousand_times(tmp_path):
    dice = random.Random(20260101)
    for number in range(100):
        folder = tmp_path / str(number)
        folder.mkdir()
        faults = [f"{dice.choice(('db.before_commit', 'db.after_commit'))}:{dice.randint(1, 40)}" for _ in range(10)]
        await kill_again_and_again(folder, faults)


ACKNOWLEDGED = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from autogpt_lite.config import load_config
from autogpt_lite.db import Database

async def main():
    db = await Database.open(Path(sys.argv[2]), load_config(environ={}).database)
    await db.write(lambda tx: tx.execute("CREATE TABLE IF NOT EXISTS t (k INTEGER PRIMARY KEY)"))
    number = 0
    while True:
        await asyncio.gather(*(db.write(lambda tx, n=n: tx.execute("INSERT INTO t VALUES (?)", (n,))) for n in range(number, number + 7)))
        number += 7
        print(number, flush=True)

asyncio.run(main())
"""


def write_until_killed(folder):
    """How many writes the process had said were done when it was killed."""
    project = str(WORKER.parents[2])
    command = [sys.executable, "-c", ACKNOWLEDGED, project, str(folder / "db.sqlite")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if int(line) > 200:
                process.kill()
                break
        rest = process.stdout.read().split()
    return int(rest[-1]) if rest else int(line)


async def test_a_write_that_returned_survives_a_kill(tmp_path):
    acknowledged = write_until_killed(tmp_path)
    [(count,)] = await look(tmp_path, "SELECT count(*) FROM t")
    assert count >= acknowledged
