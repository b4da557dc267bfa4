"""Loops in a graph end when a branch stops yielding, or at the run's limit (contract: semantics 3; design: section 3)."""

from __future__ import annotations

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin

from .conftest import BLOCKS
from .harness import make_graph, open_harness
from .script_blocks import AsyncEachBlock, EchoBlock, EmitBlock, StaticBlock, ThreadEachBlock
from .tiny_blocks import AddBlock, EachBlock, OutBlock
from .views import children_of, inputs_of, stored_nodes, stored_of, stored_run


class CountdownBlock(Block):
    """Yields n - 1 to `again` until that is 0, then `done`."""

    id = "00000000-0000-4000-8000-000000000301"
    pure = True

    class Input(BlockInput):
        n: int = pin()

    class Output(BlockOutput):
        again: int = pin()
        done: str = pin()

    def run(self, input, ctx):
        if input.n > 1:
            yield "again", input.n - 1
        else:
            yield "done", "done"


async def test_a_cycle_ends_when_its_branch_stops_yielding(tmp_path):
    async with open_harness(tmp_path, (*BLOCKS, CountdownBlock)) as harness:
        nodes = {"e": (EmitBlock, {"items": [["x", 100]]}), "n": CountdownBlock, "o": (OutBlock, {"name": "end"})}
        run = await harness.run(make_graph("g", nodes, ["e.x -> n.n", "n.again -> n.n", "n.done -> o.value"]))
        assert [row["n"] for row in await inputs_of(harness, run, "n")] == list(range(100, 0, -1))
        assert run.outputs == [("end", b'"done"')]
        assert run.status == "COMPLETED"


async def test_two_nodes_in_a_circle_with_a_static_value(tmp_path):
    async with open_harness(tmp_path, (*BLOCKS, CountdownBlock)) as harness:
        nodes = {
            "e": (EmitBlock, {"items": [["x", 6]]}),
            "minus": (StaticBlock, {"items": [["x", -1]]}),
            "n": CountdownBlock,
            "add": AddBlock,
        }
        links = ["e.x -> n.n", "n.again -> add.a", "minus.x => add.b", "add.result -> n.n"]
        run = await harness.run(make_graph("g", nodes, links))
        assert [row["n"] for row in await inputs_of(harness, run, "n")] == [6, 4, 2, 0]
        assert [row["a"] for row in await inputs_of(harness, run, "add")] == [5, 3, 1]


async def test_a_cycle_without_an_end_fails_the_run_at_its_limit_and_says_which(tmp_path):
    async with open_harness(tmp_path, BLOCKS, engine__max_node_executions=200) as harness:
        nodes = {"e": (EmitBlock, {"items": [["x", 1]]}), "a": EchoBlock, "b": EchoBlock}
        run = await harness.run(make_graph("g", nodes, ["e.x -> a.a", "a.a -> b.a", "b.a -> a.a"]))
        row = await stored_run(harness, run)
        assert row["status"] == "FAILED"
        for part in ("node executions", "200", "engine.max_node_executions"):
            assert part in row["stats"]["error"]
        rows = await stored_nodes(harness, run)
        assert len(rows) == 200
        assert {r.status for r in rows} <= {"COMPLETED", "FAILED", "TERMINATED"}


async def test_the_limit_itself_is_allowed(tmp_path):
    async with open_harness(tmp_path, BLOCKS, engine__max_node_executions=11) as harness:
        run = await harness.run(
            make_graph("g", {"e": (EachBlock, {"items": list(range(10))}), "c": EchoBlock}, ["e.item -> c.a"])
        )
        assert (await stored_run(harness, run))["status"] == "COMPLETED"
        run = await harness.run(
            make_graph("h", {"e": (EachBlock, {"items": list(range(11))}), "c": EchoBlock}, ["e.item -> c.a"])
        )
        assert (await stored_run(harness, run))["status"] == "FAILED"


