"""An agent file loads as it is, whatever version wrote it; anything else is refused with the reason."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt_lite.errors import InvalidInputError, PayloadTooLargeError
from autogpt_lite.graphs.agent_file import parse_agent_file

LINK = {"source_id": "a", "sink_id": "b", "source_name": "out", "sink_name": "in"}
AGENT = {
    "name": "An agent",
    "description": "",
    "nodes": [{"id": "a", "block_id": "x"}, {"id": "b", "block_id": "y"}],
    "links": [LINK],
}


def parse(content):
    return parse_agent_file(json.dumps(content).encode())


def test_a_file_of_another_version_loads():
    graph = parse({**AGENT, "is_template": True, "subgraphs": {}, "unknown": [1], "version": 7, "webhook": None})
    assert (graph.name, graph.version, len(graph.nodes), graph.sub_graphs) == ("An agent", 7, 2, [])
    assert graph.links[0].is_static is False
    assert graph.links[0].id


def test_null_counts_as_absent():
    node = {"id": None, "block_id": "x", "input_default": None, "metadata": None}
    fields = ["id", "version", "is_active", "description", "links", "sub_graphs", "forked_from_id", "instructions"]
    graph = parse({"name": "n", "nodes": [node], **dict.fromkeys(fields)})
    assert graph.is_active
    assert graph.version == 1
    assert graph.nodes[0].input_default == {}
    assert graph.nodes[0].id


def test_links_that_stand_only_at_the_nodes_are_found():
    nodes = [{"id": "a", "block_id": "x", "output_links": [LINK]}, {"id": "b", "block_id": "y", "input_links": [LINK]}]
    assert len(parse({"name": "n", "nodes": nodes}).links) == 1
    assert parse({"name": "n", "nodes": nodes, "links": []}).links == []


def test_the_time_of_making_is_kept_where_it_is_a_time():
    assert parse({**AGENT, "created_at": "2025-06-01T12:00:00.5Z"}).created_at == 1748779200_500000
    assert parse({**AGENT, "created_at": "2025-06-01T12:00:00"}).created_at == 1748779200_000000
    for odd in (None, "", "yesterday", "0001-01-01T00:00:00Z"):
        assert parse({**AGENT, "created_at": odd}).created_at == 0


def test_a_save_request_and_a_byte_order_mark_are_taken():
    data = b"\xef\xbb\xbf" + json.dumps({"graph": AGENT, "source": "upload"}).encode()
    assert parse_agent_file(data).name == "An agent"


def test_nothing_in_the_values_is_lost():
    values = {"x": 1.5, "deep": [{"a": [None, "ü", 2**53]}], "_$_": "_#_"}
    node = {"id": "a", "block_id": "x", "input_default": values, "metadata": {"position": {"x": -0.25, "y": 1e9}, "own": True}}
    graph = parse({"name": "n", "nodes": [node]})
    assert graph.nodes[0].input_default == values
    assert graph.nodes[0].metadata == node["metadata"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b"  \n", "it is empty"),
        (b"<!DOCTYPE html><html>", "it is a web page"),
        (b"PK\x03\x04....", "it is an archive"),
        (b"\x80abc", "it is not JSON"),
        (b"{", "it is not JSON"),
        (b"[]", "a list"),
        (b"null", "null"),
        (b'"agent"', "a text"),
        (b'{"name": "n"}', "it has no nodes"),
        (b'{"nodes": []}', "`name`"),
        (b'{"name": "n", "nodes": {}}', "Expected `array"),
        (b'{"name": "n", "nodes": [{"id": "a"}]}', "`block_id`"),
        (b'{"name": "n", "nodes": [], "links": [{"source_id": "a"}]}', "`sink_id`"),
        (b"[" * 100_000, "nested"),
        (b'{"name": "n", "nodes": [NaN]}', "it is not JSON"),
    ],
)
def test_another_file_is_refused_with_the_reason(data, reason):
    with pytest.raises(InvalidInputError, match="This is not an agent file because") as caught:
        parse_agent_file(data)
    assert reason in caught.value.message
    assert len(caught.value.message) < 500


@pytest.mark.parametrize("version", [0, -1, 2**31, 10**30])
def test_a_version_has_to_be_one(version):
    with pytest.raises(InvalidInputError):
        parse({**AGENT, "version": version})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "nodes", "links", "id", "block_id", "graph", "sub_graphs", "version"]), inner, max_size=5
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_json_is_a_crash(content):
    with contextlib.suppress(InvalidInputError, PayloadTooLargeError):
        parse(content)
