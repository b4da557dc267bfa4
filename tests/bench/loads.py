"""The loads of the bench: graphs of trivial blocks that cost the engine everything and the blocks nothing."""

from __future__ import annotations

import asyncio
from typing import Any

from autogpt_lite.engine.graph import Graph, Link, Node
from autogpt_lite.sdk import BareBlockOutput, Block, BlockCost, BlockInput, BlockOutput, pin


class StartBlock(Block):
    """Yields its value `count` times."""

    id = "10000000-0000-4000-8000-000000000001"
    pure = True

    class Input(BlockInput):
        value: Any = pin()
        count: int = pin(1)

    class Output(BlockOutput):
        value: Any = pin()

    def run(self, input, ctx):
        for _ in range(input.count):
            yield "value", input.value


class PassBlock(Block):
    """Yields what it gets."""

    id = "10000000-0000-4000-8000-000000000002"
    pure = True

    class Input(BlockInput):
        value: Any = pin()

    class Output(BlockOutput):
        value: Any = pin()

    def run(self, input, ctx):
        yield "value", input.value


class PaidWaitBlock(Block):
    """Costs a credit, awaits once, yields what it gets."""

    id = "10000000-0000-4000-8000-000000000003"
    costs = (BlockCost(cost_amount=1),)

    class Input(BlockInput):
        value: Any = pin()
        other: Any = pin(None)
        setting: Any = pin(None)

    class Output(BlockOutput):
        value: Any = pin()

    async def run(self, input, ctx):
        await asyncio.sleep(0)
        yield "value", input.value


class ConstantBlock(Block):
    """A static value for all later executions of the nodes behind it."""

    id = "10000000-0000-4000-8000-000000000004"
    pure = True
    static_output = True

    class Input(BlockInput):
        value: Any = pin()

    class Output(BareBlockOutput):
        output: Any = pin()

    def run(self, input, ctx):
        yield "output", input.value


BLOCKS = (StartBlock, PassBlock, PaidWaitBlock, ConstantBlock)

# {"value":"..."} as input and [["value","..."]] as output are 86 bytes of payload a node execution.
VALUE = "abcdefghijklmnopqrstuvwxyz0123"


def _link(number: int, source: str, source_name: str, sink: str, sink_name: str, static: bool = False) -> Link:
    return Link(
        id=f"link-{number}", source_id=source, sink_id=sink, source_name=source_name, sink_name=sink_name, is_static=static
    )


def chain(graph_id: str, length: int = 100) -> Graph:
    """`length` trivial nodes one after the other."""
    nodes = [Node(id="n0", block_id=StartBlock.id, input_default={"value": VALUE})]
    nodes += [Node(id=f"n{i}", block_id=PassBlock.id) for i in range(1, length)]
    links = [_link(i, f"n{i - 1}", "value", f"n{i}", "value") for i in range(1, length)]
    return Graph(id=graph_id, nodes=nodes, links=links)


def fan_out(graph_id: str, width: int = 1000) -> Graph:
    """One node that yields `width` values, each through two trivial nodes."""
    nodes = [
        Node(id="n0", block_id=StartBlock.id, input_default={"value": VALUE, "count": width}),
        Node(id="n1", block_id=PassBlock.id),
        Node(id="n2", block_id=PassBlock.id),
    ]
    links = [_link(1, "n0", "value", "n1", "value"), _link(2, "n1", "value", "n2", "value")]
    return Graph(id=graph_id, nodes=nodes, links=links)


RETRY = {"retry": {"attempts": 3, "wait_s": 0.01}}


def paid_chain(graph_id: str, length: int = 100) -> Graph:
    """Awaiting nodes with a price and a retry policy; each second one joins two links, all take a static setting."""
    nodes = [
        Node(id="n0", block_id=PaidWaitBlock.id, input_default={"value": VALUE}, metadata=RETRY),
        Node(id="c", block_id=ConstantBlock.id, input_default={"value": "setting"}),
    ]
    links = []
    for i in range(1, length):
        nodes.append(Node(id=f"n{i}", block_id=PaidWaitBlock.id, metadata=RETRY))
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
        node.block_id = PaidWaitBlock.id
        node.metadata = RETRY
    return graph
