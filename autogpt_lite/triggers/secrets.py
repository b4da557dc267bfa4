"""Secrets of webhooks: made, sealed, opened."""

from __future__ import annotations

import secrets
import uuid
from typing import Protocol


class SecretBox(Protocol):
    """What seals and opens (credentials/)."""

    def seal(self, plaintext: bytes, *, identity: str) -> bytes: ...

    def open(self, sealed: bytes, *, identity: str) -> bytes: ...


class WebhookSecrets:
    """The secret of a webhook at rest: sealed, and of use for that webhook only."""

    def __init__(self, box: SecretBox):
        self._box = box

    def seal(self, webhook_id: str, secret: str | None) -> bytes | None:
        return self._box.seal(secret.encode(), identity=_identity(webhook_id)) if secret else None

    def open(self, webhook_id: str, sealed: bytes | None) -> str | None:
        """None where there is none. Raises SealedSecretError."""
        return None if sealed is None else self._box.open(sealed, identity=_identity(webhook_id)).decode()


def new_secret() -> str:
    """256 random bits in letters that every provider takes."""
    return secrets.token_hex(32)


def new_webhook_id() -> str:
    """128 random bits, written as a UUID (a UUID of version 4 has only 122)."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16)))


def _identity(webhook_id: str) -> str:
    return f"webhook:{webhook_id}"
