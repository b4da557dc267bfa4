"""How long runs are kept."""

from __future__ import annotations

from typing import Annotated

import msgspec

Days = Annotated[int, msgspec.Meta(ge=0, le=36_500)]
Runs = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
Hours = Annotated[int, msgspec.Meta(ge=0, le=8_760)]
Megabytes = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]


class RetentionRule(msgspec.Struct, forbid_unknown_fields=True):
    """What one agent keeps of its ended runs. 0 keeps all, null what the server's settings say."""

    days: Days | None = None
    runs: Runs | None = None
    size_mb: Megabytes | None = None


class AgentRetention(msgspec.Struct):
    """What counts for an agent, and what of it is its own."""

    graph_id: str
    days: int
    runs: int
    size_mb: int
    own: RetentionRule


class RetentionSettings(msgspec.Struct, forbid_unknown_fields=True):
    """What an administrator sets for all agents. 0 is no limit, null what config.toml says."""

    days: Days | None = None
    runs_per_agent: Runs | None = None
    mb_per_agent: Megabytes | None = None
    file_mb: Megabytes | None = None
    backup_hours: Hours | None = None


class ServerRetention(msgspec.Struct):
    """What counts for all agents that have no rule of their own; 0 is no limit. `fixed` names what a configuration file, the
    environment or a flag has set, and only they can change; `own` is what an administrator has set."""

    days: int
    runs_per_agent: int
    mb_per_agent: int
    file_mb: int
    backup_hours: int
    fixed: list[str]
    own: RetentionSettings


class RetentionResult(msgspec.Struct):
    """What one pass removed; the file became smaller by freed_bytes."""

    runs: int
    rows: int
    freed_bytes: int

    def __str__(self) -> str:
        return f"{self.runs:,} runs removed, {self.freed_bytes:,} bytes given back"
