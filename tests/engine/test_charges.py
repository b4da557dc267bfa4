"""What a node costs is reserved before it runs and settled once with its end (contract: semantics 13; design: section 3)."""

from __future__ import annotations

import asyncio

import pytest

from autogpt_lite.sdk import Block, BlockCost, BlockInput, BlockOutput, pin

from .conftest import BLOCKS
from .harness import make_graph, open_harness
from .script_blocks import EmitBlock, PaidFlakyBlock, UsdBlock
from .tiny_blocks import PaidBlock
from .views import stored_of, stored_run, until, values_of


async def charges(harness):
    """[(try, reserved, settled)] of all node executions."""
    return await harness.engine.core.db.fetch_all(
        "SELECT try, reserved_credits, settled_credits FROM charges ORDER BY node_exec_id, try"
    )


async def test_a_price_is_reserved_and_settled_once(harness):
    run = await harness.run(make_graph("g", {"p": (PaidBlock, {"a": 1}), "free": EmitBlock}, []))
    assert await charges(harness) == [(0, 1, 1)]
    assert (await stored_run(harness, run))["stats"]["cost"] == 1


async def test_the_reservation_is_on_the_disk_before_the_block_begins(harness):
    seen = []

    class LookBlock(Block):
        id = "00000000-0000-4000-8000-000000000303"
        costs = (BlockCost(cost_amount=3),)

        async def run(self, input, ctx):
            db = harness.engine.core.db
            seen.append(db.point("SELECT status, (SELECT reserved_credits FROM charges) FROM node_executions"))
            return
            yield

    harness.engine.core.registry.add(LookBlock())
    await harness.run(make_graph("g", {"l": LookBlock}, []))
    assert seen == [(2, 3)]  # RUNNING


async def test_a_failed_node_gives_its_price_back(harness):
    PaidFlakyBlock.tries, PaidFlakyBlock.keys = {}, []
    node = (PaidFlakyBlock, {"a": "x", "failures": 1, "asks_for_retry": False, "usd": 0.5})
    run = await harness.run(make_graph("g", {"f": node}, []))
    assert await charges(harness) == [(0, 5, 0)]
    assert run.stats.cost == 0


async def test_each_try_is_settled_once_and_has_a_key_of_its_own(harness):
    PaidFlakyBlock.tries, PaidFlakyBlock.keys = {}, []
    run = await harness.run(make_graph("g", {"f": (PaidFlakyBlock, {"a": "x", "failures": 2})}, []))
    assert await charges(harness) == [(0, 5, 0), (1, 5, 0), (2, 5, 5)]
    assert run.stats.cost == 5
    assert len(set(PaidFlakyBlock.keys)) == 3
    [row] = await stored_of(harness, run, "f")
    assert (row.stats["cost"], row.stats["error"]) == (5, None)
    assert [(one["try"], one["error"], one["cost"]) for one in row.stats["tries"]] == [(0, "not yet", 0), (1, "not yet", 0)]


async def test_the_next_trys_reservation_is_on_the_disk_before_it_begins(harness):
    seen = []

    class LookBlock(Block):
        id = "00000000-0000-4000-8000-000000000304"
        costs = (BlockCost(cost_amount=3),)

        class Input(BlockInput):
            a: int = pin(0)

        async def run(self, input, ctx):
            from autogpt_lite.sdk import BlockRetry

            db = harness.engine.core.db
            seen.append(db.point("SELECT (SELECT try FROM node_executions), count(*) FROM charges"))
            if len(seen) < 3:
                raise BlockRetry(after_s=0.0)
            return
            yield

    harness.engine.core.registry.add(LookBlock())
    await harness.run(make_graph("g", {"l": LookBlock}, []))
    assert seen == [(0, 1), (1, 2), (2, 3)]


