"""Rows of runs as answers. Functions that take a connection run on a reading thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import apsw
import msgspec

from ..clock import iso
from ..db import load_sql
from ..engine import states
from ..engine.ids import MAX_SEQ, node_exec_id, node_key
from ..engine.plan import GraphPlan
from .types import ChildRun, FailedTry, GraphExecutionMeta, NodeExecutionResult

sql = load_sql(__file__, "store.sql")
decode = msgspec.json.Decoder().decode
_decode_inputs = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_NULL = msgspec.Raw(b"null")
_decode_masks = msgspec.json.Decoder(dict[str, dict[str, msgspec.Raw]]).decode

MAX_NODES_SHOWN = 10_000
MAX_OUTPUTS_SHOWN = 10_000
MAX_CHILDREN_SHOWN = 1_000


def meta_fields(row: tuple) -> dict[str, Any]:
    """The fields of GraphExecutionMeta from a row of select_run, list_of_user or list_of_graph."""
    return {
        "id": row[1],
        "user_id": row[2],
        "graph_id": row[3],
        "graph_version": row[4],
        "preset_id": row[5],
        "status": row[6],
        "started_at": iso(row[7]),
        "ended_at": iso(row[8]),
        "stats": _raw(row[9]),
        "inputs": msgspec.Raw(row[10]),
        "credential_inputs": _raw(row[11]),
        "nodes_input_masks": _raw(row[12]),
        "is_dry_run": bool(row[13]),
        "created_at": iso(row[14]),
        "parent_id": row[15],
        "root_id": row[16],
        "number": row[17],
    }


def _raw(text: bytes | str | None) -> msgspec.Raw | None:
    return None if text is None else msgspec.Raw(text)


def meta_of(row: tuple) -> GraphExecutionMeta:
    return GraphExecutionMeta(**meta_fields(row))


def inputs_of(row: tuple, plan: GraphPlan | None) -> msgspec.Raw:
    """The inputs of a run; what a webhook brought stands among them as `payload` (semantics 10)."""
    started_by = [node.id for node in plan.starting if node.is_trigger] if plan is not None else []
    masks = _decode_masks(row[12]) if started_by and row[12] is not None else {}
    payload = next((masks[node_id]["payload"] for node_id in started_by if "payload" in masks.get(node_id, {})), None)
    if payload is None:
        return msgspec.Raw(row[10])
    return msgspec.Raw(msgspec.json.encode({"payload": payload, **_decode_inputs(row[10])}))


def read_nodes(
    connection: apsw.Connection, row: tuple, plan: GraphPlan | None, *, limit: int, after_seq: int | None
) -> list[NodeExecutionResult]:
    """Node executions of a run in order: the newest `limit`, or the first `limit` after one of them."""
    key = row[0]
    limit = max(0, min(limit, MAX_NODES_SHOWN))
    if after_seq is None:
        found = connection.execute(sql.newest_nodes, (node_key(key, 0), node_key(key, MAX_SEQ), limit)).fetchall()[::-1]
    else:
        first = node_key(key, min(max(after_seq, 0), MAX_SEQ)) + 1
        found = connection.execute(sql.next_nodes, (first, node_key(key, MAX_SEQ), limit)).fetchall()
    return [_node_result(connection, row, plan, node) for node in found]


def _node_result(connection: apsw.Connection, row: tuple, plan: GraphPlan | None, node: tuple) -> NodeExecutionResult:
    key, given, output = node[0], node[7], node[8]
    return NodeExecutionResult(
        **node_fields(row, plan, node),
        input_data=msgspec.Raw(given),
        output_data=_by_pin(decode(output) if output is not None else _many_outputs(connection, key)),
    )


def node_fields(row: tuple, plan: GraphPlan | None, node: tuple) -> dict[str, Any]:
    """The fields of NodeExecutionResult from a row of newest_nodes or next_nodes, without what went in and came out."""
    key, index, code, added_at, queued_us, started_us, ended_us, _, _, stats = node
    planned = plan.nodes[index] if plan is not None else None
    told = decode(stats) if stats is not None else {}
    return {
        "user_id": row[2],
        "graph_id": row[3],
        "graph_version": row[4],
        "graph_exec_id": row[1],
        "node_exec_id": node_exec_id(row[1], key & MAX_SEQ),
        "node_id": planned.id if planned else f"#{index}",
        "block_id": planned.block_id if planned else "",
        "status": states.STATUSES[code],
        "add_time": iso(added_at),
        "queue_time": _after(added_at, queued_us),
        "start_time": _after(added_at, started_us),
        "end_time": _after(added_at, ended_us),
        "cost": told.get("cost", 0),
        "tries": _failed_tries(told),
        "error_code": told.get("error_code"),
    }


def _failed_tries(stats: dict[str, Any]) -> list[FailedTry]:
    return [
        FailedTry(number=one["try"], error=one["error"], cost=one["cost"], failed_at=iso(one["failed_at"]))
        for one in stats.get("tries") or ()
    ]


def _after(added_at: int, offset_us: int | None) -> str | None:
    return None if offset_us is None else iso(added_at + offset_us)


def _many_outputs(connection: apsw.Connection, key: int) -> list[tuple[str, Any]]:
    rows = connection.execute(sql.outputs_of_node, (key, MAX_OUTPUTS_SHOWN)).fetchall()
    return [(pin, msgspec.Raw(value)) for pin, value in rows]


def _by_pin(pairs: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for pin, value in pairs:
        found.setdefault(pin, []).append(value)
    return found


def read_outputs(connection: apsw.Connection, row: tuple, plan: GraphPlan | None) -> dict[str, list[msgspec.Raw]]:
    """{name: [values]} of a run: what its Output nodes were given, in the order of queueing (semantics 10)."""
    return _by_pin([output_of(given) for (given,) in select_output_nodes(connection, row, plan, limit=MAX_OUTPUTS_SHOWN)])


def select_output_nodes(
    connection: apsw.Connection, row: tuple, plan: GraphPlan | None, *, limit: int, offset: int = 0
) -> Iterable[tuple[bytes]]:
    """What the Output nodes of a run were given, as JSON."""
    return select_inputs_of(connection, row[0], _output_nodes(plan), limit=limit, offset=offset)


def select_inputs_of(
    connection: apsw.Connection, key: int, nodes: list[int], *, limit: int, offset: int = 0
) -> Iterable[tuple[bytes]]:
    """What the nodes at these places of the graph were given in a run, as JSON, in the order of queueing."""
    return connection.execute(sql.output_nodes, (*_span(key, nodes), limit, offset)) if nodes else []


def count_output_nodes(connection: apsw.Connection, row: tuple, plan: GraphPlan | None) -> int:
    """How many outputs a run has."""
    nodes = _output_nodes(plan)
    return connection.execute(sql.count_output_nodes, _span(row[0], nodes)).fetchall()[0][0] if nodes else 0


def _output_nodes(plan: GraphPlan | None) -> list[int]:
    return [node.index for node in plan.nodes if node.is_output] if plan is not None else []


def _span(key: int, nodes: list[int]) -> tuple[int, int, str]:
    return node_key(key, 0), node_key(key, MAX_SEQ), msgspec.json.encode(nodes).decode()


def output_of(given: bytes) -> tuple[str, msgspec.Raw]:
    """The (name, value) that an Output node was given."""
    pins = _decode_inputs(given)
    name = decode(pins["name"]) if "name" in pins else None
    return str(name or ""), pins.get("value", _NULL)


def read_rows(connection: apsw.Connection, keys: list[int]) -> list[tuple]:
    """The rows of runs in the order of `keys`; deleted ones are left out."""
    found = (connection.execute(sql.select_run_of_key, (key,)).fetchall() for key in keys)
    return [rows[0] for rows in found if rows]


def read_children(connection: apsw.Connection, row: tuple) -> list[ChildRun]:
    """The runs that a run has started, oldest first."""
    found = connection.execute(sql.children_of, (row[0], MAX_CHILDREN_SHOWN)).fetchall()
    return [
        ChildRun(id=uuid, status=status, graph_id=graph_id, graph_version=version) for uuid, status, graph_id, version in found
    ]


def read_node_errors(connection: apsw.Connection, row: tuple, plan: GraphPlan | None) -> list[tuple[str, str]]:
    """[(node_id, message)] of the failed node executions of a run."""
    key = row[0]
    rows = connection.execute(sql.failed_nodes, (node_key(key, 0), node_key(key, MAX_SEQ), MAX_OUTPUTS_SHOWN)).fetchall()
    names = [node.id for node in plan.nodes] if plan is not None else []
    return [(names[i] if i < len(names) else f"#{i}", str(decode(stats or b"{}").get("error"))) for i, stats in rows]
