"""Reservations and settlements of node executions, inside the engine's own transactions.

A charge is keyed by (node execution, try, kind), so a replay after a crash finds its own reservation. It says what it was for, and
leaves with its run; what it has cost stays in cost_sums (costs/). Balances are unlimited for now: what refuses a cost are the limits of
a run and the budgets of its owner.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..db import Tx, load_sql

sql = load_sql(__file__, "store.sql")

BLOCK_PRICE = 0
"""kind of a charge: the price of the block."""

Reservation = tuple[int, int, str, int, int, str, str, str, str]
"""(node_exec_key, try, user_id, reserved_credits, at_us, graph_id of the root, block_id, provider, model)"""
Settlement = tuple[int, int, int, int]
"""(settled_credits, at_us, node_exec_key, try)"""


class Ledger:
    """The engine's view of credits; all methods run inside a write."""

    def reserve(self, tx: Tx, rows: Sequence[Reservation]) -> None:
        """Reserves each amount, once for its key."""
        tx.executemany(sql.reserve, rows)

    def settle(self, tx: Tx, rows: Sequence[Settlement]) -> None:
        """Replaces the reservation by what it really cost; 0 releases it."""
        tx.executemany(sql.settle, rows)

    def release(self, tx: Tx, first_key: int, last_key: int) -> None:
        """Gives back what these node executions have reserved and not settled."""
        tx.execute(sql.release, (first_key, last_key))

    def reopen(self, tx: Tx, first_key: int, last_key: int) -> None:
        """Lets the stopped ones among these node executions reserve once more for the same try; what they have spent stays."""
        tx.execute(sql.keep_spent, (first_key, last_key))
        tx.execute(sql.forget_unspent, (first_key, last_key))

    def reserve_call(self, tx: Tx, row: tuple) -> int:
        """Reserves for a block that is run on its own; the key that settles it. `row` is a reservation without key and try."""
        (key,) = tx.fetch_one(sql.next_call_key)  # type: ignore[misc]
        tx.execute(sql.reserve, (key, 0, *row))
        return key

    def release_calls(self, tx: Tx) -> None:
        """At a start: what was reserved for calls that the end of the server has cut off."""
        tx.execute(sql.release_calls)
