"""attacks.md G7, G8 and G9: expressions that never fire, ten thousand at once, and what outlives its agent, user or credentials."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.graphs.agent_file import parse_agent
from autogpt_lite.schedules.types import ScheduleCreationRequest
from tests.http.library_agents import add_other_user, echo_agent, ok, save, save_to_library
from tests.schedules.world import measured_lag
from tests.server import LiveServer, run_app

N_AT_ONCE = 250
"""Of G8, here: 10,000 of them are in tests/schedules/test_firing.py and in scripts/bench."""


@pytest.fixture
async def app_server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with run_app(tmp_path, settings={"engine.workers": 5}) as live:
        yield live


async def add_schedule(server: LiveServer, graph_id: str, cron: str = "* * * * *", **more: Any) -> dict[str, Any]:
    body = {"name": "s", "cron": cron, "inputs": {"x": 1}, **more}
    return await ok(server.post(f"/api/graphs/{graph_id}/schedules", body))


# --- G7 ----------------------------------------------------------------------------------------------------------------

BAD_CRONS = {
    "* * * * * *": "6 fields",
    "*/0 * * * *": "a step of 0",
    "60 * * * *": "is not between 0 and 59",
    "0 0 31 2 *": "does not come in the month 2",
    "0 0 1 1 * 9999": "6 fields",
    "* " * 5_000: "longer than 200",
}
BAD_ZONES = ("Mars/Base", "../../etc/localtime", "/etc/localtime", "\0", "x" * 10_000)


async def test_g7_no_way_in_takes_a_bad_expression_or_zone(app_server: LiveServer):
    graph = await save(app_server, echo_agent())
    made = await add_schedule(app_server, graph["id"], "0 9 * * *")
    bad = [({"cron": cron}, "cron: ", reason) for cron, reason in BAD_CRONS.items()]
    bad += [({"timezone": zone}, "timezone: ", "not a time zone") for zone in BAD_ZONES]
    began = time.thread_time()
    for fields, field, reason in bad:
        whole = {"name": "s", "cron": "@daily", "inputs": {"x": 1}, **fields}
        for method, path, body in (
            ("POST", f"/api/graphs/{graph['id']}/schedules", whole),
            ("PATCH", f"/api/schedules/{made['id']}", fields),
            ("POST", "/api/schedules/preview", {"cron": "@daily", **fields}),
        ):
            answer = await app_server.request(method, path, json=body)
            message = answer.json()["message"]
            assert (answer.status, message.startswith(field), reason in message) == (400, True, True), (path, fields, message)
    assert time.thread_time() - began < 2.0  # 33 requests: none looks through the centuries
    [kept] = await ok(app_server.get("/api/schedules"))
    assert (kept["cron"], kept["timezone"]) == ("0 9 * * *", "UTC")


# --- G8 ----------------------------------------------------------------------------------------------------------------


async def test_g8_many_that_are_due_in_one_second_start_in_order_within_the_limit_while_the_ui_is_answered(
    app_server: LiveServer,
):
    graph = await save(app_server, echo_agent())
    first = await add_schedule(app_server, graph["id"], "0 0 1 1 *")
    await app_server.app.db.write(lambda tx: make_due(tx, first["id"]))
    async with measured_lag() as worst_s:
        app_server.app.ticker.wake()
        n_answers = await ask_until_all_have_ended(app_server)
    assert worst_s[0] < 0.2
    assert n_answers > 3
    rows = await app_server.app.db.fetch_all(
        "SELECT f.schedule_key, g.status, g.started_at, g.ended_at FROM schedule_fires f"
        " JOIN graph_executions g ON g.uuid = f.graph_exec_id ORDER BY g.id"
    )
    assert [row[0] for row in rows] == sorted({row[0] for row in rows})
    assert (len(rows), {row[1] for row in rows}) == (N_AT_ONCE, {"COMPLETED"})
    starts = [row[2] for row in rows]
    assert all(before <= after for before, after in pairwise(starts))
    changes = sorted([(row[3], -1) for row in rows] + [(row[2], 1) for row in rows])
    n_open, most = 0, 0
    for _, change in changes:
        n_open += change
        most = max(most, n_open)
    assert most <= 5


def make_due(tx, schedule_id: str) -> None:
    """N_AT_ONCE schedules, all due at one minute that is over, and next in a year."""
    columns = [row[1] for row in tx.fetch_all("PRAGMA table_info(schedules)") if row[1] not in ("key", "id")]
    names = ", ".join(columns)
    numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
    tx.execute(
        f"{numbers} INSERT INTO schedules (id, {names}) SELECT i, {names} FROM n, schedules WHERE id = ?",
        (N_AT_ONCE - 1, schedule_id),
    )
    tx.execute("UPDATE schedules SET overlap = 'parallel', catch_up = 'once', next_due_at = ?", (60_000_000,))


async def ask_until_all_have_ended(server: LiveServer) -> int:
    """What a page asks for, again and again; how often it was answered."""
    ended = (
        "SELECT count(*) FROM schedule_fires f JOIN graph_executions g ON g.uuid = f.graph_exec_id WHERE g.ended_at IS NOT NULL"
    )
    n_answers = 0
    async with asyncio.timeout(30):
        while server.app.db.point(ended) != (N_AT_ONCE,):
            await ok(server.get("/api/library/agents"))
            n_answers += 1
    return n_answers


# --- G9 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["removed", "archived", "deleted"])
async def test_g9_a_schedule_goes_with_its_agent(app_server: LiveServer, how: str):
    agent = await save_to_library(app_server, echo_agent())
    made = await add_schedule(app_server, agent["graph_id"])
    one = f"/api/library/agents/{agent['id']}"
    leave = {
        "removed": lambda: app_server.request("DELETE", one),
        "archived": lambda: app_server.request("PATCH", one, json={"is_archived": True}),
        "deleted": lambda: app_server.request("DELETE", f"/api/graphs/{agent['graph_id']}"),
    }
    await ok(leave[how]())
    await nothing_is_left(app_server, made["id"])
    if how != "deleted":
        await ok(app_server.post(f"{one}/restore"))
        await ok(app_server.request("PATCH", one, json={"is_archived": False}))
        await nothing_is_left(app_server, made["id"])


async def nothing_is_left(server: LiveServer, schedule_id: str) -> None:
    assert (await server.get(f"/api/schedules/{schedule_id}")).status == 404
    assert await ok(server.get("/api/schedules")) == []
    assert server.app.db.point("SELECT count(*) FROM schedules") == (0,)
    await server.app.ticker.run_due()
    assert server.app.db.point("SELECT count(*) FROM schedule_fires") == (0,)
    assert server.app.db.point("SELECT count(*) FROM graph_executions WHERE source = 'schedule'") == (0,)


async def test_g9_a_schedule_goes_with_its_user(app_server: LiveServer):
    """In one transaction: the rows of a user are the user's children in the file."""
    user_id = await add_other_user(app_server)
    graph = await app_server.app.graphs.create_graph(user_id, parse_agent(echo_agent()))
    given = ScheduleCreationRequest(name="s", cron="* * * * *", inputs={"x": 1})
    made = await app_server.app.schedules.create_schedule(user_id, graph.id, given)
    await app_server.app.users.remove_user(user_id)
    await nothing_is_left(app_server, made.id)


async def test_g9_deleted_credentials_pause_the_schedules_that_use_them(app_server: LiveServer):
    """The service method that deleting credentials calls inside its own write."""
    graph = await save(app_server, echo_agent())
    made, other = [await add_schedule(app_server, graph["id"], "0 0 1 1 *") for _ in range(2)]
    used = '{"key":{"id":"c1","provider":"p","type":"api_key"}}'
    user_id = graph["user_id"]

    def delete(tx) -> None:
        tx.execute("UPDATE schedules SET credentials = CAST(? AS BLOB) WHERE id = ?", (used, made["id"]))
        app_server.app.schedules.pause_for_credentials_tx(tx, user_id, "c1")

    await app_server.app.db.write(delete)
    shown = await ok(app_server.get(f"/api/schedules/{made['id']}"))
    assert (shown["is_paused"], shown["next_run_time"]) == (True, "")
    assert "credentials were deleted" in shown["paused_reason"]
    assert not (await ok(app_server.get(f"/api/schedules/{other['id']}")))["is_paused"]
    await app_server.app.ticker.run_due()
    assert app_server.app.db.point("SELECT count(*) FROM schedule_fires") == (0,)
