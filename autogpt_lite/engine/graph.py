"""A graph as the engine reads it: nodes, links, and the graphs that its nodes call. Plain data, made by graphs/."""

from __future__ import annotations

from typing import Any

import msgspec

AGENT_EXECUTOR_BLOCK_ID = "e189baac-8c20-45a1-94a7-55177ea42565"


class Link(msgspec.Struct, kw_only=True):
    """From a pin of one node to a pin of another. `is_static`: a later run of the sink takes the latest value again."""

    id: str
    source_id: str
    sink_id: str
    source_name: str
    sink_name: str
    is_static: bool = False


class Node(msgspec.Struct, kw_only=True):
    """One use of a block. `input_default` holds the values that no link brings, `metadata` what is said about the node itself."""

    id: str
    block_id: str
    input_default: dict[str, Any] = {}
    metadata: dict[str, Any] = {}

    @property
    def are_credentials_optional(self) -> bool:
        """Whether the node is left out of a run, instead of the run being refused, when its credentials are missing."""
        return bool(self.metadata.get("credentials_optional"))

    @property
    def is_disabled(self) -> bool:
        """Whether the node is switched off: no run executes it (see switched_off.py). AutoGPT does not know this and runs it."""
        return self.metadata.get("disabled") is True


class Graph(msgspec.Struct, kw_only=True):
    """One version of a graph; a stored version never changes, except for `is_active`.

    `sub_graphs` are all graphs that its nodes call, and those that these call, as a flat list; each has none of its own.
    `created_at` is microseconds since 1970, UTC.
    """

    id: str
    version: int = 1
    is_active: bool = True
    name: str = ""
    description: str = ""
    instructions: str | None = None
    recommended_schedule_cron: str | None = None
    forked_from_id: str | None = None
    forked_from_version: int | None = None
    nodes: list[Node] = []
    links: list[Link] = []
    sub_graphs: list[Graph] = []
    user_id: str = ""
    created_at: int = 0
    note: str = ""
    """What a person said about this version."""

    def links_into(self) -> dict[str, list[Link]]:
        """{node id: the links that end there}, in stored order; nodes without one are absent."""
        found: dict[str, list[Link]] = {}
        for link in self.links:
            found.setdefault(link.sink_id, []).append(link)
        return found

    def links_out_of(self) -> dict[str, list[Link]]:
        """{node id: the links that begin there}, in stored order; nodes without one are absent."""
        found: dict[str, list[Link]] = {}
        for link in self.links:
            found.setdefault(link.source_id, []).append(link)
        return found


def agent_nodes(graph: Graph) -> list[Node]:
    """The nodes that call another agent."""
    return [node for node in graph.nodes if node.block_id == AGENT_EXECUTOR_BLOCK_ID]


def called_graph(node: Node) -> tuple[str, int] | None:
    """(graph id, version) that an agent node calls, None if it does not say."""
    graph_id, version = node.input_default.get("graph_id"), node.input_default.get("graph_version")
    return (graph_id, version) if isinstance(graph_id, str) and isinstance(version, int) else None
