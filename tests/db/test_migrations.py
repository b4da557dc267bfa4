"""The schema: one list of migrations, forward only, with a backup first; schema.sql shows what they come to."""

from __future__ import annotations

import shutil

import apsw
import pytest

from autogpt_lite.db import Database, migrate
from autogpt_lite.db import schema as schema_module
from autogpt_lite.errors import StartupError

from .conftest import database_config

MIGRATIONS = migrate.list_migrations()


def test_schema_sql_is_what_the_migrations_come_to():
    written = schema_module.SCHEMA_FILE.read_text("utf-8")
    assert written == schema_module.dump_schema(), "run `python -m autogpt_lite.db.schema` after a change of the migrations"


def test_schema_sql_makes_the_same_database():
    connection = apsw.Connection(":memory:")
    connection.execute(schema_module.SCHEMA_FILE.read_text("utf-8"))
    assert schema_module.schema_of(connection) == schema_module.dump_schema()
    connection.close()


async def test_a_fresh_file_has_the_newest_schema_and_the_default_user(tmp_path):
    db = await Database.open(tmp_path / "db.sqlite", database_config())
    assert db.point("PRAGMA user_version") == (len(MIGRATIONS),)
    assert db.point("SELECT id FROM users") == ("3e53486c-cf57-477e-ba2a-cb02dc828e1a",)
    assert await db.fetch_all("PRAGMA foreign_key_check") == []
    await db.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["db.sqlite"]


async def test_a_file_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "db.sqlite"
    db = await Database.open(path, database_config())
    await db.close()
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", len(MIGRATIONS) + 1)
    connection.pragma("journal_mode", "delete")  # would be changed by the mere opening
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StartupError, match="newer version") as refused:
        await Database.open(path, database_config())
    assert str(len(MIGRATIONS) + 1) in str(refused.value)
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["db.sqlite"]


@pytest.mark.parametrize("content", [b"this is a text and no database" * 100, b"SQLite format 3\0" + b"\xff" * 200])
async def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path, content):
    path = tmp_path / "db.sqlite"
    path.write_bytes(content)
    with pytest.raises(StartupError, match=r"db\.sqlite"):
        await Database.open(path, database_config())
    assert path.read_bytes() == content


@pytest.fixture
def older(tmp_path, monkeypatch):
    """A folder of migrations that a test may fill."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    monkeypatch.setattr(migrate, "MIGRATIONS_DIR", folder)
    return folder


async def test_a_backup_is_made_before_an_older_file_is_migrated(tmp_path, older):
    for number, _, file in MIGRATIONS[:1]:
        shutil.copy(file, older / f"{number:04}_first.sql")
    path = tmp_path / "db.sqlite"
    db = await Database.open(path, database_config())
    await db.write(lambda tx: tx.execute("INSERT INTO meta (key, value) VALUES ('mine', 'kept')"))
    await db.close()
    (older / "0002_more.sql").write_text("CREATE TABLE more (k INTEGER PRIMARY KEY); UPDATE meta SET value = 'changed';")
    db = await Database.open(path, database_config())
    assert db.point("SELECT value FROM meta WHERE key = 'mine'") == ("changed",)
    assert db.point("PRAGMA user_version") == (2,)
    await db.close()
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_file()) == ["db.before-schema-2.sqlite", "db.sqlite"]
    backup = apsw.Connection(str(tmp_path / "db.before-schema-2.sqlite"), flags=apsw.SQLITE_OPEN_READONLY)
    assert backup.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert backup.pragma("user_version") == 1
    assert backup.execute("SELECT value FROM meta WHERE key = 'mine'").fetchall() == [("kept",)]
    backup.close()


async def test_a_migration_that_fails_leaves_the_schema_of_before(tmp_path, older):
    (older / "0001_first.sql").write_text("CREATE TABLE a (k);")
    path = tmp_path / "db.sqlite"
    await (await Database.open(path, database_config())).close()
    (older / "0002_good.sql").write_text("CREATE TABLE b (k);")
    (older / "0003_broken.sql").write_text("CREATE TABLE c (k); INSERT INTO nowhere VALUES (1);")
    with pytest.raises(apsw.SQLError):
        await Database.open(path, database_config())
    connection = apsw.Connection(str(path))
    assert connection.pragma("user_version") == 2  # each is a transaction of its own
    assert [row[0] for row in connection.execute("SELECT name FROM sqlite_schema ORDER BY name")] == ["a", "b"]
    connection.close()
    (older / "0003_broken.sql").write_text("CREATE TABLE c (k);")
    db = await Database.open(path, database_config())
    assert db.point("PRAGMA user_version") == (3,)
    await db.close()


def test_migrations_are_numbered_without_gaps(older):
    (older / "0001_first.sql").write_text("")
    (older / "0003_third.sql").write_text("")
    with pytest.raises(AssertionError):
        migrate.list_migrations()


def test_every_table_of_ours_is_strict():
    """Without STRICT a text in a number's column is kept as it is."""
    connection = apsw.Connection(":memory:")
    connection.execute(schema_module.SCHEMA_FILE.read_text("utf-8"))
    rows = connection.execute(
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'"
    )
    assert rows.fetchall() == []
    connection.close()


