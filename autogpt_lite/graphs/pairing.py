"""Which nodes of one version are which nodes of another. Saving a version gives every node a new id, so it is told by content."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from typing import Any

import msgspec

from ..engine.graph import Graph, Node

Facts = dict[str, frozenset]
_sorted_json = msgspec.json.Encoder(order="sorted").encode


def pair_nodes(old: Graph, new: Graph) -> dict[str, str]:
    """{id in the old version: id in the new one}, each id once. From the surest sign to the weakest: the same content at the same
    place, the same content, the same name, the same links, the same block. Among equals the order in the file decides."""
    old_links, new_links = _link_facts(old), _link_facts(new)
    signs: list[Callable[[Node, Facts], Hashable]] = [
        lambda node, links: (*_content(node), links[node.id]),
        lambda node, links: _content(node),
        lambda node, links: (node.block_id, name) if (name := name_of(node)) else None,
        lambda node, links: (node.block_id, links[node.id]) if links[node.id] else None,
        lambda node, links: node.block_id,
    ]
    pairs: dict[str, str] = {}
    old_left, new_left = old.nodes, new.nodes
    for sign in signs:
        waiting: dict[Hashable, deque[Node]] = defaultdict(deque)
        for node in new_left:
            waiting[sign(node, new_links)].append(node)
        for node in old_left:
            key = sign(node, old_links)
            if key is not None and waiting.get(key):
                pairs[node.id] = waiting[key].popleft().id
        found = set(pairs.values())
        old_left = [node for node in old_left if node.id not in pairs]
        new_left = [node for node in new_left if node.id not in found]
    return pairs


def name_of(node: Node) -> str:
    """What a person calls the node: its own title, or the name of the input or output that it is; "" for neither."""
    for name in (node.metadata.get("customized_name"), node.input_default.get("name")):
        if isinstance(name, str) and name:
            return name
    return ""


def _content(node: Node) -> tuple[str, str, bytes]:
    return node.block_id, name_of(node), _sorted_json(node.input_default)


def _link_facts(graph: Graph) -> Facts:
    blocks = {node.id: node.block_id for node in graph.nodes}
    facts: dict[str, Any] = {node.id: set() for node in graph.nodes}
    for link in graph.links:
        facts[link.source_id].add(("out", link.source_name, link.sink_name, blocks.get(link.sink_id)))
        facts[link.sink_id].add(("in", link.source_name, link.sink_name, blocks.get(link.source_id)))
    return {node_id: frozenset(links) for node_id, links in facts.items()}
