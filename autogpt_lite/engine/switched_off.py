"""What a run makes of nodes that are switched off (`metadata.disabled`): they are not there, and where one has a single obvious way
through, what comes in goes on to what follows. What only hangs on them, directly or by way of other nodes, does not run either.

The way is obvious where one link leads in, all links out (those of `error` aside) begin at one pin, and both pins are of one type.
A second link in would make a choice necessary that nobody has made; another type would turn a city's name into a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .graph import Graph, Link, Node, agent_nodes, called_graph
from .node_pins import pins_of_node

if TYPE_CHECKING:
    from ..registry import Registry

_KINDS = {
    "string": "text",
    "integer": "number",
    "number": "number",
    "boolean": "toggle",
    "array": "list",
    "object": "dictionary",
}


class RunLinks(NamedTuple):
    """`links` are those that a run follows, in stored order. `cut_off` are the nodes that a run would reach only through switched off
    ones: nothing comes to them, and nobody meant them to begin by themselves. Links between two of them stay, for who runs one alone."""

    links: list[Link]
    cut_off: frozenset[str]


def links_of_run(graph: Any, registry: Registry) -> RunLinks:
    """The links of a graph as a run follows them; those of the graph itself where no node is switched off."""
    off = {node.id: node for node in graph.nodes if node.is_disabled}
    if not off:
        return RunLinks(graph.links, frozenset())
    ways = _Ways(graph, off, registry)
    links: list[Link] = []
    lost: set[str] = set()
    for link in graph.links:
        if link.sink_id in off:
            continue
        source = ways.source_of(link)
        if source is None:
            lost.add(link.sink_id)
        else:
            links.append(link if source is link else _joined(source, link))
    if not lost:
        return RunLinks(links, frozenset())
    cut = _reached(lost, links) - _reached(_beginnings(graph, off, registry), links)
    return RunLinks([link for link in links if link.source_id not in cut or link.sink_id in cut], frozenset(cut))


def _beginnings(graph: Any, off: dict[str, Node], registry: Registry) -> set[str]:
    """The nodes that would begin by themselves, whatever is switched off."""
    linked = {link.sink_id for link in graph.links}
    found = {node.id for node in graph.nodes if node.id not in linked or _is_input(node, registry)}
    return found - off.keys()


def _is_input(node: Node, registry: Registry) -> bool:
    entry = registry.find(node.block_id)
    return entry is not None and entry.ui_type == "Input"


def _reached(begins: set[str], links: list[Link]) -> set[str]:
    """These nodes, and all that links lead to from them."""
    after: dict[str, list[str]] = {}
    for link in links:
        after.setdefault(link.source_id, []).append(link.sink_id)
    found = set(begins)
    rest = list(begins)
    while rest:
        fresh = [node_id for node_id in after.get(rest.pop(), ()) if node_id not in found]
        found.update(fresh)
        rest.extend(fresh)
    return found


def _joined(source: Link, sink: Link) -> Link:
    """From where the value comes to where it goes. As static as the link in: what a node gives that is not there says nothing."""
    return Link(
        id=sink.id,
        source_id=source.source_id,
        source_name=source.source_name,
        sink_id=sink.sink_id,
        sink_name=sink.sink_name,
        is_static=source.is_static,
    )


class _Ways:
    """Where the values come from that switched off nodes pass on."""

    def __init__(self, graph: Any, off: dict[str, Node], registry: Registry):
        self._off = off
        into: dict[str, list[Link]] = {node_id: [] for node_id in off}
        out: dict[str, set[str]] = {node_id: set() for node_id in off}
        for link in graph.links:
            if link.sink_id in off:
                into[link.sink_id].append(link)
            if link.source_id in off and link.source_name != "error":
                out[link.source_id].add(link.source_name)
        self._ways = {node_id: _way_through(node, into[node_id], out[node_id], registry) for node_id, node in off.items()}
        self._sources: dict[str, Link | None] = {}

    def source_of(self, link: Link) -> Link | None:
        """The link from the node that really gives what this one carries, which may be the link itself; None where nothing comes."""
        passed: set[str] = set()
        found: Link | None = link
        while found is not None and found.source_id in self._off:
            node_id = found.source_id
            if found.source_name == "error" or node_id in passed:
                found = None
            elif node_id in self._sources:
                found = self._sources[node_id]
                break
            else:
                passed.add(node_id)
                found = self._ways[node_id]
        # Each node is gone through once, however long the chain of those that are off.
        self._sources.update(dict.fromkeys(passed, found))
        return found


def _way_through(node: Node, into: list[Link], out: set[str], registry: Registry) -> Link | None:
    """The only link into a node, where what it brings can go on."""
    entry = registry.find(node.block_id)
    if entry is None or len(into) != 1 or len(out) != 1:
        return None
    pins = pins_of_node(entry, node)
    sink, source = pins.inputs.get(into[0].sink_name), pins.outputs.get(next(iter(out)))
    is_value = isinstance(sink, dict) and isinstance(source, dict) and into[0].sink_name not in entry.credentials_pins
    return into[0] if is_value and pin_kind(sink) == pin_kind(source) else None


def pin_kind(schema: Any) -> str:
    """The type of a pin as the builder shows it: text, number, toggle, list, dictionary or any."""
    while isinstance(schema, dict):
        found = schema.get("type")
        if isinstance(found, list):
            found = next((one for one in found if one != "null"), None)
        if isinstance(found, str) and found in _KINDS:
            return _KINDS[found]
        if schema.get("enum"):
            return "text"
        options = schema.get("anyOf") or schema.get("oneOf") or ()
        named = (
            [one for one in options if isinstance(one, dict) and one.get("type") != "null"] if isinstance(options, list) else []
        )
        schema = named[0] if len(named) == 1 else None
    return "any"


def graphs_of_run(graph: Graph, registry: Registry) -> list[Graph]:
    """The graph and its sub-graphs, without those that only nodes call which do not run."""
    every = [graph, *graph.sub_graphs]
    if not any(node.is_disabled for one in every for node in one.nodes):
        return every
    by_key = {(one.id, one.version): one for one in graph.sub_graphs}
    found = [graph]
    for one in found:
        cut_off = links_of_run(one, registry).cut_off
        for node in agent_nodes(one):
            target = called_graph(node)
            if not (node.is_disabled or node.id in cut_off) and target in by_key:
                found.append(by_key.pop(target))
    return found
