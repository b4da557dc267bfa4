"""Schedules that stand in config.toml: applied at start, and gone when they are no longer there."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

import msgspec

from ..agent_files.service import AgentFileService
from ..config import ScheduleEntry, SchedulesConfig
from ..db import Database
from ..errors import AutoGPTLiteError, ConfigError, InvalidInputError
from . import store
from .cron import find_zone, parse_cron
from .service import ScheduleService
from .types import ScheduleCreationRequest, ScheduleUpdate, StoredSchedule

log = logging.getLogger(__name__)


def check_settings(config: SchedulesConfig) -> None:
    """What can be wrong with the lines of [schedules] themselves. Raises ConfigError, so that a mistake is seen at the start."""
    if config.timezone != "UTC":  # the default needs no look, which would load the tables of time zones at every start
        _check("schedules.timezone", find_zone, config.timezone)
    names = [entry.name for entry in config.entries]
    for entry in config.entries:
        if not entry.name or names.count(entry.name) > 1:
            raise ConfigError(f"schedules.entries: the name {entry.name!r} has to be there, once.")
        _check(f"schedules.entries, {entry.name}", parse_cron, entry.cron)
        if entry.timezone is not None:
            _check(f"schedules.entries, {entry.name}", find_zone, entry.timezone)


def _check(where: str, parse: Callable[[str], object], text: str) -> None:
    try:
        parse(text)
    except InvalidInputError as error:
        raise ConfigError(f"{where}: {error.message}", hint=error.hint) from None


class ConfigSchedules:
    """Makes the stored schedules of config.toml those that it has now."""

    def __init__(
        self, db: Database, schedules: ScheduleService, agent_files: AgentFileService, config: SchedulesConfig, user_id: str
    ):
        self._db = db
        self._schedules = schedules
        self._agent_files = agent_files
        self._config = config
        self._user_id = user_id

    async def apply(self) -> None:
        """Raises ConfigError for a line that is wrong. One whose agent cannot run is told, and the rest is applied."""
        check_settings(self._config)
        entries = self._config.entries
        known = {one.name: one for one in map(store.stored_of, await self._db.fetch_all(store.sql.list_of_config))}
        for name in known.keys() - {entry.name for entry in entries}:
            await self._schedules.remove_schedule(known[name].id)
        for entry in entries:
            try:
                await self._apply(entry, known.get(entry.name))
            except (AutoGPTLiteError, OSError) as error:
                log.error("the schedule %r of config.toml cannot be applied: %s", entry.name, error)

    async def _apply(self, entry: ScheduleEntry, known: StoredSchedule | None) -> None:
        graph_id, version = await self._find_agent(entry)
        if known is not None and known.graph_id != graph_id:
            await self._schedules.remove_schedule(known.id)
            known = None
        fields = {**self._defaults(), **_given(entry), "graph_version": version}
        digest = hashlib.sha256(msgspec.json.encode(fields)).hexdigest()
        if known is None:
            given = ScheduleCreationRequest(name=entry.name, **fields)
            await self._schedules.create_schedule(self._user_id, graph_id, given, config_source=entry.agent, config_digest=digest)
        elif known.config_digest != digest:
            more = {"config_source": entry.agent, "config_digest": digest}
            await self._schedules.replace_schedule(self._user_id, known.id, ScheduleUpdate(**fields), **more)

    def _defaults(self) -> dict[str, object]:
        config = self._config
        return {
            "timezone": self._schedules.zone_name(self._user_id, None),
            "catch_up": config.catch_up,
            "catch_up_limit": config.catch_up_limit,
            "grace_s": config.grace_s,
            "overlap": config.overlap,
        }

    async def _find_agent(self, entry: ScheduleEntry) -> tuple[str, int | None]:
        """(graph id, version); a file is imported once, and again when its content has changed."""
        if not entry.agent.endswith(".json"):
            return entry.agent, entry.graph_version
        content = await asyncio.to_thread(_read_file, entry.agent)
        stored = await self._agent_files.store(self._user_id, content)
        return stored.graph_id, stored.version


def _given(entry: ScheduleEntry) -> dict[str, object]:
    fields = {name: getattr(entry, name) for name in entry.__struct_fields__ if name not in ("name", "agent", "graph_version")}
    return {name: value for name, value in fields.items() if value is not None}


def _read_file(path: str) -> bytes:
    return Path(path).expanduser().read_bytes()
