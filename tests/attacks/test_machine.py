"""attacks.md J: kills, clocks, damaged files and mute clients. J2 (the disk) is in tests/faults/test_disk.py, J3 and J8 in
tests/http/test_serve.py."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import aiosqlite
import apsw
import pytest

from autogpt_lite import clock
from autogpt_lite.backups.service import list_backups
from autogpt_lite.db import Database, migrate
from autogpt_lite.db.schema import dump_schema, schema_of
from autogpt_lite.errors import DatabaseDamagedError, StartupError
from autogpt_lite.integrity.service import check_data_dir
from autogpt_lite.jobs.service import SystemJob, SystemJobs
from tests.clock import fake_clock, utc
from tests.engine import tiny_blocks
from tests.engine.harness import make_graph, open_harness
from tests.server import CLI, PROJECT, ServerProcess, environ_for, make_config, run_app, run_cli

posix_only = pytest.mark.skipif(os.name != "posix", reason="SIGKILL of POSIX")
NAME = "autogpt_lite.sqlite"
USER = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"


def kill_at(place: str, *arguments: str | Path) -> None:
    """Runs a command that dies at a named place."""
    command = [*CLI, *map(str, arguments)]
    environ = {**environ_for(None), "AUTOGPT_LITE_FAULT": place}
    done = subprocess.run(command, cwd=PROJECT, env=environ, capture_output=True, timeout=30, check=False)
    assert done.returncode == -9, (place, done.returncode, done.stderr)


async def look(database: Path, query: str) -> list:
    """Rows of a whole file, by another SQLite library."""
    async with aiosqlite.connect(database) as connection:
        assert list(await connection.execute_fetchall("PRAGMA integrity_check")) == [("ok",)]
        assert list(await connection.execute_fetchall("PRAGMA foreign_key_check")) == []
        return list(await connection.execute_fetchall(query))


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory with a database of one agent named `old`, its log moved into it."""

    async def make() -> None:
        async with run_app(tmp_path / "data") as server:
            await server.post("/api/graphs", {"graph": {"name": "old", "nodes": [], "links": []}})
            await server.app.db.write(
                lambda tx: tx.execute("INSERT INTO meta (key, value) VALUES ('large', ?)", ("x" * 800_000,))
            )

    (tmp_path / "data").mkdir()
    asyncio.run(make())
    return tmp_path / "data"


NAMES = "SELECT name FROM graphs WHERE name IN ('old', 'new') ORDER BY name"


# --- J1: kills while the file is changed as a whole ------------------------------------------------------------


@posix_only
@pytest.mark.timeout(240)  # a process and two migrations for each of some hundred statements
@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.slow)])
async def test_j1_a_migration_killed_at_any_statement_is_finished_by_the_next_start(tmp_path: Path, step: int):
    old = tmp_path / "old.sqlite"
    connection = apsw.Connection(str(old))
    connection.pragma("auto_vacuum", "incremental")
    connection.pragma("journal_mode", "wal")
    number, _, first = migrate.list_migrations()[0]
    connection.execute(first.read_text("utf-8"))
    connection.pragma("user_version", number)
    connection.execute("INSERT INTO meta (key, value) VALUES ('mine', 'kept')")
    connection.close()
    command = [sys.executable, Path(__file__).with_name("migrate_and_die.py"), old, tmp_path / "killed", str(step)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True, timeout=200)
    died = [int(count) for count in done.stdout.split()]
    assert died[-1] > 3 * len(migrate.list_migrations())
    expected = dump_schema()
    for count in died:
        path = tmp_path / "killed" / str(count) / "db.sqlite"
        db = await Database.open(path, make_config().database)
        assert db.point("SELECT value FROM meta WHERE key = 'mine'") == ("kept",), count
        assert await db.read(schema_of) == expected, count
        await db.close()
        assert not list(path.parent.glob("*.partial")), count
    assert await look(path, "SELECT value FROM meta WHERE key = 'mine'") == [("kept",)]


@posix_only
@pytest.mark.parametrize("place", ["db.backup_step:1", "db.backup_step:2", "db.backup_copied"])
def test_j1_a_killed_backup_is_never_taken_for_one(data_dir: Path, tmp_path: Path, place: str):
    target = tmp_path / "copy.sqlite"
    kill_at(place, "backup", target, "--data-dir", data_dir)
    assert not target.exists()
    assert run_cli("backup", target, "--data-dir", data_dir).returncode == 0
    assert asyncio.run(look(target, NAMES)) == [("old",)]
    assert not list(tmp_path.glob("*.partial"))


