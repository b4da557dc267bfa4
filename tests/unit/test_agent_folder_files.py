"""Files of the agents folder: their bytes, their names, and secrets that they never had."""

from __future__ import annotations

import pytest

from autogpt_lite.agents_folder.file_format import encode_agent, file_name_of, normalized, renamed_ids, with_secrets_of
from autogpt_lite.engine.graph import AGENT_EXECUTOR_BLOCK_ID, Graph, Link, Node


@pytest.mark.parametrize(
    ("stored", "shared", "given", "merged"),
    [
        ({"a": 1, "api_key": "s"}, {"a": 1}, {"a": 2}, {"a": 2, "api_key": "s"}),
        ({"h": {"x": 1, "token": "s"}}, {"h": {"x": 1}}, {"h": {"x": 1, "y": 2}}, {"h": {"x": 1, "y": 2, "token": "s"}}),
        ({"l": [{"v": "s"}, 1]}, {"l": [{}, 1]}, {"l": [{}, 2]}, {"l": [{"v": "s"}, 2]}),
        ({"l": [{"v": "s"}]}, {"l": [{}]}, {"l": []}, {"l": []}),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}, {"a": 1}, {"a": 1}),
        ({"key": "old"}, {}, {"key": "new"}, {"key": "new"}),
        ({"h": {"token": "s"}}, {"h": {}}, {"h": "text"}, {"h": "text"}),
    ],
)
def test_what_a_file_never_had_stays_and_what_somebody_removed_goes(stored, shared, given, merged):
    assert with_secrets_of(stored, shared, given) == merged


@pytest.mark.parametrize(
    ("name", "file_id", "expected"),
    [
        ("Daily report", "3f9c2d10-aaaa", "daily-report-3f9c2d10.json"),
        ("../../etc/passwd", "3F9C2D10-", "etc-passwd-3f9c2d10.json"),
        ("日報", "3f9c2d10", "agent-3f9c2d10.json"),
        ("CON", "../x/..", "con-x.json"),
        ("x" * 300, "", "x" * 60 + "-x.json"),
    ],
)
def test_names_are_safe_on_every_system(name: str, file_id: str, expected: str):
    assert file_name_of(name, file_id) == expected


def test_ids_change_everywhere_and_back_again():
    call = {"graph_id": "inner", "graph_version": 1, "nodes_input_masks": {"i": {"x": 1}}, "user_id": "me"}
    inner = Graph(id="inner", name="Inner", nodes=[Node(id="i", block_id="b")])
    nodes = [Node(id="n", block_id=AGENT_EXECUTOR_BLOCK_ID, input_default=call), Node(id="m", block_id="b")]
    link = Link(id="l", source_id="n", sink_id="m", source_name="out", sink_name="in", is_static=True)
    graph = Graph(id="outer", name="Outer", nodes=nodes, links=[link], sub_graphs=[inner])
    ids = {"outer": "O", "inner": "I", "n": "N", "m": "M", "i": "IN"}
    there = renamed_ids(graph, ids)
    assert there.nodes[0].input_default == {**call, "graph_id": "I", "nodes_input_masks": {"IN": {"x": 1}}}
    assert (there.links[0].source_id, there.links[0].sink_id, there.sub_graphs[0].nodes[0].id) == ("N", "M", "IN")
    assert renamed_ids(there, {new: old for old, new in ids.items()}) == graph
    data = encode_agent(graph)
    assert normalized(data) == data == normalized(data.replace(b"\n", b"\r\n"))
    assert b'"me"' not in data
