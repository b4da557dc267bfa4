"""Runs as pages show them: whatever a run has yielded, the answer stays small. These functions run on a reading thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

import apsw
import msgspec

from ..engine.ids import MAX_SEQ, node_exec_id, node_key, parse_node_exec_id
from ..engine.plan import GraphPlan
from ..previews import HEAD_BYTES, WHOLE_BYTES, head_of, kind_of
from . import store
from .types import CutValue, NodePreview, PreviewQuery, RunPreview

MAX_NODES = 1_000
MAX_OUTPUTS = 1_000
"""Of one node execution, and of the run."""
MAX_ANSWER_BYTES = 2_000_000
"""Values beyond are shown with next to nothing of them."""
BRIEF_BYTES = 200
BRIEF_OUTPUTS = 3
MAX_READ_BYTES = 64_000_000
"""What is read of outputs for one answer; the rest is only counted."""

_decode_dict = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_pairs = msgspec.json.Decoder(list[tuple[str, msgspec.Raw]]).decode


class Cutter:
    """Cuts the values of one answer, harder once there are many."""

    def __init__(self, run_path: str):
        self._run_path = run_path
        self._left_bytes = MAX_ANSWER_BYTES
        self.left_to_read_bytes = MAX_READ_BYTES

    @property
    def is_brief(self) -> bool:
        return self._left_bytes <= 0

    def cut(self, value: msgspec.Raw, cuts: list[CutValue], pin: str, index: int | None, where: dict[str, Any]) -> msgspec.Raw:
        """The value, or its beginning, which is then noted in `cuts`."""
        raw = memoryview(value)
        whole_bytes, head_bytes = (BRIEF_BYTES, BRIEF_BYTES) if self.is_brief else (WHOLE_BYTES, HEAD_BYTES)
        self._left_bytes -= min(len(raw), head_bytes) + 20
        if len(raw) <= whole_bytes:
            return value
        address = f"{self._run_path}/value?{urlencode(where)}"
        head = bytes(raw[: head_bytes + 1])  # not all of it: it may be 50 MB
        cuts.append(CutValue(pin=pin, index=index, kind=kind_of(head), size_bytes=len(raw), address=address))
        return msgspec.Raw(head_of(head, head_bytes))

    def cut_inputs(self, inputs: dict[str, msgspec.Raw], where: dict[str, Any]) -> tuple[dict[str, msgspec.Raw], list[CutValue]]:
        """The inputs by name, and which of them are cut."""
        cuts: list[CutValue] = []
        return {name: self.cut(value, cuts, name, None, {**where, "input": name}) for name, value in inputs.items()}, cuts

    def cut_outputs(
        self, pairs: Iterable[tuple[str, msgspec.Raw]], where: dict[str, Any]
    ) -> tuple[dict[str, list[msgspec.Raw]], list[CutValue]]:
        """The outputs by pin, and which of them are cut. Takes no more of `pairs` than are shown."""
        found: dict[str, list[msgspec.Raw]] = {}
        cuts: list[CutValue] = []
        for ordinal, (pin, value) in enumerate(pairs):
            values = found.setdefault(pin, [])
            values.append(self.cut(value, cuts, pin, len(values), {**where, "output": ordinal}))
        return found, cuts


def path_of_run(row: tuple) -> str:
    return f"/api/graphs/{row[3]}/executions/{row[1]}"


def read_preview(connection: apsw.Connection, row: tuple, plan: GraphPlan | None, query: PreviewQuery) -> RunPreview:
    """The run, its outputs first: they are what the answer's room is for."""
    cutter = Cutter(path_of_run(row))
    outputs, output_cuts = cutter.cut_outputs(_run_outputs(connection, row, plan, cutter), {})
    shown, total = sum(map(len, outputs.values())), store.count_output_nodes(connection, row, plan)
    inputs, input_cuts = cutter.cut_inputs(_decode_dict(store.inputs_of(row, plan)), {})
    nodes = read_node_previews(connection, row, plan, cutter, query)
    fields = store.meta_fields(row)
    masks = fields["nodes_input_masks"]
    return RunPreview(
        **{
            **fields,
            "inputs": msgspec.Raw(msgspec.json.encode(inputs)),
            # What a webhook brought stands among the inputs already.
            "nodes_input_masks": masks if masks is not None and len(bytes(masks)) <= WHOLE_BYTES else None,
        },
        input_cuts=input_cuts,
        outputs=outputs,
        n_outputs=total if total > shown else None,
        output_cuts=output_cuts,
        node_executions=nodes,
        open_node_executions=_open_before(connection, row, plan, cutter, nodes) if len(nodes) >= query.node_limit > 0 else [],
        children=store.read_children(connection, row),
    )


