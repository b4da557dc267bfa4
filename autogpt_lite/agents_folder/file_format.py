"""An agent as a file that git likes: sorted keys, one value a line, and the same ids from version to version.

Every stored version has new ids for its nodes and links. A file has no ids of links, and keeps those of its nodes by an IdMap. Nodes
and links stay in the agent's order: it is the order in which they start.
"""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import msgspec

from ..engine.graph import AGENT_EXECUTOR_BLOCK_ID, Graph, Link, Node
from ..graphs.agent_file import parse_agent_file

MAX_SLUG = 60
_sorted_json = msgspec.json.Encoder(order="sorted").encode


def encode_agent(graph: Graph) -> bytes:
    """The bytes of the file; the same graph gives the same bytes. Secrets have to be out of it already."""
    content = {**_fields(graph), "sub_graphs": [{**_fields(sub), "version": sub.version} for sub in graph.sub_graphs]}
    return msgspec.json.format(_sorted_json(content), indent=2) + b"\n"


def normalized(data: bytes) -> bytes:
    """The bytes that encode_agent gives for the agent in a file. Raises InvalidInputError."""
    return encode_agent(parse_agent_file(data))


def _fields(graph: Graph) -> dict[str, Any]:
    fields = {
        "id": graph.id,
        "name": graph.name,
        "description": graph.description,
        "instructions": graph.instructions,
        "recommended_schedule_cron": graph.recommended_schedule_cron,
        "forked_from_id": graph.forked_from_id,
        "forked_from_version": graph.forked_from_version,
    }
    given = {name: value for name, value in fields.items() if value is not None}
    return {**given, "nodes": [_node(node) for node in graph.nodes], "links": [_link(link) for link in graph.links]}


def _node(node: Node) -> dict[str, Any]:
    # Whose agent it is says the library that it is read into.
    given = {name: value for name, value in node.input_default.items() if name != "user_id" or not _is_agent(node)}
    return {"id": node.id, "block_id": node.block_id, "input_default": given, "metadata": node.metadata}


def _link(link: Link) -> dict[str, Any]:
    ends = {name: getattr(link, name) for name in ("source_id", "source_name", "sink_id", "sink_name")}
    return {**ends, "is_static": True} if link.is_static else ends


def _is_agent(node: Node) -> bool:
    return node.block_id == AGENT_EXECUTOR_BLOCK_ID


def renamed_ids(graph: Graph, ids: Mapping[str, str]) -> Graph:
    """A copy of a graph and its sub-graphs in which every id of a graph or node is ids[id], where that is given."""
    made = copy.copy(graph)
    made.id = ids.get(graph.id, graph.id)
    made.nodes = [_renamed_node(node, ids) for node in graph.nodes]
    made.links = [_renamed_link(link, ids) for link in graph.links]
    made.sub_graphs = [renamed_ids(sub, ids) for sub in graph.sub_graphs]
    return made


def _renamed_node(node: Node, ids: Mapping[str, str]) -> Node:
    given = node.input_default
    if _is_agent(node):
        given = dict(given)
        if isinstance(graph_id := given.get("graph_id"), str):
            given["graph_id"] = ids.get(graph_id, graph_id)
        if isinstance(masks := given.get("nodes_input_masks"), dict):
            given["nodes_input_masks"] = {ids.get(node_id, node_id): mask for node_id, mask in masks.items()}
    return msgspec.structs.replace(node, id=ids.get(node.id, node.id), input_default=given)


def _renamed_link(link: Link, ids: Mapping[str, str]) -> Link:
    ends = {"source_id": ids.get(link.source_id, link.source_id), "sink_id": ids.get(link.sink_id, link.sink_id)}
    return msgspec.structs.replace(link, **ends)


def file_name_of(agent_name: str, file_id: str) -> str:
    """`daily-report-3f9c2d10.json`: readable, and safe on every system."""
    plain = unicodedata.normalize("NFKD", agent_name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG].rstrip("-")
    return f"{slug or 'agent'}{_ending(file_id)}"


def is_name_of_ours(file_name: str, file_id: str) -> bool:
    """Whether the file's name follows the agent's; one that a person chose stays."""
    return file_name.endswith(_ending(file_id))


def _ending(file_id: str) -> str:
    return f"-{re.sub(r'[^A-Za-z0-9]', '', file_id)[:8].lower() or 'x'}.json"


def with_secrets_of(stored: Any, shared: Any, given: Any) -> Any:
    """`given`, JSON of a file, with the secrets of what is stored. `shared` is the stored value without its secrets: what is in
    `stored` only was never in the file, so its absence there does not mean that somebody has deleted it."""
    if given == shared:
        return stored
    if isinstance(stored, dict) and isinstance(shared, dict) and isinstance(given, dict):
        hidden = {key: value for key, value in stored.items() if key not in shared and key not in given}
        known = stored.keys() & shared.keys()
        return {
            key: with_secrets_of(stored[key], shared[key], value) if key in known else value for key, value in given.items()
        } | hidden
    lists = [value for value in (stored, shared, given) if isinstance(value, list)]
    if len(lists) == 3 and len(stored) == len(shared) == len(given):
        return [with_secrets_of(*three) for three in zip(stored, shared, given, strict=True)]
    return given
