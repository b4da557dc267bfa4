"""The agents that the crash test runs, and what each has to leave behind, however often the server dies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

INPUT_ID, OUTPUT_ID = "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b", "363ae599-353e-4804-937e-b2ee3cef3da4"
AGENT_ID, ASK_ID = "e189baac-8c20-45a1-94a7-55177ea42565", "8b2a7b3c-6e9d-4a5f-8c1b-2e3f4a5b6c7d"
_OWN = "5e1f7e57-0000-4000-8000-00000000000{}"
EFFECT_ID, FLAKY_ID, SPREAD_ID, COUNT_ID, SLEEP_ID = map(_OWN.format, range(1, 6))


class Expected(msgspec.Struct, frozen=True):
    """What one run leaves: for the input n the outputs n + offset in this order, and its own node executions, side effects,
    credits, sub-agents and reviews."""

    outputs: tuple[int, ...]
    nodes: int
    effects: int = 0
    credits: int = 0
    children: int = 0
    reviews: int = 0
    status: str = "COMPLETED"


EXPECTED = {
    "chain": Expected((3,), nodes=5, effects=3, credits=6),
    "fan_out": Expected(tuple(range(1, 7)), nodes=14, effects=6, credits=12),
    "level_3": Expected((1,), nodes=3, effects=1, credits=2),
    "level_2": Expected((2,), nodes=4, effects=1, credits=2, children=1),
    "nested": Expected((3,), nodes=4, effects=1, credits=2, children=1),
    "cycle": Expected((4,), nodes=11, effects=4, credits=8),
    "retry": Expected((1,), nodes=3, effects=3, credits=1),
    "review": Expected((1,), nodes=4, effects=1, credits=2, reviews=1),
    "nested_review": Expected((1,), nodes=3, children=1),
    "stop": Expected((), nodes=1, status="TERMINATED"),
}
STARTED = ("nested", "review", "chain", "fan_out", "stop", "cycle", "retry", "nested_review")
"""Those that are started by themselves; the others run as sub-agents of these."""

Saved = dict[str, str]
"""{kind: graph id}"""


def graph_of(kind: str, saved: Saved) -> dict[str, Any]:
    """The agent as the API takes it; sub-agents have to be saved before it."""
    nodes, links = _SHAPES[kind](saved)
    ends = {"in": _node(INPUT_ID, {"name": "n"}), "out": _node(OUTPUT_ID, {"name": "result"})}
    return {
        "name": f"selftest {kind}",
        "nodes": [{"id": node_id, **node} for node_id, node in {**ends, **nodes}.items()],
        "links": [_link(text) for text in links],
    }


def _node(block_id: str, defaults: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    return {"block_id": block_id, "input_default": defaults or {}, "metadata": metadata}


def _link(text: str) -> dict[str, str]:
    source, sink = (part.split(".") for part in text.split(" > "))
    return {"id": text, "source_id": source[0], "source_name": source[1], "sink_id": sink[0], "sink_name": sink[1]}


def _agent(graph_id: str) -> dict[str, Any]:
    def schema(name: str) -> dict[str, Any]:
        return {"type": "object", "properties": {name: {}}, "required": [name]}

    facts = {"user_id": "", "graph_id": graph_id, "graph_version": 1, "inputs": {}}
    return _node(AGENT_ID, {**facts, "input_schema": schema("n"), "output_schema": schema("result")})


Shape = tuple[dict[str, dict[str, Any]], list[str]]


def _line(*nodes: tuple[str, dict[str, Any], str, str]) -> Shape:
    """A line of nodes between the input and the output: (id, node, pin in, pin out)."""
    links, source = [], "in.result"
    for node_id, _, pin_in, pin_out in nodes:
        links.append(f"{source} > {node_id}.{pin_in}")
        source = f"{node_id}.{pin_out}"
    return {node_id: node for node_id, node, *_ in nodes}, [*links, f"{source} > out.value"]


def _effect(node_id: str) -> tuple[str, dict[str, Any], str, str]:
    return node_id, _node(EFFECT_ID), "value", "result"


def _sub_agent(graph_id: str) -> tuple[str, dict[str, Any], str, str]:
    return "agent", _agent(graph_id), "n", "result"


def _cycle(saved: Saved) -> Shape:
    nodes = {"count": _node(COUNT_ID), "e": _node(EFFECT_ID)}
    return nodes, ["in.result > count.value", "count.again > e.value", "e.result > count.value", "count.done > out.value"]


def _retry(saved: Saved) -> Shape:
    policy = {"attempts": 3, "wait_s": 0.005, "backoff": 1}
    return _line(("flaky", _node(FLAKY_ID, retry=policy), "value", "result"))


_SHAPES: dict[str, Callable[[Saved], Shape]] = {
    "chain": lambda saved: _line(_effect("e1"), _effect("e2"), _effect("e3")),
    "fan_out": lambda saved: _line(("spread", _node(SPREAD_ID), "value", "result"), _effect("e")),
    "level_3": lambda saved: _line(_effect("e")),
    "level_2": lambda saved: _line(_effect("e"), _sub_agent(saved["level_3"])),
    "nested": lambda saved: _line(_sub_agent(saved["level_2"]), _effect("e")),
    "cycle": _cycle,
    "retry": _retry,
    "review": lambda saved: _line(("ask", _node(ASK_ID, {"name": "Is it right?"}), "data", "approved_data"), _effect("e")),
    "nested_review": lambda saved: _line(_sub_agent(saved["review"])),
    "stop": lambda saved: _line(("sleep", _node(SLEEP_ID), "value", "result"), _effect("e")),
}
KINDS = tuple(_SHAPES)
"""In the order of saving: sub-agents come before those that call them."""
