"""The loads of the bench: graphs of trivial blocks that cost the engine everything and the blocks nothing."""

from __future__ import annotations

from autogpt_lite.engine.graph import Graph, Link, Node

START, PASS, PAID_WAIT, CONSTANT, SLEEP = (f"10000000-0000-4000-8000-00000000000{i}" for i in (1, 2, 3, 4, 5))
"""Ids of the blocks in blocks/trivial.py."""

AGENT = "e189baac-8c20-45a1-94a7-55177ea42565"
_NO_PINS = {"type": "object", "properties": {}, "required": []}

# {"value":"..."} as input and [["value","..."]] as output are 86 bytes of payload a node execution.
VALUE = "abcdefghijklmnopqrstuvwxyz0123"


def _link(number: int, source: str, source_name: str, sink: str, sink_name: str, static: bool = False) -> Link:
    return Link(
        id=f"link-{number}", source_id=source, sink_id=sink, source_name=source_name, sink_name=sink_name, is_static=static
    )


def chain(graph_id: str, length: int = 100) -> Graph:
    """`length` trivial nodes one after the other."""
    nodes = [Node(id="n0", block_id=START, input_default={"value": VALUE})]
    nodes += [Node(id=f"n{i}", block_id=PASS) for i in range(1, length)]
    links = [_link(i, f"n{i - 1}", "value", f"n{i}", "value") for i in range(1, length)]
    return Graph(id=graph_id, nodes=nodes, links=links)


def fan_out(graph_id: str, width: int = 1000) -> Graph:
    """One node that yields `width` values, each through two trivial nodes."""
    nodes = [
        Node(id="n0", block_id=START, input_default={"value": VALUE, "count": width}),
        Node(id="n1", block_id=PASS),
        Node(id="n2", block_id=PASS),
    ]
    links = [_link(1, "n0", "value", "n1", "value"), _link(2, "n1", "value", "n2", "value")]
    return Graph(id=graph_id, nodes=nodes, links=links)


RETRY = {"retry": {"attempts": 3, "wait_s": 0.01}}


def paid_chain(graph_id: str, length: int = 100) -> Graph:
    """Awaiting nodes with a price and a retry policy; each second one joins two links, all take a static setting."""
    nodes = [
        Node(id="n0", block_id=PAID_WAIT, input_default={"value": VALUE}, metadata=RETRY),
        Node(id="c", block_id=CONSTANT, input_default={"value": "setting"}),
    ]
    links = []
    for i in range(1, length):
        nodes.append(Node(id=f"n{i}", block_id=PAID_WAIT, metadata=RETRY))
        links.append(_link(3 * i, f"n{i - 1}", "value", f"n{i}", "value"))
        if i % 2 == 0:
            links.append(_link(3 * i + 1, f"n{i - 2}", "value", f"n{i}", "other"))
        if i % 10 == 0:
            links.append(_link(3 * i + 2, "c", "output", f"n{i}", "setting", True))
    return Graph(id=graph_id, nodes=nodes, links=links)


def paid_fan_out(graph_id: str, width: int = 1000) -> Graph:
    """fan_out with awaiting, priced nodes."""
    graph = fan_out(graph_id, width)
    for node in graph.nodes[1:]:
        node.block_id = PAID_WAIT
        node.metadata = RETRY
    return graph


def sleeper(graph_id: str) -> Graph:
    """One node that sleeps for a day."""
    return Graph(id=graph_id, nodes=[Node(id="n0", block_id=SLEEP)])


def callers(graph_id: str, called: Graph, count: int) -> Graph:
    """`count` nodes that each call the other graph at once."""
    given = {"graph_id": called.id, "graph_version": called.version, "inputs": {}}
    given |= {"input_schema": _NO_PINS, "output_schema": _NO_PINS}
    return Graph(id=graph_id, nodes=[Node(id=f"n{i}", block_id=AGENT, input_default=given) for i in range(count)])