async def test_charges_from_before_are_told_what_they_were_for_and_summed(tmp_path, older):
    number, costs = next((number, file) for number, name, file in MIGRATIONS if name == "costs")
    for _, _, file in MIGRATIONS[: number - 1]:
        shutil.copy(file, older / file.name)
    path = tmp_path / "db.sqlite"
    db = await Database.open(path, database_config())

    def fill(tx):
        user, body = (
            "3e53486c-cf57-477e-ba2a-cb02dc828e1a",
            b'{"nodes":[{"id":"a","block_id":"first"},{"id":"b","block_id":"second"}]}',
        )
        for graph in ("above", "below"):
            columns = "graph_id, version, user_id, is_active, name, description, body, created_at"
            tx.execute(f"INSERT INTO graphs ({columns}) VALUES (?, 1, ?, 1, 'n', '', ?, 0)", (graph, user, body))
        run = (
            "INSERT INTO graph_executions (id, uuid, user_id, graph_id, graph_version, status, root_id, parent_node_exec_id, inputs,"
            " created_at) VALUES (?, ?, ?, ?, 1, 'COMPLETED', 1, ?, x'7b7d', 0)"
        )
        tx.execute(run, (1, "one", user, "above", None))
        tx.execute(run, (2, "two", user, "below", 1 << 24 | 1))
        node = "INSERT INTO node_executions (id, node, status, added_at, input) VALUES (?, 1, 4, 0, ?)"
        tx.execute(node, (2 << 24 | 1, b'{"model":"large","credentials":{"provider":"openai"}}'))
        charge = "INSERT INTO charges VALUES (?, 0, 0, ?, 5, ?, 1800000000)"
        tx.execute(charge, (2 << 24 | 1, user, 4))
        tx.execute(charge, (9 << 24 | 1, user, 3))  # of a run that has left
        tx.execute(charge, (2 << 24 | 2, user, None))  # of one that is not settled

    await db.write(fill)
    await db.close()
    shutil.copy(costs, older / costs.name)
    db = await Database.open(path, database_config())
    found = await db.fetch_all(
        "SELECT node_exec_id >> 24, settled_credits, settled_at, graph_id, block_id, provider, model FROM charges"
    )
    assert found == [(2, 4, 1_800_000_000, "above", "second", "openai", "large"), (2, None, None, "above", "", "", "")]
    sums = await db.fetch_all(
        "SELECT slot_at, graph_id, block_id, provider, model, credits, charges FROM cost_sums ORDER BY credits"
    )
    assert sums == [(1_800_000_000, "", "", "", "", 3, 1), (1_800_000_000, "above", "second", "openai", "large", 4, 1)]
    assert await db.fetch_all("PRAGMA foreign_key_check") == []
    await db.close()


