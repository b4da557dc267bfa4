"""What a person gave to runs and got from them, for the search. These functions run on a reading thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import apsw
import msgspec

from ..engine.graph import Graph
from ..registry import Registry
from . import store
from .types import RunTexts

MAX_BYTES = 1_000_000
"""Of a run's outputs: one that yields 10,000 files is not read whole to know its first words."""


class TextNodes(NamedTuple):
    """Of a graph version: where its Output nodes stand, and the names of what it wants hidden."""

    outputs: list[int]
    hidden: frozenset[str]


def read_texts(
    connection: apsw.Connection,
    keys: list[int],
    find_graph: Callable[[apsw.Connection, str, int], Graph | None],
    registry: Registry,
) -> list[RunTexts]:
    """The texts of runs by their rows' keys, of whomever they are; deleted ones are left out."""

    # No plan: compiling one takes 2 ms for 100 nodes [measured], and would push those that run out of the engine's memory.
    @cache
    def nodes_of(graph_id: str, version: int) -> TextNodes | None:
        graph = find_graph(connection, graph_id, version)
        return None if graph is None else _text_nodes(graph, registry)

    return [_texts_of(connection, row, nodes_of(row[3], row[4])) for row in store.read_rows(connection, keys)]


def _text_nodes(graph: Graph, registry: Registry) -> TextNodes:
    outputs = [
        i
        for i, node in enumerate(graph.nodes)
        if (entry := registry.find(node.block_id)) is not None and entry.ui_type == "Output"
    ]
    hidden = {str(node.input_default.get("name") or "") for node in graph.nodes if node.input_default.get("secret")}
    return TextNodes(outputs, frozenset(hidden))


def _texts_of(connection: apsw.Connection, row: tuple, nodes: TextNodes | None) -> RunTexts:
    meta = store.meta_of(row)
    if nodes is None:  # an agent that is gone can no longer say what it wants hidden
        return RunTexts(row[0], meta, {}, {})
    outputs: dict[str, list[Any]] = {}
    for name, value in _first_outputs(connection, row[0], nodes.outputs):
        if name not in nodes.hidden:
            outputs.setdefault(name, []).append(store.decode(value))
    inputs = {name: value for name, value in store.decode(row[10]).items() if name not in nodes.hidden}
    return RunTexts(row[0], meta, inputs, outputs)


def _first_outputs(connection: apsw.Connection, key: int, nodes: list[int]) -> Iterator[tuple[str, msgspec.Raw]]:
    left_bytes = MAX_BYTES
    for (given,) in store.select_inputs_of(connection, key, nodes, limit=store.MAX_OUTPUTS_SHOWN):
        if left_bytes <= 0:
            return
        left_bytes -= len(given)
        yield store.output_of(given)
