"""What has outlived its agent in an older file goes when that file is opened, told row by row."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

import apsw
import pytest

from autogpt_lite.app import App
from autogpt_lite.config import load_config
from autogpt_lite.db import Database, migrate
from autogpt_lite.library.orphans import tell_removed_orphans
from autogpt_lite.users.types import DEFAULT_USER_ID as USER
from tests.schedules.world import World, open_world


def copy_migrations(folder: Path, *names: str) -> None:
    """These migrations as the next ones of the folder."""
    folder.mkdir(exist_ok=True)
    files = {name: file for _, name, file in migrate.list_migrations()}
    for number, name in enumerate(names, len(list(folder.iterdir())) + 1):
        shutil.copy(files[name], folder / f"{number:04}_{name}.sql")


@pytest.fixture
async def older_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A file of the version before, with live things and with orphans that no trigger has kept out."""
    # Everything but the migration in question, which comes last here: the app of today needs all others.
    folder, all_names = tmp_path / "migrations", [name for _, name, _ in migrate.list_migrations()]
    copy_migrations(folder, *(name for name in all_names if name != "orphans"))
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "MIGRATIONS_DIR", folder)
        async with open_world(tmp_path) as world:
            facts = await fill(world)
    plant_orphans(tmp_path / "db.sqlite", facts)
    copy_migrations(folder, "orphans")
    monkeypatch.setattr(migrate, "MIGRATIONS_DIR", folder)
    return facts


async def fill(world: World) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name in ("live", "removed", "archived", "gone"):
        graph = await world.add_agent(name)
        schedule = await world.add_schedule(graph, name=f"of {name}")
        facts[name] = {"graph": graph.id, "schedule": schedule.id, "preset": f"preset-{name}", "run": f"run-{name}"}
    return facts


def plant_orphans(path: Path, facts: dict[str, Any]) -> None:
    """As a version without rules would have left them."""
    connection = apsw.Connection(str(path))
    connection.pragma("foreign_keys", False)
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for key, (name, one) in enumerate(facts.items(), 1):
        preset = (
            "INSERT INTO presets (id, user_id, graph_id, graph_version, name, description, inputs, credentials, is_active, webhook_id,"
            " created_at, updated_at) VALUES (?, ?, ?, 1, ?, '', CAST('{}' AS BLOB), CAST('{}' AS BLOB), 1, ?, 0, 0)"
        )
        connection.execute(preset, (one["preset"], USER, one["graph"], f"preset of {name}", f"hook-{name}"))
        run = (
            "INSERT INTO graph_executions (id, uuid, user_id, graph_id, graph_version, status, root_id, inputs, source, created_at)"
            " VALUES (?, ?, ?, ?, 1, 'QUEUED', ?, CAST('{}' AS BLOB), 'schedule', 0)"
        )
        connection.execute(run, (key, one["run"], USER, one["graph"], key))
        node = "INSERT INTO node_executions (id, node, status, added_at) VALUES (?, 0, 1, 0)"
        connection.execute(node, (key << 24 | 1,))
    connection.execute("UPDATE library_agents SET is_deleted = 1 WHERE graph_id = ?", (facts["removed"]["graph"],))
    connection.execute("UPDATE library_agents SET is_archived = 1 WHERE graph_id = ?", (facts["archived"]["graph"],))
    for table in ("library_agents", "graphs"):
        connection.execute(f"DELETE FROM {table} WHERE graph_id = ?", (facts["gone"]["graph"],))
    for _, text in triggers:
        connection.execute(text)
    connection.close()


async def test_orphans_of_an_older_file_are_removed_and_told_row_by_row(tmp_path: Path, older_file, caplog):
    config = load_config(overrides={}, environ={})
    db = await Database.open(tmp_path / "db.sqlite", config.database)
    try:
        with caplog.at_level(logging.WARNING):
            assert await tell_removed_orphans(db) == 9
            assert await tell_removed_orphans(db) == 0
        live, orphans = older_file["live"], [older_file[name] for name in ("removed", "archived", "gone")]
        assert await db.fetch_all("SELECT id FROM schedules") == [(live["schedule"],)]
        presets = dict(await db.fetch_all("SELECT id, webhook_id FROM presets"))
        assert presets == {"preset-live": "hook-live", "preset-removed": None, "preset-archived": None}
        runs = dict(await db.fetch_all("SELECT uuid, status FROM graph_executions"))
        assert runs == {"run-live": "QUEUED", **{one["run"]: "TERMINATED" for one in orphans}}
        nodes = await db.fetch_all("SELECT id >> 24, status FROM node_executions ORDER BY id")
        assert nodes == [(1, 1), (2, 6), (3, 6), (4, 6)]
        for one in orphans:
            assert one["schedule"] in caplog.text
            assert one["run"] in caplog.text
            assert one["preset"] in caplog.text
        assert live["schedule"] not in caplog.text
        assert db.point("PRAGMA foreign_key_check") is None
    finally:
        await db.close()


async def test_a_start_tells_them_once(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    config = load_config(overrides={}, environ={})
    planted = "INSERT INTO removed_orphans (kind, id, user_id, graph_id, detail) VALUES ('schedule', 's-1', 'u', 'g', 'nightly, @daily')"
    async with App.open(config, tmp_path, go_on=False) as app:
        await app.db.write(lambda tx: tx.execute(planted))
    for n_lines in (1, 0):
        caplog.clear()
        async with App.open(config, tmp_path, go_on=False):
            pass
        assert caplog.text.count("the schedule s-1 (nightly, @daily) was removed: its agent g is not in the library") == n_lines
