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
    """`outputs` by node, `costs` in credits and `counts` of executions by node. `is_too_large` where the outputs are more than
    a new run may take along."""

    outputs: Recorded
    costs: dict[int, int]
    counts: dict[int, int]
    is_too_large: bool


def read_record(connection: apsw.Connection, key: int) -> RunRecord:
    """Everything that the ended node executions of a run yielded."""
    record = RunRecord({}, {}, {}, False)
    left = MAX_RECORD_BYTES
    for node_exec_key, node, output, stats in connection.execute(
        sql.recorded_nodes, (node_key(key, 0), node_key(key, MAX_SEQ))
    ).fetchall():
        left -= len(output or b"")
        yielded = decode(output) if output is not None else _many_outputs(connection, node_exec_key)
        if left < 0:
            record.is_too_large = True
            return record
        record.outputs.setdefault(node, []).append([tuple(pair) for pair in yielded])
        record.counts[node] = record.counts.get(node, 0) + 1
        record.costs[node] = record.costs.get(node, 0) + (decode(stats).get("cost", 0) if stats is not None else 0)
    return record


def _many_outputs(connection: apsw.Connection, node_exec_key: int) -> list[tuple[str, Any]]:
    rows = connection.execute(sql.recorded_outputs, (node_exec_key,)).fetchall()
    return [(pin, decode(value)) for pin, value in rows]


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
