"""What a run will cost is said before it begins: about, and at most, with the reason where nobody can know."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.server import LiveServer, run_app

INPUT, OUTPUT, AGENT = (
    "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b",
    "363ae599-353e-4804-937e-b2ee3cef3da4",
    "e189baac-8c20-45a1-94a7-55177ea42565",
)
AI = "1f292d4a-41a4-4977-9684-7c8d560b9f91"
THREE, ASK, MANY, METER = (f"00000000-0000-4000-8000-0000000000b{n}" for n in range(4))
BLOCKS = f'''
from typing import Any
from autogpt_lite.sdk import Block, BlockCost, BlockInput, BlockOutput, pin


class Pins(BlockInput):
    value: Any = pin(None)
    n: int = pin(0)


class PriceBlock(Block):
    class Input(Pins):
        pass

    class Output(BlockOutput):
        out: Any = pin()


class ThreeBlock(PriceBlock):
    id = "{THREE}"
    description = "Gives three values, or two."

    def run(self, input, ctx):
        yield "out", 1
        if input.n:
            yield "out", 2
        else:
            yield "out", 2
            yield "out", 3


class AskBlock(PriceBlock):
    id = "{ASK}"
    description = "Costs 4 credits."
    costs = (BlockCost(cost_amount=4),)

    def run(self, input, ctx):
        yield "out", input.value


class ManyBlock(PriceBlock):
    id = "{MANY}"
    description = "Gives as many values as it likes."

    def run(self, input, ctx):
        for n in range(input.n):
            yield "out", n


class MeterBlock(PriceBlock):
    id = "{METER}"
    description = "Costs what it reports."
    costs = (BlockCost(cost_amount=2, cost_type="items"),)

    def run(self, input, ctx):
        ctx.add_cost(items=3)
        yield "out", input.value
'''


@pytest.fixture
async def server(tmp_path: Path):
    folder = tmp_path / "my_blocks"
    folder.mkdir()
    (folder / "priced.py").write_text(BLOCKS)
    settings = {
        "blocks.paths": [str(folder)],
        "llm.providers.openai.api_key": "not-a-real-key",
        "llm.providers.openai.base_url": "https://api.openai.com/v1",
    }
    async with run_app(tmp_path, settings=settings) as running:
        yield running


def graph(*blocks: str | tuple[str, dict], links: list[tuple[int, str, int, str]] | None = None) -> dict[str, Any]:
    """The blocks in a row, "out" into "value"; an Input and an Output have other names for them."""
    nodes = []
    for n, one in enumerate(blocks):
        block_id, values = one if isinstance(one, tuple) else (one, {})
        values = {"name": f"Pin {n}", **values} if block_id in (INPUT, OUTPUT) else values
        nodes.append({"id": f"n{n}", "block_id": block_id, "input_default": values})
    names = {INPUT: "result", AI: "response"}
    row = [(n, names.get(nodes[n]["block_id"], "out"), n + 1, "value") for n in range(len(nodes) - 1)]
    made = [{"source_id": f"n{s}", "source_name": a, "sink_id": f"n{k}", "sink_name": b} for s, a, k, b in links or row]
    return {"name": "priced", "description": "", "nodes": nodes, "links": made}


async def price(server: LiveServer, draft: dict[str, Any], **more: Any) -> dict[str, Any]:
    return (await server.post("/api/graphs/price", {"graph": draft, **more})).json()


async def run(server: LiveServer, stored: dict[str, Any], **body: Any) -> dict[str, Any]:
    started = (
        await server.post(f"/api/graphs/{stored['id']}/execute/{stored['version']}", {"inputs": {"Pin 0": 1}, **body})
    ).json()
    alive = server.app.engine.core.runs.get(started["id"])
    if alive is not None:
        async with asyncio.timeout(20):
            await server.app.engine.wait_ended(alive)
    return (await server.get(f"/api/graphs/{stored['id']}/executions/{started['id']}")).json()


async def test_a_price_counts_how_often_each_node_can_run(server: LiveServer):
    draft = graph(INPUT, THREE, ASK, OUTPUT)
    answer = await price(server, draft)
    assert (answer["about_credits"], answer["at_most_credits"]) == (4, 12)
    assert (answer["about_by"], answer["at_most_by"], answer["unknown"]) == ("prices", "prices", [])
    assert answer["nodes"] == {"n2": {"about_credits": 4, "at_most_credits": 12}}
    stored = (await server.post("/api/graphs", {"graph": draft})).json()
    assert (await run(server, stored))["stats"]["cost"] == 12, "and that is what it can come to"


async def test_an_agent_of_free_blocks_is_free(server: LiveServer):
    answer = await price(server, graph(INPUT, (MANY, {"n": 9}), OUTPUT))
    assert (answer["about_credits"], answer["at_most_credits"], answer["at_most_by"]) == (0, 0, "prices")


async def test_past_runs_say_what_a_run_costs_about(server: LiveServer):
    stored = (await server.post("/api/graphs", {"graph": graph(INPUT, THREE, ASK, OUTPUT)})).json()
    await run(server, stored)
    answer = (await server.post("/api/graphs/price", {"graph_id": stored["id"]})).json()
    assert (answer["about_credits"], answer["about_by"], answer["runs"]) == (12, "runs", 1)


async def test_where_nobody_can_know_the_reason_is_told(server: LiveServer):
    answer = await price(server, graph(INPUT, (MANY, {"n": 2}), ASK, METER, OUTPUT))
    assert (answer["at_most_credits"], answer["at_most_by"]) == (None, None)
    assert answer["stops_at_credits"] == 100_000
    why = {one["node_id"]: one["why"] for one in answer["unknown"]}
    assert why == {"n2": "it may run any number of times", "n3": "its price is known only afterwards"}
    assert answer["by_use"] == ["n3"]


async def test_a_circle_has_no_bound(server: LiveServer):
    links = [(0, "result", 1, "value"), (1, "out", 2, "value"), (2, "out", 1, "n"), (2, "out", 3, "value")]
    assert (await price(server, graph(INPUT, ASK, ASK, OUTPUT, links=links)))["at_most_credits"] is None


async def test_a_limit_bounds_what_has_no_bound(server: LiveServer):
    draft = graph(INPUT, (MANY, {"n": 2}), ASK, OUTPUT)
    answer = await price(server, draft, limits={"max_credits": 30})
    assert (answer["at_most_credits"], answer["at_most_by"]) == (30, "run")
    stored = (await server.post("/api/graphs", {"graph": draft})).json()
    agents = (await server.get("/api/library/agents")).json()["agents"]
    library_id = next(one["id"] for one in agents if one["graph_id"] == stored["id"])
    await server.request("PATCH", f"/api/library/agents/{library_id}", json={"limits": {"max_credits": 20}})
    answer = await price(server, draft, graph_id=stored["id"])
    assert (answer["at_most_credits"], answer["at_most_by"]) == (20, "agent")
    over = await price(server, graph(INPUT, THREE, ASK, OUTPUT), graph_id=stored["id"], limits={"max_credits": 10})
    assert (over["at_most_credits"], over["at_most_by"]) == (10, "run"), "the tightest counts, also below the price lists"


async def test_an_agent_in_an_agent_costs_what_it_costs_alone(server: LiveServer):
    inner = (await server.post("/api/graphs", {"graph": graph(INPUT, THREE, ASK, OUTPUT)})).json()
    schemas = {"input_schema": inner["input_schema"], "output_schema": inner["output_schema"]}
    called = {"graph_id": inner["id"], "graph_version": 1, "inputs": {}, **schemas}
    links = [(0, "result", 1, "Pin 0"), (1, "Pin 3", 2, "value"), (2, "out", 3, "value")]
    answer = await price(server, graph(INPUT, (AGENT, called), ASK, OUTPUT, links=links))
    assert answer["at_most_credits"] == 12 + 3 * 4, "its three values reach the node behind it, too"
    unknown = {**called, "graph_id": "00000000-0000-0000-0000-000000000000"}
    lost = await price(server, graph(INPUT, (AGENT, unknown), ASK, OUTPUT, links=links))
    assert lost["at_most_credits"] is None
    assert lost["unknown"][0]["why"].startswith("its agent is not here")


async def test_from_a_node_on_both_figures_stand_in_the_dry_answer(server: LiveServer):
    stored = (await server.post("/api/graphs", {"graph": graph(INPUT, THREE, (ASK, {}), ASK, OUTPUT)})).json()
    past = await run(server, stored)
    path = f"/api/graphs/{stored['id']}/executions/{past['id']}/rerun"
    first, second = (stored["nodes"][n]["id"] for n in (2, 3))
    plan = (await server.post(path, {"from_node": first, "dry": True})).json()
    assert (plan["cost_credits"], plan["at_most"]["at_most_credits"]) == (24, 24)
    plan = (await server.post(path, {"from_node": second, "dry": True})).json()
    assert (plan["cost_credits"], plan["at_most"]["at_most_credits"]) == (12, 12), "as often as values are recorded before it"
    plan = (await server.post(path, {"from_node": second, "dry": True, "limits": {"max_credits": 5}})).json()
    assert (plan["at_most"]["at_most_credits"], plan["at_most"]["at_most_by"]) == (5, "run")


async def test_given_outputs_cost_nothing_and_decide_what_runs_behind_them(server: LiveServer):
    draft = graph(INPUT, (MANY, {"n": 9}), ASK, OUTPUT)
    answer = await price(server, draft, given={"n0": [{"result": 1}], "n1": [{"out": 5}]})
    assert answer["at_most_credits"] == 5 * 4
    assert (await price(server, draft, given={"n0": [{}], "n1": [{}], "n3": []}))["at_most_credits"] == 0


async def test_a_model_costs_at_most_what_its_longest_question_and_answer_do(server: LiveServer):
    ask = {"model": "gpt-4o", "prompt": "Say hello", "retry": 1, "max_tokens": 10_000}
    typed = await price(server, graph((AI, ask)))
    assert typed["about_credits"] == 3
    assert 3 <= typed["at_most_credits"] <= 25
    more = await price(server, graph((AI, {**ask, "retry": 3})))
    assert more["at_most_credits"] >= 2 * typed["at_most_credits"], "each asking may be charged"
    linked = await price(server, graph(INPUT, (AI, ask), links=[(0, "result", 1, "prompt")]))
    assert linked["at_most_credits"] > typed["at_most_credits"], "a linked prompt may fill the whole model"
    free = await price(server, graph((AI, {**ask, "model": "llama3.2"})))
    assert free["at_most_credits"] == 0, "a model of one's own costs nothing"


async def test_another_users_agent_is_not_priced(server: LiveServer):
    answer = await server.post("/api/graphs/price", {"graph_id": "00000000-0000-0000-0000-000000000000"})
    assert answer.status == 404
    assert (await server.post("/api/graphs/price", {})).status == 400


async def test_the_largest_agent_is_priced_while_others_are_answered(server: LiveServer):
    size = 2_000
    nodes = [{"id": f"n{n}", "block_id": ASK, "input_default": {}} for n in range(size)]
    links = [{"source_id": f"n{n}", "source_name": "out", "sink_id": f"n{n + 1}", "sink_name": "value"} for n in range(size - 1)]
    answer = await price(server, {"name": "long", "description": "", "nodes": nodes, "links": links})
    assert answer["at_most_credits"] == 4 * size
