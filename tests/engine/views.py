"""What a run left in the database, in words that tests can compare."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from autogpt_lite.engine import states
from autogpt_lite.engine.records import GraphExecution
from autogpt_lite.engine.recovery import StoredRun, read_run

from . import script_blocks

decode = msgspec.json.decode


class Stored(msgspec.Struct):
    """One node execution as stored; `outputs` is [(pin, value)], wherever they lie."""

    seq: int
    node_id: str
    status: str
    tries: int
    input: dict[str, Any]
    outputs: list[tuple[str, Any]]
    n_propagated: int
    stats: dict[str, Any] | None

    def values(self, pin: str) -> list[Any]:
        return [value for name, value in self.outputs if name == pin]


async def stored_nodes(harness: Any, run: Any) -> list[Stored]:
    """All node executions of the run, oldest first."""
    rows = await harness.engine.core.db.fetch_all(
        "SELECT id, node, status, try, input, output, n_propagated, stats FROM node_executions WHERE id >> 24 = ? ORDER BY id",
        (run.key,),
    )
    many = await harness.engine.core.db.fetch_all(
        "SELECT node_exec_id, pin, value FROM node_outputs WHERE node_exec_id >> 24 = ? ORDER BY node_exec_id, ordinal",
        (run.key,),
    )
    found = []
    for key, node, status, tries, given, output, n_propagated, stats in rows:
        outputs = [(pin, value) for pin, value in decode(output or b"[]")]
        outputs += [(pin, decode(value)) for owner, pin, value in many if owner == key]
        found.append(
            Stored(
                key & 0xFFFFFF,
                run.plan.nodes[node].id,
                states.STATUSES[status],
                tries,
                decode(given),
                outputs,
                n_propagated,
                decode(stats) if stats else None,
            )
        )
    return found


async def stored_of(harness: Any, run: Any, node_id: str) -> list[Stored]:
    """The executions of one node, oldest first."""
    return [row for row in await stored_nodes(harness, run) if row.node_id == node_id]


async def inputs_of(harness: Any, run: Any, node_id: str, status: str = "COMPLETED") -> list[dict[str, Any]]:
    """The inputs of the node's executions in that status."""
    return [row.input for row in await stored_of(harness, run, node_id) if row.status == status]


async def values_of(harness: Any, run: Any, node_id: str, pin: str) -> list[Any]:
    """What the node gave on the pin, execution by execution."""
    return [value for row in await stored_of(harness, run, node_id) for value in row.values(pin)]


async def rows_of(harness: Any, run: GraphExecution) -> StoredRun | None:
    """All rows of a run, as a restart reads them."""
    core = harness.engine.core
    return await core.db.read(lambda connection: read_run(connection, run.key, core.services.reviews))


async def stored_run(harness: Any, run: Any) -> dict[str, Any]:
    """The run's own row."""
    rows = await harness.engine.core.db.fetch_all(
        "SELECT status, started_at, ended_at, stats, parent_id, depth, child_key FROM graph_executions WHERE id = ?", (run.key,)
    )
    names = ("status", "started_at", "ended_at", "stats", "parent_id", "depth", "child_key")
    row = dict(zip(names, rows[0], strict=True))
    row["stats"] = decode(row["stats"]) if row["stats"] else None
    return row


async def children_of(harness: Any, run: Any) -> list[tuple[int, str, int]]:
    """[(key, status, depth)] of the runs that this run's nodes have begun."""
    return await harness.engine.core.db.fetch_all(
        "SELECT id, status, depth FROM graph_executions WHERE parent_id = ? ORDER BY id", (run.key,)
    )


async def until(harness: Any, is_true: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Waits for the first batch of events, or start of a block, after which the condition holds."""
    reached = asyncio.Event()

    def look(events: Any = None) -> None:
        if is_true():
            reached.set()

    unsubscribe = harness.engine.core.bus.subscribe(look)
    script_blocks.watchers.add(look)
    try:
        look()
        await asyncio.wait_for(reached.wait(), timeout_s)
    finally:
        unsubscribe()
        script_blocks.watchers.discard(look)
