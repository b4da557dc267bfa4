"""Old runs leave by themselves, with everything of theirs, and the file becomes smaller."""

from __future__ import annotations

from pathlib import Path

import pytest

from autogpt_lite.clock import now_us
from autogpt_lite.config import RetentionConfig, load_config
from autogpt_lite.db import Database, Tx
from autogpt_lite.retention.passes import DAY_US, apply_retention
from autogpt_lite.retention.shrink import KEPT_FREE_PAGES, live_bytes
from tests.server import make_config, run_app

USER = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"


@pytest.fixture
async def db(tmp_path: Path):
    opened = await Database.open(tmp_path / "db.sqlite", make_config().database)
    yield opened
    await opened.close()


def keep(**rules: int) -> RetentionConfig:
    return RetentionConfig(**{"days": 0, "runs_per_agent": 0, "mb_per_agent": 0, "file_mb": 0, "backup_hours": 0, **rules})


def add_run(
    tx: Tx, key: int, *, age_days: float, status: str = "COMPLETED", parent: int | None = None, graph: str = "g", size: int = 10
) -> None:
    """A run with two node executions, one of them with outputs of their own, and a charge of 3 credits."""
    created_at = now_us() - int(age_days * DAY_US)
    tx.execute(
        "INSERT INTO graph_executions (id, uuid, user_id, graph_id, graph_version, status, parent_id, root_id, parent_node_exec_id,"
        " inputs, created_at) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, x'7b7d', ?)",
        (key, f"run-{key}", USER, graph, status, parent, parent or key, parent and (parent << 24 | 1), created_at),
    )
    for seq in (1, 2):
        tx.execute(
            "INSERT INTO node_executions (id, node, status, added_at, input) VALUES (?, 0, 4, ?, ?)",
            (key << 24 | seq, created_at, b"x" * size),
        )
    tx.execute("INSERT INTO node_outputs (node_exec_id, ordinal, pin, value) VALUES (?, 0, 'a', x'31')", (key << 24 | 1,))
    tx.execute(
        "INSERT INTO charges (node_exec_id, try, kind, user_id, reserved_credits, created_at, graph_id) VALUES (?, 0, 0, ?, 1, 0, ?)",
        (key << 24 | 1, USER, graph),
    )
    tx.execute("UPDATE charges SET settled_credits = 3, settled_at = ? WHERE node_exec_id = ?", (created_at, key << 24 | 1))


async def keys_left(db: Database) -> dict[str, set[int]]:
    """The runs of which each table still has rows."""
    left = {}
    for table, column in (
        ("charges", "node_exec_id >> 24"),
        ("graph_executions", "id"),
        ("node_executions", "id >> 24"),
        ("node_outputs", "node_exec_id >> 24"),
    ):
        left[table] = {key for (key,) in await db.fetch_all(f"SELECT {column} FROM {table}")}
    return left


def everywhere(*keys: int) -> dict[str, set[int]]:
    return {table: set(keys) for table in ("charges", "graph_executions", "node_executions", "node_outputs")}


async def test_runs_older_than_the_days_leave_with_their_sub_agents(db: Database):
    def fill(tx: Tx) -> None:
        add_run(tx, 1, age_days=40)
        add_run(tx, 2, age_days=40, parent=1)
        add_run(tx, 3, age_days=31)
        add_run(tx, 4, age_days=29)

    await db.write(fill)
    result = await apply_retention(db, keep(days=30, runs_per_agent=0))
    assert result.runs == 2
    assert await keys_left(db) == everywhere(4)


async def test_what_a_deleted_root_has_left_leaves_by_its_age_too(db: Database):
    def write(tx: Tx) -> None:
        add_run(tx, 1, age_days=40)
        add_run(tx, 2, age_days=40, parent=1)
        add_run(tx, 3, age_days=1)
        add_run(tx, 4, age_days=1, parent=3)
        for root in (1, 3):  # as ExecutionService.delete_run does
            tx.execute(f"UPDATE graph_executions SET root_uuid = 'run-{root}' WHERE root_id = {root} AND id <> {root}")
            tx.execute(f"INSERT INTO purge_queue VALUES ({root})")
            tx.execute(f"DELETE FROM graph_executions WHERE id = {root}")

    await db.write(write)
    await apply_retention(db, keep(days=30))
    assert set().union(*(await keys_left(db)).values()) == {4}


@pytest.mark.parametrize("status", ["QUEUED", "RUNNING", "REVIEW"])
async def test_a_run_that_has_not_ended_stays_however_old(db: Database, status: str):
    await db.write(lambda tx: add_run(tx, 1, age_days=400, status=status))
    assert (await apply_retention(db, keep(days=30, runs_per_agent=1))).runs == 0
    assert await keys_left(db) == everywhere(1)


async def test_each_agent_keeps_its_newest_runs(db: Database):
    def fill(tx: Tx) -> None:
        for key in range(1, 8):
            add_run(tx, key, age_days=1, graph="busy")
        add_run(tx, 8, age_days=1, graph="quiet")

    await db.write(fill)
    result = await apply_retention(db, keep(days=0, runs_per_agent=3))
    assert result.runs == 4
    assert await keys_left(db) == everywhere(5, 6, 7, 8)


