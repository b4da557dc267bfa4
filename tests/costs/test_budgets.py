"""What may be spent in a month: refused before the spend, by parallel branches and parallel runs alike, and raised in one step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from autogpt_lite.budgets.book import ALL, BudgetBook
from autogpt_lite.engine.recovery import restore_run, take_up
from autogpt_lite.errors import BudgetExceededError
from autogpt_lite.sdk import Block, BlockCost, BlockInput, BlockOutput, pin
from tests.clock import fake_clock, utc
from tests.engine.conftest import BLOCKS
from tests.engine.harness import USER, make_graph, open_harness
from tests.engine.script_blocks import EmitBlock
from tests.engine.views import rows_of, stored_run
from tests.http.library_agents import add_other_user, ok, run, run_to_end, save
from tests.server import LiveServer, run_app

from .blocks import SEARCH, WRITER, add_priced_blocks, writer_agent

BUDGETS = "/api/budgets"


class PaidGateBlock(Block):
    """Costs 30 credits, and ends when the gate is opened; `started` says how often it was called."""

    id = "00000000-0000-4000-8000-000000000651"
    costs = (BlockCost(cost_amount=30),)
    gate: ClassVar[asyncio.Event]
    started: ClassVar[int] = 0

    class Input(BlockInput):
        a: int = pin(0)

    class Output(BlockOutput):
        done: int = pin()

    async def run(self, input, ctx):
        type(self).started += 1
        await type(self).gate.wait()
        yield "done", input.a


class MeteredBlock(Block):
    """Calls a provider that charges 40 cents a call, which is known afterwards."""

    id = "00000000-0000-4000-8000-000000000652"
    costs = (BlockCost(cost_amount=100, cost_type="cost_usd"),)
    calls: ClassVar[int] = 0

    async def run(self, input, ctx):
        for _ in range(9):
            type(self).calls += 1
            ctx.add_cost(usd=0.4)
        return
        yield


@pytest.fixture(autouse=True)
def _fresh_blocks():
    PaidGateBlock.gate, PaidGateBlock.started, MeteredBlock.calls = asyncio.Event(), 0, 0


def book_of(**budgets: int) -> BudgetBook:
    """all=100 is the budget of all agents."""
    book = BudgetBook(lambda user_id: "UTC")
    book.open_account(USER, {ALL if key == "all" else key: value for key, value in budgets.items()}, {}, {})
    return book


def nodes(count: int) -> dict[str, Any]:
    return {f"p{i}": (PaidGateBlock, {"a": i}) for i in range(count)}


async def test_h7_parallel_runs_cannot_both_spend_what_is_left_for_one(tmp_path: Path):
    book = book_of(all=100)
    async with open_harness(tmp_path, [*BLOCKS, PaidGateBlock], budgets=book) as harness:
        starts = [harness.start(make_graph(f"g{i}", nodes(1), [])) for i in range(8)]
        # All of them are looked at before any has reserved a thing, so it is their nodes that are refused.
        runs = await asyncio.gather(*starts)
        account = book.account_of(USER)
        while sum(one.status == "FAILED" for one in runs) < 5:
            await asyncio.sleep(0)
        assert (account.spent[ALL], account.reserved[ALL], account.left_of(ALL)) == (0, 90, 10)
        PaidGateBlock.gate.set()
        ends = [await asyncio.wait_for(harness.engine.wait_ended(one), 20) for one in runs]
        assert sorted(ends) == ["COMPLETED"] * 3 + ["FAILED"] * 5
        assert (PaidGateBlock.started, account.spent[ALL], account.reserved[ALL]) == (3, 90, 0)
        error = (await stored_run(harness, runs[ends.index("FAILED")]))["stats"]["error"]
        assert "needs $0.30 and the month has $0.10 left" in error
        assert "Raise the monthly budget of all your agents ($1.00)" in error
        spent = await harness.engine.core.db.fetch_all("SELECT sum(credits) FROM cost_sums")
        assert spent == [(90,)]


async def test_h7_parallel_branches_cannot_both_spend_what_is_left_for_one(tmp_path: Path):
    book = book_of(g=70)
    async with open_harness(tmp_path, [*BLOCKS, PaidGateBlock], budgets=book) as harness:
        # Each value makes one more execution of the node: that is not known before the start.
        graph = make_graph(
            "g", {"many": (EmitBlock, {"items": [["x", 1], ["x", 2], ["x", 3]]}), "p": PaidGateBlock}, ["many.x -> p.a"]
        )
        run = await harness.run(graph)
        stored = await stored_run(harness, run)
        assert (stored["status"], PaidGateBlock.started <= 2) == ("FAILED", True)
        assert "needs $0.30 and the month has $0.10 left" in stored["stats"]["error"]
        assert stored["stats"]["error_code"] == "budget_exceeded"
        account = book.account_of(USER)
        assert (account.spent["g"], account.reserved["g"]) == (0, 0)


async def test_a_run_that_is_put_together_on_a_thread_changes_no_account_until_it_goes_on(tmp_path: Path):
    book = book_of(all=100)
    async with open_harness(tmp_path, [*BLOCKS, PaidGateBlock], budgets=book) as harness:
        engine = harness.engine
        run = await harness.start(make_graph("g", nodes(1), []))
        while not PaidGateBlock.started:
            await asyncio.sleep(0)
        await engine.settle()
        stored = await rows_of(harness, run)
        again = await asyncio.to_thread(restore_run, engine.core, stored, run.plan)
        account = book.account_of(USER)
        assert account.reserved[ALL] == 30
        take_up(engine.core, again)
        assert account.reserved[ALL] == 60


async def test_a_block_on_a_thread_asks_what_is_left_and_only_the_loop_changes_it():
    with fake_clock(utc(2026, 11, 30, 12)) as clock:
        book = book_of(all=100)
        book.settle(USER, "g", 0, 100)
        with pytest.raises(BudgetExceededError) as refused:
            await asyncio.to_thread(book.check_reported, USER, "g", 1)
        assert "wait until 1 December" in refused.value.hint
        clock.turn(days=1)
        await asyncio.to_thread(book.check_reported, USER, "g", 100)  # the new month has it
        with pytest.raises(BudgetExceededError) as refused:
            await asyncio.to_thread(book.check_reported, USER, "g", 101)
        assert "wait until 1 January" in refused.value.hint
        with pytest.raises(RuntimeError, match="on the loop's thread only"):
            await asyncio.to_thread(book.settle, USER, "g", 0, 1)
        account = book.account_of(USER)
        assert account is not None
        assert account.spent[ALL] == 0


async def test_what_a_stopped_run_had_reserved_is_free_again(tmp_path: Path):
    book = book_of(all=30)
    async with open_harness(tmp_path, [*BLOCKS, PaidGateBlock], budgets=book) as harness:
        run = await harness.start(make_graph("g", nodes(1), []))
        while not PaidGateBlock.started:
            await asyncio.sleep(0)
        book.usual_cost = lambda run: 30
        with pytest.raises(BudgetExceededError, match=r"\$0\.30 and the month had \$0\.00 left"):
            await harness.start(make_graph("h", nodes(1), []))
        await harness.engine.stop(run.id)
        account = book.account_of(USER)
        assert (account.spent[ALL], account.reserved[ALL]) == (0, 0)


async def test_a_price_that_is_known_afterwards_ends_the_run_after_the_call_that_was_too_much(tmp_path: Path):
    book = book_of(all=100)
    async with open_harness(tmp_path, [*BLOCKS, MeteredBlock], budgets=book) as harness:
        run = await harness.run(make_graph("g", {"m": MeteredBlock}, []))
        stored = await stored_run(harness, run)
        assert (stored["status"], MeteredBlock.calls, stored["stats"]["cost"]) == ("FAILED", 3, 120)
        assert "The month is spent: $0.20 more than it had." in stored["stats"]["error"]
        again = await harness.run(make_graph("g", {"m": MeteredBlock}, []))
        assert "is not free and the month has $0.00 left" in (await stored_run(harness, again))["stats"]["error"]
        assert MeteredBlock.calls == 3


async def test_what_ran_at_a_crash_keeps_its_reservation(tmp_path: Path):
    graphs: dict[tuple[str, int], Any] = {}
    async with open_harness(tmp_path, [*BLOCKS, PaidGateBlock], graphs, budgets=book_of(all=40)) as harness:
        await harness.start(make_graph("g", nodes(1), []))
        while not PaidGateBlock.started:
            await asyncio.sleep(0)
    book = book_of(all=40)
    async with open_harness(tmp_path, [*BLOCKS, PaidGateBlock], graphs, budgets=book) as harness:
        assert book.account_of(USER).reserved[ALL] == 30
        [run] = harness.engine.core.runs.values()
        PaidGateBlock.gate.set()
        assert await asyncio.wait_for(harness.engine.wait_ended(run), 20) == "COMPLETED"
        account = book.account_of(USER)
        assert (account.spent[ALL], account.reserved[ALL]) == (30, 0)


def test_a_new_month_begins_with_nothing_spent_in_the_users_zone():
    with fake_clock(utc(2026, 11, 30, 22, 30)) as clock:
        book = BudgetBook(lambda user_id: "Europe/Berlin")
        book.open_account(USER, {ALL: 100}, {ALL: 100}, {})
        with pytest.raises(BudgetExceededError) as refused:
            book.reserve(USER, "g", 1, "Writer")
        assert "wait until 1 December" in refused.value.hint
        clock.turn(minutes=31)
        book.reserve(USER, "g", 60, "Writer")
        assert book.account_of(USER).left_of(ALL) == 40


# --- over HTTP ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with run_app(tmp_path, settings=add_priced_blocks(tmp_path / "blocks")) as live:
        yield live


async def put(server: LiveServer, monthly: int | None, graph_id: str | None = None) -> list[dict[str, Any]]:
    body = {"graph_id": graph_id, "monthly_credits": monthly}
    return (await ok(server.request("PUT", BUDGETS, json=body)))["budgets"]


async def test_a_start_that_could_cost_too_much_is_refused_with_a_way_to_raise_the_budget(server: LiveServer):
    graph = await save(server, writer_agent("Writes", "large"))
    await run_to_end(server, graph["id"])
    (budget,) = await put(server, 52, graph["id"])
    assert budget == {
        "graph_id": graph["id"],
        "monthly_credits": 52,
        "spent_credits": 30,
        "reserved_credits": 0,
        "left_credits": 22,
    }
    answer = await server.post(f"/api/graphs/{graph['id']}/execute", {"inputs": {}})
    refused = answer.json()
    assert answer.status == 402
    assert refused["message"] == "Not run: it could have cost $0.30 and the month had $0.22 left."
    assert "Raise the monthly budget of this agent ($0.52) on the Costs page" in refused["hint"]
    assert (refused["detail"]["type"], refused["detail"]["graph_id"]) == ("budget_exceeded", graph["id"])

    await put(server, 60, graph["id"])
    assert (await run_to_end(server, graph["id"]))["status"] == "COMPLETED"
    assert (await ok(server.get(BUDGETS)))["budgets"][0]["left_credits"] == 0
    assert await put(server, None, graph["id"]) == []
    assert (await run_to_end(server, graph["id"]))["status"] == "COMPLETED"


async def test_a_free_agent_runs_whatever_is_spent(server: LiveServer):
    await put(server, 0)
    free = {"name": "Free", "description": "", "nodes": writer_agent("", "small")["nodes"], "links": []}
    free["nodes"][0]["block_id"] = "1ff065e9-88e8-4358-9d82-8dc91f622ba9"
    free["nodes"][0]["input_default"] = {"input": "x"}
    graph = await save(server, free)
    assert (await run_to_end(server, graph["id"]))["status"] == "COMPLETED"


async def test_what_is_priced_at_nothing_runs_whatever_is_spent(server: LiveServer):
    await put(server, 0)
    graph = await save(server, writer_agent("Own model", "own"))
    ended = await run_to_end(server, graph["id"])
    assert (ended["status"], ended["stats"]["error"]) == ("COMPLETED", None)
    await ok(server.post(f"/api/blocks/{WRITER}/execute", {"model": "own"}))


async def test_a_schedule_is_made_also_where_this_month_is_spent(server: LiveServer):
    graph = await save(server, writer_agent("Writes", "large"))
    await put(server, 0)
    schedule = {"name": "s", "cron": "0 0 1 1 *", "inputs": {}}
    assert (await ok(server.post(f"/api/graphs/{graph['id']}/schedules", schedule)))["name"] == "s"
    assert (await server.post(f"/api/graphs/{graph['id']}/execute", {"inputs": {}})).status == 402


async def test_the_sub_agents_of_an_agent_are_counted_before_it_starts(server: LiveServer):
    below = await save(server, writer_agent("Below", "large"))
    agent_block = "e189baac-8c20-45a1-94a7-55177ea42565"
    values = {"graph_id": below["id"], "graph_version": 1, "input_schema": {}, "output_schema": {}, "inputs": {}}
    node = {"id": "a", "block_id": agent_block, "input_default": values, "metadata": {"position": {"x": 0, "y": 0}}}
    above = await save(server, {"name": "Above", "description": "", "nodes": [node], "links": []})
    await put(server, 29)
    answer = await server.post(f"/api/graphs/{above['id']}/execute", {"inputs": {}})
    assert (answer.status, "could have cost $0.30" in answer.json()["message"]) == (402, True)


async def test_b6_a_block_on_its_own_is_held_by_the_budget(server: LiveServer):
    await put(server, 40)
    path = f"/api/blocks/{WRITER}/execute"
    await ok(server.post(path, {"model": "large"}))
    answer = await server.post(path, {"model": "large"})
    assert (answer.status, answer.json()["detail"]["type"]) == (402, "budget_exceeded")
    await ok(server.post(path, {"model": "small"}))
    answer = await server.post(f"/api/blocks/{SEARCH}/execute", {})
    assert answer.status == 402
    charges = await server.app.db.fetch_all("SELECT sum(settled_credits), count(*) FROM charges")
    assert charges == [(40, 2)]


async def test_budgets_hold_after_a_restart_and_leave_with_their_agent(tmp_path: Path):
    settings = add_priced_blocks(tmp_path / "blocks")
    async with run_app(tmp_path, settings=settings) as server:
        graph = await save(server, writer_agent("Writes", "large"))
        await run_to_end(server, graph["id"])
        await put(server, 50)
        await put(server, 100, graph["id"])
    async with run_app(tmp_path, settings=settings) as server:
        budgets = (await ok(server.get(BUDGETS)))["budgets"]
        assert [(one["graph_id"], one["left_credits"]) for one in budgets] == [(None, 20), (graph["id"], 70)]
        assert (await server.post(f"/api/graphs/{graph['id']}/execute", {"inputs": {}})).status == 402
        await ok(server.request("DELETE", f"/api/graphs/{graph['id']}"))
        budgets = (await ok(server.get(BUDGETS)))["budgets"]
        assert [one["graph_id"] for one in budgets] == [None]


async def test_a_move_to_another_zone_counts_the_month_anew(server: LiveServer):
    from autogpt_lite.clock import now_us
    from autogpt_lite.costs.days import month_of, zone_of

    await put(server, 50)
    month = month_of(now_us(), zone_of("UTC"))
    statement = "INSERT INTO cost_sums VALUES (?, ?, 'g', 'b', '', '', 7, 1)"
    await server.app.db.write(lambda tx: tx.execute(statement, (USER, month.start_us - 900_000_000)))
    await ok(server.post("/api/auth/user/timezone", {"timezone": "Asia/Tokyo"}))
    # The last quarter of an hour of the month before is in this month there, unless that is over there as well.
    expected = 7 if month_of(now_us(), zone_of("Asia/Tokyo")).start_us < month.start_us else 0
    assert (await ok(server.get(BUDGETS)))["budgets"][0]["spent_credits"] == expected


async def test_a_budget_is_for_an_agent_of_ones_own(server: LiveServer):
    await add_other_user(server)
    graph = await save(server, writer_agent("Mine", "large"))
    entry = "UPDATE library_agents SET user_id = '11111111-1111-4111-8111-111111111111' WHERE graph_id = ?"
    await server.app.db.write(lambda tx: tx.execute(entry, (graph["id"],)))
    answer = await server.request("PUT", BUDGETS, json={"graph_id": graph["id"], "monthly_credits": 5})
    assert answer.status == 404
    for odd in (-1, 2**40, 1.5, "5"):
        assert (await server.request("PUT", BUDGETS, json={"graph_id": None, "monthly_credits": odd})).status in (400, 422)


async def test_a_budget_that_is_set_while_a_run_is_under_way_knows_what_it_has_reserved(server: LiveServer):
    server.app.registry.add(PaidGateBlock())
    node = {"id": "p", "block_id": PaidGateBlock.id, "input_default": {}, "metadata": {"position": {"x": 0, "y": 0}}}
    graph = await save(server, {"name": "Gate", "description": "", "nodes": [node], "links": []})
    started = await run(server, graph["id"])
    while not PaidGateBlock.started:
        await asyncio.sleep(0)
    (budget,) = await put(server, 50)
    assert (budget["reserved_credits"], budget["left_credits"]) == (30, 20)
    PaidGateBlock.gate.set()
    await server.app.engine.wait_ended(server.app.engine.core.runs[started["id"]])
    (budget,) = (await ok(server.get(BUDGETS)))["budgets"]
    assert (budget["spent_credits"], budget["reserved_credits"]) == (30, 0)
