"""The running state in memory: one object a node execution, one a graph execution, one a tree."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

import msgspec

from ..events import DROPPED_OUTPUT, RunRef
from . import states
from .ids import node_exec_id, node_key
from .limits import Limits
from .plan import GraphPlan, NodePlan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from ..sdk.review import Review
    from .context import NodeContext


OUTPUT_BYTES = 300
"""What an output takes in memory besides its text: its place in the list, its event."""
KEPT_BYTES = 1_000_000
"""Outputs of one node execution that stay in memory after they were stored and passed on."""


class NodeExecution:
    """One execution of a node. It is also what events show (events.NodeView).

    `data` holds the values by linked pin until the execution is ready; then `input` is what the block gets and
    `input_json` what is stored. `outputs` is only ever appended to.
    """

    __slots__ = (
        "added_at",
        "charge",
        "context",
        "cost",
        "data",
        "ended_at",
        "error",
        "error_code",
        "failed_tries",
        "generator",
        "has_place",
        "input",
        "input_json",
        "input_unsaved",
        "is_dirty",
        "kept_bytes",
        "n_dropped",
        "n_propagated",
        "n_stored",
        "n_untaken",
        "next_try",
        "node",
        "outputs",
        "queued_at",
        "replayed",
        "review",
        "run",
        "seq",
        "started_at",
        "status",
        "stored_status",
        "task",
        "try_number",
    )

    def __init__(self, run: GraphExecution, node: NodePlan, seq: int, added_at: int):
        self.run = run
        self.node = node
        self.seq = seq
        self.status = states.INCOMPLETE
        self.stored_status: str | None = None
        self.data: dict[str, Any] | None = None
        self.input: Any = None
        self.input_json = b"{}"
        self.input_unsaved = True
        self.outputs: list[tuple[str, bytes]] = []
        self.n_propagated = 0
        self.n_stored = 0
        self.n_dropped = 0
        """Outputs that have left the memory; they are the first ones."""
        self.kept_bytes = 0
        """Of outputs that are stored in rows of their own and still in memory."""
        self.n_untaken = 0
        """Outputs that no link has taken: nothing else bounds their number."""
        self.try_number = 0
        self.failed_tries: list[dict[str, Any]] | None = None
        """What came of the tries before this one, as it is stored and shown: {try, error, cost, failed_at}."""
        self.added_at = added_at
        self.queued_at: int | None = None
        self.started_at: int | None = None
        self.ended_at: int | None = None
        self.is_dirty = False
        self.error: str | None = None
        self.error_code: str | None = None
        """Of the error that it failed with (errors.AutoGPTLiteError.code)."""
        self.cost: int = 0
        self.charge: int | None = None
        """Credits reserved for the current try, until it is settled."""
        self.context: NodeContext | None = None
        """Of the current try, once its block has started: what it has reported of its costs."""
        self.has_place = False
        """Whether it stands in GraphExecution.active."""
        self.replayed = 0
        """Outputs that a replay or another try will yield once more: they are not emitted again."""
        self.review: Review | None = None
        """What a person said to it, where one was asked."""
        self.generator: Iterator | AsyncIterator | None = None
        self.task: asyncio.Task | None = None
        self.next_try: asyncio.TimerHandle | None = None
        """Set while it waits for its next try."""

    def drop_outputs(self, n_done: int) -> None:
        """Forgets the oldest of the first `n_done` outputs, which are stored, told and passed on: a producer may yield for days.
        The newest ones stay for clients that look on."""
        outputs, at = self.outputs, self.n_dropped
        while self.kept_bytes > KEPT_BYTES and at < n_done:
            self.kept_bytes -= len(outputs[at][1]) + OUTPUT_BYTES
            outputs[at] = DROPPED_OUTPUT
            at += 1
        self.n_dropped = at

    @property
    def key(self) -> int:
        return node_key(self.run.key, self.seq)

    @property
    def node_exec_id(self) -> str:
        return node_exec_id(self.run.id, self.seq)

    @property
    def node_id(self) -> str:
        return self.node.id

    @property
    def block_id(self) -> str:
        return self.node.block_id


class RunStats(msgspec.Struct):
    """What a run used: credits, seconds, counts. The field names are AutoGPT's."""

    cost: int = 0
    duration: float = 0.0
    duration_cpu_only: float = 0.0
    node_exec_time: float = 0.0
    node_exec_time_cpu_only: float = 0.0
    node_exec_count: int = 0
    node_error_count: int = 0
    error: str | None = None
    error_code: str | None = None
    """Ours: what kind of reason `error` is (errors.AutoGPTLiteError.code)."""
    activity_status: str | None = None
    correctness_score: float | None = None


