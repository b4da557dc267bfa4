"""Any service that can post JSON or a form."""

from __future__ import annotations

from typing import Any

from .base import Delivery, Incoming, Provider
from .signatures import check_equal, hmac_sha256, only_header

SECRET_HEADER = "X-Webhook-Secret"
SIGNATURE_HEADER = "X-Hub-Signature-256"
ID_HEADERS = ("Idempotency-Key", "X-Delivery-Id", "Webhook-Id")


class GenericWebhook(Provider):
    """Without a secret the address is one: 128 random bits. With one, a delivery has to carry it, or a signature made with it."""

    name = "generic_webhook"
    allows_no_secret = True

    def verify(self, incoming: Incoming, secret: str) -> None:
        if SIGNATURE_HEADER in incoming.headers:
            expected = "sha256=" + hmac_sha256(secret, incoming.body)
            check_equal(only_header(incoming.headers, SIGNATURE_HEADER), expected)
        else:
            check_equal(only_header(incoming.headers, SECRET_HEADER), secret)

    def read(self, incoming: Incoming, payload: dict[str, Any]) -> Delivery:
        found = (incoming.headers.get(name) for name in ID_HEADERS)
        return Delivery(event="plain", payload=payload, id=next(filter(None, found), None))

    def sample(self, event: str) -> dict[str, Any]:
        return {"message": "A sample delivery."}
