"""What triggers leave behind: webhooks at providers after their last preset has gone, and the history of deliveries."""

from __future__ import annotations

import logging

from ..clock import now_us
from ..db import Database
from ..errors import AutoGPTLiteError, NotFoundError, OutboundError
from . import store
from .service import TriggerService
from .store import StoredWebhook

log = logging.getLogger(__name__)

DAY_US = 86_400_000_000
STEP = 500
"""Rows a transaction: it stays under 5 ms."""
MAX_DELIVERIES = 100_000
"""Rows that the history of one webhook has at most."""
SETUP_US = 600_000_000
"""A webhook without a preset may be one that is being set up, for this long."""
MAX_ATTEMPTS = 10
BATCH = 100


async def give_webhooks_back(db: Database, triggers: TriggerService) -> str:
    """Ends at their providers the webhooks that have left; returns what it did."""
    row = {"before": now_us() - SETUP_US}
    # A write first: it comes after all that was written before, so the list below is complete.
    await db.write(lambda tx: tx.execute(store.sql.give_up_unused, row))
    rows = await db.fetch_all(store.sql.list_left, {"limit": BATCH})
    n_done = 0
    for row in rows:
        webhook, n_attempts = store.webhook_of(row), row[store.N_COLUMNS]
        is_done = await _give_back(triggers, webhook, n_attempts)
        n_done += is_done
        statement = store.sql.delete_left if is_done else store.sql.note_leave_attempt
        await db.write(lambda tx, statement=statement, key=webhook.key: tx.execute(statement, (key,)))
    return f"{n_done} webhooks given back, {len(rows) - n_done} to be tried again"


async def _give_back(triggers: TriggerService, webhook: StoredWebhook, n_attempts: int) -> bool:
    """Whether nothing more is to be done."""
    if not webhook.provider_webhook_id:
        return True
    try:
        await triggers.unregister(webhook)
    except OutboundError as error:
        log.warning("a webhook could not be removed at %s: %s", webhook.provider, error.message)
        return n_attempts + 1 >= MAX_ATTEMPTS
    except NotFoundError:
        log.warning("a webhook stays at %s (%s): the credentials are gone", webhook.provider, webhook.resource)
    except AutoGPTLiteError as error:
        log.warning("a webhook stays at %s (%s): %s", webhook.provider, webhook.resource, error.message)
    return True


async def delete_old_deliveries(db: Database, history_days: int) -> str:
    """Deletes deliveries that are too old or too many, in small steps; returns how many there were."""
    row = {"before": now_us() - history_days * DAY_US, "limit": STEP}
    total = 0
    while n_deleted := await db.write(lambda tx: tx.execute(store.sql.delete_old_deliveries, row)):
        total += n_deleted
    for key, count in await db.fetch_all(store.sql.list_too_long, (MAX_DELIVERIES,)):
        too_many = count - MAX_DELIVERIES
        while too_many > 0:
            step = {"webhook_key": key, "limit": min(STEP, too_many)}
            too_many -= STEP
            total += await db.write(lambda tx, step=step: tx.execute(store.sql.shorten_history, step))
    return f"{total} deliveries left the history"
