"""How often each node of a graph runs at most, from its links and from how many values each block can give."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

from ..engine.plan import GraphPlan, NodePlan

Given = Mapping[str, list[dict[str, int]]]
"""{node id: for each of its executions {pin: how many values}} of the nodes that give recorded or pinned outputs instead of
running; the last one repeats."""
MostValues = Callable[[NodePlan, str], int | None]
"""How many values one execution of a node puts on a pin at most; None where nobody can know."""


def most_executions(plan: GraphPlan, given: Given, most_values: MostValues) -> list[int | None]:
    """By position of the node; None where it may be any number, as in and behind a cycle."""
    found: list[int | None] = [None] * len(plan.nodes)
    arrivals: list[dict[str, list[int | None]]] = [defaultdict(list) for _ in plan.nodes]
    links = [
        (node, pin, link) for node in plan.nodes for pin in node.links for link in node.links[pin] if _moves(given, node, pin)
    ]
    waits = Counter(link.sink.index for _, _, link in links)
    starting = {node.index for node in plan.starting}
    ready = [node for node in plan.nodes if not waits[node.index]]
    while ready:
        node = ready.pop()
        is_starting = node.index in starting
        runs = found[node.index] = 0 if node.is_note else _most_runs(node, arrivals[node.index], is_starting)
        for pin, links_of_pin in node.links.items():
            if not _moves(given, node, pin):
                continue
            moved = _given_values(given[node.id], pin, runs) if node.id in given else _times(runs, most_values, node, pin)
            for link in links_of_pin:
                arrivals[link.sink.index][link.sink_name].append(moved)
                waits[link.sink.index] -= 1
                if not waits[link.sink.index]:
                    ready.append(link.sink)
    return found


def _moves(given: Given, node: NodePlan, pin: str) -> bool:
    """Whether anything can come out there: what gives recorded outputs without that pin closes no circle."""
    return node.id not in given or any(values.get(pin) for values in given[node.id])


def _given_values(lists: list[dict[str, int]], pin: str, runs: int | None) -> int | None:
    if runs is None:
        return None
    repeated = max(0, runs - len(lists)) * lists[-1].get(pin, 0)
    return sum(values.get(pin, 0) for values in lists[:runs]) + repeated


def _most_runs(node: NodePlan, arrivals: Mapping[str, list[int | None]], is_starting: bool) -> int | None:
    """A pin that is not static gives each of its values to one execution, so the pin with the fewest decides."""
    pins = {pin: _sum(arrivals.get(pin, [])) for pin in node.linked_pins}
    moving = [count for pin, count in pins.items() if pin not in node.static_pins]
    known = [count for count in moving if count is not None]
    if is_starting or not moving:
        return _sum([int(is_starting), *pins.values()])
    return min(known) if known else None


def _sum(counts: list[int | None]) -> int | None:
    return None if None in counts else sum(counts)  # type: ignore[arg-type]


def _times(runs: int | None, most_values: MostValues, node: NodePlan, pin: str) -> int | None:
    if not runs:  # what does not run gives nothing, whatever its block can
        return runs
    values = most_values(node, pin)
    return None if values is None else runs * values
