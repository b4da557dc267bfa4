"""What is left of each budget now: what was spent this month, and what is reserved by the blocks that run.

It is kept on the loop, where nothing comes between a look and the reservation, so that of two branches or two runs only one gets the
last credit. Users without a budget cost a look into a dictionary.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import tzinfo

from ..clock import now_us
from ..costs.service import day_of, month_of, zone_of
from ..engine.records import GraphExecution
from ..errors import BudgetExceededError
from ..loop_thread import LoopThread

ALL = ""
"""Instead of a graph id: all agents of the user together, and blocks that are run on their own."""
_CHANGED = "Budgets are changed"


class Account:
    """One user who has budgets. `spent` and `reserved` are {graph id or ALL: credits}."""

    def __init__(self, budgets: dict[str, int], zone: tzinfo, spent: Mapping[str, int], reserved: Mapping[str, int]):
        self.budgets = budgets
        self.zone = zone
        self.month = month_of(now_us(), zone)
        self.spent = Counter(spent)
        self.reserved = Counter(reserved)

    def is_over(self) -> bool:
        """Whether its month is over: what was spent in it counts no more."""
        return now_us() >= self.month.end_us

    def left_of(self, graph_id: str) -> int | None:
        """Credits that this budget has left; None where there is no such budget."""
        budget = self.budgets.get(graph_id)
        spent = 0 if self.is_over() else self.spent[graph_id]
        return None if budget is None else budget - spent - self.reserved[graph_id]


class BudgetBook:
    """The engine's view of budgets; amounts are credits. For the loop's thread, but for `check_reported`: elsewhere RuntimeError."""

    def __init__(self, timezone_of: Callable[[str], str]):
        self._loop_thread = LoopThread()
        self._timezone_of = timezone_of
        self.usual_cost: Callable[[GraphExecution], int] = lambda run: 0
        """prices.usual_cost, once that is there."""
        self._accounts: dict[str, Account] = {}
        self.settling: dict[str, Counter[str]] = {}
        """{user: what was settled since somebody began to read what is stored}; see BudgetService.refresh."""

    def open_account(self, user_id: str, budgets: dict[str, int], spent: Mapping[str, int], reserved: Mapping[str, int]) -> None:
        """Takes what is stored, as it is at this moment. Without budgets there is no account."""
        self._loop_thread.check(_CHANGED)
        self._accounts.pop(user_id, None)
        if budgets:
            self._accounts[user_id] = Account(budgets, zone_of(self._timezone_of(user_id)), spent, reserved)

    def account_of(self, user_id: str) -> Account | None:
        """The user's account, in the month that it is; None where the user has no budgets."""
        self._loop_thread.check(_CHANGED)
        account = self._accounts.get(user_id)
        if account is not None and account.is_over():
            account.month = month_of(now_us(), account.zone)
            account.spent.clear()
        return account

    # --- for the engine ------------------------------------------------------------------------------------

    def check_start(self, run: GraphExecution) -> None:
        """Raises BudgetExceededError where a root run could not pay for one turn of each of its nodes."""
        if (account := self.account_of(run.user_id)) is None:
            return
        cost = self.usual_cost(run)
        for key in _keys(run.plan.graph_id):
            left = account.left_of(key)
            if left is not None and cost > max(left, 0):
                said = f"Not run: it could have cost {dollars(cost)} and the month had {dollars(max(left, 0))} left."
                raise _exceeded(account, key, said, cost)

    def reserve(self, user_id: str, graph_id: str, credits: int, what: str) -> None:
        """For a block with a price; 0 where it is only known afterwards. Raises BudgetExceededError, and reserves nothing then."""
        if (account := self.account_of(user_id)) is None:
            return
        for key in _keys(graph_id):
            left = account.left_of(key)
            if left is not None and (credits > left or left <= 0):
                needs = f"needs {dollars(credits)}" if credits else "is not free"
                said = f"Stopped before the spend: {what} {needs} and the month has {dollars(max(left, 0))} left."
                raise _exceeded(account, key, said, credits)
        self._hold(account, graph_id, credits)

    def keep(self, user_id: str, graph_id: str, credits: int) -> None:
        """A reservation that stood before a restart: it was granted, whatever is left."""
        if (account := self.account_of(user_id)) is not None:
            self._hold(account, graph_id, credits)

    def settle(self, user_id: str, graph_id: str, reserved: int, cost: int) -> None:
        """What a block has really cost, instead of what it had reserved."""
        account = self.account_of(user_id)
        if account is not None:
            self._hold(account, graph_id, -reserved)
        for counter in (self.settling.get(user_id), account and account.spent) if cost else ():
            if counter is not None:
                counter.update(dict.fromkeys(_keys(graph_id), cost))

    def check_reported(self, user_id: str, graph_id: str, more: int) -> None:
        """For a running block that has cost `more` than it had reserved. Raises BudgetExceededError where that is not left. It only
        looks, so that a block may ask on its thread."""
        if (account := self._accounts.get(user_id)) is None:
            return
        for key in _keys(graph_id):
            left = account.left_of(key)
            if left is not None and more > left:
                raise _exceeded(account, key, f"The month is spent: {dollars(more - left)} more than it had.", more)

    @staticmethod
    def _hold(account: Account, graph_id: str, credits: int) -> None:
        for key in _keys(graph_id):
            account.reserved[key] += credits


def _keys(graph_id: str) -> tuple[str, ...]:
    return (graph_id, ALL) if graph_id != ALL else (ALL,)


def dollars(credits: int) -> str:
    """1 credit = 1 cent."""
    return f"${credits / 100:,.2f}"


def _exceeded(account: Account, key: str, message: str, could_cost: int) -> BudgetExceededError:
    whose = "this agent" if key else "all your agents"
    next_month = day_of(month_of(now_us(), account.zone).end_us, account.zone)
    budget, begins = dollars(account.budgets[key]), f"{next_month.day} {next_month:%B}"
    return BudgetExceededError(
        message,
        hint=f"Raise the monthly budget of {whose} ({budget}) on the Costs page, or wait until {begins}.",
        detail={
            "type": "budget_exceeded",
            "graph_id": key or None,
            "monthly_credits": account.budgets[key],
            "spent_credits": account.spent[key],
            "reserved_credits": account.reserved[key],
            "could_cost_credits": could_cost,
        },
    )