async def test_graphs_and_outputs_are_kept_when_their_tables_are_built_anew(tmp_path, older):
    number, anew = next((number, file) for number, name, file in MIGRATIONS if name == "rowids_for_large_rows")
    for _, _, file in MIGRATIONS[: number - 1]:
        shutil.copy(file, older / file.name)
    path = tmp_path / "db.sqlite"
    db = await Database.open(path, database_config())
    user = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"
    graph = ("g", 2, user, 1, "name", "about", b"x" * 50_000, "f", 3, 4, "a note")
    columns = (
        "graph_id, version, user_id, is_active, name, description, body, forked_from_id, forked_from_version, created_at, note"
    )
    schedule = {
        "id": "s",
        "user_id": user,
        "graph_id": "g",
        "graph_version": 2,
        "name": "n",
        "cron": "* * * * *",
        "timezone": "UTC",
    }

    def fill(tx):
        tx.execute(f"INSERT INTO graphs ({columns}) VALUES ({', '.join('?' * len(graph))})", graph)
        tx.execute(
            "INSERT INTO library_agents (id, user_id, graph_id, graph_version, created_at, updated_at) VALUES ('a', ?, 'g', 2, 0, 0)",
            (user,),
        )
        tx.execute("INSERT INTO node_outputs VALUES (16777217, 0, 'pin', ?)", (b"y" * 100_000,))
        required = tx.fetch_all("SELECT name, type FROM pragma_table_info('schedules') WHERE \"notnull\" AND dflt_value IS NULL")
        row = {name: {"TEXT": "skip", "BLOB": b"{}"}.get(kind, 1) for name, kind in required} | schedule
        tx.execute(f"INSERT INTO schedules ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)})", row)

    await db.write(fill)
    await db.close()
    shutil.copy(anew, older / anew.name)
    db = await Database.open(path, database_config())
    assert await db.fetch_all(f"SELECT {columns} FROM graphs") == [graph]
    assert await db.fetch_all("SELECT * FROM node_outputs") == [(16777217, 0, "pin", b"y" * 100_000)]
    assert await db.fetch_all("SELECT id FROM schedules") == [("s",)], "it refers to the graph"
    assert await db.fetch_all("PRAGMA foreign_key_check") == []
    with pytest.raises(apsw.ConstraintError):
        await db.write(lambda tx: tx.execute("UPDATE schedules SET graph_version = 9"))
    await db.write(lambda tx: tx.execute("DELETE FROM graphs"))
    assert await db.fetch_all("SELECT id FROM schedules") == [], "as before"
    await db.close()


async def test_runs_from_before_are_numbered_for_each_agent_and_user(tmp_path, older):
    number, numbers = next((number, file) for number, name, file in MIGRATIONS if name == "run_numbers")
    for _, _, file in MIGRATIONS[: number - 1]:
        shutil.copy(file, older / file.name)
    path = tmp_path / "db.sqlite"
    db = await Database.open(path, database_config())

    def fill(tx):
        run = (
            "INSERT INTO graph_executions (id, uuid, user_id, graph_id, graph_version, status, root_id, parent_node_exec_id, inputs,"
            " created_at) VALUES (?1, ?1, '3e53486c-cf57-477e-ba2a-cb02dc828e1a', ?2, 1, 'COMPLETED', 1, ?3, x'7b7d', 0)"
        )
        for key, graph, parent in ((3, "a", None), (4, "b", None), (5, "b", 3 << 24 | 1), (7, "a", None), (9, "a", None)):
            tx.execute(run, (key, graph, parent))

    await db.write(fill)
    await db.close()
    shutil.copy(numbers, older / numbers.name)
    db = await Database.open(path, database_config())
    found = await db.fetch_all("SELECT id, number FROM graph_executions ORDER BY id")
    assert found == [(3, 1), (4, 1), (5, None), (7, 2), (9, 3)]
    await db.close()
