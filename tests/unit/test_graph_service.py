"""Graphs are saved under new ids, versioned, read by those who may, and deleted with everything that belongs to them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import pytest

from autogpt_lite.config import load_config
from autogpt_lite.db import Database
from autogpt_lite.engine.graph import Graph
from autogpt_lite.errors import (
    GraphNotInLibraryError,
    GraphValidationError,
    InvalidInputError,
    NotFoundError,
    PayloadTooLargeError,
    RequestValidationError,
)
from autogpt_lite.graphs.agent_file import parse_agent_file
from autogpt_lite.graphs.export import export_file
from autogpt_lite.graphs.routes import GraphQuery, routes
from autogpt_lite.graphs.service import GraphService
from autogpt_lite.graphs.types import CreateGraph, GraphInput, SetGraphActiveVersion
from autogpt_lite.library.service import LibraryService
from autogpt_lite.web.routing import Principal, Request

from .graph_blocks import GiveBlock, ModelBlock, TakeBlock, WorkBlock, call_of, make_graph, make_registry, make_sub_graph

ME, OTHER = "3e53486c-cf57-477e-ba2a-cb02dc828e1a", "11111111-1111-4111-8111-111111111111"
REGISTRY = make_registry()
UNKNOWN = "99999999-0000-4000-8000-000000000000"


@pytest.fixture
async def db(tmp_path):
    database = await Database.open(tmp_path / "test.sqlite", load_config(environ={}).database)
    user = "INSERT INTO users (id, email, created_at, updated_at) VALUES (?, ?, 0, 0)"
    await database.write(lambda tx: tx.execute(user, (OTHER, "other@example.com")))
    yield database
    await database.close()


@pytest.fixture
def library(db) -> LibraryService:
    return LibraryService(db)


@pytest.fixture
def graphs(db, library) -> GraphService:
    return GraphService(db, REGISTRY, library)


def doubled(**fields: Any) -> Graph:
    nodes = {"in": (TakeBlock, {"name": "x"}), "work": (WorkBlock, {"max_tokens": 5}), "out": (GiveBlock, {"name": "y"})}
    return make_graph(nodes, ["in.result -> work.a", "work.out -> out.value"], **fields)


def caller() -> Graph:
    graph = make_graph(
        {"in": (TakeBlock, {"name": "x"}), "call": call_of()}, ["in.result -> call.number"], id="parent", version=9
    )
    graph.sub_graphs = [make_sub_graph()]
    return graph


async def add_to_library(db: Database, library: LibraryService, user_id: str, graph: Graph) -> None:
    await db.write(lambda tx: library.put_graph_tx(tx, user_id, graph.id, graph.version))


# --- saving -----------------------------------------------------------------------------------------------


async def test_a_new_graph_is_stored_as_it_was_sent_under_new_ids(graphs, library):
    sent = doubled(description="ü", instructions="Do it.", recommended_schedule_cron="0 8 * * *", version=58)
    saved = await graphs.create_graph(ME, sent)
    assert saved.id != "g"
    assert {node.id for node in saved.nodes}.isdisjoint({"in", "work", "out"})
    assert (saved.version, saved.is_active, saved.user_id) == (58, True, ME)
    assert (saved.description, saved.instructions, saved.recommended_schedule_cron) == ("ü", "Do it.", "0 8 * * *")
    assert [node.input_default for node in saved.nodes] == [{"name": "x"}, {"max_tokens": 5}, {"name": "y"}]
    assert [link.is_static for link in saved.links] == [True, False]
    ids = [node.id for node in saved.nodes]
    assert [(link.source_id, link.sink_id) for link in saved.links] == [(ids[0], ids[1]), (ids[1], ids[2])]
    assert library.is_graph_in_user_library(saved.id, ME, 58)
    assert graphs.load_graph(saved.id, 58).nodes == saved.nodes


async def test_the_same_file_can_be_saved_twice(graphs):
    first, second = await graphs.create_graph(ME, caller()), await graphs.create_graph(OTHER, caller())
    assert first.id != second.id
    assert first.sub_graphs[0].id != second.sub_graphs[0].id
    assert graphs.get_graph(OTHER, second.id).sub_graphs[0].user_id == OTHER


async def test_sub_graphs_are_graphs_of_their_own_and_the_nodes_call_them(graphs, library):
    saved = await graphs.create_graph(ME, caller())
    (sub,) = saved.sub_graphs
    values = saved.nodes[1].input_default
    assert (values["graph_id"], values["graph_version"], values["user_id"]) == (sub.id, 3, ME)
    assert sub.id != "sub"
    assert library.is_graph_in_user_library(sub.id, ME)
    assert [graph.name async for graph in graphs.list_graphs(ME)] in (["A graph", "Doubles"], ["Doubles", "A graph"])


async def test_a_file_whose_agent_nodes_lost_their_agent_is_repaired(graphs):
    graph = caller()
    graph.sub_graphs[0].id = "another id"
    saved = await graphs.create_graph(ME, graph)
    assert saved.nodes[1].input_default["graph_id"] == saved.sub_graphs[0].id


async def test_a_lost_agent_is_not_guessed(graphs):
    for change in ({"version": 4}, {"nodes": []}):
        graph = caller()
        graph.sub_graphs[0].id = "another id"
        for field, value in change.items():
            setattr(graph.sub_graphs[0], field, value)
        graph.sub_graphs[0].links = [] if "nodes" in change else graph.sub_graphs[0].links
        saved = await graphs.create_graph(ME, graph)
        assert saved.nodes[1].input_default["graph_id"] == "sub"
        assert saved.sub_graphs == []


async def test_of_two_agents_that_would_fit_none_is_taken(graphs):
    graph = caller()
    graph.sub_graphs = [make_sub_graph("one"), make_sub_graph("another")]
    assert (await graphs.create_graph(ME, graph)).nodes[1].input_default["graph_id"] == "sub"


async def test_masks_of_an_agent_node_follow_the_nodes_of_its_agent(graphs):
    graph = caller()
    graph.nodes[1].input_default["nodes_input_masks"] = {"out": {"name": "other"}}
    saved = await graphs.create_graph(ME, graph)
    assert list(saved.nodes[1].input_default["nodes_input_masks"]) == [saved.sub_graphs[0].nodes[1].id]


async def test_two_active_versions_of_a_sub_agent_leave_one_active(graphs, library):
    graph = caller()
    graph.sub_graphs.append(make_sub_graph(version=5))
    graph.sub_graphs.append(make_sub_graph(version=4))
    saved = await graphs.create_graph(ME, graph)
    sub_id = saved.sub_graphs[0].id
    versions = await graphs.list_versions(ME, sub_id)
    assert [(one.version, one.is_active) for one in versions] == [(5, True), (4, False), (3, False)]


async def test_a_broken_graph_is_refused_by_the_ids_that_were_sent_and_nothing_is_stored(graphs):
    with pytest.raises(GraphValidationError) as caught:
        await graphs.create_graph(ME, make_graph({"a": (TakeBlock, {}), "b": UNKNOWN}, ["a.result -> ghost.x"]))
    assert {node: set(fields) for node, fields in caught.value.node_errors.items()} == {
        "a": {"name", "result"},
        "b": {"block_id"},
    }
    assert [graph async for graph in graphs.list_graphs(ME)] == []


async def test_the_same_sub_graph_twice_is_refused(graphs):
    graph = caller()
    graph.sub_graphs *= 2
    with pytest.raises(GraphValidationError, match="twice"):
        await graphs.create_graph(ME, graph)


async def test_a_graph_with_missing_blocks_can_be_kept(graphs):
    with pytest.raises(GraphValidationError):
        await graphs.create_graph(ME, make_graph({"a": UNKNOWN}))
    saved = await graphs.create_graph(ME, make_graph({"a": (UNKNOWN, {"x": 1})}), allow_missing_blocks=True)
    assert saved.nodes[0].input_default == {"x": 1}
    assert graphs.model(saved).missing_blocks == [UNKNOWN]


async def test_a_graph_beyond_the_limits_is_refused(graphs):
    graph = make_graph({"a": (WorkBlock, {"a": 1})})
    graph.nodes *= 10_001
    with pytest.raises(PayloadTooLargeError):
        await graphs.create_graph(ME, graph)


async def test_a_large_graph_is_saved(graphs):
    nodes = {f"n{i}": (WorkBlock, {"a": i}) for i in range(400)}
    saved = await graphs.create_graph(ME, make_graph(nodes, [f"n{i}.out -> n{i + 1}.values" for i in range(399)]))
    assert [node.input_default["a"] for node in saved.nodes] == list(range(400))


async def test_half_a_character_is_a_mistake_and_no_crash(graphs):
    for graph in (doubled(name="\ud800"), make_graph({"a": (WorkBlock, {"a": "\udfff"})})):
        with pytest.raises(InvalidInputError):
            await graphs.create_graph(ME, graph)
    assert [graph async for graph in graphs.list_graphs(ME)] == []


async def test_credentials_of_others_are_refused_at_saving_and_forgotten_at_importing(db, library):
    graphs = GraphService(db, REGISTRY, library, find_credentials=lambda user_id: {"mine": ("openai", "api_key")}.get)

    def using(credentials_id: str, **metadata: Any) -> Graph:
        return make_graph({"m": (ModelBlock, {"credentials": {"id": credentials_id, "provider": "openai"}}, metadata)})

    assert (await graphs.create_graph(ME, using("mine"))).nodes[0].input_default
    with pytest.raises(GraphValidationError, match="credentials"):
        await graphs.create_graph(ME, using("foreign"))
    assert (await graphs.create_graph(ME, using("foreign"), is_upload=True)).nodes[0].input_default == {}
    assert (await graphs.create_graph(ME, using("foreign", credentials_optional=True))).nodes[0].input_default == {}


# --- versions ---------------------------------------------------------------------------------------------


async def test_an_update_is_the_next_version_with_new_node_ids(graphs, library):
    first = await graphs.create_graph(ME, doubled())
    second = await graphs.update_graph(ME, first.id, doubled(name="Better"))
    assert (second.id, second.version, second.name) == (first.id, 2, "Better")
    assert {node.id for node in first.nodes}.isdisjoint({node.id for node in second.nodes})
    assert [(one.version, one.is_active) for one in await graphs.list_versions(ME, first.id)] == [(2, True), (1, False)]
    assert library.is_graph_in_user_library(first.id, ME, 2)
    assert graphs.get_graph(ME, first.id, 1).nodes == first.nodes
    assert [graph.version async for graph in graphs.list_graphs(ME)] == [2]


async def test_an_inactive_update_leaves_the_active_version_alone(graphs):
    first = await graphs.create_graph(ME, doubled())
    second = await graphs.update_graph(ME, first.id, doubled(is_active=False))
    assert (second.version, second.is_active) == (2, False)
    assert graphs.get_graph(ME, first.id).version == 1
    await graphs.set_active_version(ME, first.id, 2)
    assert graphs.get_graph(ME, first.id).version == 2


async def test_without_an_active_version_the_highest_counts(graphs):
    first = await graphs.create_graph(ME, doubled(is_active=False))
    await graphs.update_graph(ME, first.id, doubled(is_active=False))
    assert graphs.get_graph(ME, first.id).version == 2


async def test_updates_at_the_same_time_get_different_versions(graphs):
    first = await graphs.create_graph(ME, doubled())
    saved = await asyncio.gather(*(graphs.update_graph(ME, first.id, doubled()) for _ in range(5)))
    assert sorted(one.version for one in saved) == [2, 3, 4, 5, 6]
    assert [one.is_active for one in await graphs.list_versions(ME, first.id)].count(True) == 1


async def test_an_update_keeps_stored_sub_graphs_and_makes_others_new(graphs):
    first = await graphs.create_graph(ME, caller())
    again = await graphs.update_graph(ME, first.id, graphs.get_graph(ME, first.id))
    assert [sub.id for sub in again.sub_graphs] == [first.sub_graphs[0].id]
    assert len(await graphs.list_versions(ME, first.sub_graphs[0].id)) == 1
    added = await graphs.update_graph(ME, first.id, caller())
    assert added.sub_graphs[0].id not in ("sub", first.sub_graphs[0].id)


async def test_a_version_that_is_not_there_cannot_be_active(graphs):
    first = await graphs.create_graph(ME, doubled())
    for version in (2, 0, -1, 2**70):
        with pytest.raises(NotFoundError):
            await graphs.set_active_version(ME, first.id, version)
        with pytest.raises(NotFoundError):
            graphs.get_graph(ME, first.id, version)
    assert graphs.get_graph(ME, first.id).is_active


# --- who may --------------------------------------------------------------------------------------------


async def test_somebody_elses_graph_is_not_found(graphs):
    mine = await graphs.create_graph(ME, doubled())
    for attempt in (
        lambda: graphs.update_graph(OTHER, mine.id, doubled()),
        lambda: graphs.set_active_version(OTHER, mine.id, 1),
        lambda: graphs.delete_graph(OTHER, mine.id),
        lambda: graphs.list_versions(OTHER, mine.id),
    ):
        with pytest.raises(NotFoundError):
            await attempt()
    with pytest.raises(NotFoundError):
        graphs.get_graph(OTHER, mine.id)
    assert graphs.get_graph(ME, mine.id).version == 1
    assert [graph async for graph in graphs.list_graphs(OTHER)] == []


async def test_a_graph_in_the_library_can_be_read_and_run_in_that_version_only(graphs, db, library):
    mine = await graphs.create_graph(ME, doubled())
    await graphs.update_graph(ME, mine.id, doubled())
    await add_to_library(db, library, OTHER, mine)
    assert graphs.get_runnable_graph(OTHER, mine.id, 1).version == 1
    for version in (2, None):
        with pytest.raises(NotFoundError):
            graphs.get_graph(OTHER, mine.id, version)


async def test_an_own_graph_that_left_the_library_can_be_read_but_not_run(graphs, db, library):
    mine = await graphs.create_graph(ME, doubled())
    await graphs.update_graph(ME, mine.id, doubled())
    assert graphs.get_runnable_graph(ME, mine.id, 1)
    await db.write(lambda tx: tx.execute("UPDATE library_agents SET is_deleted = 1"))
    assert graphs.get_graph(ME, mine.id)
    with pytest.raises(GraphNotInLibraryError):
        graphs.get_runnable_graph(ME, mine.id)
    assert not await db.write(lambda tx: library.is_graph_in_user_library_tx(tx, mine.id, ME))
    await graphs.update_graph(ME, mine.id, doubled())
    assert await db.write(lambda tx: library.is_graph_in_user_library_tx(tx, mine.id, ME, 3))


async def test_sub_graphs_of_others_and_endless_recursion_are_left_out(graphs):
    theirs = await graphs.create_graph(OTHER, make_sub_graph())
    values = {**call_of()[1], "inputs": {"number": 1}}
    foreign = make_graph({"call": (call_of()[0], {**values, "graph_id": theirs.id})})
    assert (await graphs.create_graph(ME, foreign)).sub_graphs == []
    itself = make_graph({"call": (call_of()[0], {**values, "graph_id": "g", "graph_version": 1})})
    saved = await graphs.create_graph(ME, itself)
    assert saved.nodes[0].input_default["graph_id"] == saved.id
    assert saved.sub_graphs == []


# --- the end --------------------------------------------------------------------------------------------


async def test_a_deleted_graph_is_gone_with_all_versions_and_its_library_entry(graphs, library):
    mine, kept = await graphs.create_graph(ME, doubled()), await graphs.create_graph(ME, doubled())
    await graphs.update_graph(ME, mine.id, doubled())
    told: list[tuple] = []

    async def after(user_id: str, graph_id: str) -> None:
        told.append(("after", user_id, graph_id))

    graphs.deleting.append(lambda tx, user_id, graph_id: told.append(("inside", user_id, graph_id)))
    graphs.deleted.append(after)
    assert await graphs.delete_graph(ME, mine.id) == 2
    assert told == [("inside", ME, mine.id), ("after", ME, mine.id)]
    assert not library.is_graph_in_user_library(mine.id, ME)
    with pytest.raises(NotFoundError):
        graphs.get_graph(ME, mine.id)
    assert graphs.get_graph(ME, kept.id)


async def test_a_hook_that_fails_keeps_the_graph(graphs, library):
    mine = await graphs.create_graph(ME, doubled())

    def refuse(tx: Any, user_id: str, graph_id: str) -> None:
        raise InvalidInputError("It is running.")

    graphs.deleting.append(refuse)
    with pytest.raises(InvalidInputError):
        await graphs.delete_graph(ME, mine.id)
    assert graphs.get_runnable_graph(ME, mine.id)


# --- files and routes -----------------------------------------------------------------------------------


def _numbered(data: bytes, graph: Graph) -> str:
    """The file with ids numbered by first appearance and without the time, which an import cannot keep."""
    text = data.decode()
    parts = [graph, *graph.sub_graphs]
    ids = [i for one in parts for i in (one.id, *(n.id for n in one.nodes), *(link.id for link in one.links))]
    for number, one_id in enumerate(ids):
        text = text.replace(one_id, f"id-{number}")
    return text.replace(msgspec.json.decode(data)["created_at"], "then")


async def test_an_exported_agent_imports_and_exports_to_the_same_file(graphs):
    first = graphs.get_graph(ME, (await graphs.create_graph(ME, caller())).id)
    file = export_file(first, REGISTRY)
    second = await graphs.create_graph(OTHER, parse_agent_file(file), is_upload=True)
    again = export_file(second, REGISTRY)
    assert _numbered(again, second) == _numbered(file, first)
    assert ME.encode() not in file


def _call(graphs: GraphService, method: str, address: str, **request: Any) -> Any:
    (route,) = [route for route in routes(graphs) if (route.method, route.path) == (method, address)]
    values = {"path": {}, "query": route.query() if route.query else None, **request}
    return route.handler(Request(principal=Principal(user_id=ME), **values))


def _sent(graph: Graph) -> dict[str, Any]:
    return json.loads(msgspec.json.encode(graph))


async def test_the_routes_answer_in_the_shape_of_the_contract(graphs, contract):
    saved = await _call(graphs, "POST", "/api/graphs", body=CreateGraph(graph=msgspec.convert(_sent_graph(caller()), GraphInput)))
    path = {"graph_id": saved.id}
    answers = [
        saved,
        *(await _call(graphs, "GET", "/api/graphs")),
        await _call(graphs, "GET", "/api/graphs/{graph_id}", path=path, query=GraphQuery(version=9, for_export=True)),
        await _call(graphs, "GET", "/api/graphs/{graph_id}/versions/{version}", path={**path, "version": "9"}),
        *(await _call(graphs, "GET", "/api/graphs/{graph_id}/versions", path=path)),
    ]
    for name in ("openapi_seed.json", "openapi_2026.json"):
        schema = _schema(contract / name, "GraphModel")
        for answer in answers:
            _validate(json.loads(msgspec.json.encode(answer)), schema)


def _sent_graph(graph: Graph) -> dict[str, Any]:
    sent = _sent(graph)
    return {**sent, "created_at": None, "sub_graphs": sent["sub_graphs"]}


def _schema(path: Any, name: str) -> dict[str, Any]:
    components = json.loads(path.read_text("utf-8"))["components"]
    return {"$ref": f"#/components/schemas/{name}", "components": components}


def _validate(value: Any, schema: dict[str, Any]) -> None:
    import jsonschema

    jsonschema.validate(value, schema)


async def test_the_routes_change_what_they_say(graphs):
    saved = await _call(
        graphs, "POST", "/api/graphs", body=CreateGraph(graph=msgspec.convert(_sent_graph(doubled()), GraphInput))
    )
    path = {"graph_id": saved.id}
    (put,) = [route for route in routes(graphs) if route.method == "PUT" and route.path == "/api/graphs/{graph_id}"]
    body = msgspec.convert({**_sent_graph(doubled()), "id": ""}, put.body)
    assert (await _call(graphs, "PUT", "/api/graphs/{graph_id}", path=path, body=body)).version == 2
    body = msgspec.convert(_sent_graph(doubled()), put.body)
    with pytest.raises(InvalidInputError):
        await _call(graphs, "PUT", "/api/graphs/{graph_id}", path=path, body=body)
    active = SetGraphActiveVersion(active_graph_version=1)
    assert await _call(graphs, "PUT", "/api/graphs/{graph_id}/versions/active", path=path, body=active) is None
    assert (await _call(graphs, "GET", "/api/graphs/{graph_id}", path=path)).version == 1
    answer = await _call(graphs, "DELETE", "/api/graphs/{graph_id}", path=path)
    assert msgspec.json.encode(answer) == b'{"version_counts":2}'


@pytest.mark.parametrize("version", ["x", "1.5", "-1", "٣", "9" * 40])
async def test_a_version_in_an_address_has_to_be_a_number(graphs, version):
    with pytest.raises(RequestValidationError):
        await _call(graphs, "GET", "/api/graphs/{graph_id}/versions/{version}", path={"graph_id": "g", "version": version})
