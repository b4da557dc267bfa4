"""Requests and answers about graph executions, in AutoGPT's shapes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from ..engine.limits import GivenLimits
from ..previews import Kind

PinnedOutputs = dict[str, list[list[tuple[str, Any]]]]


class CredentialsMetaInput(msgspec.Struct, kw_only=True):
    """Which credentials to use for a group of pins; never the secret."""

    id: str
    provider: str
    type: str
    title: str | None = None


class ExecuteGraph(msgspec.Struct, kw_only=True):
    """The body of an execute call. `pinned_outputs` is {node_id: [[[pin, value], ...], ...]}: the n-th execution of the node
    yields the n-th list, the last one repeats; such a node needs neither its block nor credentials. `limits` are those of this run
    with everything that it starts; where the agent or the server has a tighter one, that one counts."""

    inputs: dict[str, Any] = {}
    credentials_inputs: dict[str, CredentialsMetaInput] = {}
    nodes_input_masks: dict[str, dict[str, Any]] = {}
    pinned_outputs: PinnedOutputs = {}
    limits: GivenLimits | None = None
    source: str | None = None
    dry_run: bool = False


class ExecuteQuery(msgspec.Struct, kw_only=True):
    preset_id: str | None = None


class ListAllQuery(msgspec.Struct, kw_only=True):
    """With `brief`, inputs of more than 2 kB are shown as `{}`: a list of 250 runs may hold 5 GB of them."""

    brief: bool = False


class ListQuery(ListAllQuery, kw_only=True):
    """With `page` the answer is {executions, pagination}, without it the plain list of the newest 250."""

    page: Annotated[int, msgspec.Meta(le=1_000_000)] | None = None
    page_size: int = 25


class NodesQuery(msgspec.Struct, kw_only=True):
    """Which node executions to show: at most `node_limit`, the newest first unless `after_seq` asks for those that follow it."""

    node_limit: int = 1000
    after_seq: int | None = None


class PreviewQuery(msgspec.Struct, kw_only=True):
    """Which node executions to show: the newest `node_limit` (at most 1,000), or the newest before number `before_seq`: the last six
    digits of a node execution's id, which are hexadecimal."""

    node_limit: int = 1000
    before_seq: int | None = None


class ValueQuery(msgspec.Struct, kw_only=True):
    """Which value: the input pin `input` or the output number `output`, counted from 0 over all pins, of a node execution; without
    one, of the run. With a node execution alone: all its outputs, `[[pin, value], ...]`. `name` is the file's, without its ending."""

    node_exec_id: str | None = None
    input: str | None = None
    output: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] | None = None
    name: str = "value"


class GraphExecutionMeta(msgspec.Struct, kw_only=True):
    """A run without its outputs. Times are ISO 8601, UTC; one that has not come yet is null. `number` counts the runs of the agent from
    1; a run that another one has started has none, nor has the answer that starts one."""

    id: str
    user_id: str
    graph_id: str
    graph_version: int
    preset_id: str | None
    status: str
    started_at: str | None
    ended_at: str | None
    stats: msgspec.Raw | None
    inputs: msgspec.Raw
    credential_inputs: msgspec.Raw | None
    nodes_input_masks: msgspec.Raw | None
    is_dry_run: bool
    is_shared: bool = False
    share_token: str | None = None
    created_at: str | None = None
    parent_id: str | None = None
    root_id: str | None = None
    number: int | None = None


class ExecuteGraphResponse(GraphExecutionMeta, kw_only=True):
    """The run that was started; `graph_exec_id` is its id once more, as older clients read it."""

    graph_exec_id: str


class FailedTry(msgspec.Struct, kw_only=True):
    """A try of a node that was followed by another one; `number` counts from 0, `cost` is in credits."""

    number: int = msgspec.field(name="try")
    error: str
    cost: int
    failed_at: str | None