async def test_zero_keeps_everything(db: Database):
    await db.write(lambda tx: add_run(tx, 1, age_days=4000))
    assert (await apply_retention(db, keep(days=0, runs_per_agent=0))).runs == 0
    assert await keys_left(db) == everywhere(1)


async def test_the_file_becomes_smaller_while_it_is_in_use(db: Database):
    for start in range(1, 400, 100):
        await db.write(lambda tx, start=start: [add_run(tx, key, age_days=40, size=20_000) for key in range(start, start + 100)])
    full = (await db.fetch_all("PRAGMA page_count"))[0][0]
    result = await apply_retention(db, keep(days=30, runs_per_agent=0))
    pages, free = (await db.fetch_all("PRAGMA page_count"))[0][0], (await db.fetch_all("PRAGMA freelist_count"))[0][0]
    assert result.runs == 400
    assert free <= KEPT_FREE_PAGES
    assert pages < full / 10
    assert result.freed_bytes > 10_000_000


async def test_what_a_run_has_cost_stays_when_it_leaves_with_its_charges(db: Database):
    await db.write(lambda tx: [add_run(tx, key, age_days=40) for key in (1, 2)])
    spent = "SELECT user_id, graph_id, sum(credits), sum(charges) FROM cost_sums GROUP BY 1, 2"
    before = await db.fetch_all(spent)
    assert before == [(USER, "g", 6, 2)]
    assert (await apply_retention(db, keep(days=30))).runs == 2
    assert await keys_left(db) == everywhere()
    assert await db.fetch_all(spent) == before


async def test_what_was_asked_and_repeated_leaves_with_the_run(db: Database):
    def fill(tx: Tx) -> None:
        for key, age_days in ((1, 40), (2, 1)):
            add_run(tx, key, age_days=age_days)
            review = "INSERT INTO reviews (node_exec_id, user_id, node_id, payload, instructions, is_editable, created_at)"
            tx.execute(f"{review} VALUES (?, ?, 'n', x'31', '', 0, 0)", (key << 24 | 1, USER))
            tx.execute("INSERT INTO review_approvals VALUES (?, 'n')", (key,))
            tx.execute("INSERT INTO reruns VALUES (?, ?, 'origin', NULL, 0)", (f"run-{key}", USER))

    await db.write(fill)
    await apply_retention(db, keep(days=30))
    for column in (
        "node_exec_id >> 24 FROM reviews",
        "graph_exec_key FROM review_approvals",
        "substr(graph_exec_id, 5) + 0 FROM reruns",
    ):
        assert await db.fetch_all(f"SELECT {column}") == [(2,)], column


async def add_rule(db: Database, graph: str, **rule: int) -> None:
    row = (USER, graph, rule.get("days"), rule.get("runs"), rule.get("size_mb"))
    await db.write(lambda tx: tx.execute("INSERT INTO retention_rules VALUES (?, ?, ?, ?, ?)", row))


async def test_an_agents_own_rule_goes_before_the_settings(db: Database):
    def fill(tx: Tx) -> None:
        for key, graph in enumerate(("long", "short", "few", "usual"), 1):
            add_run(tx, key * 10, age_days=40, graph=graph)
            add_run(tx, key * 10 + 1, age_days=20, graph=graph)
            add_run(tx, key * 10 + 2, age_days=2, graph=graph)

    await db.write(fill)
    await add_rule(db, "long", days=0)
    await add_rule(db, "short", days=10)
    await add_rule(db, "few", runs=1)
    await apply_retention(db, keep(days=30, runs_per_agent=100))
    assert await keys_left(db) == everywhere(10, 11, 12, 22, 32, 41, 42)


@pytest.mark.parametrize("is_own", [True, False])
async def test_an_agent_keeps_the_newest_runs_up_to_its_size(db: Database, is_own: bool):
    await db.write(lambda tx: [add_run(tx, key, age_days=1, size=200_000) for key in range(1, 8)])  # 0.4 MB each
    await db.write(lambda tx: add_run(tx, 8, age_days=1, size=10, graph="small"))
    if is_own:
        await add_rule(db, "g", size_mb=1)
    result = await apply_retention(db, keep(mb_per_agent=0 if is_own else 1))
    assert result.runs == 5
    assert await keys_left(db) == everywhere(6, 7, 8)


async def test_a_file_that_holds_too_much_loses_its_oldest_runs_and_shrinks(db: Database):
    await db.write(lambda tx: [add_run(tx, key, age_days=1, size=50_000) for key in range(1, 101)])  # 0.1 MB each
    await db.write(lambda tx: add_run(tx, 101, age_days=1, status="RUNNING"))
    result = await apply_retention(db, keep(file_mb=5))
    left = sorted((await keys_left(db))["graph_executions"])
    assert left[-1] == 101
    assert left == list(range(left[0], 102))  # the newest
    assert 40 <= result.runs <= 80
    assert await db.read(live_bytes) <= 5_000_000
    assert (await db.fetch_all("PRAGMA page_count"))[0][0] * 4096 < 6_000_000


