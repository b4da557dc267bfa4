"""Limits of a tree: config, the agent's and the run's own, and the tightest of them counts (docs/limits.md)."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import pytest

from autogpt_lite.config import load_config
from autogpt_lite.engine.limits import LIMITS, AgentLimits, GivenLimits, OwnLimits, check_limits, limits_of_config, tightest
from autogpt_lite.errors import ConfigError, InvalidInputError, LimitExceededError
from autogpt_lite.sdk import Block, BlockCost, BlockInput, BlockOutput, pin

from .conftest import BLOCKS
from .crash import all_ended
from .harness import make_graph, open_harness
from .script_blocks import AgentBlock, AsyncEachBlock, EchoBlock, EmitBlock, GateBlock, ThreadEachBlock
from .tiny_blocks import EachBlock
from .views import stored_nodes, stored_of, stored_run, until


class CallBlock(Block):
    """Costs what `price` says in dollars, after the call; `calls` counts those that were made."""

    id = "00000000-0000-4000-8000-000000000601"
    costs = (BlockCost(cost_amount=100, cost_type="cost_usd"),)
    calls: ClassVar[list[float]] = []

    class Input(BlockInput):
        price: float = pin()
        times: int = pin(1)

    class Output(BlockOutput):
        done: float = pin()

    async def run(self, input, ctx):
        for _ in range(input.times):
            type(self).calls.append(input.price)
            await asyncio.sleep(0)
            ctx.add_cost(usd=input.price)
        yield "done", input.price


class PricedBlock(Block):
    """101 credits, known before the call."""

    id = "00000000-0000-4000-8000-000000000602"
    costs = (
        BlockCost(cost_amount=101, cost_filter={"size": "large"}),
        BlockCost(cost_amount=60, cost_filter={"size": "middle"}),
        BlockCost(cost_amount=10),
    )
    calls: ClassVar[list[str]] = []

    class Input(BlockInput):
        size: str = pin("small")

    class Output(BlockOutput):
        done: str = pin()

    async def run(self, input, ctx):
        type(self).calls.append(input.size)
        await asyncio.sleep(0)
        yield "done", input.size


class EndlessBlock(Block):
    """Yields for ever inside the pump."""

    id = "00000000-0000-4000-8000-000000000603"
    pure = True

    class Output(BlockOutput):
        x: int = pin()

    def run(self, input, ctx):
        while True:
            yield "x", 1


OWN = (*BLOCKS, CallBlock, PricedBlock, EndlessBlock)


@pytest.fixture(autouse=True)
def _no_calls():
    CallBlock.calls.clear()
    PricedBlock.calls.clear()


async def ended(harness, graph, **limits):
    """(the run, its stored row) after a run with limits of its own."""
    run = await harness.run(graph, limits=GivenLimits(**limits))
    return run, await stored_run(harness, run)


# --- which limit counts ---------------------------------------------------------------------------------------------------


def test_the_tightest_limit_counts_and_says_where_it_can_be_raised():
    config = limits_of_config(load_config(environ={}).engine)
    own = OwnLimits(agent=AgentLimits(max_credits=500, max_depth=50, max_running=3), run=GivenLimits(max_credits=200))
    limits = tightest(config, own)
    assert (limits.max_credits, limits.max_depth, limits.max_running) == (200, 10, 3)
    assert limits.max_node_executions == config.max_node_executions
    assert "start it with a higher `max_credits`" in limits.exceeded("max_credits").hint
    assert "raise `max_running` in the agent's `limits`" in limits.exceeded("max_running").hint
    assert "`engine.max_depth` in config.toml" in limits.exceeded("max_depth").hint


@pytest.mark.parametrize("name", sorted(LIMITS))
@pytest.mark.parametrize("value", [0, -1, 10**15])
def test_a_limit_that_makes_no_sense_is_refused_with_the_range_everywhere(name, value):
    limit = LIMITS[name]
    with pytest.raises(ConfigError, match=name):
        load_config(overrides={f"engine.{name}": value}, environ={})
    with pytest.raises(InvalidInputError) as refused:
        check_limits(AgentLimits(**{name: value}))
    assert f"from {limit.lowest:.12g} to {limit.highest:.12g}" in str(refused.value)
    assert name in refused.value.detail["limits"]


async def test_the_limits_of_the_agent_hold_for_all_its_runs(tmp_path):
    async with open_harness(tmp_path, BLOCKS) as harness:
        harness.engine.core.services.library.limits_of = lambda graph_id, user_id: AgentLimits(max_node_executions=5)
        graph = make_graph("g", {"e": (EachBlock, {"items": list(range(9))}), "c": EchoBlock}, ["e.item -> c.a"])
        row = await stored_run(harness, await harness.run(graph))
        assert row["status"] == "FAILED"
        assert "5 node executions" in row["stats"]["error"]
        assert "the agent's `limits`" in row["stats"]["error"]
        assert row["stats"]["error_code"] == "limit_exceeded"


async def test_a_run_that_cannot_even_begin_within_its_limits_is_refused(tmp_path):
    async with open_harness(tmp_path, BLOCKS) as harness:
        graph = make_graph("g", {"a": (EchoBlock, {"a": 1}), "b": (EchoBlock, {"a": 2})}, [])
        with pytest.raises(LimitExceededError, match="1 node executions") as refused:
            await harness.run(graph, limits=GivenLimits(max_node_executions=1))
        assert refused.value.status == 400
        assert await harness.engine.core.db.fetch_all("SELECT 1 FROM graph_executions") == []


async def test_limits_and_what_was_used_of_them_survive_a_restart(tmp_path):
    graphs = {}
    GateBlock.gates, GateBlock.started = {"middle": asyncio.Event()}, []
    async with open_harness(tmp_path, OWN, graphs) as harness:
        nodes = {"p": (PricedBlock, {"size": "middle"}), "w": (GateBlock, {"a": "middle"}), "q": PricedBlock}
        graph = make_graph("g", nodes, ["w.result -> q.size"])
        run = await harness.start(graph, limits=GivenLimits(max_credits=100))
        await until(harness, lambda: GateBlock.started and run.stats.cost == run.tree.credits == 60)
        await harness.engine.settle()
    async with open_harness(tmp_path, OWN, graphs) as harness:
        [again] = harness.engine.core.runs.values()
        assert (again.tree.limits.max_credits, again.tree.credits) == (100, 60)
        GateBlock.gates["middle"].set()
        await all_ended(harness)
        row = await stored_run(harness, run)
        assert row["status"] == "FAILED"
        assert "100 credits" in row["stats"]["error"]
    assert PricedBlock.calls.count("middle") == 1


# --- credits --------------------------------------------------------------------------------------------------------------


async def test_h7_a_call_that_costs_more_than_is_left_is_refused_before_it_is_made(tmp_path):
    async with open_harness(tmp_path, OWN) as harness:
        run, row = await ended(harness, make_graph("g", {"p": (PricedBlock, {"size": "large"})}, []), max_credits=100)
        assert PricedBlock.calls == []
        assert (row["status"], run.stats.cost) == ("FAILED", 0)
        for part in ("100 credits", "needs 101", "100 are left", "max_credits"):
            assert part in row["stats"]["error"]
        _, row = await ended(harness, make_graph("h", {"p": (PricedBlock, {"size": "large"})}, []), max_credits=101)
        assert row["status"] == "COMPLETED"


async def test_h7_of_parallel_branches_only_those_pass_that_the_budget_holds(tmp_path):
    async with open_harness(tmp_path, OWN) as harness:
        nodes = {name: (PricedBlock, {"size": "middle"}) for name in "abcd"}
        run, row = await ended(harness, make_graph("g", nodes, []), max_credits=100)
        assert row["status"] == "FAILED"
        assert len(PricedBlock.calls) <= 1
        assert row["stats"]["cost"] <= 60
        assert {r.status for r in await stored_nodes(harness, run)} <= {"TERMINATED", "COMPLETED"}


async def test_h7_of_children_in_parallel_only_those_pass_that_the_budget_of_the_tree_holds(tmp_path):
    async with open_harness(tmp_path, OWN) as harness:
        harness.add(make_graph("child", {"p": (PricedBlock, {"size": "middle"})}, []))
        nodes = {name: (AgentBlock, {"graph_id": "child"}) for name in "abcd"}
        _, row = await ended(harness, make_graph("g", nodes, []), max_credits=130)
        assert row["status"] == "FAILED"
        assert len(PricedBlock.calls) <= 2
        statuses = await harness.engine.core.db.fetch_all("SELECT DISTINCT status FROM graph_executions")
        assert {status for (status,) in statuses} <= {"FAILED", "TERMINATED", "COMPLETED"}
        charged = await harness.engine.core.db.fetch_all("SELECT coalesce(sum(settled_credits), 0) FROM charges")
        assert charged[0][0] <= 120


async def test_h8_a_hundred_at_once_cannot_spend_the_last_credits_twice(tmp_path):
    async with open_harness(tmp_path, OWN) as harness:
        harness.add(make_graph("child", {"p": (PricedBlock, {"size": "middle"})}, []))
        nodes = {f"own{i}": (PricedBlock, {"size": "middle"}) for i in range(50)}
        nodes |= {f"of_child{i}": (AgentBlock, {"graph_id": "child"}) for i in range(50)}
        _, row = await ended(harness, make_graph("g", nodes, []), max_credits=60)
        assert row["status"] == "FAILED"
        assert len(PricedBlock.calls) <= 1
        ((held, spent),) = await harness.engine.core.db.fetch_all(
            "SELECT sum(settled_credits IS NULL), coalesce(sum(settled_credits), 0) FROM charges"
        )
        assert not held
        assert spent <= 60


async def test_a_block_whose_price_is_known_afterwards_is_stopped_between_its_calls(tmp_path):
    async with open_harness(tmp_path, OWN) as harness:
        run, row = await ended(harness, make_graph("g", {"c": (CallBlock, {"price": 0.4, "times": 9})}, []), max_credits=100)
        assert len(CallBlock.calls) == 3  # 40, 80, 120: the third one was too dear, and no fourth was made
        assert row["status"] == "FAILED"
        assert "120 are spent" in row["stats"]["error"]
        assert run.stats.cost == 120  # what the provider has really taken


async def test_where_nothing_is_left_no_block_begins_whose_price_is_known_afterwards(tmp_path):
    async with open_harness(tmp_path, OWN) as harness:
        nodes = {"c": (CallBlock, {"price": 1.0}), "d": CallBlock, "free": EchoBlock}
        _, row = await ended(harness, make_graph("g", nodes, ["c.done -> d.price", "c.done -> free.a"]), max_credits=100)
        assert len(CallBlock.calls) == 1
        assert row["status"] == "FAILED"
        assert "is not free, and 0 are left" in row["stats"]["error"]


async def test_what_a_node_gives_back_can_be_spent_again(tmp_path):
    async with open_harness(tmp_path, OWN) as harness:

        class RefundedBlock(Block):
            id = "00000000-0000-4000-8000-000000000604"
            costs = (BlockCost(cost_amount=80),)

            class Output(BlockOutput):
                x: str = pin()

            async def run(self, input, ctx):
                raise ValueError("no")
                yield

        harness.engine.core.registry.add(RefundedBlock())
        graph = make_graph("g", {"r": RefundedBlock, "p": PricedBlock}, ["r.error -> p.size"])
        run, row = await ended(harness, graph, max_credits=80)
        assert row["status"] == "COMPLETED"
        assert run.tree.credits == run.stats.cost == 10


# --- time -----------------------------------------------------------------------------------------------------------------


async def test_a_run_that_takes_too_long_ends_with_its_sub_agents(tmp_path):
    GateBlock.gates, GateBlock.started = {1: asyncio.Event()}, []
    async with open_harness(tmp_path, BLOCKS) as harness:
        harness.add(make_graph("child", {"w": (GateBlock, {"a": 1})}, []))
        _, row = await ended(harness, make_graph("g", {"a": (AgentBlock, {"graph_id": "child"})}, []), max_run_s=0.1)
        assert row["status"] == "FAILED"
        assert "0.1 seconds for the whole run" in row["stats"]["error"]
        statuses = await harness.engine.core.db.fetch_all("SELECT status FROM graph_executions ORDER BY id")
        assert statuses == [("FAILED",), ("TERMINATED",)]


async def test_the_time_of_a_run_goes_on_after_a_restart(tmp_path):
    graphs = {}
    GateBlock.gates, GateBlock.started = {"x": asyncio.Event()}, []
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        nodes = {"w": (GateBlock, {"a": "x"}), "e": (EchoBlock, {"a": 1})}
        run = await harness.start(make_graph("g", nodes, []), limits=GivenLimits(max_run_s=100))
        await until(harness, lambda: len(GateBlock.started) == 1 and run.stats.node_exec_count == 1)
        await harness.engine.settle()
        # As if the first node had worked for 200 s.
        await harness.engine.core.db.write(
            lambda tx: tx.execute("UPDATE node_executions SET ended_us = ended_us + 200000000 WHERE ended_us IS NOT NULL")
        )
    async with open_harness(tmp_path, BLOCKS, graphs) as harness:
        await all_ended(harness)
        row = await stored_run(harness, run)
        assert row["status"] == "FAILED"
        assert "100 seconds" in row["stats"]["error"]


class HangBlock(Block):
    """Waits in a thread until the test lets it go."""

    id = "00000000-0000-4000-8000-000000000605"
    blocking = True

    class Output(BlockOutput):
        x: int = pin()

    def run(self, input, ctx):
        import time

        for _ in range(10_000):
            time.sleep(0.01)
            yield "x", 1


@pytest.mark.parametrize("node", [EndlessBlock, (GateBlock, {"a": 2}), HangBlock], ids=["pump", "task", "thread"])
async def test_a_node_that_takes_longer_than_the_run_allows_ends_the_run(tmp_path, node):
    GateBlock.gates, GateBlock.started = {2: asyncio.Event()}, []
    async with open_harness(tmp_path, (*OWN, HangBlock), engine__max_node_items=10**7) as harness:
        _, row = await ended(harness, make_graph("g", {"n": node}, []), max_node_s=0.1)
        assert row["status"] == "FAILED"
        assert "0.1 seconds for one node" in row["stats"]["error"]


async def test_a_timeout_of_the_node_itself_fails_the_node_only_in_the_pump_too(tmp_path):
    async with open_harness(tmp_path, OWN, engine__max_node_items=10**7) as harness:
        run, row = await ended(harness, make_graph("g", {"n": (EndlessBlock, {}, {"timeout_s": 0.02})}, []))
        assert row["status"] == "COMPLETED"
        [stored] = await stored_of(harness, run, "n")
        assert stored.values("error") == ["The node took longer than 0.02 s."]


async def test_a_node_that_waits_for_an_agent_has_the_time_of_the_run(tmp_path):
    GateBlock.gates, GateBlock.started = {1: asyncio.Event()}, []
    async with open_harness(tmp_path, BLOCKS) as harness:
        harness.add(make_graph("child", {"w": (GateBlock, {"a": 1})}, []))
        graph = make_graph("g", {"a": (AgentBlock, {"graph_id": "child"})}, [])
        run = await harness.start(graph, limits=GivenLimits(max_node_s=0.1))
        assert await asyncio.wait_for(harness.engine.wait_ended(run), 20) == "FAILED"
        assert f"{run.tree.limits.max_node_s} seconds for one node" in run.stats.error
        assert "agent" not in run.stats.error.lower()  # the node in the child, not the one that waits for it


# --- items ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "node", [(EachBlock, {"items": list(range(300))}), (AsyncEachBlock, {"count": 300}), (ThreadEachBlock, {"count": 300})]
)
async def test_a_node_may_emit_so_many_items_that_nothing_takes(tmp_path, node):
    async with open_harness(tmp_path, BLOCKS) as harness:
        _, row = await ended(harness, make_graph("g", {"e": node}, []), max_node_items=300)
        assert row["status"] == "COMPLETED"
        _, row = await ended(harness, make_graph("h", {"e": node}, []), max_node_items=299)
        assert row["status"] == "FAILED"
        assert "299 items" in row["stats"]["error"]
        assert "too many items" in row["stats"]["error"]
        linked = make_graph("i", {"e": node, "c": EchoBlock}, ["e.item -> c.a"])
        _, row = await ended(harness, linked, max_node_items=1)
        assert row["status"] == "COMPLETED"


async def test_items_that_the_link_does_not_select_count_too(tmp_path):
    async with open_harness(tmp_path, BLOCKS) as harness:
        node = (EmitBlock, {"items": [["x", [n]] for n in range(30)]})
        graph = make_graph("g", {"e": node, "c": EchoBlock}, ["e.x_$_5 -> c.a"])
        _, row = await ended(harness, graph, max_node_items=10)
        assert row["status"] == "FAILED"


# --- runs of one agent at a time ---------------------------------------------------------------------------------------------


async def test_runs_beyond_the_limit_of_their_agent_wait_and_do_not_hold_up_others(tmp_path):
    GateBlock.gates, GateBlock.started = {n: asyncio.Event() for n in range(5)}, []
    async with open_harness(tmp_path, BLOCKS, engine__max_running=2) as harness:
        dispatcher = harness.engine.dispatcher
        runs = [
            await harness.start(make_graph("busy", {"w": (GateBlock, {"a": 0})}, []), masks={"w": {"a": n}}) for n in range(5)
        ]
        assert (dispatcher.n_running, dispatcher.n_waiting, dispatcher.n_aside) == (2, 3, 3)
        assert [run.status for run in runs] == ["RUNNING"] * 2 + ["QUEUED"] * 3
        other = await harness.run(make_graph("other", {"e": (EchoBlock, {"a": 1})}, []))
        assert other.status == "COMPLETED"
        await harness.engine.stop(runs[2].id)  # one that stands aside: nobody behind it may be forgotten
        for n in (0, 1, 3, 4):
            await until(harness, lambda n=n: runs[n].status == "RUNNING")
            GateBlock.gates[n].set()
            assert await asyncio.wait_for(harness.engine.wait_ended(runs[n]), 20) == "COMPLETED"
        assert (dispatcher.n_running, dispatcher.n_waiting, dispatcher._lanes) == (0, 0, {})


async def test_the_limit_of_running_runs_holds_after_a_restart_too(tmp_path):
    graphs = {}
    GateBlock.gates, GateBlock.started = {n: asyncio.Event() for n in range(4)}, []
    async with open_harness(tmp_path, BLOCKS, graphs, engine__max_running=2) as harness:
        graph = make_graph("busy", {"w": (GateBlock, {"a": 0})}, [])
        runs = [await harness.start(graph, masks={"w": {"a": n}}) for n in range(4)]
        await until(harness, lambda: len(GateBlock.started) == 2)
        await harness.engine.settle()
    GateBlock.started = []
    async with open_harness(tmp_path, BLOCKS, graphs, engine__max_running=2) as harness:
        dispatcher = harness.engine.dispatcher
        assert (dispatcher.n_running, dispatcher.n_waiting) == (2, 2)
        for gate in GateBlock.gates.values():
            gate.set()
        await all_ended(harness)
        assert [(await stored_run(harness, run))["status"] for run in runs] == ["COMPLETED"] * 4


async def test_an_agent_may_be_kept_to_one_run_at_a_time(tmp_path):
    GateBlock.gates, GateBlock.started = {n: asyncio.Event() for n in range(3)}, []
    async with open_harness(tmp_path, BLOCKS) as harness:
        harness.engine.core.services.library.limits_of = lambda graph_id, user_id: AgentLimits(max_running=1)
        graph = make_graph("g", {"w": (GateBlock, {"a": 0})}, [])
        runs = [await harness.start(graph, masks={"w": {"a": n}}) for n in range(3)]
        assert [run.status for run in runs] == ["RUNNING", "QUEUED", "QUEUED"]
        harness.engine.core.services.library.limits_of = lambda graph_id, user_id: AgentLimits(max_running=3)
        late = await harness.start(make_graph("g", {"w": (GateBlock, {"a": 0})}, []), masks={"w": {"a": 2}})
        # The limit was raised: what stood aside goes first.
        assert [run.status for run in (*runs, late)] == ["RUNNING"] * 3 + ["QUEUED"]
        for gate in GateBlock.gates.values():
            gate.set()
        for run in (*runs, late):
            assert await asyncio.wait_for(harness.engine.wait_ended(run), 20) == "COMPLETED"


# --- tries of a node ----------------------------------------------------------------------------------------------------------


async def test_each_try_is_kept_with_what_came_of_it_also_over_a_restart(tmp_path):
    class TwiceBlock(Block):
        """Fails with what the provider has charged, then waits for its gate."""

        id = "00000000-0000-4000-8000-000000000606"
        costs = (BlockCost(cost_amount=100, cost_type="cost_usd"),)
        tries: ClassVar[list[str]] = []
        third, gate = asyncio.Event(), asyncio.Event()

        class Output(BlockOutput):
            x: int = pin()

        async def run(self, input, ctx):
            self.tries.append(ctx.idempotency_key)
            ctx.add_cost(usd=0.03)
            if len(self.tries) < 3:
                raise ValueError(f"no {len(self.tries)}")
            self.third.set()
            await self.gate.wait()
            yield "x", 1

    graphs, retry = {}, {"retry": {"attempts": 3, "wait_s": 0, "backoff": 1}}
    async with open_harness(tmp_path, (*OWN, TwiceBlock), graphs) as harness:
        run = await harness.start(make_graph("g", {"t": (TwiceBlock, {}, retry)}, []))
        await asyncio.wait_for(TwiceBlock.third.wait(), 10)
        await harness.engine.settle()
    TwiceBlock.gate.set()
    async with open_harness(tmp_path, (*OWN, TwiceBlock), graphs) as harness:
        await all_ended(harness)
        [row] = await stored_of(harness, run, "t")
        assert (row.status, row.tries, row.stats["cost"]) == ("COMPLETED", 2, 9)
        told = [(one["try"], one["error"], one["cost"]) for one in row.stats["tries"]]
        assert told == [(0, "no 1", 3), (1, "no 2", 3)]
    assert len(TwiceBlock.tries) == 4  # the third one was in flight: it runs again,
    assert TwiceBlock.tries[2] == TwiceBlock.tries[3]  # as the same try
    assert len(set(TwiceBlock.tries)) == 3