async def test_what_a_provider_charged_is_booked_even_where_the_node_failed(harness):
    UsdBlock.gate, UsdBlock.started = asyncio.Event(), asyncio.Event()
    UsdBlock.gate.set()
    run = await harness.run(make_graph("g", {"u": (UsdBlock, {"usd": 0.031, "fails": True})}, []))
    assert await charges(harness) == [(0, 0, 4)]
    assert run.stats.cost == 4


async def test_what_a_synchronous_block_reports_is_booked(harness):
    class ItemsBlock(Block):
        id = "00000000-0000-4000-8000-000000000305"
        costs = (BlockCost(cost_amount=2, cost_type="items"),)

        def run(self, input, ctx):
            ctx.add_cost(items=7)
            return
            yield

    harness.engine.core.registry.add(ItemsBlock())
    run = await harness.run(make_graph("g", {"i": ItemsBlock}, []))
    assert await charges(harness) == [(0, 0, 14)]
    assert run.stats.cost == 14


@pytest.mark.parametrize(
    "report", [{"usd": -1}, {"usd": float("nan")}, {"usd": float("inf")}, {"items": -5}, {"credits": -1}], ids=str
)
async def test_h9_a_cost_that_makes_no_sense_fails_the_node_only(harness, report):
    class OddCostBlock(Block):
        id = "00000000-0000-4000-8000-000000000306"
        costs = (BlockCost(cost_amount=1, cost_type="cost_usd"),)

        async def run(self, input, ctx):
            ctx.add_cost(**report)
            return
            yield

    harness.engine.core.registry.add(OddCostBlock())
    run = await harness.run(make_graph("g", {"o": OddCostBlock}, []))
    assert [row.status for row in await stored_of(harness, run, "o")] == ["FAILED"]
    assert await charges(harness) == [(0, 0, 0)]


async def test_a_charge_that_the_database_refuses_does_not_hold_up_other_runs(tmp_path, caplog):
    """The user of one run is gone: his reservation has nobody to belong to."""
    async with open_harness(tmp_path, BLOCKS) as harness:
        UsdBlock.gate, UsdBlock.started = asyncio.Event(), asyncio.Event()
        run = await harness.start(make_graph("g", {"u": (UsdBlock, {"usd": 1})}, []))
        run.user_id = "nobody"
        other = await harness.run(make_graph("h", {"p": (PaidBlock, {"a": 1})}, []))
        assert other.status == "COMPLETED"
        UsdBlock.gate.set()
        assert await asyncio.wait_for(harness.engine.wait_ended(run), 5) == "COMPLETED"
        assert (0, 1, 1) in await charges(harness)


async def test_dear_blocks_in_a_queue_are_not_begun_before_they_are_paid_for(harness):
    run = await harness.run(
        make_graph("g", {"e": (EmitBlock, {"items": [["x", n] for n in range(50)]}), "p": PaidBlock}, ["e.x -> p.a"])
    )
    assert await charges(harness) == [(0, 1, 1)] * 50
    assert await values_of(harness, run, "p", "result") == list(range(50))


async def test_cost_of_a_run_is_told_while_it_runs(harness):
    UsdBlock.gate, UsdBlock.started = asyncio.Event(), asyncio.Event()
    run = await harness.start(make_graph("g", {"p": (PaidBlock, {"a": 1}), "u": (UsdBlock, {"usd": 0.01})}, []))
    await until(harness, lambda: run.stats.cost == 1)
    UsdBlock.gate.set()
    await harness.engine.wait_ended(run)
    assert run.stats.cost == 2


async def test_a_result_of_pin_errors_is_free(harness):
    class BlockThatCosts(Block):
        id = "00000000-0000-4000-8000-000000000307"
        costs = (BlockCost(cost_amount=9),)

        class Output(BlockOutput):
            x: int = pin()

        def run(self, input, ctx):
            yield "error", "no"

    harness.engine.core.registry.add(BlockThatCosts())
    await harness.run(make_graph("g", {"b": BlockThatCosts}, []))
    assert await charges(harness) == [(0, 9, 0)]