async def test_a_file_that_is_too_large_by_itself_is_said_and_left(db: Database, caplog: pytest.LogCaptureFixture):
    await db.write(lambda tx: [add_run(tx, key, age_days=1, size=200_000, status="RUNNING") for key in range(1, 6)])
    assert (await apply_retention(db, keep(file_mb=1))).runs == 0
    assert "no ended run is left" in caplog.text


async def test_a_rule_is_set_shown_and_taken_back_over_http(tmp_path: Path):
    async with run_app(tmp_path) as server:
        graph_id = (await server.get("/api/graphs")).json()[0]["id"]
        path = f"/api/graphs/{graph_id}/retention"
        usual = {
            "graph_id": graph_id,
            "days": 30,
            "runs": 10_000,
            "size_mb": 0,
            "own": {"days": None, "runs": None, "size_mb": None},
        }
        assert (await server.get(path)).json() == usual
        answer = await server.request("PUT", path, json={"days": 0, "size_mb": 7})
        assert answer.json() == {**usual, "days": 0, "size_mb": 7, "own": {"days": 0, "runs": None, "size_mb": 7}}
        for wrong in ({"days": -1}, {"days": 10**9}, {"runs": "x"}, {"dayz": 1}):
            assert (await server.request("PUT", path, json=wrong)).status == 422
        assert (await server.request("PUT", "/api/graphs/nobodys/retention", json={"days": 1})).status == 404
        assert (await server.request("PUT", path, json={})).json() == usual
        assert (await server.app.db.fetch_all("SELECT count(*) FROM retention_rules")) == [(0,)]


async def test_an_administrator_sets_what_all_agents_keep_and_the_audit_says_so(tmp_path: Path):
    path = "/api/system/retention"
    async with run_app(tmp_path) as server:
        nothing = {"days": None, "runs_per_agent": None, "mb_per_agent": None, "file_mb": None, "backup_hours": None}
        usual = {"days": 30, "runs_per_agent": 10_000, "mb_per_agent": 0, "file_mb": 20_000, "backup_hours": 24}
        usual |= {"fixed": [], "own": nothing}
        assert (await server.get(path)).json() == usual
        answer = await server.request("PUT", path, json={"days": 7, "file_mb": 0})
        assert answer.json() == {**usual, "days": 7, "file_mb": 0, "own": {**nothing, "days": 7, "file_mb": 0}}
        for wrong in ({"days": -1}, {"file_mb": 10**10}, {"dayz": 1}):
            assert (await server.request("PUT", path, json=wrong)).status == 422
        (noted,) = (await server.get("/api/admin/audit")).json()
        assert (noted["action"], noted["detail"]) == (f"PUT {path}", {**nothing, "days": 7, "file_mb": 0})
        # It counts: for the pass, for agents without a rule of their own, and for what the pages say.
        await server.app.db.write(lambda tx: [add_run(tx, key, age_days=age) for key, age in ((1, 8), (2, 6))])
        await server.app.retention.apply()
        assert (await keys_left(server.app.db))["graph_executions"] == {2}
        graph_id = (await server.get("/api/graphs")).json()[0]["id"]
        assert (await server.get(f"/api/graphs/{graph_id}/retention")).json()["days"] == 7
        assert (await server.get("/api/system/storage")).json()["kept"]["days"] == 7
    async with run_app(tmp_path) as server:
        assert (await server.get(path)).json()["days"] == 7
        assert (await server.request("PUT", path, json={})).json() == usual


async def test_what_the_configuration_gives_goes_before_what_a_page_has_set(tmp_path: Path):
    path = "/api/system/retention"
    async with run_app(tmp_path) as server:
        await server.request("PUT", path, json={"days": 7, "file_mb": 5})
    async with run_app(tmp_path, settings={"retention.days": 30}) as server:
        known = (await server.get(path)).json()
        # Also where it gives the default.
        assert (known["days"], known["file_mb"], known["fixed"], known["own"]["days"]) == (30, 5, ["days"], None)
        refused = await server.request("PUT", path, json={"days": 8})
        assert refused.status == 409
        assert "retention.days is set in config.toml" in refused.json()["message"]
        assert (await server.request("PUT", path, json={"days": 30, "file_mb": 6})).json()["file_mb"] == 6


def test_a_configuration_knows_what_was_given(tmp_path: Path):
    (tmp_path / "own.toml").write_text("data_dir = 'x'\n[retention]\ndays = 30\n[llm.providers.mine]\nbase_url = 'http://x/v1'\n")
    environ = {"AUTOGPT_LITE__RETENTION__FILE_MB": "5"}
    config = load_config(tmp_path / "own.toml", overrides={"server.port": 1, "log.level": None}, environ=environ)
    assert config.given == {"data_dir", "retention.days", "llm.providers", "retention.file_mb", "server.port"}
    assert load_config(environ={}).given == frozenset()
