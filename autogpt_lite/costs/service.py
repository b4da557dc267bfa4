"""What agents have cost: the one rule that library cards, budgets and the page of costs go by.

A cost counts for the agent that was started, with all that it called, on the day on which the block ended, in the user's time zone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import date, timedelta, tzinfo

import apsw
import msgspec

from ..clock import iso, now_us
from ..db import Database, load_sql
from ..errors import InvalidInputError
from ..registry import Registry
from .days import Span, day_of, month_of, span_of, start_of, zone_of
from .types import AgentCost, BlockCostSum, CostQuery, CostReport, DayCost, ModelCost, RunCost, RunCosts

sql = load_sql(__file__, "store.sql")

_DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
"""Other years end where the clocks of some zone end."""
MAX_DAYS = 400
MAX_GROUPS = 200
MAX_RUNS = 100
MAX_CHARGES_LOOKED_AT = 100_000


class CostService:
    """All methods see only what belongs to `user_id`."""

    def __init__(self, db: Database, registry: Registry, timezone_of: Callable[[str], str]):
        self._db = db
        self._registry = registry
        self._timezone_of = timezone_of

    def this_month(self, user_id: str) -> Span:
        """The month that it is in the user's zone. On the loop's thread, as all that reads a row by its key."""
        return month_of(now_us(), zone_of(self._timezone_of(user_id)))

    def spent_in(self, month: Span, connection: apsw.Connection, user_id: str) -> dict[str, int]:
        """{graph id: credits}; "" are blocks run on their own. On the thread of the connection."""
        return dict(connection.execute(sql.month_of_user, (user_id, *month)).fetchall())

    async def read_costs(self, user_id: str, query: CostQuery) -> CostReport:
        """Raises InvalidInputError for days that are none, or too many."""
        zone, first, last = self._days(user_id, query)
        asked = self._asked(user_id, query, zone, first, last)

        def read(connection: apsw.Connection) -> tuple[list, list, list, list, dict]:
            slots, agents, models, blocks = (
                connection.execute(statement, asked).fetchall()
                for statement in (sql.by_slot, sql.by_agent, sql.by_model, sql.by_block)
            )
            return slots, agents, models, blocks, _names(connection, (row[0] for row in agents))

        slots, agents, models, blocks, names = await self._db.read(read)
        return CostReport(
            first=first.isoformat(),
            last=last.isoformat(),
            timezone=self._timezone_of(user_id),
            cost_credits=sum(row[1] for row in slots),
            charges=sum(row[2] for row in slots),
            days=_by_day(slots, first, last, zone),
            agents=[AgentCost(graph_id, names.get(graph_id), *sums) for graph_id, *sums in agents],
            models=[ModelCost(*row) for row in models],
            blocks=[BlockCostSum(block_id, self._block_name(block_id), *sums) for block_id, *sums in blocks],
        )

    async def list_runs(self, user_id: str, query: CostQuery) -> RunCosts:
        """The runs behind a cost, as far as they are kept. Raises as read_costs does."""
        asked = self._asked(user_id, query, *self._days(user_id, query))
        asked |= {"limit": MAX_RUNS, "looked": MAX_CHARGES_LOOKED_AT}

        def read(connection: apsw.Connection) -> tuple[list, dict]:
            rows = connection.execute(sql.runs_behind, asked).fetchall()
            return rows, _names(connection, {row[1] for row in rows})

        rows, names = await self._db.read(read)
        runs = [
            RunCost(uuid, graph_id, names.get(graph_id), status, iso(started_at), cost)
            for uuid, graph_id, status, started_at, cost in rows
        ]
        return RunCosts(runs, sum(run.cost_credits for run in runs))

    def _days(self, user_id: str, query: CostQuery) -> tuple[tzinfo, date, date]:
        zone = zone_of(self._timezone_of(user_id))
        month = month_of(now_us(), zone)
        first = _read_day(query.first) or day_of(month.start_us, zone)
        last = _read_day(query.last) or max(first, day_of(month.end_us - 1, zone))
        if last < first:
            raise InvalidInputError(f"The last day, {last}, is before the first, {first}.", hint="Swap `from` and `to`.")
        if (last - first).days >= MAX_DAYS:
            raise InvalidInputError(f"From {first} to {last} are more than {MAX_DAYS} days.", hint="Ask for fewer days at once.")
        return zone, first, last

    def _asked(self, user_id: str, query: CostQuery, zone: tzinfo, first: date, last: date) -> dict:
        span = span_of(first, last, zone)
        of = {name: getattr(query, name) for name in ("graph_id", "block_id", "provider", "model")}
        return {"user_id": user_id, "start": span.start_us, "end": span.end_us, "limit": MAX_GROUPS, **of}

    def _block_name(self, block_id: str) -> str | None:
        entry = self._registry.find(block_id)
        return None if entry is None else entry.name


def _read_day(text: str | None) -> date | None:
    try:
        if text is None or _DAY.fullmatch(text):
            return None if text is None else date.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidInputError(f"{text!r} is no day.", hint="Write it like 2026-11-30.")


def _names(connection: apsw.Connection, graph_ids: Iterable[str]) -> dict[str, str]:
    listed = msgspec.json.encode(list(graph_ids)).decode()
    return dict(connection.execute(sql.names_of_agents, {"graph_ids": listed}).fetchall())


def _by_day(slots: list[tuple], first: date, last: date, zone: tzinfo) -> list[DayCost]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    starts = [start_of(day, zone) for day in days]
    found = [DayCost(day.isoformat(), 0, 0) for day in days]
    for slot_at, cost, charges in slots:
        day = found[bisect_right(starts, slot_at) - 1]
        day.cost_credits += cost
        day.charges += charges
    return found
