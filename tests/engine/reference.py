"""A naive interpreter of graphs, written from the contract's text (semantics 2 to 5, 7, 10) and, for nodes that are switched off,
from docs/runs.md; from nothing else.

It keeps a list of node executions as a database would, looks through all of it each time, and runs one thing after the other.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Yields = list[tuple[str, Any]]


@dataclass
class Kind:
    """A block: its pins (required ones, those with a default, integer ones), run(inputs) -> (yields, error text or None), and the
    pairs of an input and an output of one type."""

    required: tuple[str, ...]
    defaults: dict[str, Any]
    run: Callable[[dict[str, Any]], tuple[Yields, str | None]]
    integers: tuple[str, ...] = ()
    ways: tuple[tuple[str, str], ...] = ()


@dataclass
class RefNode:
    id: str
    kind: Kind
    input_default: dict[str, Any]
    is_off: bool = False


@dataclass
class RefLink:
    source: str
    source_name: str
    sink: str
    sink_name: str
    is_static: bool = False


@dataclass
class Execution:
    node: RefNode
    data: dict[str, Any]
    status: str = "INCOMPLETE"
    input: dict[str, Any] = field(default_factory=dict)
    outputs: Yields = field(default_factory=list)
    queued: int = -1


class OverLimitError(Exception):
    """The run has reached its limit of node executions."""


class Reference:
    """Runs a graph: `executions` in the order of their creation, `status` of the run."""

    def __init__(self, nodes, links, *, masks=None, pinned=None, skipped=(), limit=10_000):
        self.nodes = {node.id: node for node in nodes}
        self.drawn = links
        self.links = self.links_that_carry(links)
        self.masks, self.pinned, self.skipped, self.limit = masks or {}, pinned or {}, set(skipped), limit
        self.executions: list[Execution] = []
        self.queue: list[Execution] = []
        self.n_queued = 0
        self.n_pinned: dict[str, int] = {}
        self.status = "COMPLETED"

    def run(self) -> Reference:
        try:
            for node in self.nodes.values():
                if not node.is_off and not any(link.sink == node.id for link in self.drawn):
                    execution = self.create(node, {})
                    self.try_queue(execution)
                    assert execution.status == "QUEUED", "a starting node has to be complete"
            while self.queue:
                self.execute(self.queue.pop(0))
        except OverLimitError:
            self.status = "FAILED"
        return self

    # --- nodes that are switched off ------------------------------------------------------------------

    def links_that_carry(self, links: list[RefLink]) -> list[RefLink]:
        found = []
        for link in links:
            source = self.origin(link, links, [])
            if source is not None and not self.nodes[link.sink].is_off:
                same = source is link
                found.append(
                    link if same else RefLink(source.source, source.source_name, link.sink, link.sink_name, source.is_static)
                )
        return found

    def origin(self, link: RefLink, links: list[RefLink], passed: list[str]) -> RefLink | None:
        """Where a link's value comes from, back through all nodes that are off."""
        node = self.nodes[link.source]
        if not node.is_off:
            return link
        into = [one for one in links if one.sink == node.id]
        out = {one.source_name for one in links if one.source == node.id and one.source_name != "error"}
        if node.id in passed or link.source_name == "error" or len(into) != 1 or len(out) != 1:
            return None
        if (into[0].sink_name, link.source_name) not in node.kind.ways:
            return None
        return self.origin(into[0], links, [*passed, node.id])

    def create(self, node: RefNode, data: dict[str, Any]) -> Execution:
        if len(self.executions) == self.limit:
            raise OverLimitError
        execution = Execution(node, data)
        self.executions.append(execution)
        return execution

    def pins_linked_of(self, node: RefNode) -> set[str]:
        return {link.sink_name for link in self.links if link.sink == node.id}

    # --- section 7 ------------------------------------------------------------------------------------

    def execute(self, execution: Execution) -> None:
        node = execution.node
        if node.id in self.skipped:
            execution.status = "COMPLETED"
            return
        yields, error = self.yields_of(node, execution.input)
        for pin, value in yields:
            self.give(execution, pin, value)
        if error is not None:
            self.give(execution, "error", error)
        execution.status = "FAILED" if error is not None else "COMPLETED"

    def yields_of(self, node: RefNode, given: dict[str, Any]) -> tuple[Yields, str | None]:
        if node.id in self.pinned:
            number = self.n_pinned.get(node.id, 0)
            self.n_pinned[node.id] = number + 1
            lists = self.pinned[node.id]
            return (lists[min(number, len(lists) - 1)] if lists else []), None
        inputs = {**node.kind.defaults, **{pin: value for pin, value in given.items() if value is not None}}
        return node.kind.run(copy.deepcopy(inputs))

    # --- section 3 ------------------------------------------------------------------------------------

    def give(self, execution: Execution, pin: str, value: Any) -> None:
        value = json.loads(json.dumps(value))
        execution.outputs.append((pin, value))
        for link in self.links:
            if link.source == execution.node.id:
                selected = select(link.source_name, pin, value)
                if selected is not None or link.source_name == pin:
                    self.deliver(link, copy.deepcopy(selected))

    def deliver(self, link: RefLink, value: Any) -> None:
        sink = self.nodes[link.sink]
        for execution in self.of(sink):
            if execution.status == "INCOMPLETE" and link.sink_name not in execution.data:
                execution.data[link.sink_name] = value
                break
        else:
            execution = self.create(sink, {link.sink_name: value})
        self.fill_static(execution, self.latest_input(sink))
        self.try_queue(execution)
        if execution.status == "QUEUED" and link.is_static:
            for other in self.of(sink):
                if other.status == "INCOMPLETE":
                    self.fill_static(other, execution.input)
                    self.try_queue(other)

    def of(self, node: RefNode) -> list[Execution]:
        return [execution for execution in self.executions if execution.node is node]

    def latest_input(self, node: RefNode) -> dict[str, Any] | None:
        queued = [execution for execution in self.of(node) if execution.status != "INCOMPLETE"]
        return max(queued, key=lambda execution: execution.queued).input if queued else None

    def fill_static(self, execution: Execution, latest: dict[str, Any] | None) -> None:
        for link in self.links:
            if link.sink == execution.node.id and link.is_static and latest is not None:
                execution.data.setdefault(link.sink_name, copy.deepcopy(latest.get(link.sink_name)))

    def try_queue(self, execution: Execution) -> None:
        resolved = self.validate(execution)
        if resolved is not None:
            execution.input, execution.status, execution.queued = resolved, "QUEUED", self.n_queued
            self.n_queued += 1
            self.queue.append(execution)

    # --- sections 4 and 6 -----------------------------------------------------------------------------

    def validate(self, execution: Execution) -> dict[str, Any] | None:
        node = execution.node
        data = {**execution.data, **copy.deepcopy(self.masks.get(node.id, {}))}
        if not self.pins_linked_of(node) <= data.keys():
            return None
        data = {**copy.deepcopy(node.input_default), **data}
        if node.id in self.pinned:
            return data
        for pin in node.kind.integers:
            if data.get(pin) is not None:
                data[pin] = to_int(data[pin])
        missing = [pin for pin in node.kind.required if data.get(pin) is None]
        return None if missing else data


def to_int(value: Any) -> int:
    if isinstance(value, (list, dict)):
        return len(value)
    try:
        return int(float(value))
    except (TypeError, ValueError):
        return 0


DELIMITER = re.compile(r"_([#$])_")


def select(source_name: str, pin: str, value: Any) -> Any:
    """What a link takes from a yield; None for nothing."""
    if source_name == pin:
        return value
    rest = source_name.removeprefix(pin)
    if rest == source_name or not rest.startswith(("_#_", "_$_")):
        return None
    _, *steps = DELIMITER.split(rest)
    for kind, token in zip(steps[::2], steps[1::2], strict=True):
        try:
            if kind == "#":
                value = value[token] if isinstance(value, dict) else None
            else:
                value = value[int(token)] if isinstance(value, list) else None
        except (KeyError, IndexError, ValueError):
            return None
    return value