class TreeState:
    """What all runs of one execution tree share: its limits, their counters, and the stop."""

    __slots__ = (
        "clock",
        "clock_began",
        "credits",
        "has_rested",
        "is_stopped",
        "limits",
        "max_node_executions",
        "node_executions",
        "ran_s",
        "runs",
    )

    def __init__(self, limits: Limits):
        self.limits = limits
        self.max_node_executions = limits.max_node_executions
        self.node_executions = 0
        self.credits = 0
        """What has been spent, and what is reserved for the nodes that are running."""
        self.ran_s = 0.0
        """Seconds that were worked on it before the clock began."""
        self.clock: asyncio.TimerHandle | None = None
        """Ends the tree when limits.max_run_s are over; None while it waits for a person."""
        self.clock_began = 0.0
        self.is_stopped = False
        self.has_rested = False
        """Whether a sub-agent has ever waited for a person: then it is worth a look whether anything still moves."""
        self.runs: dict[str, GraphExecution] = {}


class GraphExecution:
    """One run in memory, from its admission until its end is committed."""

    __slots__ = (
        "active",
        "auto_approved",
        "child_key",
        "created_at",
        "depth",
        "ended",
        "ended_at",
        "executions",
        "first_own_seq",
        "id",
        "in_review",
        "inputs",
        "is_dirty",
        "is_listed",
        "key",
        "lacking",
        "latest_inputs",
        "masks",
        "n_open",
        "n_rests",
        "next_seq",
        "nodes_to_skip",
        "on_output",
        "outputs",
        "outputs_bytes",
        "parent",
        "pending",
        "pinned_counts",
        "pinned_outputs",
        "plan",
        "priority",
        "progressed_at",
        "ready",
        "ref",
        "started_at",
        "stats",
        "stats_changed",
        "status",
        "stored_status",
        "tree",
        "user_id",
    )

    def __init__(self, key: int, plan: GraphPlan, ref: RunRef, tree: TreeState, *, created_at: int):
        self.key = key
        self.id = ref.graph_exec_id
        self.plan = plan
        self.ref = ref
        self.tree = tree
        self.user_id = ref.user_id
        self.created_at = created_at
        self.progressed_at = created_at
        """When one of its node executions was last saved: a run that does not get on is told by it."""
        self.status = states.QUEUED
        self.stored_status: str | None = None
        self.started_at: int | None = None
        self.ended_at: int | None = None
        self.stats = RunStats()
        self.stats_changed = False
        """Whether its stats will be told with the next flush (Core.note_stats)."""
        self.is_dirty = False
        self.parent: NodeExecution | None = None
        self.child_key: str | None = None
        self.depth = 0
        self.priority = 5
        self.ready: deque[NodeExecution] = deque()
        self.is_listed = False
        """Whether the run stands in Core.ready."""
        self.inputs: dict[str, Any] = {}
        self.masks: dict[str, dict[str, Any]] = {}
        self.pinned_outputs: dict[str, list[list[tuple[str, Any]]]] = {}
        self.pinned_counts: dict[int, int] = {}
        self.nodes_to_skip: frozenset[str] = frozenset()
        self.next_seq = 1
        self.first_own_seq = 0
        """Node executions below it began in an earlier process."""
        self.n_open = 0
        """Node executions that are queued, running, or hold outputs back: the run ends when none is left."""
        self.in_review: dict[int, NodeExecution] = {}
        """Those that wait for a person, by seq; they are not counted as open."""
        self.auto_approved: set[str] = set()
        """Nodes that a person has approved for the rest of the run."""
        self.n_rests = 0
        """How often it has come to REVIEW."""
        self.executions: dict[int, NodeExecution] = {}
        """The unfinished ones by seq; what is finished lives in the database only."""
        self.pending: dict[int, dict[int, NodeExecution]] = {}
        """{node index: {seq: INCOMPLETE execution}}, oldest first."""
        self.lacking: dict[tuple[int, str], deque[NodeExecution]] = {}
        """{(node index, pin): executions that may still lack the pin}, oldest first; entries are dropped lazily."""
        self.latest_inputs: dict[int, dict[str, Any]] = {}
        """{node index: resolved input of the newest execution}, for nodes with static pins."""
        self.active: dict[int, deque[NodeExecution]] = {}
        """{node index: started executions in order}: only the first one's outputs are passed on."""
        self.outputs: list[tuple[str, bytes]] = []
        self.outputs_bytes = 0
        self.on_output: Any = None
        """For a child: called with (name, value) when an Output node has ended."""
        self.ended: asyncio.Future | None = None
        """Set when the end is committed, where somebody waits for it."""


def root_of(run: GraphExecution) -> GraphExecution:
    """The root of the run's tree; a root is its own."""
    while run.parent is not None:
        run = run.parent.run
    return run
