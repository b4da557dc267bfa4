"""What runs have cost: by day, agent, model and block, in the user's time zone, true to the cent also when the runs have left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.costs.folding import fold_costs
from autogpt_lite.costs.service import sql
from autogpt_lite.retention.passes import DAY_US, delete_trees
from autogpt_lite.retention.purge import purge_deleted_runs
from tests.clock import us, utc
from tests.db.test_statements import plan_of
from tests.http.library_agents import OTHER, add_other_user, ok, run_to_end, save
from tests.server import LiveServer, run_app

from .blocks import SEARCH, WRITER, add_priced_blocks, writer_agent

ME = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"
EXECUTE = f"/api/blocks/{WRITER}/execute"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with run_app(tmp_path, settings=add_priced_blocks(tmp_path / "blocks")) as live:
        yield live


async def costs(server: LiveServer, **query: str) -> dict[str, Any]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return await ok(server.get(f"/api/costs?{asked}"))


async def add_sums(server: LiveServer, *rows: tuple) -> None:
    """(at, graph id, block id, provider, model, credits)"""
    statement = (
        "INSERT INTO cost_sums (user_id, slot_at, graph_id, block_id, provider, model, credits, charges) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 1)"
    )

    def write(tx: Any) -> None:
        for at, *rest in rows:
            tx.execute(statement, (ME, us(at), *rest))

    await server.app.db.write(write)


def spent_on(report: dict[str, Any]) -> dict[str, int]:
    return {day["day"]: day["cost_credits"] for day in report["days"] if day["cost_credits"]}


async def test_a_runs_cost_is_told_by_agent_model_block_and_day(server: LiveServer):
    graph = await save(server, writer_agent("Writes", "large", "small", "small"))
    run = await run_to_end(server, graph["id"])
    assert run["stats"]["cost"] == 50
    report = await costs(server)
    assert (report["cost_credits"], report["charges"], list(spent_on(report).values())) == (50, 3, [50])
    assert report["agents"] == [{"graph_id": graph["id"], "name": "Writes", "cost_credits": 50, "charges": 3}]
    assert [(one["model"], one["cost_credits"]) for one in report["models"]] == [("large", 30), ("small", 20)]
    assert [(one["block_id"], one["name"], one["cost_credits"]) for one in report["blocks"]] == [
        (WRITER, "PricedWriterBlock", 50)
    ]
    large = await costs(server, model="large", graph_id=graph["id"])
    assert (large["cost_credits"], large["charges"]) == (30, 1)


async def test_the_runs_behind_a_bar_are_listed_with_what_they_cost_of_it(server: LiveServer):
    graph = await save(server, writer_agent("Writes", "large", "small"))
    first, second = [await run_to_end(server, graph["id"]) for _ in range(2)]
    found = await ok(server.get("/api/costs/runs?model=large"))
    assert {(one["graph_exec_id"], one["cost_credits"], one["name"]) for one in found["runs"]} == {
        (first["id"], 30, "Writes"),
        (second["id"], 30, "Writes"),
    }
    assert found["cost_credits"] == 60


async def test_a_sub_agents_cost_is_that_of_the_agent_that_was_started(server: LiveServer):
    below = await save(server, writer_agent("Below", "large"))
    agent_block = "e189baac-8c20-45a1-94a7-55177ea42565"
    values = {"graph_id": below["id"], "graph_version": 1, "input_schema": {}, "output_schema": {}, "inputs": {}}
    node = {"id": "a", "block_id": agent_block, "input_default": values, "metadata": {"position": {"x": 0, "y": 0}}}
    above = await save(server, {"name": "Above", "description": "", "nodes": [node], "links": []})
    run = await run_to_end(server, above["id"])
    report = await costs(server)
    assert [(one["name"], one["cost_credits"]) for one in report["agents"]] == [("Above", 30)]
    behind = await ok(server.get("/api/costs/runs"))
    assert [(one["graph_exec_id"], one["cost_credits"]) for one in behind["runs"]] == [(run["id"], 30)]


async def test_days_are_those_of_the_users_time_zone(server: LiveServer):
    rows = [(utc(2026, 3, 28, 23, 30), "g", "b", "", "", 1), (utc(2026, 3, 29, 21, 45), "g", "b", "", "", 2)]
    await add_sums(server, *rows, (utc(2026, 3, 29, 22, 0), "g", "b", "", "", 4))
    days = {"from": "2026-03-28", "to": "2026-03-30"}
    assert spent_on(await costs(server, **days)) == {"2026-03-28": 1, "2026-03-29": 6}
    # Summer time begins in the night to the 29th there: a day of 23 hours.
    await ok(server.post("/api/auth/user/timezone", {"timezone": "Europe/Berlin"}))
    report = await costs(server, **days)
    assert (report["timezone"], spent_on(report)) == ("Europe/Berlin", {"2026-03-29": 3, "2026-03-30": 4})
    await ok(server.post("/api/auth/user/timezone", {"timezone": "Asia/Kathmandu"}))  # 5 hours and 45 minutes ahead
    assert spent_on(await costs(server, **days)) == {"2026-03-29": 1, "2026-03-30": 6}


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("from=2026-02-30", "'2026-02-30' is no day"),
        ("from=yesterday", "'yesterday' is no day"),
        ("to=9999-12-31", "'9999-12-31' is no day"),
        ("from=2026-01-02&to=2026-01-01", "is before the first"),
        ("from=2020-01-01&to=2026-01-01", "more than 400 days"),
    ],
)
async def test_days_that_make_no_sense_are_refused_with_a_reason(server: LiveServer, query: str, reason: str):
    for path in ("/api/costs", "/api/costs/runs"):
        answer = await server.get(f"{path}?{query}")
        assert answer.status == 400
        assert reason in answer.json()["message"]
        assert answer.json()["hint"]


async def test_costs_are_their_owners_only(server: LiveServer):
    graph = await save(server, writer_agent("Mine", "large"))
    await run_to_end(server, graph["id"])
    await add_other_user(server)
    service = server.app.costs
    from autogpt_lite.costs.types import CostQuery

    assert (await service.read_costs(OTHER, CostQuery())).cost_credits == 0
    assert (await service.list_runs(OTHER, CostQuery(graph_id=graph["id"]))).runs == []


async def test_the_card_of_the_library_shows_the_same_sum(server: LiveServer):
    graph = await save(server, writer_agent("Writes", "large"))
    await run_to_end(server, graph["id"])
    await add_sums(server, (utc(2020, 1, 1), graph["id"], WRITER, "", "", 5))
    (card,) = await ok(server.get(f"/api/library/cards?graph_id={graph['id']}"))
    (agent,) = (await costs(server))["agents"]
    assert card["cost_this_month"] == agent["cost_credits"] == 30


async def test_sums_stay_when_the_run_and_its_charges_leave(server: LiveServer):
    graph = await save(server, writer_agent("Writes", "large", "small"))
    run = await run_to_end(server, graph["id"])
    before = await costs(server)
    db = server.app.db
    (key,) = (await db.fetch_all("SELECT id FROM graph_executions WHERE uuid = ?", (run["id"],)))[0]
    assert await delete_trees(db, [key]) == 1
    await purge_deleted_runs(db)
    assert await db.fetch_all("SELECT * FROM charges") == []
    assert await costs(server) == before
    assert (await ok(server.get("/api/costs/runs")))["runs"] == []


async def test_old_sums_become_one_a_day_and_keep_their_date(server: LiveServer):
    db, users = server.app.db, server.app.users
    await ok(server.post("/api/auth/user/timezone", {"timezone": "America/New_York"}))
    rows = [(utc(2026, 1, 5, hour), "g", "b", "p", "m", 2) for hour in range(6, 24)]
    await add_sums(server, *rows, (utc(2026, 1, 5, 12), "other", "b", "p", "m", 7), (utc(2012, 1, 5), "g", "b", "p", "m", 9))
    days = {"from": "2026-01-04", "to": "2026-01-06"}
    before = await costs(server, **days)
    assert spent_on(before) == {"2026-01-05": 43}
    assert await fold_costs(db, users.timezone_of) == "1 days folded"
    assert await costs(server, **days) == before
    assert await db.fetch_all("SELECT count(*), sum(credits), sum(charges) FROM cost_sums") == [(2, 43, 19)]
    assert await fold_costs(db, users.timezone_of) is None
    await ok(server.post("/api/auth/user/timezone", {"timezone": "Asia/Singapore"}))
    assert await fold_costs(db, users.timezone_of) is not None
    assert await db.fetch_all("SELECT count(*), sum(credits) FROM cost_sums") == [(2, 43)]


async def test_b6_a_block_on_its_own_costs_what_it_costs_in_a_graph(server: LiveServer):
    graph = await save(server, writer_agent("Writes", "large"))
    run = await run_to_end(server, graph["id"])
    await ok(server.post(EXECUTE, {"model": "large"}))
    report = await costs(server)
    assert [(one["graph_id"], one["cost_credits"]) for one in report["agents"]] == [("", 30), (graph["id"], run["stats"]["cost"])]
    charges = "SELECT try, reserved_credits, settled_credits, block_id, model FROM charges"
    rows = await server.app.db.fetch_all(charges)
    assert rows == [(0, 30, 30, WRITER, "large")] * 2

    await ok(server.post(f"/api/blocks/{SEARCH}/execute", {"usd": 0.031}))
    assert (await costs(server, block_id=SEARCH))["cost_credits"] == 4


async def test_b6_a_block_that_fails_on_its_own_gives_its_price_back(server: LiveServer):
    assert (await server.post(EXECUTE, {"model": "large", "fails": True})).status == 400
    assert await server.app.db.fetch_all("SELECT reserved_credits, settled_credits FROM charges") == [(30, 0)]
    assert (await costs(server))["cost_credits"] == 0


async def test_b6_what_a_kill_has_cut_off_is_released_at_the_next_start(tmp_path: Path):
    settings = add_priced_blocks(tmp_path / "blocks")
    async with run_app(tmp_path, settings=settings) as live:
        row = (ME, 30, 0, "", WRITER, "", "large")
        assert await live.app.db.write(lambda tx: live.app.ledger.reserve_call(tx, row)) == -1
        assert await live.app.db.write(lambda tx: live.app.ledger.reserve_call(tx, row)) == -2
    async with run_app(tmp_path, settings=settings) as live:
        assert await live.app.db.fetch_all("SELECT settled_credits FROM charges") == [(0,), (0,)]
        assert (await costs(live))["cost_credits"] == 0


async def test_charges_of_blocks_on_their_own_leave_by_age(server: LiveServer):
    await ok(server.post(EXECUTE, {"model": "large"}))
    await server.app.db.write(lambda tx: tx.execute("UPDATE charges SET created_at = created_at - ?", (31 * DAY_US,)))
    await server.app.retention.apply()
    assert await server.app.db.fetch_all("SELECT * FROM charges") == []
    assert (await costs(server))["cost_credits"] == 30


@pytest.mark.parametrize(
    ("name", "plan"),
    [
        ("month_of_user", "SEARCH cost_sums USING PRIMARY KEY (user_id=? AND slot_at>? AND slot_at<?)"),
        ("by_slot", "SEARCH cost_sums USING PRIMARY KEY (user_id=? AND slot_at>? AND slot_at<?)"),
        ("by_agent", "SEARCH cost_sums USING PRIMARY KEY (user_id=? AND slot_at>? AND slot_at<?)"),
        ("by_model", "SEARCH cost_sums USING PRIMARY KEY (user_id=? AND slot_at>? AND slot_at<?)"),
        ("by_block", "SEARCH cost_sums USING PRIMARY KEY (user_id=? AND slot_at>? AND slot_at<?)"),
        ("runs_behind", "SEARCH charges USING INDEX charges_spent (user_id=? AND settled_at>? AND settled_at<?)"),
    ],
)
async def test_an_index_gives_exactly_the_time_that_is_asked_for(server: LiveServer, name: str, plan: str):
    assert plan in plan_of(server.app.db.loop_connection, getattr(sql, name))
