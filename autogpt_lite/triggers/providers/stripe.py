"""Stripe: https://docs.stripe.com/webhooks#verify-manually. The time and the body are signed, with the endpoint's own secret."""

from __future__ import annotations

from typing import Any

from ...errors import InvalidSignatureError
from .base import Delivery, Incoming, Provider
from .signatures import hmac_sha256, is_equal, only_header, read_time_s

MAX_SIGNATURES = 10


class Stripe(Provider):
    """The secret (whsec_...) is shown by Stripe once the address is entered there."""

    name = "stripe"
    secret_is_theirs = True

    def verify(self, incoming: Incoming, secret: str) -> float:
        pairs = [part.partition("=")[::2] for part in only_header(incoming.headers, "Stripe-Signature").split(",")]
        times = [value for name, value in pairs if name == "t"]
        given = [value for name, value in pairs if name == "v1"][:MAX_SIGNATURES]
        if len(times) != 1:
            raise InvalidSignatureError("The signature has no time.")
        expected = hmac_sha256(secret, times[0].encode("utf-8", "surrogateescape"), b".", incoming.body)
        if not any([is_equal(one, expected) for one in given]):  # a list: each is compared, whichever it is
            raise InvalidSignatureError()
        return read_time_s(times[0])

    def read(self, incoming: Incoming, payload: dict[str, Any]) -> Delivery:
        event, event_id = payload.get("type"), payload.get("id")
        return Delivery(
            event=event if isinstance(event, str) else "event",
            payload=payload,
            id=event_id if isinstance(event_id, str) else None,
        )

    def sample(self, event: str) -> dict[str, Any]:
        charge = {"id": "ch_sample", "object": "charge", "amount": 100, "currency": "usd"}
        return {"id": "evt_sample", "object": "event", "type": "charge.succeeded", "livemode": False, "data": {"object": charge}}
