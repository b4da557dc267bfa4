"""What a run will cost: what is asked and what is answered. 1 credit = 1 cent."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from ..engine.limits import GivenLimits
from ..graphs.types import GraphInput


class PriceRun(msgspec.Struct, kw_only=True):
    """Either `graph_id` with or without a version, or `graph`, a draft that is stored nowhere; both together are a draft of that agent.
    `given` is {node_id: [{pin: number of values}, ...]}, an entry for each execution, of the nodes that give recorded or pinned
    outputs instead of running."""

    graph_id: str | None = None
    graph_version: int | None = None
    graph: GraphInput | None = None
    given: dict[str, list[dict[str, Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]]]] = {}
    limits: GivenLimits | None = None


class NodePriceAnswer(msgspec.Struct, kw_only=True):
    """Credits of one node that may cost something: of one execution (null: by use), and of all at most (null: no bound)."""

    about_credits: int | None
    at_most_credits: int | None


class Bound(msgspec.Struct, kw_only=True):
    """The most that a run can cost. `at_most_by` says what bounds it: the price lists, a limit of the run, of the agent, or of the server
    (named only where it is lower than what the price lists allow). Null: nothing but `stops_at_credits`, where the server
    ends any run; `unknown` says why, [{node_id, title, why}]."""

    at_most_credits: int | None
    at_most_by: Literal["prices", "run", "agent", "server"] | None
    stops_at_credits: int
    unknown: list[UnknownPrice] = []


class UnknownPrice(msgspec.Struct, kw_only=True):
    """A node whose share has no bound, and why."""

    node_id: str
    title: str
    why: str


class RunPrice(Bound, kw_only=True):
    """`about_credits` is the mean of the last `runs` runs of the version, or what each node costs once (`about_by`); `by_use` are the
    nodes whose price depends on use alone, so that it may be more. `nodes` has those that may cost anything."""

    about_credits: int
    about_by: Literal["runs", "prices"]
    runs: int
    by_use: list[str]
    nodes: dict[str, NodePriceAnswer]
