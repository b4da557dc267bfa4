"""What a graph looks like on the way in (`GraphInput`) and on the way out (`GraphModel`), in AutoGPT's format.

In between it is an engine.graph.Graph. On the way in null counts as absent and unknown keys are ignored, so that files of other
versions load.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from ..engine.graph import Graph, Link, Node
from ..errors import InvalidInputError

MAX_VERSION = 2**31 - 1
MAX_NOTE_CHARS = 500

JsonObject = dict[str, Any]


def new_id() -> str:
    """A random UUID (version 4) as text, in less than half the time of uuid.uuid4(): a large graph takes 100,000 of them."""
    bits = os.urandom(16).hex()
    return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-{'89ab'[int(bits[16], 16) & 3]}{bits[17:20]}-{bits[20:]}"


# --- on the way in ------------------------------------------------------------------------------------


class LinkInput(msgspec.Struct, kw_only=True):
    """A link as a client sends it."""

    source_id: str
    sink_id: str
    source_name: str
    sink_name: str
    id: str | None = None
    is_static: bool | None = False

    def to_link(self) -> Link:
        return Link(
            id=self.id or new_id(),
            source_id=self.source_id,
            sink_id=self.sink_id,
            source_name=self.source_name,
            sink_name=self.sink_name,
            is_static=bool(self.is_static),
        )


class NodeInput(msgspec.Struct, kw_only=True):
    """A node as a client sends it. Its own link lists count only in a graph without `links`."""

    block_id: str
    id: str | None = None
    input_default: JsonObject | None = None
    metadata: JsonObject | None = None
    input_links: list[LinkInput] | None = None
    output_links: list[LinkInput] | None = None

    def to_node(self) -> Node:
        return Node(
            id=self.id or new_id(),
            block_id=self.block_id,
            input_default=self.input_default or {},
            metadata=self.metadata or {},
        )


class BaseGraphInput(msgspec.Struct, kw_only=True):
    """A sub-graph as a client sends it."""

    name: str
    description: str | None = None
    id: str | None = None
    version: int | None = 1
    is_active: bool | None = True
    instructions: str | None = None
    recommended_schedule_cron: str | None = None
    forked_from_id: str | None = None
    forked_from_version: int | None = None
    nodes: list[NodeInput] | None = None
    links: list[LinkInput] | None = None

    def to_graph(self) -> Graph:
        """The graph, without sub-graphs. Raises InvalidInputError for a version that is none."""
        return Graph(
            id=self.id or new_id(),
            version=_version(self.version, self.name) or 1,
            is_active=self.is_active is not False,
            name=self.name,
            description=self.description or "",
            instructions=self.instructions,
            recommended_schedule_cron=self.recommended_schedule_cron,
            forked_from_id=self.forked_from_id,
            forked_from_version=_version(self.forked_from_version, self.name),
            nodes=[node.to_node() for node in self.nodes or ()],
            links=[link.to_link() for link in (self._links_of_nodes() if self.links is None else self.links)],
        )

    def _links_of_nodes(self) -> list[LinkInput]:
        # Some exports have the links at the nodes only, where every one stands twice.
        found: dict[Any, LinkInput] = {}
        for node in self.nodes or ():
            for link in (*(node.input_links or ()), *(node.output_links or ())):
                found.setdefault(link.id or (link.source_id, link.source_name, link.sink_id, link.sink_name), link)
        return list(found.values())


class GraphInput(BaseGraphInput, kw_only=True):
    """A graph as a client sends it, with the graphs that it calls."""

    sub_graphs: list[BaseGraphInput] | None = None
    created_at: str | None = None
    note: Annotated[str, msgspec.Meta(max_length=MAX_NOTE_CHARS)] | None = None
    """What is new in this version, for its list of versions; our own."""

    def to_graph(self) -> Graph:
        graph = super().to_graph()
        graph.created_at = _time_us(self.created_at)
        graph.note = (self.note or "").strip()
        graph.sub_graphs = [sub.to_graph() for sub in self.sub_graphs or ()]
        return graph


def _time_us(text: str | None) -> int:
    """ISO 8601 as microseconds since 1970, UTC where it says nothing else; 0 for anything that is not a time."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return 0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0, round(at.timestamp() * 1_000_000))


def _version(version: int | None, name: str) -> int | None:
    if version is None or 0 < version <= MAX_VERSION:
        return version
    raise InvalidInputError(f"{version} is not a version of the graph {name[:80]!r}: versions begin with 1.")


