"""Runs that wait in the database only: brought into memory when their turn comes.

One with a few nodes is read here and now, which takes 0.2 ms. One with thousands, put back in line by a person's answer or a restart,
takes 30 ms to read and to put together for every 10,000 nodes, 110 where their inputs are long [measured]: a reading thread does that
while everybody else is served.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import apsw

from . import states
from .core import Core
from .flush import sql
from .ids import MAX_SEQ, node_key
from .plan import GraphPlan
from .records import GraphExecution
from .recovery import read_run, restore_run, take_up

log = logging.getLogger(__name__)

MAX_NODES_AT_ONCE = 100
MAX_INPUT_BYTES_AT_ONCE = 200_000
"""What is larger is read aside."""


class QueuedRuns:
    """`give_up(key, why)` ends a run that cannot be brought back."""

    def __init__(self, core: Core, plan_of: Callable[[str, int], GraphPlan], give_up: Callable[[int, str], object]):
        self._core = core
        self._plan_of = plan_of
        self._give_up = give_up
        self._tasks: set[asyncio.Task] = set()

    def load(self, key: int) -> GraphExecution | asyncio.Task[GraphExecution | None] | None:
        """The run with this key, where it is still queued; for a large one a task that brings it."""
        first, last = node_key(key, 0), node_key(key, MAX_SEQ)
        row = self._core.db.point(sql.size_of_run, {"id": key, "first": first, "last": last})
        if row is None or row[0] != states.QUEUED:
            return None
        _, graph_id, version, input_bytes, last_node = row
        try:
            plan = self._plan_of(graph_id, version)
            if (last_node or first) - first > MAX_NODES_AT_ONCE or input_bytes > MAX_INPUT_BYTES_AT_ONCE:
                return self._load_aside(key, plan)
            return self._taken(self._read(self._core.db.loop_connection, key, plan))
        except Exception as error:
            self._refuse(key, error)
            return None

    def close(self) -> None:
        """Ends what is on its way; those runs stay queued on the disk."""
        for task in self._tasks:
            task.cancel()

    def _load_aside(self, key: int, plan: GraphPlan) -> asyncio.Task[GraphExecution | None]:
        task = asyncio.get_running_loop().create_task(self._read_aside(key, plan))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _read_aside(self, key: int, plan: GraphPlan) -> GraphExecution | None:
        try:
            run = await self._core.db.read_patiently(lambda connection: self._read(connection, key, plan))
            return self._taken(run) if run is not None and self._is_still_queued(run) else None
        except Exception as error:
            self._refuse(key, error)
            return None

    def _is_still_queued(self, run: GraphExecution) -> bool:
        # Asked again: who has stopped it meanwhile did not find it in memory, and who has resumed it since has brought it there.
        status = self._core.db.point(sql.status_of, (run.key,))
        return status == (states.QUEUED,) and run.id not in self._core.runs

    def _read(self, connection: apsw.Connection, key: int, plan: GraphPlan) -> GraphExecution | None:
        stored = read_run(connection, key, self._core.services.reviews)
        if stored is None or stored.run["status"] != states.QUEUED:
            return None
        return restore_run(self._core, stored, plan)

    def _taken(self, run: GraphExecution | None) -> GraphExecution | None:
        if run is not None:
            take_up(self._core, run)
        return run

    def _refuse(self, key: int, error: Exception) -> None:
        log.error("the queued run %d cannot be started", key, exc_info=error)
        self._give_up(key, f"The run could not be continued after a restart: {error}")
