"""Graphs that never end, call themselves or flood everything (attacks H1 to H3): saved within limits, ended with a reason."""

from __future__ import annotations

import gc
import sqlite3
import time
from contextlib import closing
from typing import Any

import psutil
import pytest

from autogpt_lite.engine.limits import GivenLimits
from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin
from tests.engine.conftest import BLOCKS
from tests.engine.harness import make_graph, open_harness
from tests.engine.script_blocks import EchoBlock
from tests.engine.views import stored_run
from tests.live_run import watch_run
from tests.server import ServerProcess

AGENT, CALCULATOR, ADD_TO_LIST = (
    "e189baac-8c20-45a1-94a7-55177ea42565",
    "b1ab9b19-67a6-406d-abf5-2dba76d00c79",
    "aeb08fc1-2fc1-4141-bc8e-f758f183a822",
)
NO_PINS = {"type": "object", "properties": {}, "required": []}


def node(node_id: str, block_id: str, **input_default: Any) -> dict[str, Any]:
    return {"id": node_id, "block_id": block_id, "input_default": input_default}


def add(node_id: str, **more: Any) -> dict[str, Any]:
    return node(node_id, CALCULATOR, operation="Add", b=1, **more)


def caller(node_id: str, graph_id: str) -> dict[str, Any]:
    return node(node_id, AGENT, graph_id=graph_id, graph_version=1, inputs={}, input_schema=NO_PINS, output_schema=NO_PINS)


def link(text: str) -> dict[str, Any]:
    """ "a.result -> b.value" """
    (source, source_name), (sink, sink_name) = (end.strip().split(".") for end in text.split("->"))
    return {"source_id": source, "source_name": source_name, "sink_id": sink, "sink_name": sink_name}


def save(server: ServerProcess, nodes: list, links: list[str]) -> dict[str, Any]:
    return server.post("/api/graphs", {"graph": {"name": "attack", "nodes": nodes, "links": [link(text) for text in links]}})


def tree_of(server: ServerProcess, run_id: str) -> list[tuple[int, str, int]]:
    """[(depth, status, node executions)] of a tree, read by another process than the server's."""
    with closing(sqlite3.connect(f"file:{server.data_dir / 'autogpt_lite.sqlite'}?mode=ro", uri=True)) as db:
        return db.execute(
            "SELECT g.depth, g.status, (SELECT count(*) FROM node_executions n WHERE n.id >> 24 = g.id) FROM graph_executions g "
            "WHERE g.root_id = (SELECT id FROM graph_executions WHERE uuid = ?) ORDER BY g.id",
            (run_id,),
        ).fetchall()


# --- H1: graphs without an end ---------------------------------------------------------------------------------------------


CYCLE = ([add("start", a=0), add("one"), add("two")], ["start.result -> one.a", "one.result -> two.a", "two.result -> one.a"])
SELF_EDGE = ([add("start", a=0), add("self")], ["start.result -> self.a", "self.result -> self.a"])
DIAMONDS = (
    [add("n0", a=0), *(add(f"{side}{i}") for i in range(1, 21) for side in "lrn")],
    [
        text
        for i in range(20)
        for side in "lr"
        for text in (f"n{i}.result -> {side}{i + 1}.a", f"{side}{i + 1}.result -> n{i + 1}.a")
    ],
)


@pytest.mark.parametrize("shape", [CYCLE, SELF_EDGE, DIAMONDS], ids=["cycle", "self-edge", "fan-out of 2^20"])
async def test_h1_a_graph_without_an_end_stops_at_the_limit_and_says_which(real_server: ServerProcess, shape: tuple):
    graph = save(real_server, *shape)
    begin = time.monotonic()
    watched = await watch_run(real_server, graph, limits={"max_node_executions": 500})
    assert time.monotonic() - begin < 20
    assert watched.stored["status"] == "FAILED"
    assert "500 node executions" in watched.stored["stats"]["error"]
    assert "max_node_executions" in watched.stored["stats"]["error"]
    [(_, status, count)] = tree_of(real_server, watched.id)
    assert (status, count <= 500) == ("FAILED", True)
    assert real_server.get("/health")