def read_node_previews(
    connection: apsw.Connection, row: tuple, plan: GraphPlan | None, cutter: Cutter, query: PreviewQuery
) -> list[NodePreview]:
    """The newest node executions of a run, in order; the newest show the most."""
    key, before = row[0], query.before_seq
    last = MAX_SEQ if before is None else min(max(before, 1), MAX_SEQ + 1) - 1
    span = (node_key(key, 0), node_key(key, last), max(0, min(query.node_limit, MAX_NODES)))
    found = connection.execute(store.sql.newest_nodes, span).fetchall()
    return [_node_preview(connection, row, plan, cutter, node) for node in found][::-1]


def _open_before(
    connection: apsw.Connection, row: tuple, plan: GraphPlan | None, cutter: Cutter, nodes: list[NodePreview]
) -> list[NodePreview]:
    last = node_key(row[0], parse_node_exec_id(nodes[0].node_exec_id)[1]) - 1
    found = connection.execute(store.sql.open_nodes, (node_key(row[0], 0), last, MAX_NODES)).fetchall()
    return [_node_preview(connection, row, plan, cutter, node) for node in found]


def _node_preview(connection: apsw.Connection, row: tuple, plan: GraphPlan | None, cutter: Cutter, node: tuple) -> NodePreview:
    key, given, output = node[0], node[7], node[8]
    where = {"node_exec_id": node_exec_id(row[1], key & MAX_SEQ)}
    is_brief = cutter.is_brief
    most = BRIEF_OUTPUTS if is_brief else MAX_OUTPUTS
    inputs, input_cuts = cutter.cut_inputs(_decode_dict(given or b"{}"), where)
    pairs, n_outputs = _first_outputs(connection, key, output, cutter, most)
    outputs, output_cuts = cutter.cut_outputs(pairs, where)
    return NodePreview(
        **store.node_fields(row, plan, node),
        input_data=msgspec.Raw(msgspec.json.encode(inputs)),
        output_data=outputs,
        input_cuts=input_cuts,
        output_cuts=output_cuts,
        is_brief=is_brief,
        n_outputs=n_outputs if n_outputs > len(pairs) else None,
    )


def _first_outputs(
    connection: apsw.Connection, key: int, output: bytes | None, cutter: Cutter, most: int
) -> tuple[list[tuple[str, msgspec.Raw]], int]:
    """The first outputs of a node execution, and how many it has."""
    if output is not None:
        pairs = _decode_pairs(output)
        return pairs[:most], len(pairs)
    found = list(_some_outputs(connection, key, cutter, most))
    return found, connection.execute(store.sql.count_outputs_of_node, (key,)).fetchall()[0][0] if found else 0


def _some_outputs(connection: apsw.Connection, key: int, cutter: Cutter, most: int) -> Iterator[tuple[str, msgspec.Raw]]:
    for pin, value in connection.execute(store.sql.outputs_of_node, (key, most)):
        cutter.left_to_read_bytes -= len(value)
        if cutter.left_to_read_bytes < 0:
            return
        yield pin, msgspec.Raw(value)


def _run_outputs(
    connection: apsw.Connection, row: tuple, plan: GraphPlan | None, cutter: Cutter
) -> Iterator[tuple[str, msgspec.Raw]]:
    for (given,) in store.select_output_nodes(connection, row, plan, limit=MAX_OUTPUTS):
        cutter.left_to_read_bytes -= len(given)
        if cutter.left_to_read_bytes < 0:
            return
        yield store.output_of(given)
