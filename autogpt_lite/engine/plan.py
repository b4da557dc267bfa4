"""A graph version, compiled: nodes by position, links indexed by the pin that fires them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from ..registry import BlockEntry, Registry
from .pins import compile_selector, sanitize_pin_name
from .retry import RetryPolicy, read_policy, read_timeout_s
from .switched_off import links_of_run


class LinkPlan:
    """What a yield on a pin does: the value, or what `extract` takes of it, goes to `sink`'s pin `sink_name`."""

    __slots__ = ("extract", "is_static", "sink", "sink_name")

    def __init__(self, sink: NodePlan, sink_name: str, is_static: bool, extract: Callable[[Any], Any] | None):
        self.sink = sink
        self.sink_name = sink_name
        self.is_static = is_static
        self.extract = extract


class NodePlan:
    """One node. `linked_pins` are the raw names (dynamic suffixes included) that links bring; all of them make it ready."""

    __slots__ = (
        "block_id",
        "container_defaults",
        "defaults",
        "entry",
        "has_dynamic_pins",
        "id",
        "index",
        "input_default",
        "is_agent",
        "is_disabled",
        "is_input",
        "is_note",
        "is_output",
        "is_secret",
        "is_single",
        "is_trigger",
        "linked_pins",
        "links",
        "name",
        "retry",
        "static_pins",
        "timeout_s",
        "title",
    )

    def __init__(self, index: int, node: Any, entry: BlockEntry | None):
        self.index = index
        self.id: str = node.id
        self.block_id: str = node.block_id
        self.entry = entry
        ui_type = entry.ui_type if entry else "Standard"
        self.is_note = ui_type == "Note"
        self.is_input = ui_type == "Input"
        self.is_output = ui_type == "Output"
        self.is_agent = ui_type == "Agent"
        self.is_trigger = ui_type.startswith("Webhook")
        self.input_default: dict[str, Any] = node.input_default or {}
        inputs = self.input_default.get("inputs") if self.is_agent else self.input_default
        self.defaults: dict[str, Any] = inputs if isinstance(inputs, dict) else {}
        self.container_defaults = tuple(name for name, value in self.defaults.items() if isinstance(value, (dict, list)))
        self.name: str = str(self.input_default.get("name") or "")
        self.is_secret = bool(self.input_default.get("secret"))
        self.is_disabled: bool = node.is_disabled
        metadata: dict[str, Any] = node.metadata or {}
        self.retry: RetryPolicy | None = read_policy(metadata)
        self.timeout_s: float | None = read_timeout_s(metadata)
        self.title: str = str(metadata.get("customized_name") or (entry.name if entry else node.block_id))
        self.links: dict[str, tuple[LinkPlan, ...]] = {}
        self.linked_pins: frozenset[str] = frozenset()
        self.static_pins: tuple[str, ...] = ()
        self.has_dynamic_pins = False
        self.is_single = False

    def _finish(self, incoming: list[Any]) -> None:
        self.linked_pins = frozenset(link.sink_name for link in incoming)
        self.static_pins = tuple({link.sink_name: None for link in incoming if link.is_static})
        names: Iterable[str] = (*self.linked_pins, *self.defaults)
        self.has_dynamic_pins = any(sanitize_pin_name(name) != name for name in names)
        # One pin and nothing to wait for: each value is an execution of its own, without any bookkeeping.
        self.is_single = len(self.linked_pins) == 1 and not self.static_pins


class GraphPlan:
    """A compiled graph version. `nodes` are in stored order: node_executions.node is an index into it."""

    __slots__ = ("description", "graph_id", "name", "nodes", "nodes_by_id", "owner_id", "secret_inputs", "starting", "version")

    def __init__(self, graph_id: str, version: int, name: str, nodes: list[NodePlan], starting: list[NodePlan], owner_id: str):
        self.owner_id = owner_id
        self.graph_id = graph_id
        self.version = version
        self.name = name
        self.nodes = nodes
        self.nodes_by_id: Mapping[str, NodePlan] = {node.id: node for node in nodes}
        self.starting = starting
        self.secret_inputs = {node.name: node.input_default.get("value") for node in nodes if node.is_input and node.is_secret}
        """{name: its value in the agent, or None} of the inputs that are to be hidden."""

    def secrets_among(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """{name: value} of the inputs of a run that are to be hidden."""
        return {name: inputs.get(name, value) for name, value in self.secret_inputs.items()}


class GraphLike(Protocol):
    id: str
    version: int
    name: str
    user_id: str
    nodes: list[Any]
    links: list[Any]


def compile_plan(graph: GraphLike, registry: Registry) -> GraphPlan:
    """Compiles a stored graph. Links to nodes that do not exist are left out: validation has refused them before. Nodes that are
    switched off keep their place, with no link and no start."""
    nodes = [NodePlan(i, node, registry.find(node.block_id)) for i, node in enumerate(graph.nodes)]
    by_id = {node.id: node for node in nodes}
    incoming: dict[str, list[Any]] = {node.id: [] for node in nodes}
    fired: dict[str, dict[str, list[LinkPlan]]] = {node.id: {} for node in nodes}
    links, cut_off = links_of_run(graph, registry)
    for link in links:
        source, sink = by_id.get(link.source_id), by_id.get(link.sink_id)
        if source is None or sink is None or sink.is_note:
            continue
        incoming[sink.id].append(link)
        for pin, extract in compile_selector(link.source_name, sink.id, link.sink_name).items():
            fired[source.id].setdefault(pin, []).append(LinkPlan(sink, link.sink_name, link.is_static, extract))
    for node in nodes:
        node._finish(incoming[node.id])
        node.links = {pin: tuple(links) for pin, links in fired[node.id].items()}
    begins = {node.id for node in nodes if not incoming[node.id] and node.id not in cut_off}
    starting = [node for node in nodes if not (node.is_note or node.is_disabled) and (node.is_input or node.id in begins)]
    return GraphPlan(graph.id, graph.version, graph.name, nodes, starting, graph.user_id)