class NodeExecutionResult(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One execution of a node. `cost` is in credits, of all its tries; `tries` are those that failed and were followed by another.
    `error_code` says what kind of failure it was, for programs: "key_refused", "busy", "login_ended". Each is left out where there is
    none."""

    user_id: str
    graph_id: str
    graph_version: int
    graph_exec_id: str
    node_exec_id: str
    node_id: str
    block_id: str
    status: str
    input_data: msgspec.Raw
    output_data: dict[str, list[Any]]
    add_time: str
    queue_time: str | None
    start_time: str | None
    end_time: str | None
    cost: int = 0
    tries: list[FailedTry] = []
    error_code: str | None = None


class CutValue(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A value of which only the beginning is shown, as a text. It stands at `index` among the values of `pin` (of a run's output:
    of the name); an input has no index. GET `address` is all of it, `size_bytes` is its size as JSON."""

    pin: str
    index: int | None = None
    kind: Kind
    size_bytes: int
    address: str


class NodePreview(NodeExecutionResult, kw_only=True, omit_defaults=True):
    """A node execution whose long values are cut. In an answer that has become large, `is_brief` ones show next to nothing of their
    values; asked for alone, they show more. `n_outputs` is how many there are, where not all are here."""

    input_cuts: list[CutValue] = []
    output_cuts: list[CutValue] = []
    is_brief: bool = False
    n_outputs: int | None = None


class ChildRun(msgspec.Struct, kw_only=True):
    """A run that a node of another run has started."""

    id: str
    status: str
    graph_id: str
    graph_version: int


class GraphExecutionWithNodes(GraphExecutionMeta, kw_only=True):
    """A run with its outputs, its node executions in the order in which they began, and the runs that these have started (at
    most 1,000, oldest first; the tree has what is below them)."""

    outputs: dict[str, list[Any]]
    node_executions: list[NodeExecutionResult]
    children: list[ChildRun]


class RunPreview(GraphExecutionMeta, kw_only=True):
    """A run as a page shows it: long values are cut, and of its node executions only the newest are here."""

    outputs: dict[str, list[Any]]
    n_outputs: int | None
    """How many there are, where not all are here."""
    input_cuts: list[CutValue]
    output_cuts: list[CutValue]
    node_executions: list[NodePreview]
    open_node_executions: list[NodePreview]
    """Those before them that have not ended."""
    children: list[ChildRun]


class RunTexts(msgspec.Struct):
    """What a person gave to a run and got from it, for the search; `key` is its row."""

    key: int
    meta: GraphExecutionMeta
    inputs: dict[str, Any]
    outputs: dict[str, list[Any]]


class TreeRun(msgspec.Struct, kw_only=True):
    """One run of a tree. `node_id` and `node_exec_id` are of the node in the parent that started it; both null for a root.
    `cost` is in credits, `duration` in seconds (so far, for one that goes on)."""

    id: str
    parent_id: str | None
    node_id: str | None
    node_exec_id: str | None
    graph_id: str
    graph_version: int
    graph_name: str
    status: str
    depth: int
    started_at: str | None
    ended_at: str | None
    cost: int
    duration: float
    node_exec_count: int
    node_error_count: int


class ExecutionTree(msgspec.Struct, kw_only=True):
    """A run with everything that it has started, in the order of starting; `cost` and `node_exec_count` are sums. `max_credits` is
    what it may cost, where the run or its agent says so (null: only the server's limit holds)."""

    root_id: str
    runs: list[TreeRun]
    cost: int
    node_exec_count: int
    is_complete: bool
    """False where the tree has more runs than one answer shows."""
    max_credits: int | None = None


class StopQuery(msgspec.Struct, kw_only=True):
    """`wait_timeout` is the seconds that the answer waits for running nodes to end. Sub-agents are stopped too: without the run
    that called them nobody would take their outputs, so `cascade=false` is refused while some of them run."""

    wait_timeout: Annotated[float, msgspec.Meta(ge=0, le=60)] = 15.0
    cascade: bool = True


class StopMessage(StopQuery, kw_only=True):
    """The data of the WebSocket method stop_graph_execution."""

    graph_exec_id: str


class Pagination(msgspec.Struct, kw_only=True):
    total_items: int
    total_pages: int
    current_page: int
    page_size: int


class GraphExecutionsPaginated(msgspec.Struct, kw_only=True):
    executions: list[GraphExecutionMeta]
    pagination: Pagination


Source = Literal["user", "builder", "library", "onboarding", "cli", "schedule", "webhook", "agent", "rerun"]

# A person waits for the first ones; nobody for a schedule's.
PRIORITIES = {"webhook": 5, "schedule": 7}
PRIORITY_OF_A_PERSON = 3