class CreateGraph(msgspec.Struct, kw_only=True):
    """The body of POST /api/graphs. With `allow_missing_blocks` nodes of unknown blocks are kept instead of refused."""

    graph: GraphInput
    source: Literal["builder", "upload"] | None = None
    allow_missing_blocks: bool | None = False


class SetGraphActiveVersion(msgspec.Struct, kw_only=True):
    """The body of PUT /api/graphs/{graph_id}/versions/active."""

    active_graph_version: int


# --- on the way out -----------------------------------------------------------------------------------


class NodeModel(msgspec.Struct, kw_only=True):
    """A node of a sub-graph in an answer: with the links that end and begin at it."""

    id: str
    block_id: str
    input_default: JsonObject
    metadata: JsonObject
    input_links: list[Link]
    output_links: list[Link]


class GraphNodeModel(NodeModel, kw_only=True):
    """A node of a graph in an answer."""

    graph_id: str
    graph_version: int
    webhook_id: str | None = None
    webhook: JsonObject | None = None


class GraphTriggerInfo(msgspec.Struct, kw_only=True):
    """How the trigger of a graph is set up: the pins of its trigger node, and the one for credentials."""

    provider: str
    config_schema: JsonObject
    credentials_input_name: str | None


class BaseGraphModel(msgspec.Struct, kw_only=True):
    """A sub-graph in an answer."""

    id: str
    version: int
    is_active: bool
    name: str
    description: str
    instructions: str | None
    recommended_schedule_cron: str | None
    forked_from_id: str | None
    forked_from_version: int | None
    nodes: list[NodeModel]
    links: list[Link]
    input_schema: JsonObject
    output_schema: JsonObject
    has_external_trigger: bool
    has_human_in_the_loop: bool
    has_sensitive_action: bool
    trigger_setup_info: GraphTriggerInfo | None


class GraphModel(BaseGraphModel, kw_only=True):
    """A graph in an answer and in an agent file."""

    nodes: list[GraphNodeModel]
    sub_graphs: list[BaseGraphModel]
    user_id: str
    created_at: str
    credentials_input_schema: JsonObject
    has_webhook_trigger: bool
    note: str = ""
    """What a person said about this version; our own, and not in a file."""
    missing_blocks: list[str] = []
    """Ids of blocks that this server does not have; only our own clients know this field."""


class GraphName(msgspec.Struct, kw_only=True):
    """What a list of agents to choose from shows of one."""

    id: str
    name: str


class GraphPins(msgspec.Struct, kw_only=True):
    """A graph as a node that calls it needs it, without what is inside: a version and the pins that it has."""

    id: str
    version: int
    name: str
    description: str
    input_schema: JsonObject
    output_schema: JsonObject
    has_external_trigger: bool


class GraphFacts(msgspec.Struct, kw_only=True, frozen=True):
    """What others have to know of a version, without its nodes and links. It never changes."""

    name: str
    description: str
    instructions: str | None
    recommended_schedule_cron: str | None
    owner_id: str
    input_schema: JsonObject
    output_schema: JsonObject
    credentials_input_schema: JsonObject
    has_external_trigger: bool
    has_human_in_the_loop: bool
    has_sensitive_action: bool
    trigger_setup_info: GraphTriggerInfo | None


class ReportLine(msgspec.Struct, kw_only=True):
    """What one node would do. `graph_id` is set for a sub-agent that came with the agent."""

    title: str
    what: str
    node_id: str | None = None
    graph_id: str | None = None


class WaitingImport(msgspec.Struct):
    """An agent from a file that does not run before somebody has approved what it would do."""

    graph_id: str
    name: str
    imported_at: str


class ImportReport(msgspec.Struct, kw_only=True):
    """What an agent would do outside of itself, its sub-agents included. `needs_approval`: it came from a file, would do one of
    these things, and does not run before somebody has approved this; `content_hash` is what the approval is good for."""

    graph_id: str
    graph_version: int
    name: str
    needs_approval: bool = False
    content_hash: str | None = None
    hosts: list[ReportLine]
    credentials: list[ReportLine]
    code: list[ReportLine]
    files: list[ReportLine]
    actions: list[ReportLine]
    schedules: list[ReportLine]
    triggers: list[ReportLine]
    sub_agents: list[ReportLine]


class DeleteGraphResponse(msgspec.Struct, kw_only=True):
    """How many versions were deleted."""

    version_counts: int


class Misfit(msgspec.Struct, kw_only=True):
    """Why saved inputs do not fit a version of their agent. agent: the agent is not in the library; removed: the input (or group of
    credentials) is gone; required: an input that has to be given is new; changed: the value does not fit the input any more."""

    kind: Literal["agent", "removed", "required", "changed"]
    name: str
    message: str
