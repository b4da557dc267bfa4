"""What is kept, for all agents and for one; and the pass that removes the rest."""

from __future__ import annotations

from ..config import RetentionConfig
from ..db import Database, Tx
from ..graphs.service import GraphService
from .passes import apply_retention
from .store import sql
from .types import AgentRetention, RetentionResult, RetentionRule


class RetentionService:
    """All methods see only agents of `user_id`; those of others do not exist for them (NotFoundError)."""

    def __init__(self, db: Database, graphs: GraphService, config: RetentionConfig):
        self._db = db
        self._graphs = graphs
        self._config = config

    def get_rule(self, user_id: str, graph_id: str) -> AgentRetention:
        """What counts for the agent. Raises NotFoundError."""
        self._graphs.get_graph(user_id, graph_id)
        own = RetentionRule(*(self._db.point(sql.select_rule, (user_id, graph_id)) or ()))
        config = self._config
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
        return await apply_retention(self._db, self._config)
