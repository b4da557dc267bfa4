"""Rows of webhooks and deliveries."""

from __future__ import annotations

import msgspec

from ..clock import iso
from ..db import load_sql
from .types import WebhookDelivery

sql = load_sql(__file__, "store.sql")

_decode_events = msgspec.json.Decoder(list[str]).decode


class StoredWebhook(msgspec.Struct, kw_only=True, array_like=True):
    """The row of a webhook, in the order of its columns in store.sql. `secret` is sealed."""

    key: int
    id: str
    user_id: str
    provider: str
    webhook_type: str
    resource: str
    credentials_id: str
    events: list[str]
    secret: bytes | None
    provider_webhook_id: str
    created_at: int
    updated_at: int

    def __repr__(self) -> str:  # the id is as good as a password
        return f"StoredWebhook(key={self.key}, provider={self.provider!r})"


N_COLUMNS = len(StoredWebhook.__struct_fields__)
_EVENTS = StoredWebhook.__struct_fields__.index("events")


def webhook_of(row: tuple) -> StoredWebhook:
    """A row of any statement that lists webhooks."""
    fields = list(row[:N_COLUMNS])
    fields[_EVENTS] = _decode_events(fields[_EVENTS])
    return StoredWebhook(**dict(zip(StoredWebhook.__struct_fields__, fields, strict=True)))


def delivery_of(row: tuple) -> WebhookDelivery:
    """A row of list_deliveries."""
    delivery_id, preset_id, event, status, graph_exec_id, reason, n_repeats, received_at = row
    return WebhookDelivery(
        id=delivery_id,
        received_at=iso(received_at) or "",
        event=event,
        status=status,
        preset_id=preset_id or None,
        graph_exec_id=graph_exec_id,
        reason=reason,
        n_repeats=n_repeats,
    )
