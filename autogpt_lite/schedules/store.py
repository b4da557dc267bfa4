"""Rows of schedules as answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from ..db import load_sql
from ..engine import states
from ..errors import InvalidInputError
from .cron import find_zone
from .types import GraphExecutionJobInfo, RunFire, ScheduleFire, StoredSchedule, UserFire

sql = load_sql(__file__, "store.sql")

N_COLUMNS = len(StoredSchedule.__struct_fields__)
N_FIRE = 10
"""Columns of list_fires, with which list_fires_of_user begins."""


def stored_of(row: tuple) -> StoredSchedule:
    """A row of any statement that lists schedules."""
    return StoredSchedule(**dict(zip(StoredSchedule.__struct_fields__, row[:N_COLUMNS], strict=True)))


def info_fields(row: tuple) -> dict[str, Any]:
    """The fields of GraphExecutionJobInfo from a row of select_schedule, list_of_user or list_of_graph."""
    one = stored_of(row)
    return {
        "id": one.id,
        "schedule_id": one.id,
        "user_id": one.user_id,
        "graph_id": one.graph_id,
        "graph_version": one.graph_version,
        "agent_name": row[N_COLUMNS],
        "name": one.name,
        "cron": one.cron,
        "timezone": one.timezone,
        "next_run_time": local_time(one.next_due_at, one.timezone) or "",
        "input_data": msgspec.Raw(one.inputs),
        "input_credentials": msgspec.Raw(one.credentials),
        "catch_up": one.catch_up,
        "catch_up_limit": one.catch_up_limit,
        "grace_s": one.grace_s,
        "overlap": one.overlap,
        "origin": one.origin,
        "is_paused": bool(one.is_paused),
        "paused_reason": one.paused_reason,
        "last_graph_exec_id": one.last_graph_exec_id,
        "created_at": local_time(one.created_at, one.timezone),
        "updated_at": local_time(one.updated_at, one.timezone),
    }


def info_of(row: tuple) -> GraphExecutionJobInfo:
    return GraphExecutionJobInfo(**info_fields(row))


def fire_of(row: tuple, zone_name: str) -> ScheduleFire:
    """A row of list_fires."""
    due_at, status, fired_at, graph_exec_id, reason, run_status, started_at, ended_at, stats, cost_below = row
    has_ended = run_status in states.ENDED
    own_cost = msgspec.json.decode(stats).get("cost", 0) if stats else 0
    return ScheduleFire(
        due_at=local_time(due_at, zone_name) or "",
        fired_at=local_time(fired_at, zone_name),
        status=status,
        graph_exec_id=graph_exec_id,
        reason=reason,
        run_status=run_status,
        duration_s=(ended_at - started_at) / 1e6 if has_ended and started_at is not None else None,
        cost_credits=own_cost + (cost_below or 0) if has_ended else None,
    )


def run_fire_of(row: tuple) -> RunFire:
    """A row of select_fire_of_run."""
    schedule_id, name, zone_name, due_at, fired_at, reason = row
    late_s = max(0, (fired_at or due_at) - due_at) / 1_000_000
    due = local_time(due_at, zone_name) or ""
    return RunFire(schedule_id=schedule_id, schedule_name=name, due_at=due, late_s=late_s, reason=reason)


def user_fire_of(row: tuple) -> UserFire:
    """A row of list_fires_of_user."""
    zone_name, schedule_id, schedule_name, graph_id, agent_name = row[N_FIRE:]
    return UserFire(
        **msgspec.structs.asdict(fire_of(row[:N_FIRE], zone_name)),
        schedule_id=schedule_id,
        schedule_name=schedule_name,
        graph_id=graph_id,
        agent_name=agent_name,
    )


def local_time(at_us: int | None, zone_name: str) -> str | None:
    """ISO 8601 with the offset that the zone has at that time; in UTC where the zone has left the time zone database."""
    if at_us is None:
        return None
    at = datetime.fromtimestamp(at_us // 1_000_000, UTC)
    try:
        return at.astimezone(find_zone(zone_name)).isoformat()
    except InvalidInputError:
        return at.isoformat()
