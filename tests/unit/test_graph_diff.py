"""The difference of two versions is what a person did, although saving gives every node a new id."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from autogpt_lite.engine.graph import Graph, Link
from autogpt_lite.graphs.diff import GraphDifference, diff_graphs
from autogpt_lite.graphs.ids import reassign_ids
from autogpt_lite.graphs.pairing import pair_nodes

from .graph_blocks import GiveBlock, TakeBlock, WorkBlock, make_graph, make_registry

REGISTRY = make_registry()


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Up to 8 nodes, many of them alike, and any links between them."""
    kinds = draw(st.lists(st.tuples(st.sampled_from([TakeBlock, WorkBlock]), st.integers(0, 2)), min_size=1, max_size=8))
    nodes: dict[str, Any] = {}
    for i, (block, value) in enumerate(kinds):
        nodes[f"n{i}"] = (block, {"name": f"in{value}"} if block is TakeBlock else {"a": value})
    work = [name for name, (block, _) in nodes.items() if block is WorkBlock]
    ends = draw(st.lists(st.tuples(st.sampled_from(work), st.sampled_from(work)), max_size=10)) if work else []
    return make_graph(nodes, [f"{source}.out -> {sink}.a" for source, sink in ends])


def next_version(graph: Graph) -> Graph:
    new = copy.deepcopy(graph)
    reassign_ids(new, "user", keep_graph_id=True)
    new.version = graph.version + 1
    return new


@given(graphs())
def test_a_version_that_is_saved_unchanged_has_no_difference(old: Graph):
    assert diff_graphs(old, next_version(old), REGISTRY).summary == []


@given(graphs(), st.data())
def test_every_node_has_one_partner_at_most_of_its_own_block(old: Graph, data: st.DataObject):
    new = next_version(old)
    new.nodes = data.draw(st.permutations(new.nodes))[: data.draw(st.integers(0, len(new.nodes)))]
    kept = {node.id: node for node in new.nodes}
    new.links = [link for link in new.links if link.source_id in kept and link.sink_id in kept]
    pairs = pair_nodes(old, new)
    assert len(set(pairs.values())) == len(pairs) == len(new.nodes)
    blocks = {node.id: node.block_id for node in old.nodes}
    assert all(blocks[before] == kept[after].block_id for before, after in pairs.items())


def doubled() -> Graph:
    nodes = {"in": (TakeBlock, {"name": "x"}), "work": (WorkBlock, {"a": 1}), "out": (GiveBlock, {"name": "y"})}
    return make_graph(nodes, ["in.result -> work.a", "work.out -> out.value"])


def difference(change: Any) -> GraphDifference:
    new = next_version(doubled())
    change(new)
    return diff_graphs(doubled(), new, REGISTRY)


def test_a_changed_value_is_one_change():
    found = difference(lambda new: new.nodes[1].input_default.update(a=2))
    assert [(change.name, change.before, change.after) for change in found.nodes.changed[0].changes] == [("a", 1, 2)]
    assert (found.nodes.added, found.nodes.removed, found.links.added, found.links.removed) == ([], [], [], [])
    assert found.summary == [f"node {found.nodes.changed[0].name}: a 1 → 2"]


def test_a_node_that_only_lies_elsewhere_has_not_changed():
    assert difference(lambda new: new.nodes[1].metadata.update(position={"x": 9, "y": 9})).summary == []


def test_links_come_go_and_become_static():
    def rewire(new: Graph) -> None:
        new.links[0].is_static = True
        new.links[1] = Link(id="new", source_id=new.nodes[0].id, source_name="result", sink_id=new.nodes[2].id, sink_name="value")

    found = difference(rewire)
    assert [(link.source_name, link.is_static, link.was_static) for link in found.links.changed] == [("result", True, False)]
    assert [link.source_name for link in found.links.removed] == ["out"]
    assert [link.source_name for link in found.links.added] == ["result"]


def test_an_input_with_another_name_is_another_input():
    found = difference(lambda new: new.nodes[0].input_default.update(name="z"))
    assert (found.inputs.added, found.inputs.removed) == (["z"], ["x"])


def test_names_of_unknown_blocks_do_not_stop_the_comparison():
    def unknown(new: Graph) -> None:
        new.nodes[1].block_id = "gone"

    found = difference(unknown)
    assert [node.name for node in found.nodes.added] == ["unknown block"]
