"""What has changed between two versions of a graph, for people and for programs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from ..engine.graph import Graph, Node
from .pairing import name_of, pair_nodes
from .schema import input_schema, output_schema
from .types import JsonObject

if TYPE_CHECKING:
    from ..registry import Registry

UNSHOWN_METADATA = {"position", "size", "pinned_output"}
"""Where a node lies in the picture, how large it is there, and which output of a past run is pinned to it, is no difference in what the agent does."""
SHOWN_CHARS = 60


class Change(msgspec.Struct, kw_only=True):
    """A value that is another one now; a side on which it is missing is null."""

    name: str
    before: Any
    after: Any


class NodeDifference(msgspec.Struct, kw_only=True):
    """A node that came, went or changed. `before_id` and `after_id` are its ids in the two versions."""

    before_id: str | None
    after_id: str | None
    block_id: str
    name: str
    changes: list[Change] = []


class LinkDifference(msgspec.Struct, kw_only=True):
    """A link that came or went, by the names of its nodes; `was_static` only differs where just that has changed."""

    source: str
    source_name: str
    sink: str
    sink_name: str
    is_static: bool
    was_static: bool


class Differences(msgspec.Struct, kw_only=True):
    """What came, went and changed of one kind."""

    added: list[Any] = []
    removed: list[Any] = []
    changed: list[Any] = []


class GraphDifference(msgspec.Struct, kw_only=True):
    """From version `before` to version `after`. `summary` is the same in sentences, one line a difference."""

    graph_id: str
    before: int
    after: int
    fields: list[Change]
    nodes: Differences
    links: Differences
    inputs: Differences
    outputs: Differences
    summary: list[str]


def diff_graphs(old: Graph, new: Graph, registry: Registry) -> GraphDifference:
    """The differences of two versions. Of an input that came or went its name is told, of one that changed both schemas."""
    pairs = pair_nodes(old, new)
    names = _Names(registry)
    difference = GraphDifference(
        graph_id=new.id,
        before=old.version,
        after=new.version,
        fields=[
            Change(name=name, before=getattr(old, name), after=getattr(new, name))
            for name in ("name", "description", "instructions", "recommended_schedule_cron")
            if getattr(old, name) != getattr(new, name)
        ],
        nodes=_diff_nodes(old, new, pairs, names),
        links=_diff_links(old, new, pairs, names),
        inputs=_diff_properties(input_schema(old, registry), input_schema(new, registry)),
        outputs=_diff_properties(output_schema(old, registry), output_schema(new, registry)),
        summary=[],
    )
    difference.summary = _summary(difference)
    return difference


class _Names:
    def __init__(self, registry: Registry):
        self._registry = registry

    def __call__(self, node: Node) -> str:
        entry = self._registry.find(node.block_id)
        block = entry.name if entry is not None else "unknown block"
        own = name_of(node)
        return f"{own} ({block})" if own else block


def _diff_nodes(old: Graph, new: Graph, pairs: dict[str, str], names: _Names) -> Differences:
    after = {node.id: node for node in new.nodes}
    kept = set(pairs.values())
    found = Differences(
        added=[_node(None, node, names) for node in new.nodes if node.id not in kept],
        removed=[_node(node, None, names) for node in old.nodes if node.id not in pairs],
        changed=[],
    )
    for node in old.nodes:
        if node.id in pairs and (changes := _changes(node, other := after[pairs[node.id]])):
            one = _node(node, other, names)
            one.changes = changes
            found.changed.append(one)
    return found


def _node(old: Node | None, new: Node | None, names: _Names) -> NodeDifference:
    node = new or old
    return NodeDifference(
        before_id=old.id if old else None, after_id=new.id if new else None, block_id=node.block_id, name=names(node)
    )


def _changes(old: Node, new: Node) -> list[Change]:
    before = {**_prefixed(old), **old.input_default}
    after = {**_prefixed(new), **new.input_default}
    return _changed(before, after)


def _prefixed(node: Node) -> JsonObject:
    return {f"metadata.{key}": value for key, value in node.metadata.items() if key not in UNSHOWN_METADATA}


def _changed(before: JsonObject, after: JsonObject) -> list[Change]:
    return [
        Change(name=key, before=before.get(key), after=after.get(key))
        for key in {**before, **after}
        if (key in before, before.get(key)) != (key in after, after.get(key))
    ]


def _diff_links(old: Graph, new: Graph, pairs: dict[str, str], names: _Names) -> Differences:
    old_names = {node.id: names(node) for node in old.nodes}
    new_names = {node.id: names(node) for node in new.nodes}
    # A node that is gone cannot be mistaken for one of the new version: ids are never the same twice.
    before = _links(old, {node.id: pairs.get(node.id, node.id) for node in old.nodes})
    after = _links(new, {node.id: node.id for node in new.nodes})
    found = Differences(added=[], removed=[], changed=[])
    shown = {**old_names, **new_names}
    for key in {**before, **after}:
        was, now = Counter(before.get(key, ())), Counter(after.get(key, ()))
        gone, come = list((was - now).elements()), list((now - was).elements())
        for was_static, is_static in zip(gone, come, strict=False):
            found.changed.append(_link(key, shown, is_static, was_static))
        both = min(len(gone), len(come))
        found.removed.extend(_link(key, shown, static, static) for static in gone[both:])
        found.added.extend(_link(key, shown, static, static) for static in come[both:])
    return found


LinkKey = tuple[str, str, str, str]


def _links(graph: Graph, ids: dict[str, str]) -> dict[LinkKey, list[bool]]:
    found: dict[LinkKey, list[bool]] = {}
    for link in graph.links:
        key = (ids[link.source_id], link.source_name, ids[link.sink_id], link.sink_name)
        found.setdefault(key, []).append(link.is_static)
    return found


def _link(key: LinkKey, names: dict[str, str], is_static: bool, was_static: bool) -> LinkDifference:
    source, source_name, sink, sink_name = key
    return LinkDifference(
        source=names[source],
        source_name=source_name,
        sink=names[sink],
        sink_name=sink_name,
        is_static=is_static,
        was_static=was_static,
    )


def _diff_properties(old: JsonObject, new: JsonObject) -> Differences:
    before, after = _properties(old), _properties(new)
    return Differences(
        added=[name for name in after if name not in before],
        removed=[name for name in before if name not in after],
        changed=[change for change in _changed(before, after) if change.name in before and change.name in after],
    )


def _properties(schema: JsonObject) -> JsonObject:
    required = set(schema["required"])
    return {name: {**one, "required": name in required} for name, one in schema["properties"].items()}


# --- in sentences ---------------------------------------------------------------------------------------


def _summary(found: GraphDifference) -> list[str]:
    lines = [f"{change.name}: {_short(change.before)} → {_short(change.after)}" for change in found.fields]
    for kind, differences in (("input", found.inputs), ("output", found.outputs)):
        lines += [f"{kind} {name!r} added" for name in differences.added]
        lines += [f"{kind} {name!r} removed" for name in differences.removed]
        lines += [f"{kind} {change.name!r} changed" for change in differences.changed]
    lines += [f"node {node.name} added" for node in found.nodes.added]
    lines += [f"node {node.name} removed" for node in found.nodes.removed]
    for node in found.nodes.changed:
        lines += [f"node {node.name}: {c.name} {_short(c.before)} → {_short(c.after)}" for c in node.changes]
    for what, links in (("added", found.links.added), ("removed", found.links.removed)):
        lines += [f"link {_ends(link)} {what}" for link in links]
    lines += [f"link {_ends(link)} is {'static' if link.is_static else 'no longer static'}" for link in found.links.changed]
    return lines


def _ends(link: LinkDifference) -> str:
    return f"{link.source}.{link.source_name} → {link.sink}.{link.sink_name}"


def _short(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= SHOWN_CHARS else f"{text[: SHOWN_CHARS - 1]}…"
