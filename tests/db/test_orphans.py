"""What has outlived its agent in an older file goes when that file is opened, told row by row."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import apsw
import pytest

from autogpt_lite.app import App
from autogpt_lite.config import load_config
from autogpt_lite.db import Database, migrate
from autogpt_lite.library.orphans import tell_removed_orphans
from autogpt_lite.users.types import DEFAULT_USER_ID as USER

CONFIG = load_config(overrides={}, environ={})
ALL_MIGRATIONS = migrate.list_migrations()
[BEFORE] = [number - 1 for number, name, _ in ALL_MIGRATIONS if name == "orphans"]
"""The last migration before the one that removes orphans."""


NAMES = ("live", "removed", "archived", "gone")


def use_migrations(monkeypatch: pytest.MonkeyPatch, folder: Path, until: int) -> None:
    """Those of an older version."""
    folder.mkdir()
    for number, _, file in ALL_MIGRATIONS:
        if number <= until:
            shutil.copy(file, folder / file.name)
    monkeypatch.setattr(migrate, "MIGRATIONS_DIR", folder)


@pytest.fixture
async def older_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of the version before, with live things and with orphans that no trigger has kept out."""
    path = tmp_path / "db.sqlite"
    use_migrations(monkeypatch, tmp_path / "before", BEFORE)
    await (await Database.open(path, CONFIG.database)).close()
    plant(path)
    use_migrations(monkeypatch, tmp_path / "then", BEFORE + 1)
    return path


def plant(path: Path) -> None:
    """An agent of each name with a schedule, a preset with a webhook, and a queued run; then the agents go, as in a version without
    rules."""
    connection = apsw.Connection(str(path))
    connection.pragma("foreign_keys", False)
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for key, name in enumerate(NAMES, 1):
        for statement in PLANTED:
            connection.execute(statement, {"name": name, "user": USER, "key": key})
    connection.execute("UPDATE library_agents SET is_deleted = 1 WHERE graph_id = 'graph-removed'")
    connection.execute("UPDATE library_agents SET is_archived = 1 WHERE graph_id = 'graph-archived'")
    for table in ("library_agents", "graphs"):
        connection.execute(f"DELETE FROM {table} WHERE graph_id = 'graph-gone'")
    for _, text in triggers:
        connection.execute(text)
    connection.close()


PLANTED = (
    "INSERT INTO graphs (graph_id, version, user_id, is_active, name, description, body, created_at)"
    " VALUES ('graph-' || :name, 1, :user, 1, :name, '', CAST('{}' AS BLOB), 0)",
    "INSERT INTO library_agents (id, user_id, graph_id, graph_version, created_at, updated_at)"
    " VALUES ('agent-' || :name, :user, 'graph-' || :name, 1, 0, 0)",
    "INSERT INTO schedules (id, user_id, graph_id, graph_version, name, cron, timezone, inputs, credentials, catch_up, catch_up_limit,"
    " grace_s, overlap, created_at, updated_at) VALUES ('schedule-' || :name, :user, 'graph-' || :name, 1, :name, '@daily', 'UTC',"
    " CAST('{}' AS BLOB), CAST('{}' AS BLOB), 'once', 1, 60, 'queue', 0, 0)",
    "INSERT INTO schedule_fires (schedule_key, due_at, status, reason) SELECT key, 1, 'missed', 'r' FROM schedules"
    " WHERE id = 'schedule-' || :name",
    "INSERT INTO presets (id, user_id, graph_id, graph_version, name, description, inputs, credentials, is_active, webhook_id,"
    " created_at, updated_at) VALUES ('preset-' || :name, :user, 'graph-' || :name, 1, :name, '', CAST('{}' AS BLOB),"
    " CAST('{}' AS BLOB), 1, 'hook-' || :name, 0, 0)",
    "INSERT INTO graph_executions (id, uuid, user_id, graph_id, graph_version, status, root_id, inputs, source, created_at)"
    " VALUES (:key, 'run-' || :name, :user, 'graph-' || :name, 1, 'QUEUED', :key, CAST('{}' AS BLOB), 'schedule', 0)",
    "INSERT INTO node_executions (id, node, status, added_at) VALUES (:key << 24 | 1, 0, 1, 0)",
)


async def test_orphans_of_an_older_file_are_removed_and_told_row_by_row(older_file: Path, caplog: pytest.LogCaptureFixture):
    db = await Database.open(older_file, CONFIG.database)
    try:
        with caplog.at_level(logging.WARNING):
            assert await tell_removed_orphans(db) == 9
            assert await tell_removed_orphans(db) == 0
        assert await db.fetch_all("SELECT id FROM schedules") == [("schedule-live",)]
        assert db.point("SELECT count(*) FROM schedule_fires") == (1,)
        presets = dict(await db.fetch_all("SELECT id, webhook_id FROM presets"))
        assert presets == {"preset-live": "hook-live", "preset-removed": None, "preset-archived": None}
        runs = dict(await db.fetch_all("SELECT uuid, status FROM graph_executions"))
        assert runs == {"run-live": "QUEUED", **{f"run-{name}": "TERMINATED" for name in NAMES[1:]}}
        nodes = await db.fetch_all("SELECT id >> 24, status FROM node_executions ORDER BY id")
        assert nodes == [(1, 1), (2, 6), (3, 6), (4, 6)]
        for name in NAMES[1:]:
            assert all(f"{kind}-{name} " in caplog.text for kind in ("schedule", "preset", "run"))
        assert "-live" not in caplog.text
        assert db.point("PRAGMA foreign_key_check") is None
    finally:
        await db.close()


async def test_a_start_tells_them_once(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    planted = "INSERT INTO removed_orphans (kind, id, user_id, graph_id, detail) VALUES ('schedule', 's-1', 'u', 'g', 'nightly, @daily')"
    async with App.open(CONFIG, tmp_path, go_on=False) as app:
        await app.db.write(lambda tx: tx.execute(planted))
    for n_lines in (1, 0):
        caplog.clear()
        async with App.open(CONFIG, tmp_path, go_on=False):
            pass
        assert caplog.text.count("the schedule s-1 (nightly, @daily) was removed: its agent g is not in the library") == n_lines
