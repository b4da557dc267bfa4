"""What a past run recorded, and which of its nodes a node leads to. Pure, except for the reading."""

from __future__ import annotations

from typing import Any

import apsw
import msgspec

from ..db import load_sql
from ..engine.ids import MAX_SEQ, node_key
from ..engine.plan import GraphPlan

sql = load_sql(__file__, "store.sql")
decode = msgspec.json.Decoder().decode

MAX_RECORD_BYTES = 32_000_000

Recorded = dict[int, list[list[tuple[str, Any]]]]
"""{position of a node: the outputs of its first execution, of its second, ...}"""


class RunRecord(msgspec.Struct):
    """`costs` in credits and `counts` of executions by node; `outputs` by node, None where they are more than a new run may take
    along."""

    costs: dict[int, int]
    counts: dict[int, int]
    outputs: Recorded | None


def read_record(connection: apsw.Connection, key: int, *, with_outputs: bool) -> RunRecord:
    """What the ended node executions of a run cost, and what they yielded, where that is asked for."""
    span = (node_key(key, 0), node_key(key, MAX_SEQ))
    sums = connection.execute(sql.sums_by_node, span).fetchall()
    outputs = _read_outputs(connection, span) if with_outputs else {}
    return RunRecord({node: cost for node, _, cost in sums}, {node: count for node, count, _ in sums}, outputs)


def _read_outputs(connection: apsw.Connection, span: tuple[int, int]) -> Recorded | None:
    found: Recorded = {}
    left_bytes = MAX_RECORD_BYTES
    for node_exec_key, node, output in connection.execute(sql.recorded_nodes, span):
        yielded: list[tuple[str, Any]] = []
        found.setdefault(node, []).append(yielded)
        if output is not None:
            left_bytes -= len(output)
            yielded += map(tuple, decode(output))
        else:
            for pin, value in connection.execute(sql.recorded_outputs, (node_exec_key,)):
                if (left_bytes := left_bytes - len(value)) < 0:
                    return None
                yielded.append((pin, decode(value)))
        if left_bytes < 0:
            return None
    return found


def nodes_from(plan: GraphPlan, node_id: str) -> set[int]:
    """The node and everything that it leads to, as positions; a cycle leads back to the node itself."""
    found: set[int] = set()
    waiting = [plan.nodes_by_id[node_id]]
    while waiting:
        node = waiting.pop()
        if node.index not in found:
            found.add(node.index)
            waiting.extend(link.sink for links in node.links.values() for link in links)
    return found
