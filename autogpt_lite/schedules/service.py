"""Schedules: made, shown, changed, held, deleted. What fires them is ticker.py."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from ..clock import now_us
from ..config import SchedulesConfig
from ..db import Database, Tx
from ..errors import ConflictError, InvalidInputError, NotFoundError
from ..executions.service import ExecutionService
from ..executions.types import CredentialsMetaInput, ExecuteGraph
from . import store
from .cron import find_zone, fires_after, next_fire, parse_cron
from .types import (
    FiresQuery,
    GraphExecutionJobInfo,
    Preview,
    RunFire,
    ScheduleCreationRequest,
    ScheduleFire,
    SchedulesQuery,
    ScheduleUpdate,
    ScheduleWithPreview,
)

if TYPE_CHECKING:
    import apsw

N_PREVIEWED = 5
_CONFIG_HINT = "It comes from config.toml: change it there, and start the server again."


class ScheduleService:
    """Everything that a user may do with schedules. All methods see only what belongs to `user_id`.

    `changed` is called after each change, so that the ticker looks at its timer.
    """

    def __init__(self, db: Database, executions: ExecutionService, config: SchedulesConfig, timezone_of: Callable[[str], str]):
        self._db = db
        self._executions = executions
        self._config = config
        self._timezone_of = timezone_of
        self.changed: Callable[[], None] = lambda: None

    # --- making and changing -----------------------------------------------------------------------------

    async def create_schedule(
        self, user_id: str, graph_id: str, given: ScheduleCreationRequest, *, config_source: str = "", config_digest: str = ""
    ) -> ScheduleWithPreview:
        """A new schedule for a version of an agent; with a config_source it is config.toml's.

        Raises InvalidInputError for a bad cron expression or zone, and what a start with these inputs would raise.
        """
        zone_name = self.zone_name(user_id, given.timezone)
        due_at = first_due(given.cron, zone_name)
        version = self._executions.check_start(user_id, graph_id, given.graph_version, _start_of(given))
        schedule_id, default = str(uuid.uuid4()), self._config
        row = {
            "id": schedule_id,
            "user_id": user_id,
            "graph_id": graph_id,
            "graph_version": version,
            "name": given.name,
            "cron": given.cron.strip(),
            "timezone": zone_name,
            "inputs": msgspec.json.encode(given.inputs),
            "credentials": msgspec.json.encode(given.credentials),
            "catch_up": given.catch_up or default.catch_up,
            "catch_up_limit": given.catch_up_limit or default.catch_up_limit,
            "grace_s": default.grace_s if given.grace_s is None else given.grace_s,
            "overlap": given.overlap or default.overlap,
            "origin": "config" if config_source else "user",
            "config_source": config_source,
            "config_digest": config_digest,
            "next_due_at": due_at,
            "now": now_us(),
        }
        await self._db.write(lambda tx: tx.execute(store.sql.insert_schedule, row))
        self.changed()
        return self.get_schedule(user_id, schedule_id)

    async def edit_schedule(self, user_id: str, schedule_id: str, given: ScheduleUpdate) -> ScheduleWithPreview:
        """Changes a schedule; its next time is counted from now. Raises as create_schedule does, NotFoundError, ConflictError."""
        self._refuse_configs(self._row(user_id, schedule_id))
        return await self.replace_schedule(user_id, schedule_id, given)

    async def replace_schedule(self, user_id: str, schedule_id: str, given: ScheduleUpdate, **more: Any) -> ScheduleWithPreview:
        """edit_schedule for those of config.toml too; `more` are further columns."""
        known = store.stored_of(self._row(user_id, schedule_id))
        row = {name: getattr(known, name) for name in known.__struct_fields__} | _given_fields(given) | more
        row["timezone"] = find_zone(row["timezone"]).key
        row["next_due_at"] = first_due(row["cron"], row["timezone"])
        start = stored_start(row["inputs"], row["credentials"])
        row["graph_version"] = self._executions.check_start(user_id, known.graph_id, row["graph_version"], start)
        row |= {"now": now_us(), "known_updated_at": known.updated_at}

        def write(tx: Tx) -> None:
            if tx.execute(store.sql.update_schedule, row) == 0:
                raise ConflictError("The schedule was changed at the same time.", hint="Load it again.")

        await self._db.write(write)
        self.changed()
        return self.get_schedule(user_id, schedule_id)

    async def delete_schedule(self, user_id: str, schedule_id: str) -> None:
        """Deletes a schedule with its history; its runs stay. Raises NotFoundError, ConflictError for one of config.toml."""
        self._refuse_configs(self._row(user_id, schedule_id))
        await self.remove_schedule(schedule_id)

    async def remove_schedule(self, schedule_id: str) -> None:
        """delete_schedule without questions."""
        if not await self._db.write(lambda tx: tx.execute(store.sql.delete_schedule, (schedule_id,))):
            raise _no_such_schedule(schedule_id)
        self.changed()

    async def pause_schedule(self, user_id: str, schedule_id: str) -> ScheduleWithPreview:
        """Holds a schedule: what would be due until it is resumed is nobody's loss and not listed. Raises NotFoundError."""
        self._row(user_id, schedule_id)
        row = {"id": schedule_id, "reason": None, "now": now_us()}
        await self._db.write(lambda tx: tx.execute(store.sql.pause_schedule, row))
        self.changed()
        return self.get_schedule(user_id, schedule_id)

    async def resume_schedule(self, user_id: str, schedule_id: str) -> ScheduleWithPreview:
        """Lets a schedule go on from its next time. Raises NotFoundError."""
        known = store.stored_of(self._row(user_id, schedule_id))
        row = {"id": schedule_id, "next_due_at": first_due(known.cron, known.timezone), "now": now_us()}
        await self._db.write(lambda tx: tx.execute(store.sql.resume_schedule, row))
        self.changed()
        return self.get_schedule(user_id, schedule_id)

    def pause_for_credentials_tx(self, tx: Tx, user_id: str, credentials_id: str) -> None:
        """Credentials are being deleted: the user's schedules that use them are held, in the same transaction."""
        reason = "Its credentials were deleted. Choose others, then resume it."
        row = {"user_id": user_id, "credentials_id": credentials_id, "reason": reason, "now": now_us()}
        tx.execute(store.sql.pause_of_credentials, row)

    async def list_of_credentials(self, user_id: str, credentials_id: str) -> list[tuple[str, str]]:
        """[(id, name)] of the schedules that use these credentials."""
        key = {"user_id": user_id, "credentials_id": credentials_id}
        return await self._db.fetch_all(store.sql.list_of_credentials, key)

    # --- showing -------------------------------------------------------------------------------------------

    def get_schedule(self, user_id: str, schedule_id: str) -> ScheduleWithPreview:
        """A schedule with its next times. Raises NotFoundError."""
        row = self._row(user_id, schedule_id)
        known = store.stored_of(row)
        times = [] if known.next_due_at is None else _next_times(known.cron, known.timezone)
        return ScheduleWithPreview(**store.info_fields(row), next_run_times=times)

    async def list_schedules(self, user_id: str, query: SchedulesQuery) -> list[GraphExecutionJobInfo]:
        """The user's schedules, oldest first."""
        key = {"user_id": user_id, "limit": query.limit, "offset": query.offset}
        return [store.info_of(row) for row in await self._db.fetch_all(store.sql.list_of_user, key)]

    async def list_of_graph(self, user_id: str, graph_id: str, query: SchedulesQuery) -> list[GraphExecutionJobInfo]:
        """The user's schedules of one agent, oldest first."""
        key = {"user_id": user_id, "graph_id": graph_id, "limit": query.limit, "offset": query.offset}
        return [store.info_of(row) for row in await self._db.fetch_all(store.sql.list_of_graph, key)]

    async def list_fires(self, user_id: str, schedule_id: str, query: FiresQuery) -> list[ScheduleFire]:
        """What became of the times at which a schedule was due, newest first. Raises NotFoundError."""
        known = store.stored_of(self._row(user_id, schedule_id))
        key = {"key": known.key, "limit": query.limit, "before": query.before}
        return [store.fire_of(row, known.timezone) for row in await self._db.fetch_all(store.sql.list_fires, key)]

    def find_fire(self, user_id: str, graph_exec_id: str) -> RunFire | None:
        """The fire that began a run; None where no schedule did, or its history is over."""
        row = self._db.point(store.sql.select_fire_of_run, (graph_exec_id, user_id))
        return store.run_fire_of(row) if row is not None else None

    def next_runs(self, connection: apsw.Connection, user_id: str, graph_ids: Collection[str]) -> dict[str, int]:
        """{graph id: when it is due next} of those that have a schedule that is on. For a reading thread
        (LibraryAgentService.scheduled)."""
        listed = msgspec.json.encode(list(graph_ids)).decode()
        return dict(connection.execute(store.sql.next_runs, (user_id, listed)).fetchall())

    def preview(self, user_id: str, cron: str, timezone: str | None) -> Preview:
        """When a cron expression would fire next. Raises InvalidInputError that names the field and says why."""
        zone_name = self.zone_name(user_id, timezone)
        return Preview(cron=cron.strip(), timezone=zone_name, next_run_times=_next_times(cron, zone_name))

    def _row(self, user_id: str, schedule_id: str) -> tuple:
        row = self._db.point(store.sql.select_schedule, (schedule_id,))
        if row is None or row[2] != user_id:
            raise _no_such_schedule(schedule_id)
        return row

    def zone_name(self, user_id: str, given: str | None) -> str:
        """The zone that was given, else the user's, else `schedules.timezone`. Raises InvalidInputError."""
        if given is None:
            # UTC is what a user has who never chose a zone.
            of_user = self._timezone_of(user_id)
            given = of_user if of_user != "UTC" else self._config.timezone
        return find_zone(given).key

    def _refuse_configs(self, row: tuple) -> None:
        if store.stored_of(row).origin == "config":
            raise ConflictError("This schedule cannot be changed here.", hint=_CONFIG_HINT)


