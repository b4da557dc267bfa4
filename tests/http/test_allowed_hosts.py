"""The hosts that an agent may reach, set over HTTP and held to in its runs."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.credentials.world import World, open_world

SEND = "6595ae1f-b924-42cb-9a41-551a0611c4b4"


@pytest.fixture
async def world(tmp_path):
    async with open_world(tmp_path) as one:
        yield one


async def run_agent(world: World, graph_id: str) -> dict[str, Any]:
    answer = await world.live.post(f"/api/graphs/{graph_id}/execute/1", {"inputs": {}})
    assert answer.status == 200, answer.body
    [node] = (await world.ended(answer.json()["graph_exec_id"]))["node_executions"]
    return node


async def test_an_agent_reaches_the_hosts_of_its_list_and_no_others(world: World):
    node = {"id": str(uuid.uuid4()), "block_id": SEND, "input_default": {"url": world.other.url, "method": "GET"}}
    made = await world.live.post("/api/graphs", {"graph": {"name": "Ask", "description": "", "nodes": [node], "links": []}})
    graph_id = made.json()["id"]
    agent = (await world.live.get(f"/api/library/agents/by-graph/{graph_id}")).json()
    path = f"/api/library/agents/{agent['id']}"
    assert agent["allowed_hosts"] is None
    assert (await run_agent(world, graph_id))["output_data"] == {"response": ["you sent nothing"]}

    changed = await world.live.request("PATCH", path, json={"allowed_hosts": ["https://api.example.com/v1", "*.example.org"]})
    assert changed.json()["allowed_hosts"] == ["api.example.com", "*.example.org"]
    refused = await run_agent(world, graph_id)
    assert refused["status"] == "FAILED"
    assert f"may not reach {world.other.host}, only *.example.org, api.example.com" in refused["output_data"]["error"][0]

    await world.live.request("PATCH", path, json={"allowed_hosts": [world.other.host]})
    assert (await run_agent(world, graph_id))["status"] == "COMPLETED"
    refused = await world.live.request("PATCH", path, json={"allowed_hosts": ["not a host"]})
    assert refused.status == 400
    assert (await world.live.request("PATCH", path, json={"allowed_hosts": None})).json()["allowed_hosts"] is None
