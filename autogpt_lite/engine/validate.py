"""What a graph has to keep to, when it is saved and when it is run. Pure functions; every problem is reported, not only the first.

Not checked, as in AutoGPT: cycles, the types of linked pins, duplicate links, nodes that nothing reaches.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import PayloadTooLargeError
from .graph import Graph, Link, Node
from .node_pins import NodePins, pins_of_node
from .pins import is_tool_pin, sanitize_pin_name
from .problems import GRAPH, Problems
from .switched_off import graphs_of_run, links_of_run

if TYPE_CHECKING:
    from ..registry import BlockEntry, Registry

MAX_NODES = 10_000
MAX_LINKS = 100_000
MAX_SUB_GRAPHS = 1_000

Masks = Mapping[str, Mapping[str, Any]]
"""{node_id: {pin: value}}: values that win over defaults and links."""


def check_size(graph: Graph) -> None:
    """Raises PayloadTooLargeError for a graph with more nodes, links or sub-graphs than the server takes."""
    if len(graph.sub_graphs) > MAX_SUB_GRAPHS:
        raise PayloadTooLargeError(f"The agent has {len(graph.sub_graphs)} sub-agents; at most {MAX_SUB_GRAPHS} are allowed.")
    for one in (graph, *graph.sub_graphs):
        for what, found, most in (("nodes", len(one.nodes), MAX_NODES), ("links", len(one.links), MAX_LINKS)):
            if found > most:
                raise PayloadTooLargeError(f"The graph {one.name[:80]!r} has {found} {what}; at most {most} are allowed.")


def force_static_links(graph: Graph, registry: Registry) -> None:
    """Makes every link static that comes from a block with static output, whatever the file says. Changes the graph."""
    static = {node.id for node in graph.nodes if (entry := registry.find(node.block_id)) and entry.static_output}
    for link in graph.links:
        if link.source_id in static:
            link.is_static = True


def starting_nodes(graph: Graph, registry: Registry) -> list[Node]:
    """The nodes that a run begins with: those without an inbound link and all Input nodes, in stored order; never notes, nor those
    that are switched off or that only such nodes lead to."""
    links, cut_off = links_of_run(graph, registry)
    linked = {link.sink_id for link in links} | cut_off
    kinds = [(node, entry.ui_type if (entry := registry.find(node.block_id)) else "") for node in graph.nodes]
    return [
        node for node, kind in kinds if kind != "Note" and not node.is_disabled and (kind == "Input" or node.id not in linked)
    ]


def validate_graph(
    graph: Graph,
    registry: Registry,
    *,
    for_run: bool = False,
    masks: Masks | None = None,
    pinned: Collection[str] = (),
    allow_missing_blocks: bool = False,
) -> Problems:
    """Everything that is wrong with a graph and its sub-graphs; `for_run` with those that a run can reach.

    `pinned` are node ids whose outputs are given: such a node needs neither its block nor its inputs. With
    `allow_missing_blocks` unknown blocks are listed in the answer's `missing_blocks` instead.
    """
    problems = Problems()
    for one in graphs_of_run(graph, registry) if for_run else (graph, *graph.sub_graphs):
        _Check(one, registry, problems, for_run, masks or {}, frozenset(pinned), allow_missing_blocks).run()
    return problems


class _Check:
    """The validation of one graph."""

    def __init__(
        self,
        graph: Graph,
        registry: Registry,
        problems: Problems,
        for_run: bool,
        masks: Masks,
        pinned: frozenset[str],
        allow_missing_blocks: bool,
    ):
        self.graph = graph
        self.registry = registry
        self.problems = problems
        self.for_run = for_run
        self.masks = masks
        self.links, cut_off = links_of_run(graph, registry) if for_run else (graph.links, frozenset())
        off = {node.id for node in graph.nodes if node.is_disabled} if for_run else set()
        self.resting = off | cut_off
        """Nodes that are switched off, or only hang on such: they do not run."""
        # Neither a pinned node nor one of them is called, so neither needs its block or its inputs.
        self.pinned = pinned | self.resting
        self.allow_missing_blocks = allow_missing_blocks
        self.nodes: dict[str, Node] = {}
        self.entries: dict[str, BlockEntry] = {}
        self.pins: dict[str, NodePins] = {}
        self.linked: dict[str, set[str]] = {}
        self.lost: dict[str, set[str]] = {}
        """{node id: its pins that a node would fill which does not run}"""

    def run(self) -> None:
        for node in self.graph.nodes:
            self._check_identity(node)
        for link in self.graph.links:
            self._check_link(link)
            if link.source_id in self.resting:
                self.lost.setdefault(link.sink_id, set()).add(sanitize_pin_name(link.sink_name))
        for link in self.links:
            self.linked.setdefault(link.sink_id, set()).add(sanitize_pin_name(link.sink_name))
        for node_id, entry in self.entries.items():
            if node_id not in self.pinned and entry.ui_type != "Note":
                self._check_node(self.nodes[node_id], entry, self.pins[node_id])
        if self.for_run and not starting_nodes(self.graph, self.registry):
            self.problems.add(GRAPH, "nodes", f"The graph {self.graph.name[:80]!r} has no node that a run could begin with.")

    # --- structure ------------------------------------------------------------------------------------

    def _check_identity(self, node: Node) -> None:
        if node.id in self.nodes:
            self.problems.add(node.id, "id", "Two nodes of the graph have this id.")
            return
        self.nodes[node.id] = node
        entry = self.registry.find(node.block_id)
        if entry is not None:
            self.entries[node.id] = entry
            self.pins[node.id] = pins_of_node(entry, node)
        if node.id in self.pinned:
            return
        if entry is None and self.allow_missing_blocks:
            self.problems.add_missing_block(node.block_id, node.id)
        elif entry is None:
            self.problems.add(node.id, "block_id", f"There is no block {node.block_id[:80]!r} on this server.")
        elif entry.disabled:
            self.problems.add(node.id, "block_id", f"The block {entry.name} is switched off on this server.")

    def _check_link(self, link: Link) -> None:
        if link.source_id not in self.nodes or link.sink_id not in self.nodes:
            self._report_loose_link(link)
        if (pins := self._pins_to_check(link.source_id, link.source_name)) and _lacks(pins.outputs, link.source_name):
            message = f"A link begins at this output, which the block {self._name(link.source_id)} does not have."
            self.problems.add(link.source_id, link.source_name, message)
        if (pins := self._pins_to_check(link.sink_id, link.sink_name)) and _lacks(pins.inputs, link.sink_name):
            message = f"A link ends at this input, which the block {self._name(link.sink_id)} does not have."
            self.problems.add(link.sink_id, link.sink_name, message)

    def _pins_to_check(self, node_id: str, pin: str) -> NodePins | None:
        return None if node_id in self.pinned or is_tool_pin(pin) else self.pins.get(node_id)

    def _report_loose_link(self, link: Link) -> None:
        if link.source_id in self.nodes:
            self.problems.add(link.source_id, link.source_name, f"A link leads to {_missing(link.sink_id)}.")
        elif link.sink_id in self.nodes:
            self.problems.add(link.sink_id, link.sink_name, f"A link comes from {_missing(link.source_id)}.")
        else:
            message = f"It connects {_missing(link.source_id)}, with {_missing(link.sink_id)}."
            self.problems.add(GRAPH, f"link {link.id}", message)

    def _name(self, node_id: str) -> str:
        return self.entries[node_id].name

    # --- one node -------------------------------------------------------------------------------------

    def _check_node(self, node: Node, entry: BlockEntry, pins: NodePins) -> None:
        if self.for_run or entry.ui_type in ("Input", "Output", "Agent"):
            self._check_required(node, entry, pins)
        if entry.ui_type == "Input":
            self._check_input_node(node)
        elif entry.ui_type == "Agent":
            self._check_agent_node(node)
        for pin, schema in pins.inputs.items():
            if isinstance(schema, dict):
                self._check_dependencies(node, pins, pin, schema)
                if "auto_credentials" in schema:
                    self._check_picked_file(node, pin, pins.defaults.get(pin))

    def _check_required(self, node: Node, entry: BlockEntry, pins: NodePins) -> None:
        for pin in pins.required:
            if pin not in entry.credentials_pins and not self._is_given(node, pins, pin):
                self.problems.add(node.id, pin, self._missing_words(node.id, pin))

    def _missing_words(self, node_id: str, pin: str) -> str:
        if pin not in self.lost.get(node_id, ()):
            return "This input is required: it needs a value or a link."
        return "What fills this required input is switched off, or gets nothing since another is. Give it a value, or switch that on."

    def _check_input_node(self, node: Node) -> None:
        name = node.input_default.get("name")
        if isinstance(name, str) and (name == "credentials" or name.endswith("_credentials")):
            self.problems.add(node.id, "name", f"{name!r} is a reserved name: inputs cannot be called credentials.")
        if self.for_run and node.id in self.linked:
            for pin in sorted(self.linked[node.id]):
                self.problems.add(node.id, pin, "An input of the agent gets its value from outside; remove the link into it.")

    def _check_agent_node(self, node: Node) -> None:
        graph_id, version = node.input_default.get("graph_id"), node.input_default.get("graph_version")
        if not isinstance(graph_id, str) or not graph_id:
            self.problems.add(node.id, "graph_id", "It is not said which agent this node calls.")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            self.problems.add(node.id, "graph_version", "It is not said which version of the agent this node calls.")

    def _check_dependencies(self, node: Node, pins: NodePins, pin: str, schema: dict[str, Any]) -> None:
        wanted = schema.get("depends_on") if self.for_run else None
        needs = [name for name in wanted if isinstance(name, str)] if isinstance(wanted, list) else []
        # A discriminator that is an object tells forms of one value apart and names no other pin.
        if isinstance(discriminator := schema.get("discriminator"), str):
            needs.append(discriminator)
        missing = [name for name in needs if name in pins.inputs and not self._is_set(node, pins, name, with_schema=True)]
        if missing and (pin in pins.required or self._is_set(node, pins, pin)):
            self.problems.add(node.id, pin, f"This needs {', '.join(missing)} to be set as well.")

    def _check_picked_file(self, node: Node, pin: str, value: Any) -> None:
        if value is None or (isinstance(value, dict) and "_credentials_id" in value):
            return
        what = "a file without the account it was picked with" if isinstance(value, dict) else "no picked file"
        self.problems.add(node.id, pin, f"This holds {what}. Pick the file again.")

    # --- values ---------------------------------------------------------------------------------------

    def _is_given(self, node: Node, pins: NodePins, pin: str) -> bool:
        """Whether a value is there or will come: null is none, as in the check before a node runs."""
        return self._is_linked_or_masked(node, pin) or any(
            value is not None for name, value in pins.defaults.items() if name == pin or sanitize_pin_name(name) == pin
        )

    def _is_set(self, node: Node, pins: NodePins, pin: str, *, with_schema: bool = False) -> bool:
        """Whether a value is there that says something: neither null nor blank text."""
        values = [pins.defaults.get(pin)]
        if with_schema and isinstance(schema := pins.inputs.get(pin), dict):
            values.append(schema.get("default"))
        return self._is_linked_or_masked(node, pin) or any(v.strip() if isinstance(v, str) else v is not None for v in values)

    def _is_linked_or_masked(self, node: Node, pin: str) -> bool:
        masked = self.masks.get(node.id, {})
        return pin in self.linked.get(node.id, ()) or any(sanitize_pin_name(name) == pin for name in masked)


def _lacks(pins: Mapping[str, Any], name: str) -> bool:
    return sanitize_pin_name(name) not in pins


def _missing(node_id: str) -> str:
    return f"the node {node_id[:80]!r}, which is not in the graph"
