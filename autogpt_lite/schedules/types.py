"""Schedules in AutoGPT's shapes. Times are ISO 8601 with the offset of the schedule's own time zone."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from ..executions.types import CredentialsMetaInput

CatchUp = Literal["skip", "once", "all"]
Overlap = Literal["queue", "skip", "parallel"]
FireStatus = Literal["started", "waiting", "missed", "skipped", "refused"]

Name = Annotated[str, msgspec.Meta(max_length=1000)]
CatchUpLimit = Annotated[int, msgspec.Meta(ge=1, le=1000)]
GraceS = Annotated[int, msgspec.Meta(ge=0, le=86_400)]
GraphVersion = Annotated[int, msgspec.Meta(ge=1, le=2**31)]


class ScheduleCreationRequest(msgspec.Struct, kw_only=True):
    """A new schedule. Without a version the active one is pinned; what is null comes from [schedules] in config.toml, and
    the time zone from the user before that."""

    name: Name
    cron: str
    inputs: dict[str, Any]
    credentials: dict[str, CredentialsMetaInput] = {}
    graph_version: GraphVersion | None = None
    timezone: str | None = None
    catch_up: CatchUp | None = None
    catch_up_limit: CatchUpLimit | None = None
    grace_s: GraceS | None = None
    overlap: Overlap | None = None


class ScheduleUpdate(msgspec.Struct, kw_only=True):
    """What of a schedule changes; what is left out or null stays."""

    name: Name | None = None
    cron: str | None = None
    inputs: dict[str, Any] | None = None
    credentials: dict[str, CredentialsMetaInput] | None = None
    graph_version: GraphVersion | None = None
    timezone: str | None = None
    catch_up: CatchUp | None = None
    catch_up_limit: CatchUpLimit | None = None
    grace_s: GraceS | None = None
    overlap: Overlap | None = None


class GraphExecutionJobInfo(msgspec.Struct, kw_only=True):
    """A schedule. `next_run_time` is "" while it is paused; `origin` is "config" for one that config.toml has."""

    id: str
    schedule_id: str
    user_id: str
    graph_id: str
    graph_version: int
    agent_name: str | None
    name: str
    cron: str
    timezone: str
    next_run_time: str
    input_data: msgspec.Raw
    input_credentials: msgspec.Raw
    catch_up: str
    catch_up_limit: int
    grace_s: int
    overlap: str
    origin: str
    is_paused: bool
    paused_reason: str | None
    last_graph_exec_id: str | None
    created_at: str
    updated_at: str


class ScheduleWithPreview(GraphExecutionJobInfo, kw_only=True):
    """A schedule with the next times at which it fires, five at most."""

    next_run_times: list[str]


class PreviewRequest(msgspec.Struct, kw_only=True):
    """A cron expression, and its time zone (else the user's)."""

    cron: str
    timezone: str | None = None


class Preview(msgspec.Struct, kw_only=True):
    """When a cron expression would fire next."""

    cron: str
    timezone: str
    next_run_times: list[str]


class ScheduleFire(msgspec.Struct, kw_only=True):
    """What became of one time at which a schedule was due, and why. `run_status` is null where there is no run, or no more;
    `duration_s` (from its start to its end) and `cost_credits` (with the agents that it called) are known once it has ended."""

    due_at: str
    fired_at: str | None
    status: FireStatus
    graph_exec_id: str | None
    reason: str | None
    run_status: str | None
    duration_s: float | None
    cost_credits: int | None


class RunFire(msgspec.Struct, kw_only=True):
    """The fire that began a run. `late_s` is how much later than due it began, in seconds."""

    schedule_id: str
    schedule_name: str
    due_at: str
    late_s: float
    reason: str | None


class UserFire(ScheduleFire, kw_only=True):
    """A fire with whose it was."""

    schedule_id: str
    schedule_name: str
    graph_id: str
    agent_name: str | None


class UpcomingQuery(msgspec.Struct, kw_only=True):
    """How far to look ahead, and how much to list."""

    hours: Annotated[int, msgspec.Meta(ge=1, le=24 * 35)] = 24
    limit: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 500


class UpcomingFire(msgspec.Struct, kw_only=True):
    """A time at which a schedule will be due."""

    schedule_id: str
    at: str


class UpcomingFires(msgspec.Struct, kw_only=True):
    """In order; not complete where there are more than were asked for."""

    fires: list[UpcomingFire]
    is_complete: bool


class SchedulesQuery(msgspec.Struct, kw_only=True):
    """Which part of the list."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1000
    offset: Annotated[int, msgspec.Meta(ge=0, le=10**9)] = 0


class FiresQuery(msgspec.Struct, kw_only=True):
    """How many of the newest, and only those before a time (microseconds since 1970, UTC)."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    before: Annotated[int, msgspec.Meta(ge=0, le=2**62)] = 2**62


class DeletedSchedule(msgspec.Struct):
    """The id of a schedule that is gone."""

    id: str


class StoredSchedule(msgspec.Struct, kw_only=True, array_like=True):
    """The row of a schedule, in the order of its columns in store.sql."""

    key: int
    id: str
    user_id: str
    graph_id: str
    graph_version: int
    name: str
    cron: str
    timezone: str
    inputs: bytes
    credentials: bytes
    catch_up: str
    catch_up_limit: int
    grace_s: int
    overlap: str
    origin: str
    config_source: str
    config_digest: str
    is_paused: int
    paused_reason: str | None
    next_due_at: int | None
    last_graph_exec_id: str | None
    created_at: int
    updated_at: int