def first_due(cron: str, zone_name: str) -> int:
    """The next time from now. Raises InvalidInputError."""
    found = next_fire(parse_cron(cron), find_zone(zone_name), now_us())
    if found is None:
        raise InvalidInputError("cron: it never fires.")
    return found


def _next_times(cron: str, zone_name: str) -> list[str]:
    found = islice(fires_after(parse_cron(cron), find_zone(zone_name), now_us()), N_PREVIEWED)
    return [store.local_time(at, zone_name) or "" for at in found]


def _start_of(given: ScheduleCreationRequest) -> ExecuteGraph:
    return ExecuteGraph(inputs=given.inputs, credentials_inputs=given.credentials)


def _given_fields(given: ScheduleUpdate) -> dict[str, Any]:
    fields = {name: value for name in given.__struct_fields__ if (value := getattr(given, name)) is not None}
    for name in ("inputs", "credentials"):
        if name in fields:
            fields[name] = msgspec.json.encode(fields[name])
    return fields


def stored_start(inputs: bytes, credentials: bytes) -> ExecuteGraph:
    """What a schedule's run is started with."""
    decoded = msgspec.json.decode(credentials, type=dict[str, CredentialsMetaInput])
    return ExecuteGraph(inputs=msgspec.json.decode(inputs), credentials_inputs=decoded)


def _no_such_schedule(schedule_id: str) -> NotFoundError:
    return NotFoundError(f"There is no schedule {schedule_id[:60]!r}.")
