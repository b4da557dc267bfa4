"""What every part of the engine shares: the ready queue, the unsaved rows, the uncommitted events. Loop thread only."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import msgspec

from ..config import Config
from ..db import Database, Tx
from ..events import Event, EventBus, GraphExecutionEvent, NodeExecutionEvent
from ..registry import Registry
from ..sdk.credentials import Credentials
from . import states
from .graph import Graph
from .limits import AgentLimits, limits_of_config
from .records import GraphExecution, NodeExecution

if TYPE_CHECKING:
    import apsw

    from .reviews import StoredReviews
    from .threads import BlockThreads


MAX_READY = 2_000
"""Ready executions above which producers in tasks and threads wait."""
MAX_UNSAVED_BYTES = 4_000_000
"""Outputs that wait for the disk above which producers wait, too."""


class LedgerLike(Protocol):
    """What the engine needs of credits (credits/ledger.py)."""

    def reserve(self, tx: Tx, rows: list) -> None: ...
    def settle(self, tx: Tx, rows: list) -> None: ...
    def release(self, tx: Tx, first_key: int, last_key: int) -> None: ...
    def reopen(self, tx: Tx, first_key: int, last_key: int) -> None: ...


class BudgetsLike(Protocol):
    """What the engine needs of budgets (budgets/book.py): loop thread only, credits, and nothing to do for who has none."""

    def check_start(self, run: GraphExecution) -> None: ...
    def reserve(self, user_id: str, graph_id: str, credits: int, what: str) -> None: ...
    def keep(self, user_id: str, graph_id: str, credits: int) -> None: ...
    def settle(self, user_id: str, graph_id: str, reserved: int, cost: int) -> None: ...
    def check_reported(self, user_id: str, graph_id: str, more: int) -> None: ...


class LeaseLike(Protocol):
    """Credentials that were lent (credentials/access.py)."""

    credentials: Credentials

    def release(self) -> None: ...
    def mask_value(self, value: Any) -> Any: ...


class CredentialsLike(Protocol):
    """What the engine needs of credentials (credentials/access.py)."""

    async def acquire(
        self, user_id: str, ref: dict[str, Any], *, graph_exec_id: str, node_id: str, block_id: str
    ) -> LeaseLike: ...
    def mask(self, text: str) -> str: ...
    def remember_inputs(self, secrets: dict[str, Any]) -> None: ...


class SafeModes(NamedTuple):
    """Which nodes of an agent wait for a person: those that ask for it, and those with effects that cannot be taken back."""

    human_in_the_loop: bool = True
    sensitive_action: bool = False


class LibraryLike(Protocol):
    """What the engine needs of the library (library/service.py)."""

    def is_graph_in_user_library_tx(self, tx: Tx, graph_id: str, user_id: str, graph_version: int | None = None) -> bool: ...
    def limits_of(self, graph_id: str, user_id: str) -> AgentLimits | None: ...
    def allowed_hosts_of(self, graph_id: str, user_id: str) -> list[str] | None: ...
    def may_read(self, graph_id: str, user_id: str, graph_version: int) -> bool: ...
    def safe_modes(self, graph_id: str, user_id: str) -> SafeModes: ...


class ReviewsLike(Protocol):
    """What the engine needs of reviews (reviews/store.py)."""

    def open(self, tx: Tx, rows: list) -> None: ...
    def read(self, connection: apsw.Connection, graph_exec_key: int) -> StoredReviews: ...
    def decided_runs(self, tx: Tx) -> list[int]: ...
    def is_decided(self, tx: Tx, graph_exec_key: int) -> bool: ...


LoadGraph = Callable[[str, int], Graph]
"""(graph_id, version) -> the stored graph; raises NotFoundError."""


class Core:
    """The engine's state on the loop's thread, and the few ways to change it that all parts use."""

    def __init__(self, db: Database, registry: Registry, bus: EventBus, config: Config, services: EngineServices):
        self.db = db
        self.registry = registry
        self.bus = bus
        self.config = config
        self.services = services
        self.limits = limits_of_config(config.engine)
        self.ready: deque[GraphExecution] = deque()
        """Runs that have ready executions (GraphExecution.ready); each is listed once, and they take turns."""
        self.n_ready = 0
        self.runs: dict[str, GraphExecution] = {}
        """Every run in memory by its public id."""
        self.events: list[Event] = []
        self.dirty_nodes: list[NodeExecution] = []
        self.dirty_runs: list[GraphExecution] = []
        self.changed_stats: list[GraphExecution] = []
        self.reservations: list[tuple] = []
        self.settlements: list[tuple] = []
        self.new_reviews: list[tuple] = []
        self.unsaved_bytes = 0
        """Of outputs that wait for the next flush."""
        self.after_commit: list[Callable[[], None]] = []
        self.is_closing = False
        self.n_stored = 0
        """Node executions whose row was handed over to the database."""
        self.ended: Counter[str] = Counter()
        """{status: runs that ended so, sub-agents included}"""
        self.late_outputs = 0
        """Outputs that came after the end of their run and were dropped."""
        # Set by the engine, which builds the parts that use each other.
        self.wake: Callable[[], None]
        """Asks the pump for a slice."""
        self.run_child: Callable[..., AsyncIterator[tuple[str, Any]]]
        """children.run_child"""
        self.run_ended: Callable[[GraphExecution], None]
        """Gives the run's place to the next one."""
        self.look_for_rest: Callable[[GraphExecution], None]
        """Gives the place of the run's tree back where nothing in it can move before a person answers."""
        self.resume_run: Callable[[GraphExecution], None]
        """Dispatcher.resume"""
        self.threads: BlockThreads
        self.drained: asyncio.Event = asyncio.Event()
        """Set whenever the ready queue is short and little is unsaved: what a producer waits for (back-pressure)."""
        self.drained.set()

    def is_behind(self) -> bool:
        """Whether producers have to wait until the pump, or the disk, has caught up (back-pressure)."""
        return self.n_ready > MAX_READY or self.unsaved_bytes > MAX_UNSAVED_BYTES

    def touch(self, execution: NodeExecution) -> None:
        """The execution's row has to be saved with the next flush."""
        if not execution.is_dirty:
            execution.is_dirty = True
            self.dirty_nodes.append(execution)

    def touch_run(self, run: GraphExecution) -> None:
        """The run's row has to be saved with the next flush."""
        if not run.is_dirty:
            run.is_dirty = True
            self.dirty_runs.append(run)

    def tell_node(self, execution: NodeExecution) -> None:
        """An event of the execution as it is now, published after the flush that makes it true."""
        self.events.append(NodeExecutionEvent(execution.run.ref, execution, execution.status, len(execution.outputs)))

    def tell_run(self, run: GraphExecution) -> None:
        """An event of the run as it is now."""
        self.events.append(
            GraphExecutionEvent(run.ref, run.status, run.started_at, run.ended_at, run_stats(run), run.outputs, len(run.outputs))
        )

    def note_stats(self, run: GraphExecution) -> None:
        """The stats or outputs of the run have changed: told once a flush, not once a node."""
        if not run.stats_changed:
            run.stats_changed = True
            self.changed_stats.append(run)

    def tell_stats(self) -> None:
        """An event for each run that has changed since the last flush and goes on; an end is told on its own."""
        runs, self.changed_stats = self.changed_stats, []
        for run in runs:
            run.stats_changed = False
            if run.status == states.RUNNING:
                self.tell_run(run)

    def tell_review(self, event: str, user_id: str, graph_id: str, graph_exec_id: str, **more: Any) -> None:
        """Tells the open pages of the user: a review is `waiting`, `answered`, or `closed` (all of a run that ended first)."""
        ids = {"graph_id": graph_id, "graph_exec_id": graph_exec_id}
        self.bus.notify(user_id, {"type": "human_review", "event": event, **ids, **more})

    def push_ready(self, execution: NodeExecution) -> None:
        """The execution is the pump's to run, behind what is ready in its run already."""
        run = execution.run
        run.ready.append(execution)
        self.n_ready += 1
        if not run.is_listed:
            run.is_listed = True
            self.ready.append(run)
            self.wake()


class EngineServices:
    """The interfaces that app.py wires in; the engine knows no noun by name."""

    __slots__ = ("budgets", "credentials", "ledger", "library", "load_graph", "reviews", "timezone_of")

    def __init__(
        self,
        *,
        budgets: BudgetsLike,
        credentials: CredentialsLike,
        ledger: LedgerLike,
        library: LibraryLike,
        reviews: ReviewsLike,
        load_graph: LoadGraph,
        timezone_of: Callable[[str], str],
    ):
        self.budgets = budgets
        self.credentials = credentials
        self.ledger = ledger
        self.library = library
        self.reviews = reviews
        self.load_graph = load_graph
        self.timezone_of = timezone_of


def run_stats(run: GraphExecution) -> dict[str, Any]:
    """The stats as AutoGPT names them; with `error_code` where there is one."""
    stats = msgspec.structs.asdict(run.stats)
    if stats["error_code"] is None:
        del stats["error_code"]
    return stats