@posix_only
async def test_j1_a_server_killed_in_a_backup_has_none_and_makes_the_next(data_dir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AUTOGPT_LITE_FAULT", "db.backup_step:2")
    with ServerProcess(data_dir) as server:
        with pytest.raises(OSError, match=r"closed|reset|without response"):
            await asyncio.to_thread(server.request, "POST", "/api/system/backups")
        assert await asyncio.to_thread(server.process.wait, 10) == -9
    assert len(list((data_dir / "backups").iterdir())) == 1
    assert list_backups(data_dir) == []
    monkeypatch.delenv("AUTOGPT_LITE_FAULT")
    with ServerProcess(data_dir) as server:
        made = await asyncio.to_thread(server.post, "/api/system/backups")
    assert await look(Path(made["path"]), NAMES) == [("old",)]
    assert [path.name for path in (data_dir / "backups").iterdir()] == [Path(made["path"]).name]


@posix_only
@pytest.mark.parametrize(
    "place", ["db.restore_decided", "db.restore_moved:1", "db.restore_moved:2", "db.restore_moved:3", "db.restore_set_aside"]
)
async def test_j1_a_killed_restore_is_finished_and_the_old_database_is_kept_whole(data_dir: Path, tmp_path: Path, place: str):
    backup = tmp_path / "backup.sqlite"
    assert (await asyncio.to_thread(run_cli, "backup", backup, "--data-dir", data_dir)).returncode == 0
    add_in_log(data_dir / NAME)
    await asyncio.to_thread(kill_at, place, "restore", backup, "--data-dir", data_dir)
    async with run_app(data_dir) as server:
        assert [g["name"] for g in (await server.get("/api/graphs")).json()].count("new") == 0
    (kept,) = data_dir.glob("*.before-restore-*.sqlite")
    assert await look(kept, "SELECT value FROM meta WHERE key = 'in the log'") == [("yes",)]
    assert not (data_dir / f"{NAME}.restoring").exists()


def add_in_log(database: Path) -> None:
    """A row that is in the log only, as a kill leaves it."""
    code = (
        "import apsw, os, sys; c = apsw.Connection(sys.argv[1]); c.wal_autocheckpoint(0);"
        " c.execute(\"INSERT INTO meta (key, value) VALUES ('in the log', 'yes')\"); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(database)], check=False)
    assert database.with_name(f"{NAME}-wal").stat().st_size


# --- J4: the clock ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", [{"hours": 1}, {"hours": -1}, {"days": 1}, {"days": -1}, {"hours": 8}, {"seconds": -1}])
async def test_j4_no_duration_is_negative_and_runs_go_on_whatever_the_clock_does(tmp_path: Path, turn: dict[str, float]):
    tiny_blocks.WaitBlock.gate = asyncio.Event()
    graph = make_graph("g", {"w": (tiny_blocks.WaitBlock, {"a": 1}), "x": tiny_blocks.WaitBlock}, ["w.result -> x.a"])
    with fake_clock(utc(2026, 5, 1, 12)) as turned:
        async with open_harness(tmp_path, tiny_blocks.ALL) as harness:
            run = await harness.start(graph)
            await harness.engine.settle()
            turned.turn(**turn)
            tiny_blocks.WaitBlock.gate.set()
            assert await asyncio.wait_for(harness.engine.wait_ended(run), 10) == "COMPLETED"
            assert run.stats.duration >= 0
            assert run.stats.node_exec_time >= 0
            rows = await harness.engine.core.db.fetch_all("SELECT queued_us, started_us, ended_us FROM node_executions")
            assert all(0 <= queued <= started <= ended for queued, started, ended in rows), rows
            (times,) = await harness.engine.core.db.fetch_all("SELECT created_at, started_at, ended_at FROM graph_executions")
            assert times[0] <= times[1] <= times[2]


async def test_j4_a_run_that_a_restart_finds_in_the_future_ends_in_order(tmp_path: Path):
    tiny_blocks.WaitBlock.gate = asyncio.Event()
    graph = make_graph("g", {"w": (tiny_blocks.WaitBlock, {"a": 1})}, [])
    graphs = {("g", 1): graph}
    with fake_clock(utc(2026, 5, 2, 12)):
        async with open_harness(tmp_path, tiny_blocks.ALL, graphs) as harness:
            await harness.start(graph)
            await harness.engine.settle()
    tiny_blocks.WaitBlock.gate.set()
    with fake_clock(utc(2026, 5, 1, 12)):
        async with open_harness(tmp_path, tiny_blocks.ALL, graphs) as harness:
            for run in list(harness.engine.core.runs.values()):
                assert await asyncio.wait_for(harness.engine.wait_ended(run), 10) == "COMPLETED"
            rows = await harness.engine.core.db.fetch_all("SELECT queued_us, started_us, ended_us FROM node_executions")
            assert all(0 <= queued <= started <= ended for queued, started, ended in rows), rows


def test_j4_small_steps_back_are_not_seen_and_large_ones_are_followed():
    with fake_clock(utc(2026, 5, 1, 12)) as turned:
        before = clock.now_us()
        turned.turn(seconds=-2)
        assert clock.now_us() == before
        turned.turn(days=-1)
        assert clock.now_us() < before - 86_000_000_000
        turned.turn(hours=1)
        assert clock.now_us() < before


@pytest.mark.parametrize("turn", [{"days": 1}, {"days": -1}])
async def test_j4_system_jobs_neither_burst_nor_stand_still(tmp_path: Path, turn: dict[str, float]):
    db = await Database.open(tmp_path / "db.sqlite", make_config().database)
    ran: list[int] = []
    done = asyncio.Event()

    async def run() -> None:
        ran.append(clock.now_us())
        done.set()

    with fake_clock(utc(2026, 5, 1, 12)) as turned:
        jobs = SystemJobs(db)
        jobs.add(SystemJob("hourly", 3600.0, run))
        jobs.start()
        await asyncio.sleep(0)
        turned.turn(**turn)
        jobs._notice_clock()
        due_in_us = jobs._due_at["hourly"] - clock.now_us()
        assert due_in_us <= 3600 * 1_000_000
        turned.turn(hours=1, seconds=1)
        jobs._wake.set()
        await asyncio.wait_for(done.wait(), 5)
        await db.write(lambda tx: None)
        assert len(ran) == 1
        await jobs.close()
    await db.close()


# --- J5: versions -----------------------------------------------------------------------------------------------


def test_j5_a_newer_database_is_refused_with_its_version_and_stays_byte_for_byte(data_dir: Path):
    newer = len(migrate.list_migrations()) + 3
    connection = apsw.Connection(str(data_dir / NAME))
    connection.pragma("user_version", newer)
    connection.close()
    before = {path.name: path.read_bytes() for path in data_dir.iterdir() if path.name.startswith(NAME)}
    for command in (["serve", "--port", "0"], ["backup", data_dir / "b"], ["check"], ["status"]):
        done = run_cli(*command, "--data-dir", data_dir)
        assert done.returncode in (1, 2), (command, done.stderr)
        if command[0] != "status":
            assert f"schema {newer}" in done.stdout + done.stderr, (command, done.stderr)
        assert {path.name: path.read_bytes() for path in data_dir.iterdir() if path.name.startswith(NAME)} == before, command


# --- J7: damaged files --------------------------------------------------------------------------------------------


def cut_log(database: Path, size_bytes: int) -> None:
    log = database.with_name(f"{database.name}-wal")
    with log.open("rb+") as file:
        file.truncate(size_bytes)


@posix_only
async def test_j7_a_log_cut_off_anywhere_leaves_a_whole_database_up_to_there(tmp_path: Path):
    whole = tmp_path / "whole"
    whole.mkdir()
    db = await Database.open(whole / NAME, make_config().database)
    await db.writer.checkpoint_soon()
    for number in range(20):
        await db.write(lambda tx, n=number: tx.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (f"n{n:02}", "x" * 3000)))
    await asyncio.to_thread(shutil.copytree, whole, tmp_path / "killed", ignore=shutil.ignore_patterns("*-shm"))
    await db.close()
    size = (tmp_path / "killed" / f"{NAME}-wal").stat().st_size
    counts = []
    for number, share in enumerate((0.0, 0.1, 0.33, 0.5, 0.77, 0.999, 1.0)):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "killed", folder)
        cut_log(folder / NAME, int(size * share))
        db = await Database.open(folder / NAME, make_config().database)
        keys = [key for (key,) in await db.fetch_all("SELECT key FROM meta WHERE key LIKE 'n__' ORDER BY key")]
        await db.close()
        assert keys == [f"n{n:02}" for n in range(len(keys))]  # in order, none in the middle missing
        assert (await look(folder / NAME, "SELECT 1")) == [(1,)]
        counts.append(len(keys))
    assert counts == sorted(counts)
    assert counts[-1] == 20  # the missing -shm loses nothing


