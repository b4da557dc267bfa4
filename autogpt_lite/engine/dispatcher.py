"""Which run goes next: a queue of root runs by priority with ageing, and a bounded number of places.

Sub-agents ride on their root's place, so nesting can never starve the pool.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable

from . import states
from .core import Core
from .graph_execution import start_run
from .records import GraphExecution, root_of

log = logging.getLogger(__name__)

AGEING_US = 60_000_000
"""A step of priority is worth a minute of waiting, so nothing waits for ever."""
MAX_WAITING_IN_MEMORY = 500
MAX_PARKED = 1_000
"""Trees that may wait for a person without a place: they stay in memory. Further ones keep their places."""

LoadRun = Callable[[int], "GraphExecution | None"]
"""Loads a queued run by its key from the database; None if it is no longer queued."""


class Dispatcher:
    """Holds what waits, starts what may. A run beyond MAX_WAITING_IN_MEMORY waits in the database only."""

    def __init__(self, core: Core, load_run: LoadRun):
        self._core = core
        self._load_run = load_run
        self._waiting: list[tuple[int, int, GraphExecution | None]] = []
        self._running: set[str] = set()
        self._parked: dict[str, list[GraphExecution]] = {}
        """{id of a root without a place: its sub-agents that could go on}"""

    @property
    def n_waiting(self) -> int:
        return len(self._waiting)

    @property
    def n_running(self) -> int:
        return len(self._running)

    def submit(self, run: GraphExecution) -> None:
        """A root run that was admitted: starts it now, or lets it wait for a place."""
        if run.status != states.QUEUED:
            return  # it was stopped while it was written
        if not self._waiting and self._has_place():
            self._start(run)
            return
        in_memory = len(self._waiting) < MAX_WAITING_IN_MEMORY
        if not in_memory:
            self._core.runs.pop(run.id, None)
        self.enqueue(run.key, run.priority, run.created_at, run if in_memory else None)

    def enqueue(self, key: int, priority: int, created_at: int, run: GraphExecution | None = None) -> None:
        """Puts a queued run in line (its rows are in the database)."""
        heapq.heappush(self._waiting, (created_at + priority * AGEING_US, key, run))

    def forget(self, key: int) -> None:
        """Takes a run that waits in the database only out of the line."""
        self._waiting = [entry for entry in self._waiting if entry[1] != key]
        heapq.heapify(self._waiting)

    def run_ended(self, run: GraphExecution) -> None:
        """Gives the run's place to the next."""
        self._running.discard(run.id)
        self._parked.pop(run.id, None)
        self.fill()

    def park(self, root: GraphExecution) -> None:
        """Takes the place of a run of which nothing can move before a person answers."""
        if root.id in self._running and len(self._parked) < MAX_PARKED:
            self._running.discard(root.id)
            self._parked[root.id] = []
            self.fill()

    def resume(self, run: GraphExecution) -> None:
        """A run in memory that was answered: goes on in the place of its tree, or waits for one."""
        root = root_of(run)
        answered = self._parked.get(root.id)
        if answered is None:
            start_run(self._core, run)
            return
        answered.append(run)
        if len(answered) == 1:
            self.enqueue(root.key, root.priority, root.created_at, root)
            self.fill()

    def _unpark(self, root: GraphExecution) -> None:
        self._running.add(root.id)
        for run in self._parked.pop(root.id):
            if run.status == states.QUEUED:
                start_run(self._core, run)

    def fill(self) -> None:
        """Starts waiting runs while there are places."""
        while self._waiting and self._has_place():
            _, key, run = heapq.heappop(self._waiting)
            run = run or self._load_run(key)
            if run is not None and run.id in self._parked:
                self._unpark(run)
            elif run is not None and run.status == states.QUEUED:
                self._start(run)

    def _has_place(self) -> bool:
        return len(self._running) < self._core.config.engine.workers and not self._core.is_closing

    def _start(self, run: GraphExecution) -> None:
        self._running.add(run.id)
        self._core.runs[run.id] = run
        start_run(self._core, run)

    def adopt(self, run: GraphExecution) -> None:
        """A run that was RUNNING before a restart: it has its place already."""
        self._running.add(run.id)
        self._core.runs[run.id] = run
