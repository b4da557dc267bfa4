"""Library agents as clients see them, in AutoGPT's shapes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from ..engine.limits import AgentLimits
from ..graphs.types import GraphTriggerInfo

Activity = Literal["running", "error", "scheduled", "listening", "healthy"]
Status = Literal["COMPLETED", "HEALTHY", "WAITING", "ERROR"]
State = Literal["needs_you", "running", "scheduled", "listening", "healthy", "idle"]
Page = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Hosts = Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=260)]], msgspec.Meta(max_length=100)]
PageSize = Annotated[int, msgspec.Meta(ge=1, le=100)]


class ListAgents(msgspec.Struct, kw_only=True):
    """Which agents. `search_term`: every word of it is in the name or the description, in any case. `folder_id`: those in this
    folder; `include_root_only`: those in none. `state`: those that are so now; an agent may be several at a time, and needs a
    person where its last run has failed or one waits for an answer, is healthy where it does not and the last that ended has
    completed, and idle where it does not, does not run, and nothing starts it by itself. Archived and removed ones are shown where they are asked for, and
    then alone."""

    search_term: str | None = None
    sort_by: Literal["createdAt", "updatedAt", "name", "lastRunAt"] = "updatedAt"
    page: Page = 1
    page_size: PageSize = 15
    folder_id: str | None = None
    include_root_only: bool = False
    is_favorite: bool | None = None
    is_archived: bool = False
    is_deleted: bool = False
    is_paused: bool | None = None
    state: State | None = None


class AgentCounts(msgspec.Struct, kw_only=True):
    """How many agents of a library, archived ones aside, are what a filter asks for."""

    all: int
    needs_you: int
    running: int
    scheduled: int
    listening: int
    healthy: int
    idle: int
    favorites: int
    archived: int


class PageQuery(msgspec.Struct, kw_only=True):
    """Which page; pages count from 1."""

    page: Page = 1
    page_size: PageSize = 15


class ByGraphQuery(msgspec.Struct, kw_only=True):
    """Only if the library holds this version."""

    version: int | None = None


class LeaveQuery(msgspec.Struct, kw_only=True):
    """What happens to runs that are under way when the agent goes: `stop` ends them, `finish` lets them go on."""

    running: Literal["stop", "finish"] = "stop"


class AddAgent(msgspec.Struct, kw_only=True):
    """Which agent comes into the library: a listing of the marketplace, or a graph of one's own."""

    store_listing_version_id: str | None = None
    graph_id: str | None = None
    graph_version: int | None = None


class GraphSettings(msgspec.Struct, kw_only=True):
    """Which nodes wait for a person: Human In The Loop blocks, and blocks whose effects cannot be taken back."""

    human_in_the_loop_safe_mode: bool = True
    sensitive_action_safe_mode: bool = False
    builder_chat_session_id: str | None = None
    """AutoGPT's chat in the builder, which does not exist here: always null."""


class UpdateSettings(msgspec.Struct, kw_only=True):
    """What changes; a field that is left out or null stays."""

    human_in_the_loop_safe_mode: bool | None = None
    sensitive_action_safe_mode: bool | None = None


class UpdateAgent(msgspec.Struct, kw_only=True):
    """What changes; a field that is left out or null stays (but a null `folder_id` takes the agent out of its folder).

    `graph_version` makes that version the active one; `auto_update_version` the newest. `limits` replaces all limits of the
    agent's runs, null takes them away (docs/limits.md). `allowed_hosts` are the only hosts that its blocks may reach from then on
    ("host", "host:port" or "*.domain"), [] is none and null all.
    """

    auto_update_version: bool | None = None
    graph_version: int | None = None
    is_favorite: bool | None = None
    is_archived: bool | None = None
    is_paused: bool | None = None
    folder_id: str | msgspec.UnsetType | None = msgspec.UNSET
    settings: UpdateSettings | None = None
    limits: AgentLimits | msgspec.UnsetType | None = msgspec.UNSET
    allowed_hosts: Hosts | msgspec.UnsetType | None = msgspec.UNSET


class BulkMoveAgents(msgspec.Struct, kw_only=True):
    """Which agents go into which folder; null is the top."""

    agent_ids: Annotated[list[str], msgspec.Meta(max_length=1_000)]
    folder_id: str | None = None


class RecentExecution(msgspec.Struct, kw_only=True):
    """One of the last runs. Nothing here judges or sums up runs, so the rest is null."""

    status: str
    correctness_score: float | None = None
    activity_summary: str | None = None


class LibraryAgent(msgspec.Struct, kw_only=True):
    """An agent in the library. Times are ISO 8601, UTC.

    `activity` follows one rule each, the first that holds: running: a run has not ended; error: the last run that ended has
    failed; scheduled: a schedule of it is on; listening: a trigger of it is on; else healthy. A paused agent is neither scheduled
    nor listening. `limits` are those that its runs have beside the server's (docs/limits.md). `status` is the same in AutoGPT's
    words: WAITING while it runs, ERROR, HEALTHY, and COMPLETED where it never ran. `new_output`: a run has completed within the last
    7 days. `execution_count` counts the runs that are kept, `success_rate` is the percentage of COMPLETED among those of the last
    100 that have ended, `recent_executions` are the last 5, newest first.
    """

    id: str
    graph_id: str
    graph_version: int
    image_url: str | None
    creator_name: str
    creator_image_url: str
    status: Status
    activity: Activity
    created_at: str
    updated_at: str
    last_run_at: str | None
    name: str
    description: str
    instructions: str | None
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]
    credentials_input_schema: dict[str, Any] | None
    has_external_trigger: bool
    has_human_in_the_loop: bool
    has_sensitive_action: bool
    trigger_setup_info: GraphTriggerInfo | None
    recommended_schedule_cron: str | None
    new_output: bool
    execution_count: int
    success_rate: float | None
    avg_correctness_score: float | None = None
    recent_executions: list[RecentExecution]
    can_access_graph: bool
    is_latest_version: bool
    is_favorite: bool
    is_archived: bool
    is_deleted: bool
    is_paused: bool
    is_scheduled: bool
    next_scheduled_run: str | None
    marketplace_listing: None = None
    folder_id: str | None
    folder_name: str | None
    settings: GraphSettings
    limits: AgentLimits | None
    allowed_hosts: list[str] | None


class Pagination(msgspec.Struct, kw_only=True):
    total_items: int
    total_pages: int
    current_page: int
    page_size: int


class LibraryAgents(msgspec.Struct, kw_only=True):
    """A page of the library."""

    agents: list[LibraryAgent]
    pagination: Pagination
