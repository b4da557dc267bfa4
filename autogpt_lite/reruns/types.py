"""Running again: what is asked and what is answered."""

from __future__ import annotations

from typing import Any

import msgspec

from ..engine.limits import GivenLimits
from ..executions.types import PinnedOutputs
from ..graphs.types import Misfit
from ..prices.service import Bound
from ..schedules.types import RunFire
from ..triggers.types import RunDelivery


class RerunGraph(msgspec.Struct, kw_only=True):
    """`from_node` is where to begin (None: at the beginning); everything that it does not lead to keeps its recorded outputs.
    `inputs` replaces single inputs of the past run, `pinned_outputs` the outputs of single nodes. `limits` are those of
    the new run: the past one's do not hold for it. With `dry` nothing runs: the
    answer says what would.

    `graph_version` is the version to run, where it is not the one of the past run. It takes the inputs over by name, from the beginning
    (nodes have other ids in other versions); those that do not fit are told in `problems` and refuse the start, unless `leave_out` leaves
    them to the defaults of the agent."""

    from_node: str | None = None
    inputs: dict[str, Any] = {}
    pinned_outputs: PinnedOutputs = {}
    limits: GivenLimits | None = None
    dry: bool = False
    graph_version: int | None = None
    leave_out: bool = False


class RerunAnswer(msgspec.Struct, kw_only=True):
    """What runs again, and what it cost in the past run; `graph_exec_id` is the new run, null in a dry answer.

    `nodes` run again, `recorded_nodes` give their recorded outputs. `cost_credits` is what the executions of `nodes` cost in
    the past run, and the best guess of what they will."""

    graph_exec_id: str | None
    origin_id: str
    from_node: str | None
    graph_id: str
    graph_version: int
    nodes: list[str]
    recorded_nodes: list[str]
    cost_credits: int
    node_exec_count: int
    problems: list[Misfit] = []
    """Of the inputs, where it is another version."""
    at_most: Bound | None = None
    """The most that it can cost; in a dry answer only."""


class RerunOrigin(msgspec.Struct, kw_only=True):
    """Where a run comes from. `source` says who began it (user, builder, schedule, webhook, agent, rerun ...); `schedule` and
    `webhook` stay null where that history is over.."""

    source: str
    schedule: RunFire | None = None
    webhook: RunDelivery | None = None
    origin_id: str | None = None
    from_node: str | None = None
    repetitions: list[str] = []
    """The runs that repeat this one, oldest first."""
