"""The backups that the server makes by itself: once a day, of what has changed, and never where the disk is short."""

from __future__ import annotations

from pathlib import Path

import pytest

from autogpt_lite.backups.due import BACKUP_JOB
from autogpt_lite.db import database
from autogpt_lite.db.space import DiskSpace
from tests.clock import fake_clock, utc
from tests.server import run_app

NOON = utc(2026, 11, 20, 12)


def names(data_dir: Path) -> list[str]:
    return sorted(file.name for file in (data_dir / "backups").glob("*"))


async def change(server) -> None:
    """Something that a person does."""
    made = await server.post("/api/graphs", {"graph": {"name": "A", "description": "", "nodes": [], "links": []}})
    assert made.status == 200


async def plan(server) -> dict:
    return (await server.get("/api/system/status")).json()["backup_plan"]


async def test_one_a_day_and_only_where_something_has_changed(tmp_path: Path):
    with fake_clock(NOON) as clock:
        async with run_app(tmp_path) as server:
            due = server.app.due_backups
            assert await due.run() is not None
            assert names(tmp_path) == ["autogpt_lite-20261120-120000.sqlite"]
            assert await plan(server) == {
                "every_hours": 24,
                "next_at": "2026-11-21T12:00:00.000000Z",
                "has_nothing_new": True,
                "problem": None,
            }
            clock.turn(hours=23)
            await change(server)
            assert await due.run() is None, "not yet"
            clock.turn(hours=1)
            await due.run()
            assert len(names(tmp_path)) == 2
            clock.turn(days=3)
            for job in ("retention", BACKUP_JOB):
                # What the server notes about its own jobs is nothing new.
                await server.app.jobs._run_job(server.app.jobs._job(job))
            assert server.app.jobs.state_of(BACKUP_JOB).last_result == "Nothing has changed since the last one."
            assert len(names(tmp_path)) == 2
            await change(server)
            await due.run()
            assert len(names(tmp_path)) == 3


async def test_a_backup_by_hand_counts_and_one_that_was_removed_does_not(tmp_path: Path):
    with fake_clock(NOON) as clock:
        async with run_app(tmp_path) as server:
            made = (await server.post("/api/system/backups")).json()
            clock.turn(hours=23)
            await change(server)
            assert await server.app.due_backups.run() is None
            Path(made["path"]).unlink()
            assert await server.app.due_backups.run() is not None
            assert len(names(tmp_path)) == 1


async def test_a_server_that_nobody_used_makes_no_further_copy_after_its_next_start(tmp_path: Path):
    with fake_clock(NOON) as clock:
        async with run_app(tmp_path) as server:
            await server.app.due_backups.run()
        clock.turn(days=2)
        async with run_app(tmp_path) as server:
            assert await server.app.due_backups.run() == "Nothing has changed since the last one."
            await change(server)
        clock.turn(days=2)
        async with run_app(tmp_path) as server:
            assert (await plan(server))["has_nothing_new"] is False
            await server.app.due_backups.run()
        assert len(names(tmp_path)) == 2


async def test_a_clock_that_was_set_back_puts_no_backup_off(tmp_path: Path):
    with fake_clock(NOON) as clock:
        async with run_app(tmp_path) as server:
            await server.app.due_backups.run()
            clock.turn(days=-300)
            await change(server)
            await server.app.due_backups.run()
            assert len(names(tmp_path)) == 2
            await change(server)
            assert await server.app.due_backups.run() is None


async def test_none_is_made_where_ten_of_them_have_no_room_and_the_page_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with run_app(tmp_path) as server:
        size = server.app.db.path.stat().st_size
        monkeypatch.setattr(database, "read_space", lambda folder: DiskSpace(size * 100, size * 14))
        assert "None was made" in await server.app.due_backups.run()
        assert names(tmp_path) == []
        assert "would be free" in (await plan(server))["problem"]
        monkeypatch.setattr(database, "read_space", lambda folder: DiskSpace(size * 100, size * 16))
        await server.app.due_backups.run()
        assert (len(names(tmp_path)), (await plan(server))["problem"]) == (1, None)


async def test_an_administrator_changes_how_often_or_switches_it_off(tmp_path: Path):
    with fake_clock(NOON) as clock:
        async with run_app(tmp_path) as server:
            await server.app.due_backups.run()
            await change(server)
            assert (await server.request("PUT", "/api/system/retention", json={"backup_hours": 0})).status == 200
            clock.turn(days=30)
            assert await server.app.due_backups.run() is None
            assert (await plan(server))["next_at"] is None
            await server.request("PUT", "/api/system/retention", json={"backup_hours": 6})
            assert await server.app.due_backups.run() is not None
            assert (await server.request("PUT", "/api/system/retention", json={"backup_hours": -1})).status == 422
