"""What an agent would do outside of itself: found in its nodes, without running anything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ..engine.credential_groups import credentials_needs
from ..engine.graph import Graph, Node, agent_nodes, called_graph
from ..registry import BlockEntry, Registry
from .types import ImportReport, ReportLine

MAX_LINES = 200
MAX_TEXT_CHARS = 200
ANY_HOST = "any address: it is decided while the agent runs"
ANY_COMMAND = "commands that are decided while the agent runs"
DEFAULT_OLLAMA_HOSTS = ("", "localhost:11434")

_encode_sorted = msgspec.json.Encoder(order="sorted").encode


def content_hash(graph: Graph) -> str:
    """The same for the same nodes, values and links, whatever their ids and places on the canvas are."""
    graphs = [graph, *graph.sub_graphs]
    names = {one.id: f"graph {index}" for index, one in enumerate(graphs)}
    content = [_content_of(one, names) for one in graphs]
    return hashlib.sha256(_encode_sorted(content)).hexdigest()


def _content_of(graph: Graph, names: dict[str, str]) -> list[Any]:
    places = {node.id: index for index, node in enumerate(graph.nodes)}
    # Who has approved a file with a node that is switched off has not approved what that node does.
    nodes = [
        [node.block_id, _with_names(node.input_default, names), *([False] if node.is_disabled else ())] for node in graph.nodes
    ]
    links = [[places.get(k.source_id), k.source_name, places.get(k.sink_id), k.sink_name, k.is_static] for k in graph.links]
    return [nodes, links]


def _with_names(values: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    called = values.get("graph_id")
    return {**values, "graph_id": names[called]} if isinstance(called, str) and called in names else values


def make_report(graph: Graph, registry: Registry) -> ImportReport:
    """The report of a graph with its sub-graphs. At most 200 lines of a kind."""
    lines: dict[str, list[ReportLine]] = {kind: [] for kind in KINDS}
    for kind, line in _lines_of(graph, registry):
        if len(lines[kind]) < MAX_LINES and line not in lines[kind]:
            lines[kind].append(line)
    return ImportReport(graph_id=graph.id, graph_version=graph.version, name=graph.name, **lines)


KINDS = ("hosts", "credentials", "code", "files", "actions", "schedules", "triggers", "sub_agents")


def is_risky(report: ImportReport) -> bool:
    """Whether somebody has to look before it runs: it reaches out, uses a secret, runs code, reads files, does what cannot be taken
    back, or calls agents that did not come with it. A schedule is only a proposal, and a trigger is set up by its user."""
    calls_others = any(line.graph_id is None for line in report.sub_agents)
    return bool(report.hosts or report.credentials or report.code or report.files or report.actions or calls_others)


def _lines_of(graph: Graph, registry: Registry) -> Iterator[tuple[str, ReportLine]]:
    graphs = [graph, *graph.sub_graphs]
    inside = {(one.id, one.version) for one in graphs}
    for need in credentials_needs(graph, registry):
        what = need.host or " or ".join(sorted(need.providers)) or need.unknown
        yield (
            "credentials",
            _line(need.node, registry.find(need.node.block_id), what if need.is_required else f"{what} (optional)"),
        )
    for one in graphs:
        if one.recommended_schedule_cron:
            yield "schedules", ReportLine(title=one.name[:MAX_TEXT_CHARS], what=one.recommended_schedule_cron[:MAX_TEXT_CHARS])
        linked = {(link.sink_id, link.sink_name.split("_", 1)[0]) for link in one.links}
        linked |= {(link.sink_id, link.sink_name) for link in one.links}
        for node in one.nodes:
            entry = registry.find(node.block_id)
            if entry is not None:
                yield from _lines_of_node(node, entry, linked)
        yield from _calls(one, inside, {sub.id: sub.name for sub in graphs})


def _calls(graph: Graph, inside: set[tuple[str, int]], names: dict[str, str]) -> Iterator[tuple[str, ReportLine]]:
    for node in agent_nodes(graph):
        if (target := called_graph(node)) is not None:
            came_along = target in inside
            what = names.get(target[0], "") if came_along else f"an agent that is here already: {target[0]}"
            yield "sub_agents", ReportLine(node_id=node.id, title="Agent", what=what, graph_id=target[0] if came_along else None)


def _lines_of_node(node: Node, entry: BlockEntry, linked: set[tuple[str, str]]) -> Iterator[tuple[str, ReportLine]]:
    block, values = entry.block, node.input_default
    if "network" in block.uses:
        is_fixed = (node.id, "url") not in linked
        yield "hosts", _line(node, entry, (_host_of(values.get("url")) if is_fixed else None) or ANY_HOST)
    if "code" in block.uses:
        yield from (("code", _line(node, entry, what)) for what in _code_of(node, linked))
    if str(values.get("ollama_host") or "").strip() not in DEFAULT_OLLAMA_HOSTS:
        yield "hosts", _line(node, entry, str(values["ollama_host"]))
    if block.webhook is not None:
        yield "triggers", _line(node, entry, str(block.webhook.get("provider", "")))
    if block.is_sensitive_action:
        yield "actions", _line(node, entry, entry.name)
    yield from _files_of(node, entry, linked)


def _code_of(node: Node, linked: set[tuple[str, str]]) -> Iterator[str]:
    """The language, and each command of the shell that comes before the code, word by word."""
    yield str(node.input_default.get("language", "python"))
    commands = node.input_default.get("setup_commands")
    yield from map(str, commands if isinstance(commands, list) else ())
    if (node.id, "setup_commands") in linked:
        yield ANY_COMMAND


def _files_of(node: Node, entry: BlockEntry, linked: set[tuple[str, str]]) -> Iterator[tuple[str, ReportLine]]:
    """Files are named by a pin that takes one. What the user gives at the start is the user's; a web address is a host as well."""
    for pin, schema in entry.input_schema["properties"].items():
        if not _takes_files(schema):
            continue
        given = node.input_default.get(pin)
        for reference in given if isinstance(given, list) else [given]:
            kind = reference.partition(":")[0].lower() if isinstance(reference, str) else ""
            if kind in ("http", "https"):
                yield "hosts", _line(node, entry, _host_of(reference) or ANY_HOST)
            elif kind == "workspace":
                yield "files", _line(node, entry, reference)
        if (node.id, pin) in linked and "network" not in entry.block.uses:
            yield "hosts", _line(node, entry, ANY_HOST)


def _takes_files(schema: dict[str, Any]) -> bool:
    options = [schema, schema.get("items") or {}, *(schema.get("anyOf") or ())]
    return any(isinstance(option, dict) and option.get("format") == "file" for option in options)


def _host_of(url: Any) -> str | None:
    if not isinstance(url, str) or not url:
        return None
    try:
        return urlsplit(url if "://" in url else f"https://{url}").netloc.rpartition("@")[2].lower() or None
    except ValueError:
        return None


def _line(node: Node, entry: BlockEntry | None, what: str) -> ReportLine:
    name = node.metadata.get("customized_name")
    title = name if isinstance(name, str) and name else entry.name if entry else ""
    return ReportLine(node_id=node.id, title=title[:MAX_TEXT_CHARS], what=what[:MAX_TEXT_CHARS])
