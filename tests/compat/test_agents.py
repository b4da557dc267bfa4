"""AutoGPT's bundled agents: what they look like from outside, where they begin, and what is wrong with them, as AutoGPT sees it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.config import load_config
from autogpt_lite.db import Database
from autogpt_lite.engine.credential_groups import credentials_schema, group_credentials
from autogpt_lite.engine.graph import Graph
from autogpt_lite.engine.validate import force_static_links, starting_nodes, validate_graph
from autogpt_lite.graphs import schema
from autogpt_lite.graphs.agent_file import parse_agent_file
from autogpt_lite.graphs.service import GraphService
from autogpt_lite.library.service import LibraryService
from autogpt_lite.paths import packaged_file
from autogpt_lite.registry import Registry
from autogpt_lite.users.types import DEFAULT_USER_ID

from .contract_blocks import ContractRegistry

PROSE = ("title", "description")


@pytest.fixture(scope="module")
def theirs(contract) -> ContractRegistry:
    return ContractRegistry(contract)


@pytest.fixture(scope="module")
def ours() -> Registry:
    return Registry().load([packaged_file("blocks")])


@pytest.fixture(scope="module")
def agents(contract) -> list[tuple[dict[str, Any], bytes]]:
    expected = json.loads((contract / "agents_expected.json").read_text("utf-8"))
    files = [(facts, contract / "agents" / facts["file"]) for facts in expected]
    return [(facts, path.read_bytes()) for facts, path in files if path.is_file()]


def _plain(object_schema: dict[str, Any]) -> dict[str, Any]:
    """Properties and required without the sentences, in the form of the expectations."""
    properties = {n: {k: v for k, v in p.items() if k not in PROSE} for n, p in object_schema["properties"].items()}
    return {"properties": properties, "required": object_schema["required"]}


def _unique(object_schema: dict[str, Any]) -> dict[str, Any]:
    # AutoGPT repeats a name that several nodes have, which JSON Schema forbids; we do not.
    return {**object_schema, "required": list(dict.fromkeys(object_schema["required"]))}


def _groups(graph: Graph, registry: Any) -> dict[str, Any]:
    required = credentials_schema(graph, registry)["required"]
    return {
        key: {
            "providers": sorted(needs[0].providers),
            "types": sorted(needs[0].types),
            "scopes": sorted(frozenset().union(*(need.scopes for need in needs))),
            "nodes": len(needs),
            "required": key in required,
        }
        for key, needs in group_credentials(graph, registry).items()
    }


def _expects(errors: dict[str, Any]) -> set[tuple[str, str]]:
    if errors.get("raises"):
        link = errors["link"]
        node = link["sink_id"] if errors["bad_pin"] == link["sink_name"] else link["source_id"]
        return {(node, errors["bad_pin"])}
    return {(node, field) for node, fields in errors.items() for field in fields}


def _found(node_errors: dict[str, dict[str, str]]) -> set[tuple[str, str]]:
    return {(node, field) for node, fields in node_errors.items() for field in fields}


def test_all_agents_are_there(agents):
    assert len(agents) >= 12


def test_inputs_and_outputs(agents, theirs):
    for facts, data in agents:
        graph = parse_agent_file(data)
        assert _plain(schema.input_schema(graph, theirs)) == _unique(facts["input_schema"]), facts["file"]
        assert _plain(schema.output_schema(graph, theirs)) == _unique(facts["output_schema"]), facts["file"]


def test_starting_nodes(agents, theirs):
    for facts, data in agents:
        graph = parse_agent_file(data)
        kinds = {node.id: theirs.find(node.block_id).ui_type for node in graph.nodes}
        expected = sorted(node_id for node_id in facts["starting_nodes"] if kinds[node_id] != "Note")
        assert sorted(node.id for node in starting_nodes(graph, theirs)) == expected, facts["file"]


def test_credentials(agents, theirs):
    for facts, data in agents:
        if "credentials_inputs" in facts:
            assert _groups(parse_agent_file(data), theirs) == facts["credentials_inputs"], facts["file"]


def test_a_retired_model_still_gives_a_schema(agents, theirs):
    retired = [data for facts, data in agents if "credentials_error" in facts]
    assert retired
    for data in retired:
        assert credentials_schema(parse_agent_file(data), theirs)["properties"]


def test_flags(agents, theirs):
    for facts, data in agents:
        graph = parse_agent_file(data)
        for flag in ("has_external_trigger", "has_human_in_the_loop", "has_sensitive_action"):
            assert getattr(schema, flag)(graph, theirs) is facts[flag], (facts["file"], flag)


def test_static_links(agents, theirs):
    for facts, data in agents:
        graph = parse_agent_file(data)
        graphs = [graph, *graph.sub_graphs]
        assert sum(link.is_static for one in graphs for link in one.links) == facts["static_links_before"], facts["file"]
        for one in graphs:
            force_static_links(one, theirs)
        # AutoGPT gives up at the first wrong pin, before it comes to the links behind it.
        if "raises" not in facts["errors_save"]:
            assert sum(link.is_static for one in graphs for link in one.links) == facts["static_links_after"], facts["file"]


@pytest.mark.parametrize(("key", "for_run"), [("errors_save", False), ("errors_run", True)])
def test_validation_finds_what_autogpt_finds_and_nothing_where_it_finds_nothing(agents, theirs, key, for_run):
    for facts, data in agents:
        found = _found(validate_graph(parse_agent_file(data), theirs, for_run=for_run).node_errors)
        expected = _expects(facts[key])
        assert expected <= found, facts["file"]
        if not expected:
            assert found == set(), facts["file"]


@pytest.mark.parametrize("for_run", [False, True])
def test_our_own_blocks_find_nothing_else_in_them(agents, theirs, ours, for_run):
    for facts, data in agents:
        graph = parse_agent_file(data)
        problems = validate_graph(graph, ours, for_run=for_run, allow_missing_blocks=True)
        theirs_found = _found(validate_graph(graph, theirs, for_run=for_run).node_errors)
        assert _found(problems.node_errors) - {("", "nodes")} <= theirs_found, facts["file"]


def test_our_own_blocks_group_the_credentials_like_autogpt(agents, theirs, ours):
    for facts, data in agents:
        graph = parse_agent_file(data)
        have = {n.id for g in (graph, *graph.sub_graphs) for n in g.nodes if ours.find(n.block_id)}
        wanted = _keys_by_node(graph, theirs, have)
        assert _keys_by_node(graph, ours, have) == wanted, facts["file"]


def _keys_by_node(graph: Graph, registry: Any, only: set[str]) -> dict[tuple[str, str], str]:
    groups = group_credentials(graph, registry)
    return {(need.node.id, need.pin): key for key, needs in groups.items() for need in needs if need.node.id in only}


async def test_every_agent_can_be_imported_with_its_sub_agents_and_comes_out_whole(agents, ours, tmp_path):
    db = await Database.open(tmp_path / "test.sqlite", load_config(environ={}).database)
    graphs = GraphService(db, ours, LibraryService(db))
    broken = {facts["file"] for facts, _ in agents if "raises" in facts["errors_save"]}
    for facts, data in agents:
        sent = parse_agent_file(data)
        if facts["file"] in broken:
            continue
        saved = await graphs.create_graph(DEFAULT_USER_ID, parse_agent_file(data), allow_missing_blocks=True, is_upload=True)
        # AutoGPT's files name sub-agents by ids that are not in them; ours can be run.
        assert len(saved.sub_graphs) == len(sent.sub_graphs), facts["file"]
        for was, became in zip((sent, *sent.sub_graphs), (saved, *_in_order(saved, sent)), strict=True):
            assert (became.name, became.version, len(became.nodes), len(became.links)) == (
                *(was.name, was.version, len(was.nodes), len(was.links)),
            )
            assert [node.metadata for node in became.nodes] == [node.metadata for node in was.nodes]
        model = graphs.model(saved)
        if not model.missing_blocks:
            assert sorted(model.input_schema["required"]) == sorted(set(facts["input_schema"]["required"]))
    await db.close()


def _in_order(saved: Graph, sent: Graph) -> list[Graph]:
    found = {(sub.name, sub.version): sub for sub in saved.sub_graphs}
    return [found[(sub.name, sub.version)] for sub in sent.sub_graphs]


def test_there_are_contract_files_to_compare_with(contract: Path):
    assert (contract / "agents").is_dir()
