"""Small agents, and short ways to save, change and run them."""

from __future__ import annotations

from typing import Any

from tests.server import LiveServer

OTHER = "11111111-1111-4111-8111-111111111111"
ANY_INPUT, NUMBER_INPUT, TEXT_INPUT = (
    "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b",
    "96dae2bb-97a2-41c2-bd2f-13a3b5a8ea98",
    "7fcd3bcb-8e1b-4e69-903d-32d3d4a92158",
)
OUTPUT, COUNTDOWN = (
    "363ae599-353e-4804-937e-b2ee3cef3da4",
    "d67a9c52-5e4e-11e2-bcfd-0800200c9a71",
)


def node(node_id: str, block_id: str, **values: Any) -> dict[str, Any]:
    return {"id": node_id, "block_id": block_id, "input_default": values, "metadata": {"position": {"x": 0, "y": 0}}}


def link(text: str) -> dict[str, Any]:
    """ "a.result -> b.value" """
    (source, source_name), (sink, sink_name) = (end.strip().split(".") for end in text.split("->"))
    return {"source_id": source, "source_name": source_name, "sink_id": sink, "sink_name": sink_name}


def echo_agent(name: str = "Echo", *, inputs: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """Gives every input out again. inputs: {name: block id}."""
    inputs = {"x": NUMBER_INPUT} if inputs is None else inputs
    nodes = [node(f"in-{i}", block_id, name=pin, **more.pop(pin, {})) for i, (pin, block_id) in enumerate(inputs.items())]
    nodes += [node(f"out-{i}", OUTPUT, name=f"out {pin}") for i, pin in enumerate(inputs)]
    links = [link(f"in-{i}.result -> out-{i}.value") for i in range(len(inputs))]
    return {"name": name, "description": "", "nodes": nodes, "links": links, **more}


def slow_agent(name: str = "Slow") -> dict[str, Any]:
    """Waits for a day."""
    return {"name": name, "description": "", "nodes": [node("wait", COUNTDOWN, days=1)], "links": []}


async def save(server: LiveServer, agent: dict[str, Any]) -> dict[str, Any]:
    """The stored graph."""
    return await ok(server.post("/api/graphs", {"graph": agent}))


async def save_version(server: LiveServer, graph_id: str, agent: dict[str, Any]) -> dict[str, Any]:
    """The next version of a stored graph."""
    return await ok(server.request("PUT", f"/api/graphs/{graph_id}", json=agent))


async def save_to_library(server: LiveServer, agent: dict[str, Any]) -> dict[str, Any]:
    """The library agent of a new graph."""
    graph = await save(server, agent)
    return await ok(server.get(f"/api/library/agents/by-graph/{graph['id']}"))


async def ok(asking: Any) -> Any:
    """The decoded answer, which has to be a 2xx."""
    answer = await asking
    assert 200 <= answer.status < 300, (answer.status, answer.body[:2000])
    return answer.json() if answer.body else None


async def run(server: LiveServer, graph_id: str, **inputs: Any) -> dict[str, Any]:
    """A run, started."""
    return await ok(server.post(f"/api/graphs/{graph_id}/execute", {"inputs": inputs}))


async def run_to_end(server: LiveServer, graph_id: str, **inputs: Any) -> dict[str, Any]:
    """A run with its outputs, once it has ended."""
    return await end_of(server, await run(server, graph_id, **inputs))


async def end_of(server: LiveServer, started: dict[str, Any]) -> dict[str, Any]:
    """The run as it is stored in the end."""
    engine = server.app.engine
    if (live := engine.core.runs.get(started["id"])) is not None:
        await engine.wait_ended(live)
    return await ok(server.get(f"/api/graphs/{started['graph_id']}/executions/{started['id']}"))


async def status_of(server: LiveServer, started: dict[str, Any]) -> str:
    """How the run is stored now."""
    await server.app.engine.settle()
    return (await ok(server.get(f"/api/graphs/{started['graph_id']}/executions/{started['id']}")))["status"]


async def add_other_user(server: LiveServer) -> str:
    """Another person on the same server."""
    user = "INSERT INTO users (id, email, created_at, updated_at) VALUES (?, 'other@example.com', 0, 0)"
    await server.app.db.write(lambda tx: tx.execute(user, (OTHER,)))
    return OTHER
