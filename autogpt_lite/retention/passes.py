"""One pass: what is too old, too many or too large leaves, in short writes, while the server serves."""

from __future__ import annotations

import logging

from ..clock import now_us
from ..config import RetentionConfig
from ..db import Database, Tx
from ..engine import states
from .purge import purge_block_calls, purge_deleted_runs
from .shrink import live_bytes, shrink
from .store import sql
from .types import RetentionResult, RetentionRule

log = logging.getLogger(__name__)

DAY_US = 86_400_000_000
MB = 1_000_000
RUNS_A_STEP = 100
RUNS_OF_A_FULL_FILE = 20
"""Runs that go between two looks at the size of the file: few, since one may be large."""

Agent = tuple[str, str]
"""(user_id, graph_id)"""


async def apply_retention(db: Database, config: RetentionConfig) -> RetentionResult:
    """Deletes ended root runs, with their sub-agents, that are older, more or larger than the rules allow.

    An agent's own rule goes before the settings. Runs that have not ended stay, and so do the sums of what every run has cost.
    """
    one = _Pass(db, config)
    await one.read_rules()
    runs = await one.delete_old() + await one.delete_beyond() + await one.delete_large()
    rows = await purge_deleted_runs(db)
    if config.days:
        rows += await purge_block_calls(db, now_us() - config.days * DAY_US)
    more_runs, more_rows = await one.delete_for_file_size()
    runs, rows = runs + more_runs, rows + more_rows
    freed = await shrink(db)
    if runs:
        log.info("retention removed %d runs and gave %d bytes back", runs, freed)
    return RetentionResult(runs, rows, freed)


class _Pass:
    """The rules as they are when a pass begins, and its parts; each gives the number of runs that it deleted."""

    def __init__(self, db: Database, config: RetentionConfig):
        self._db = db
        self._config = config
        self._rules: dict[Agent, RetentionRule] = {}

    async def read_rules(self) -> None:
        for user_id, graph_id, days, runs, size_mb in await self._db.fetch_all(sql.list_rules):
            self._rules[(user_id, graph_id)] = RetentionRule(days, runs, size_mb)

    async def delete_old(self) -> int:
        total = 0
        if self._config.days:
            before_us = now_us() - self._config.days * DAY_US
            total += await self._delete_older(before_us)
            while roots := await self._db.fetch_all(sql.deleted_roots, (before_us, RUNS_A_STEP)):
                await delete_trees(self._db, [key for (key,) in roots])
        for agent, rule in self._rules.items():
            if rule.days:
                before_us = now_us() - rule.days * DAY_US
                total += await self._delete_all(sql.next_ended_of_agent, (*agent, before_us, RUNS_A_STEP))
        return total

    async def _delete_older(self, before_us: int) -> int:
        # Keys grow with time, so the oldest runs come first and the walk ends at the first one that is young enough.
        own_days = {agent for agent, rule in self._rules.items() if rule.days is not None}
        last, total = 0, 0
        while rows := await self._db.fetch_all(sql.next_root_runs, (last, RUNS_A_STEP)):
            last = rows[-1][0]
            old = [row for row in rows if row[1] < before_us and row[2] in states.ENDED and (row[3], row[4]) not in own_days]
            total += await delete_trees(self._db, [row[0] for row in old])
            if rows[-1][1] >= before_us:
                break
        return total

    async def delete_beyond(self) -> int:
        kept = {agent: rule.runs for agent, rule in self._rules.items() if rule.runs is not None}
        if self._config.runs_per_agent:
            for agent in await self._db.fetch_all(sql.agents_with_more_runs, (self._config.runs_per_agent,)):
                kept.setdefault(agent, self._config.runs_per_agent)
        total = 0
        for agent, runs in kept.items():
            if runs:
                total += await self._delete_all(sql.root_runs_beyond, (*agent, RUNS_A_STEP, runs))
        return total

    async def delete_large(self) -> int:
        sizes = {agent: rule.size_mb for agent, rule in self._rules.items() if rule.size_mb is not None}
        if self._config.mb_per_agent:
            for agent in await self._db.fetch_all(sql.list_agents):
                sizes.setdefault(agent, self._config.mb_per_agent)
        return sum([await self._delete_larger(agent, size_mb * MB) for agent, size_mb in sizes.items() if size_mb])

    async def _delete_larger(self, agent: Agent, size_bytes: int) -> int:
        # From the newest on, until what is kept is as large as it may be: everything older goes.
        below, kept_bytes, total = 1 << 62, 0, 0
        while rows := await self._db.fetch_all(sql.newest_ended_of_agent, (*agent, below, RUNS_A_STEP)):
            below, too_many = rows[-1][0], []
            for (key,) in rows:
                if kept_bytes <= size_bytes:
                    kept_bytes += (await self._db.fetch_all(sql.size_of_tree, (key,)))[0][0]
                if kept_bytes > size_bytes:
                    too_many.append(key)
            total += await delete_trees(self._db, too_many)
        return total

    async def delete_for_file_size(self) -> tuple[int, int]:
        """(runs, rows): the oldest runs of all, until what the file holds is as small as it should be."""
        limit_bytes, last, runs, rows = self._config.file_mb * MB, 0, 0, 0
        while limit_bytes and await self._db.read(live_bytes) > limit_bytes:
            oldest = [key for (key,) in await self._db.fetch_all(sql.oldest_ended, (last, RUNS_OF_A_FULL_FILE))]
            if not oldest:
                log.warning("the database holds more than retention.file_mb = %d, and no ended run is left", self._config.file_mb)
                break
            last = oldest[-1]
            runs += await delete_trees(self._db, oldest)
            rows += await purge_deleted_runs(self._db)
        return runs, rows

    async def _delete_all(self, statement: str, params: tuple) -> int:
        total = 0
        while rows := await self._db.fetch_all(statement, params):
            deleted = await delete_trees(self._db, [key for (key,) in rows])
            total += deleted
            if not deleted:
                break
        return total


async def delete_trees(db: Database, keys: list[int]) -> int:
    """Deletes these root runs, where they have ended, with all runs below them; their node executions wait to be purged."""
    if not keys:
        return 0

    def delete(tx: Tx) -> int:
        for key in keys:
            tx.execute(sql.mark_tree_for_purge, (key,))
        return sum(tx.execute(sql.delete_root_run, (key,)) for key in keys)

    def delete_children(tx: Tx) -> None:
        for key in keys:
            tx.execute(sql.delete_children_of_root, (key,))

    count = await db.write(delete)
    await db.write(delete_children)
    return count
