"""The secrets of webhooks, as a rotation of the key sees them (credentials/rotation.py)."""

from __future__ import annotations

from ..db import Database
from ..errors import SealedSecretError
from . import store
from .secrets import SecretBox, WebhookSecrets

STEP = 50


class SealedWebhooks:
    """The rows of webhooks that have a secret."""

    name = "secrets of webhooks"

    def __init__(self, db: Database):
        self._db = db

    def is_any(self) -> bool:
        return self._db.point(store.sql.any_secret) is not None

    async def count_by_key(self) -> dict[bytes, int]:
        # A write, though it only reads: it comes after every write that was asked for before it.
        return dict(await self._db.write(lambda tx: tx.fetch_all(store.sql.secrets_by_key)))

    async def reseal(self, box: SecretBox, current_id: bytes) -> int:
        total, after, secrets = 0, 0, WebhookSecrets(box)
        while rows := await self._db.fetch_all(
            store.sql.list_of_other_keys, {"after": after, "key_id": current_id, "limit": STEP}
        ):
            after = rows[-1][0]
            changes = [change for row in rows if (change := _resealed(secrets, *row)) is not None]
            total += await self._db.write(
                lambda tx, changes=changes: sum(tx.execute(store.sql.reseal, change) for change in changes)
            )
        return total

    async def titles(self, key_id: bytes, limit: int) -> list[str]:
        rows = await self._db.fetch_all(store.sql.list_of_key, {"key_id": key_id, "limit": limit})
        # Never the id: this is for the log, and the id is as good as a password.
        return [f"{provider}: {resource or 'an address that somebody has copied'}" for provider, resource in rows]


def _resealed(secrets: WebhookSecrets, key: int, webhook_id: str, sealed: bytes) -> dict[str, object] | None:
    try:
        return {"key": key, "known": sealed, "secret": secrets.seal(webhook_id, secrets.open(webhook_id, sealed))}
    except SealedSecretError:
        return None  # its key is lost; it stays as it is, should the key be found