async def test_h1_a_graph_without_an_end_stops_at_the_limit_of_its_time(real_server: ServerProcess):
    # Slow enough never to reach another limit: the server lets a run have 10,000 node executions.
    waits = node("wait", "d67a9c52-5e4e-11e2-bcfd-0800200c9a71", input_message="tick", seconds=0, minutes=5)
    watched = await watch_run(real_server, save(real_server, [waits], []), limits={"max_run_s": 0.3})
    assert watched.stored["status"] == "FAILED"
    assert "0.3 seconds for the whole run" in watched.stored["stats"]["error"]


@pytest.mark.parametrize(("n_nodes", "n_links"), [(10_001, 0), (2, 100_001)], ids=["nodes", "links"])
def test_h1_a_graph_that_is_too_large_is_not_saved(real_server: ServerProcess, n_nodes: int, n_links: int):
    one_link = link("0.result -> 1.a")
    nodes = [{"id": str(n), "block_id": CALCULATOR} for n in range(n_nodes)]
    answer = real_server.request("POST", "/api/graphs", {"graph": {"name": "big", "nodes": nodes, "links": [one_link] * n_links}})
    assert answer.status == 413
    assert f"has {max(n_nodes, n_links)} " in answer.json()["message"]
    assert "at most" in answer.json()["message"]


# --- H2: agents that call themselves ---------------------------------------------------------------------------------------


def save_ring(server: ServerProcess, length: int) -> dict[str, Any]:
    """One agent that calls itself, or several that call each other in a ring."""
    agents = [
        {"id": str(n), "version": 1, "name": f"agent {n}", "nodes": [caller("call", str((n + 1) % length))], "links": []}
        for n in range(length)
    ]
    return server.post("/api/graphs", {"graph": {**agents[0], "sub_graphs": agents[1:]}})


@pytest.mark.parametrize("length", [1, 2], ids=["A->A", "A->B->A"])
async def test_h2_an_agent_that_calls_itself_ends_at_the_depth_limit(real_server: ServerProcess, length: int):
    watched = await watch_run(real_server, save_ring(real_server, length))
    assert watched.stored["status"] == "FAILED"
    for part in ("10 levels of agents in agents", "engine.max_depth"):
        assert part in watched.stored["stats"]["error"]
    tree = tree_of(real_server, watched.id)
    assert [depth for depth, _, _ in tree] == list(range(11))
    assert {status for _, status, _ in tree[1:]} == {"TERMINATED"}


async def test_h2_the_whole_tree_shares_one_budget(real_server: ServerProcess):
    calls = [caller(f"call {n}", "me") for n in range(3)]
    graph = real_server.post("/api/graphs", {"graph": {"id": "me", "name": "me", "nodes": calls, "links": []}})
    watched = await watch_run(real_server, graph, limits={"max_node_executions": 200})
    assert watched.stored["status"] == "FAILED"
    assert "200 node executions" in watched.stored["stats"]["error"]
    tree = tree_of(real_server, watched.id)
    assert sum(count for _, _, count in tree) <= 200
    assert len(tree) > 10
    assert {status for _, status, _ in tree[1:]} <= {"TERMINATED", "COMPLETED"}


async def test_h2_one_stop_ends_the_whole_tree(real_server: ServerProcess):
    waits = node("wait", "d67a9c52-5e4e-11e2-bcfd-0800200c9a71", input_message="tick", seconds=0, minutes=5)
    inner = {"id": "B", "version": 1, "name": "B", "nodes": [waits], "links": []}
    outer = {"id": "A", "version": 1, "name": "A", "nodes": [caller(f"c{n}", "B") for n in range(5)], "links": []}
    graph = real_server.post("/api/graphs", {"graph": {**outer, "sub_graphs": [inner]}})
    path = f"/api/graphs/{graph['id']}"
    run = real_server.post(f"{path}/execute/1", {})
    deadline = time.monotonic() + 20
    while len(tree_of(real_server, run["id"])) < 6 and time.monotonic() < deadline:
        real_server.get(f"{path}/executions/{run['id']}")
    assert real_server.post(f"{path}/executions/{run['id']}/stop")["status"] == "TERMINATED"
    tree = tree_of(real_server, run["id"])
    assert [status for _, status, _ in tree] == ["TERMINATED"] * 6


