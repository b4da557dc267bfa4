"""What is kept, for all agents and for one; and the pass that removes the rest."""

from __future__ import annotations

import msgspec

from ..config import Config, RetentionConfig
from ..db import Database, Tx
from ..errors import ConflictError
from ..graphs.service import GraphService
from .passes import apply_retention
from .store import sql
from .types import AgentRetention, RetentionResult, RetentionRule, RetentionSettings, ServerRetention

SETTINGS = RetentionSettings.__struct_fields__


class RetentionService:
    """Methods with a `user_id` see only agents of that user; those of others do not exist for them (NotFoundError)."""

    def __init__(self, db: Database, graphs: GraphService, config: Config):
        self._db = db
        self._graphs = graphs
        self._config = config.retention
        self._fixed = [name for name in SETTINGS if f"retention.{name}" in config.given]

    def current(self) -> RetentionConfig:
        """What counts now: what the configuration gives, else what an administrator has set, else the defaults."""
        own = msgspec.structs.asdict(self._read_settings())
        return msgspec.structs.replace(self._config, **{name: value for name, value in own.items() if value is not None})

    def get_settings(self) -> ServerRetention:
        """What counts for all agents, and where it comes from."""
        return ServerRetention(**msgspec.structs.asdict(self.current()), fixed=self._fixed, own=self._read_settings())

    async def put_settings(self, wanted: RetentionSettings) -> ServerRetention:
        """Sets what all agents keep, from the next pass on. Raises ConflictError for what the configuration gives."""
        for name in self._fixed:
            if getattr(wanted, name) not in (None, getattr(self._config, name)):
                raise ConflictError(
                    f"retention.{name} is set in config.toml, in the environment or by a flag.",
                    hint="Change it there and start the server anew, or take the line out to set it here.",
                )
        row = tuple(None if name in self._fixed else getattr(wanted, name) for name in SETTINGS)
        await self._db.write(lambda tx: tx.execute(sql.put_settings, row))
        return self.get_settings()

    def _read_settings(self) -> RetentionSettings:
        stored = dict(zip(SETTINGS, self._db.point(sql.select_settings) or (), strict=False))
        return RetentionSettings(**{name: value for name, value in stored.items() if name not in self._fixed})

    def get_rule(self, user_id: str, graph_id: str) -> AgentRetention:
        """What counts for the agent. Raises NotFoundError."""
        self._graphs.get_graph(user_id, graph_id)
        own = RetentionRule(*(self._db.point(sql.select_rule, (user_id, graph_id)) or ()))
        config = self.current()
        return AgentRetention(
            graph_id=graph_id,
            days=config.days if own.days is None else own.days,
            runs=config.runs_per_agent if own.runs is None else own.runs,
            size_mb=config.mb_per_agent if own.size_mb is None else own.size_mb,
            own=own,
        )

    async def put_rule(self, user_id: str, graph_id: str, rule: RetentionRule) -> AgentRetention:
        """Sets what this agent keeps; a rule of nulls is none. Raises NotFoundError."""
        self._graphs.get_graph(user_id, graph_id)
        if rule == RetentionRule():
            await self._db.write(lambda tx: tx.execute(sql.delete_rule, (user_id, graph_id)))
        else:
            row = (user_id, graph_id, rule.days, rule.runs, rule.size_mb)
            await self._db.write(lambda tx: tx.execute(sql.put_rule, row))
        return self.get_rule(user_id, graph_id)

    def delete_rule_tx(self, tx: Tx, user_id: str, graph_id: str) -> None:
        """A deleted agent's rule goes with it (GraphService.deleting)."""
        tx.execute(sql.delete_rule, (user_id, graph_id))

    async def apply(self) -> RetentionResult:
        """One pass over all runs of everybody; the server makes one every hour."""
        return await apply_retention(self._db, self.current())