async def test_the_limit_holds_for_tasks_and_threads_and_for_error_pins(tmp_path):
    async with open_harness(tmp_path, BLOCKS, engine__max_node_executions=20) as harness:
        for number, block in enumerate((AsyncEachBlock, ThreadEachBlock)):
            graph = make_graph(f"g{number}", {"e": (block, {"count": 1000}), "c": EchoBlock}, ["e.item -> c.a"])
            run = await harness.run(graph)
            row = await stored_run(harness, run)
            assert row["status"] == "FAILED"
            assert "engine.max_node_executions" in row["stats"]["error"]
            assert {r.status for r in await stored_of(harness, run, "e")} == {"TERMINATED"}
        graph = make_graph(
            "loop", {"f": (EmitBlock, {"items": [["nowhere", 1]]}), "g": EmitBlock}, ["f.error -> g.items", "g.error -> g.items"]
        )
        run = await harness.run(graph)
        assert (await stored_run(harness, run))["status"] == "FAILED"


async def test_a_task_that_reaches_the_limit_ends_the_run_though_nothing_else_is_going_on(tmp_path):
    async with open_harness(tmp_path, BLOCKS, engine__max_node_executions=1) as harness:
        run = await harness.run(make_graph("g", {"e": (AsyncEachBlock, {"count": 3}), "c": EchoBlock}, ["e.item -> c.a"]))
        assert (await stored_run(harness, run))["status"] == "FAILED"


async def test_a_run_that_reached_its_limit_does_not_disturb_others(tmp_path):
    async with open_harness(tmp_path, BLOCKS, engine__max_node_executions=50) as harness:
        endless = make_graph("endless", {"e": (EmitBlock, {"items": [["x", 1]]}), "a": EchoBlock}, ["e.x -> a.a", "a.a -> a.a"])
        good = make_graph("good", {"e": (EachBlock, {"items": list(range(40))}), "c": EchoBlock}, ["e.item -> c.a"])
        first, second = await harness.start(endless), await harness.start(good)
        assert await harness.engine.wait_ended(second) == "COMPLETED"
        assert await harness.engine.wait_ended(first) == "FAILED"
        assert harness.engine.core.runs == {}


# --- agents in agents ---------------------------------------------------------------------------------------------


async def test_the_depth_is_limited_and_the_run_that_goes_too_deep_ends_with_everything_in_it(tmp_path):
    from .script_blocks import AgentBlock

    async with open_harness(tmp_path, BLOCKS, engine__max_depth=3) as harness:
        run = await harness.run(make_graph("self", {"a": (AgentBlock, {"graph_id": "self"})}, []))
        row = await stored_run(harness, run)
        assert row["status"] == "FAILED"
        for part in ("3 levels of agents in agents", "engine.max_depth"):
            assert part in row["stats"]["error"]
        rows = await harness.engine.core.db.fetch_all("SELECT depth, status FROM graph_executions ORDER BY depth")
        assert rows == [(0, "FAILED"), (1, "TERMINATED"), (2, "TERMINATED"), (3, "TERMINATED")]


async def test_the_limit_of_node_executions_is_that_of_the_whole_tree(tmp_path):
    from .script_blocks import AgentBlock

    async with open_harness(tmp_path, BLOCKS, engine__max_node_executions=30) as harness:
        harness.add(make_graph("child", {"e": (EachBlock, {"items": list(range(8))}), "c": EchoBlock}, ["e.item -> c.a"]))
        nodes = {"e": (EachBlock, {"items": [1, 2, 3, 4]}), "a": (AgentBlock, {"graph_id": "child"}), "c": EchoBlock}
        graph = make_graph("parent", nodes, ["e.item -> a.times"])
        run = await harness.run(graph)
        counts = await harness.engine.core.db.fetch_all("SELECT count(*) FROM node_executions")
        assert counts[0][0] <= 30
        assert (await stored_run(harness, run))["status"] == "FAILED"
        assert {status for _, status, _ in await children_of(harness, run)} == {"COMPLETED", "TERMINATED"}