# --- H3: floods ------------------------------------------------------------------------------------------------------------


class FloodBlock(Block):
    """Yields numbers up to `count`, each `size` characters long, inside the pump."""

    id = "00000000-0000-4000-8000-000000000701"
    pure = True

    class Input(BlockInput):
        count: int = pin(10**7)
        size: int = pin(0)

    class Output(BlockOutput):
        item: Any = pin()

    def run(self, input, ctx):
        text = "x" * input.size
        for number in range(input.count):
            yield "item", f"{number}{text}"


class FloodTaskBlock(FloodBlock):
    id = "00000000-0000-4000-8000-000000000702"
    pure = False

    async def run(self, input, ctx):
        text = "x" * input.size
        for number in range(input.count):
            yield "item", f"{number}{text}"


class FloodThreadBlock(FloodBlock):
    id = "00000000-0000-4000-8000-000000000703"
    pure = False
    blocking = True


FLOODS = (*BLOCKS, FloodBlock, FloodTaskBlock, FloodThreadBlock)
KINDS = pytest.mark.parametrize("block", [FloodBlock, FloodTaskBlock, FloodThreadBlock], ids=["pump", "task", "thread"])


async def flood(tmp_path: Any, graph: Any, limits: GivenLimits | None = None, **settings: Any) -> tuple[dict[str, Any], float]:
    """(the run's row, MB by which the process has grown at most)."""
    process = psutil.Process()
    async with open_harness(tmp_path, FLOODS, **settings) as harness:
        gc.collect()
        before = process.memory_info().rss
        most = before

        def look(_: Any) -> None:
            nonlocal most
            most = max(most, process.memory_info().rss)

        harness.engine.core.bus.subscribe(look)
        run = await harness.start(graph, limits=limits)
        await harness.engine.wait_ended(run)
        return await stored_run(harness, run), (most - before) / 1_000_000


@KINDS
@pytest.mark.parametrize("links", [[], ["f.item -> c.a"]], ids=["nothing takes them", "linked"])
async def test_h3_ten_million_items_end_at_a_limit_with_little_memory(tmp_path, block, links):
    graph = make_graph("g", {"f": block, "c": EchoBlock}, links) if links else make_graph("g", {"f": block}, links)
    row, grown_mb = await flood(tmp_path, graph, GivenLimits(max_node_items=20_000, max_node_executions=5_000))
    assert row["status"] == "FAILED"
    assert ("5000 node executions" if links else "too many items") in row["stats"]["error"]
    assert grown_mb < 60


@KINDS
async def test_h3_what_a_producer_has_yielded_does_not_stay_in_memory(tmp_path, block):
    """150 MB go through; what is stored and passed on leaves."""
    graph = make_graph("g", {"f": (block, {"count": 1_500, "size": 100_000})}, [])
    row, grown_mb = await flood(tmp_path, graph)
    assert row["status"] == "COMPLETED"
    assert grown_mb < 75


@pytest.mark.slow
async def test_h3_ten_million_items_go_through_where_they_are_allowed(tmp_path):
    graph = make_graph("g", {"f": (FloodBlock, {"count": 10**7})}, [])
    row, grown_mb = await flood(tmp_path, graph, engine__max_node_items=10**7)
    assert row["status"] == "COMPLETED"
    assert grown_mb < 250  # eight bytes an item are left


async def test_h3_a_list_that_grows_with_every_loop_ends_at_the_limit(real_server: ServerProcess):
    nodes = [node("start", ADD_TO_LIST, list=[], entry="x"), node("grow", ADD_TO_LIST, entry="y" * 100)]
    graph = save(real_server, nodes, ["start.updated_list -> grow.list", "grow.updated_list -> grow.list"])
    watched = await watch_run(real_server, graph, limits={"max_node_executions": 300})
    assert watched.stored["status"] == "FAILED"
    assert "300 node executions" in watched.stored["stats"]["error"]
