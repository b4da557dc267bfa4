"""Which run goes next: a queue of root runs by priority with ageing, and a bounded number of places.

Sub-agents ride on their root's place, so nesting can never starve the pool. The runs of one agent of one user have a lane of their
own: what is more than the lane takes stands aside, so that one busy agent does not hold up the others.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Callable

from . import states
from .core import Core
from .graph_execution import start_clock, start_run, stop_clock
from .records import GraphExecution, root_of

log = logging.getLogger(__name__)

AGEING_US = 60_000_000
"""A step of priority is worth a minute of waiting, so nothing waits for ever."""
MAX_WAITING_IN_MEMORY = 500
MAX_PARKED = 1_000
"""Trees that may wait for a person without a place: they stay in memory. Further ones keep their places."""

LoadRun = Callable[[int], "GraphExecution | asyncio.Task[GraphExecution | None] | None"]
"""Loads a queued run by its key from the database (queued_runs.py); None if it is no longer queued."""


class Lane:
    """The runs of one agent of one user: how many are working, and what stands aside (a heap, like the queue)."""

    __slots__ = ("aside", "is_known", "max_running", "n_running", "name")

    def __init__(self, name: LaneName, max_running: int):
        self.name = name
        self.max_running = max_running
        self.is_known = False
        """Whether max_running has been looked up: a lane may begin with runs of which only the key is here."""
        self.n_running = 0
        self.aside: list[Entry] = []

    @property
    def is_full(self) -> bool:
        return self.n_running >= self.max_running


LaneName = tuple[str, str]
"""(user_id, graph_id)"""
Entry = tuple[int, int, LaneName, "GraphExecution | None"]
"""(when its turn comes, key, lane, the run where it is in memory)"""


class Dispatcher:
    """Holds what waits, starts what may. A run beyond MAX_WAITING_IN_MEMORY waits in the database only."""

    def __init__(self, core: Core, load_run: LoadRun):
        self._core = core
        self._load_run = load_run
        self._waiting: list[Entry] = []
        self._n_aside = 0
        self._lanes: dict[LaneName, Lane] = {}
        self._running: dict[str, Lane] = {}
        self._loading: dict[asyncio.Task, Lane] = {}
        """Runs that have a place and are still read."""
        self._parked: dict[str, list[GraphExecution]] = {}
        """{id of a root without a place: its sub-agents that could go on}"""

    @property
    def n_waiting(self) -> int:
        return len(self._waiting) + self._n_aside

    @property
    def n_aside(self) -> int:
        """How many of those that wait, wait for other runs of the same agent."""
        return self._n_aside

    @property
    def n_running(self) -> int:
        return len(self._running) + len(self._loading)

    def limit_of(self, user_id: str, graph_id: str) -> int | None:
        """How many runs of this agent may work at once, where as many do; None where that holds nothing back."""
        lane = self._lanes.get((user_id, graph_id))
        return lane.max_running if lane is not None and lane.is_full else None

    def submit(self, run: GraphExecution) -> None:
        """A root run that was admitted: starts it now, or lets it wait for a place."""
        if run.status != states.QUEUED:
            return  # it was stopped while it was written
        lane = self._lane_of(run, is_newest=True)
        if not self._waiting and self._has_place() and not lane.is_full:
            self._start(run, lane)
            return
        in_memory = self.n_waiting < MAX_WAITING_IN_MEMORY
        if not in_memory:
            self._core.runs.pop(run.id, None)
        heapq.heappush(self._waiting, (_turn(run.priority, run.created_at), run.key, lane.name, run if in_memory else None))
        self.fill()  # where its lane is full it has to stand aside, or it would hold up those behind it

    def enqueue(self, key: int, priority: int, created_at: int, user_id: str, graph_id: str) -> None:
        """Puts a queued run in line (its rows are in the database)."""
        heapq.heappush(self._waiting, (_turn(priority, created_at), key, (user_id, graph_id), None))

    def forget(self, key: int) -> None:
        """Takes a run that waits in the database only out of the line."""
        self._waiting = [entry for entry in self._waiting if entry[1] != key]
        heapq.heapify(self._waiting)
        for lane in self._lanes.values():
            kept = [entry for entry in lane.aside if entry[1] != key]
            if len(kept) < len(lane.aside):
                self._n_aside -= 1
                heapq.heapify(kept)
                lane.aside = kept

    def run_ended(self, run: GraphExecution) -> None:
        """Gives the run's place to the next."""
        self._parked.pop(run.id, None)
        self._leave_place(run)
        self.fill()

    def _leave_place(self, run: GraphExecution) -> None:
        lane = self._running.pop(run.id, None)
        if lane is not None:
            lane.n_running -= 1
            self._bring_back(lane)

    def park(self, root: GraphExecution) -> None:
        """Takes the place of a run of which nothing can move before a person answers."""
        if root.id in self._running and len(self._parked) < MAX_PARKED:
            self._leave_place(root)
            stop_clock(root)
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
            lane = self._lane_of(root)
            heapq.heappush(self._waiting, (_turn(root.priority, root.created_at), root.key, lane.name, root))
            self.fill()

    def _unpark(self, root: GraphExecution) -> None:
        self._take_place(root, self._lane_of(root))
        start_clock(self._core, root)
        for run in self._parked.pop(root.id):
            if run.status == states.QUEUED:
                start_run(self._core, run)

    def fill(self) -> None:
        """Starts waiting runs while there are places."""
        while self._waiting and self._has_place():
            entry = heapq.heappop(self._waiting)
            _, key, name, run = entry
            lane = self._lane(name)
            if lane.is_full:
                heapq.heappush(lane.aside, entry)
                self._n_aside += 1
                continue
            run = run or self._load_run(key)
            if isinstance(run, asyncio.Task):
                self._hold_place(run, lane)
            elif run is not None and run.id in self._parked:
                self._unpark(run)
            elif run is not None and run.status == states.QUEUED:
                self._start(run, self._lane_of(run))
            else:
                self._bring_back(lane)

    def _hold_place(self, loading: asyncio.Task, lane: Lane) -> None:
        lane.n_running += 1
        self._loading[loading] = lane
        loading.add_done_callback(self._loaded)

    def _loaded(self, loading: asyncio.Task) -> None:
        lane = self._loading.pop(loading)
        lane.n_running -= 1
        run = None if loading.cancelled() or self._core.is_closing else loading.result()
        if run is not None:
            self._start(run, self._lane_of(run))
        else:
            self._bring_back(lane)
        self.fill()

    def _bring_back(self, lane: Lane) -> None:
        """The next that stands aside, into the queue: there is room in the lane. A lane that nobody is in is forgotten."""
        if lane.aside:
            self._n_aside -= 1
            heapq.heappush(self._waiting, heapq.heappop(lane.aside))
        elif not lane.n_running:
            self._lanes.pop(lane.name, None)

    def _has_place(self) -> bool:
        return self.n_running < self._core.config.engine.workers and not self._core.is_closing

    def _lane_of(self, run: GraphExecution, *, is_newest: bool = False) -> Lane:
        """The run's lane, as wide as the newest run says: the agent's limit may have been changed."""
        lane = self._lane((run.user_id, run.plan.graph_id))
        if is_newest or not lane.is_known:
            lane.is_known = True
            if lane.max_running != run.tree.limits.max_running:
                lane.max_running = run.tree.limits.max_running
                while lane.aside:
                    self._bring_back(lane)
        return lane

    def _lane(self, name: LaneName) -> Lane:
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = Lane(name, self._core.limits.max_running)
        return lane

    def _start(self, run: GraphExecution, lane: Lane) -> None:
        self._take_place(run, lane)
        start_run(self._core, run)

    def adopt(self, run: GraphExecution) -> None:
        """A run that was RUNNING before a restart: it has its place already."""
        self._take_place(run, self._lane_of(run))

    def _take_place(self, run: GraphExecution, lane: Lane) -> None:
        lane.n_running += 1
        self._running[run.id] = lane
        self._core.runs[run.id] = run


def _turn(priority: int, created_at: int) -> int:
    return created_at + priority * AGEING_US