def test_j7_a_file_that_is_cut_off_is_refused_at_the_start_and_restore_is_named(data_dir: Path):
    size = (data_dir / NAME).stat().st_size
    with (data_dir / NAME).open("rb+") as file:
        file.truncate(size // 2)
    done = run_cli("serve", "--port", "0", "--data-dir", data_dir)
    assert done.returncode == 2
    assert "is cut off" in done.stderr
    assert "autogpt-lite restore" in done.stderr
    assert (data_dir / NAME).stat().st_size == size // 2


def test_j7_a_flipped_bit_in_what_holds_a_page_together_is_found(data_dir: Path):
    pages = (data_dir / NAME).read_bytes()
    count = len(pages) // 4096
    dice = random.Random(7)
    missed = []
    for page in range(1, count):
        header = pages[page * 4096]
        if header not in (2, 5, 10, 13):
            continue  # no page of a tree: free, or the rest of a large value
        at = page * 4096 + dice.choice((0, 3, 5))
        damaged = bytearray(pages)
        damaged[at] ^= 1 << dice.choice((3, 4, 5, 6))
        (data_dir / NAME).write_bytes(damaged)
        found = check_data_dir(data_dir, data_dir / NAME, is_served=False)
        if not any(finding.severity == "problem" and "restore" in finding.do for finding in found):
            missed.append((page, at % 4096))
    assert count > 20
    assert missed == []


async def test_j7_a_page_that_is_damaged_while_the_server_runs_is_a_503_that_names_restore(data_dir: Path):
    async with run_app(data_dir) as server:
        damage_table(data_dir / NAME, "graph_executions")
        graph_id = (await server.get("/api/graphs")).json()[0]["id"]
        answer = await server.get(f"/api/graphs/{graph_id}/executions")
        assert answer.status == 503, answer.body
        assert "damaged" in answer.json()["message"]
        assert "restore" in answer.json()["hint"]
        assert (await server.get("/health")).status == 200


def damage_table(database: Path, table: str) -> None:
    """Overwrites the first page of a table and of its indexes."""
    connection = apsw.Connection(str(database))
    roots = [
        row[0] for row in connection.execute("SELECT rootpage FROM sqlite_schema WHERE tbl_name = ? AND rootpage > 0", (table,))
    ]
    connection.close()
    with database.open("rb+") as file:
        for root in roots:
            file.seek((root - 1) * 4096)
            file.write(b"\xff" * 4096)


async def test_j7_a_database_whose_schema_is_damaged_is_not_opened(data_dir: Path):
    with (data_dir / NAME).open("rb+") as file:
        file.seek(100)
        file.write(b"\xff" * 3000)
    with pytest.raises((StartupError, DatabaseDamagedError)) as refused:
        await Database.open(data_dir / NAME, make_config().database)
    assert "restore" in (refused.value.hint or "")


# --- J6: clients that take and do not give -----------------------------------------------------------------------


async def test_j6_mute_sockets_slow_headers_and_idle_connections_do_not_hold_up_runs(tmp_path: Path):
    settings = {"server.max_connections": 300, "websocket.max_backlog_bytes": 200_000}
    async with contextlib.AsyncExitStack() as stack:
        server = stack.enter_context(ServerProcess(tmp_path, settings=settings))
        graph_id = (await asyncio.to_thread(server.get, "/api/graphs"))[0]["id"]
        await open_mute_sockets(stack, server, graph_id, 200)
        held = [connect(server) for _ in range(200)]
        for number, one in enumerate(held):
            stack.callback(one.close)
            one.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: " if number % 2 else b"")
        began = time.monotonic()
        for _ in range(20):
            started = await asyncio.to_thread(server.post, f"/api/graphs/{graph_id}/execute", {})
            assert started["id"]
        assert time.monotonic() - began < 20
        for one in held[:50]:
            with contextlib.suppress(OSError):  # those that made room are closed
                one.sendall(b"x")
        assert (await asyncio.to_thread(server.get, "/health"))["status"]


async def open_mute_sockets(stack: contextlib.AsyncExitStack, server: ServerProcess, graph_id: str, count: int) -> None:
    """WebSockets that subscribe to all runs of the agent and never read."""
    session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
    for _ in range(count):
        ticket = (await asyncio.to_thread(server.post, "/api/ws-ticket"))["ticket"]
        one: Any = await session.ws_connect(f"{server.url}/ws?token={ticket}")
        await one.send_json({"method": "subscribe_graph_executions", "data": {"graph_id": graph_id}})
        one._conn.protocol.pause_reading()


def connect(server: ServerProcess) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=5)
