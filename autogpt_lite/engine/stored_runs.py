"""Statuses of runs that are not in memory: ended where nobody waits for them any more, queued again by an explicit resume.

Each change names the statuses that it expects. A refused one changes nothing, is logged once, and gives the status that is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..clock import now_us
from ..db import Tx
from . import states
from .flush import sql
from .ids import MAX_SEQ, node_key

if TYPE_CHECKING:
    from .core import LedgerLike


class Changed(NamedTuple):
    """`status` is what the row says now, None where there is no such row."""

    is_changed: bool
    status: str | None


def end_stored_run(tx: Tx, ledger: LedgerLike, key: int, status: str, reason: str | None, ended_at: int | None = None) -> Changed:
    """Ends the run with its open nodes and everything below it, and gives back what they have reserved. A run that has ended
    stays as it is; what is below it ends all the same."""
    ended_at = ended_at or now_us()
    changed = _change(tx, sql.end_stored_run, key, status, reason=reason, ended_at=ended_at)
    if changed.is_changed:
        first, last = node_key(key, 0), node_key(key, MAX_SEQ)
        ledger.release(tx, first, last)
        tx.execute(sql.terminate_nodes, {"first": first, "last": last})
    for child in tx.fetch_all(sql.open_children, (key,)):
        end_stored_run(tx, ledger, child[0], states.TERMINATED, None, ended_at)
    return changed


def resume_stored_run(tx: Tx, ledger: LedgerLike, key: int) -> Changed:
    """Queues a TERMINATED run again: its stopped nodes, and the children that had been stopped together with it. What had ended
    by itself stays; what a stopped node has cost stays, and the node reserves anew."""
    row = tx.fetch_one(sql.end_of, (key,))
    changed = _change(tx, sql.resume_stored_run, key, states.QUEUED, queued_at=now_us())
    if changed.is_changed and row is not None:
        first, last = node_key(key, 0), node_key(key, MAX_SEQ)
        ledger.reopen(tx, first, last)
        tx.execute(sql.requeue_nodes, {"first": first, "last": last})
        for child in tx.fetch_all(sql.children_ended_since, (key, row[0])):
            resume_stored_run(tx, ledger, child[0])
    return changed


def _change(tx: Tx, statement: str, key: int, to: str, **values: object) -> Changed:
    if tx.execute(statement, {"id": key, "status": to, **values}):
        return Changed(True, to)
    row = tx.fetch_one(sql.status_of, (key,))
    status = row[0] if row else None
    states.log_refused("run", key, status, to)
    return Changed(False, status)


def end_orphans(tx: Tx, ledger: LedgerLike, reason: str) -> int:
    """Ends the children whose parent is over or gone: a crash came between the end of the parent and theirs."""
    orphans = tx.fetch_all(sql.orphans)
    for (key,) in orphans:
        end_stored_run(tx, ledger, key, states.TERMINATED, reason)
    return len(orphans)
