"""Budgets of a user: set, shown, and known to the engine from the moment that they are set."""

from __future__ import annotations

import asyncio
from collections import Counter

import apsw

from ..clock import iso, now_us
from ..costs.service import CostService, Span
from ..db import Database, load_sql
from ..engine.engine import Engine
from ..engine.records import root_of
from ..errors import NotFoundError
from ..library.service import LibraryService
from .book import ALL, BudgetBook
from .types import Budget, Budgets, PutBudget

sql = load_sql(__file__, "store.sql")


class BudgetService:
    """All methods see only what belongs to `user_id`."""

    def __init__(
        self,
        db: Database,
        engine: Engine,
        book: BudgetBook,
        costs: CostService,
        library: LibraryService,
    ):
        self._db = db
        self._engine = engine
        self._book = book
        self._costs = costs
        self._library = library
        self._refreshing = asyncio.Lock()

    async def open(self) -> None:
        """Before the engine goes on with anything."""
        for (user_id,) in await self._db.fetch_all(sql.list_users):
            await self.refresh(user_id)

    async def refresh(self, user_id: str) -> None:
        """Budgets or the user's time zone have changed, or an agent has left with its budget."""
        async with self._refreshing:
            # What was settled comes from three places: stored or on its way to the writer, which does one thing after the other;
            # waiting for the next flush; and whatever is settled until the answer is here.
            waiting, since, month = self._settled_unsent(user_id), Counter(), self._costs.this_month(user_id)
            self._book.settling[user_id] = since
            try:
                budgets, spent = await self._db.write(lambda tx: self._read(tx.connection, user_id, month))
            finally:
                del self._book.settling[user_id]
            self._book.open_account(user_id, budgets, spent + waiting + since, self._reserved(user_id))

    def _read(self, connection: apsw.Connection, user_id: str, month: Span) -> tuple[dict[str, int], Counter[str]]:
        budgets = dict(connection.execute(sql.list_budgets, (user_id,)).fetchall())
        spent = Counter(self._costs.spent_in(month, connection, user_id))
        spent[ALL] = sum(spent.values())
        return budgets, spent

    def _settled_unsent(self, user_id: str) -> Counter[str]:
        runs = {run.key: run for run in self._engine.core.runs.values() if run.user_id == user_id}
        settled: Counter[str] = Counter()
        for credits, _, key, _ in self._engine.core.settlements:
            if (run := runs.get(key >> 24)) is not None:
                settled.update(dict.fromkeys((root_of(run).plan.graph_id, ALL), credits))
        return settled

    def _reserved(self, user_id: str) -> Counter[str]:
        if (account := self._book.account_of(user_id)) is not None:
            return account.reserved
        reserved: Counter[str] = Counter()
        for run in self._engine.core.runs.values():
            if run.user_id == user_id:
                held = sum(one.charge or 0 for one in run.executions.values())
                reserved.update(dict.fromkeys((root_of(run).plan.graph_id, ALL), held))
        return reserved

    def list_budgets(self, user_id: str) -> Budgets:
        """The user's budgets, and how they stand."""
        month = self._costs.this_month(user_id)
        account, found = self._book.account_of(user_id), []
        for graph_id, monthly in sorted(account.budgets.items()) if account is not None else ():
            budget = Budget(
                graph_id=graph_id or None,
                monthly_credits=monthly,
                spent_credits=account.spent[graph_id],
                reserved_credits=account.reserved[graph_id],
                left_credits=max(account.left_of(graph_id) or 0, 0),
            )
            found.append(budget)
        return Budgets(begins_at=iso(month.start_us) or "", ends_at=iso(month.end_us) or "", budgets=found)

    async def put_budget(self, user_id: str, given: PutBudget) -> Budgets:
        """Sets or removes a budget; it holds at once, for runs under way as well. Raises NotFoundError."""
        graph_id = given.graph_id or ALL
        if graph_id != ALL and self._library.version_of(graph_id, user_id) is None:
            raise NotFoundError("There is no such agent in the library.")
        row = {"user_id": user_id, "graph_id": graph_id, "monthly_credits": given.monthly_credits, "now": now_us()}
        if given.monthly_credits is None:
            await self._db.write(lambda tx: tx.execute(sql.delete_budget, (user_id, graph_id)))
        else:
            await self._db.write(lambda tx: tx.execute(sql.put_budget, row))
        await self.refresh(user_id)
        return self.list_budgets(user_id)
