"""Compass: transcriptions of a wearable recorder. It signs nothing, so the address is all there is, unless the user sets a secret."""

from __future__ import annotations

from typing import Any

from .base import Delivery, Incoming
from .generic_webhook import GenericWebhook


class Compass(GenericWebhook):
    """A generic webhook with one kind of event."""

    name = "compass"

    def read(self, incoming: Incoming, payload: dict[str, Any]) -> Delivery:
        return Delivery(event="transcription", payload=payload)

    def sample(self, event: str) -> dict[str, Any]:
        spoken = {"text": "Hello.", "speaker": "1", "start": 0.0, "end": 1.0, "duration": 1.0}
        return {"date": "2026-01-01", "transcription": "Hello.", "transcriptions": [spoken]}
