"""Ends runs that are not in memory: children that nobody waits for any more, and runs that cannot be restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..clock import now_us
from ..db import Tx
from . import states
from .flush import sql
from .ids import MAX_SEQ, node_key

if TYPE_CHECKING:
    from .core import LedgerLike


def end_stored_run(tx: Tx, ledger: LedgerLike, key: int, status: str, reason: str | None) -> None:
    """Ends the run with its open nodes and everything below it, and gives back what they have reserved. A run that has ended
    stays as it is."""
    first, last = node_key(key, 0), node_key(key, MAX_SEQ)
    ledger.release(tx, first, last)
    tx.execute(sql.terminate_nodes, {"first": first, "last": last})
    tx.execute(sql.end_stored_run, {"id": key, "status": status, "reason": reason, "ended_at": now_us()})
    for child in tx.fetch_all(sql.open_children, (key,)):
        end_stored_run(tx, ledger, child[0], states.TERMINATED, None)


def end_orphans(tx: Tx, ledger: LedgerLike, reason: str) -> int:
    """Ends the children whose parent is over or gone: a crash came between the end of the parent and theirs."""
    orphans = tx.fetch_all(sql.orphans)
    for key, *_ in orphans:
        end_stored_run(tx, ledger, key, states.TERMINATED, reason)
    return len(orphans)
