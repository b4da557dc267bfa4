"""Slack: https://docs.slack.dev/authentication/verifying-requests-from-slack. The time and the body are signed, with the app's secret."""

from __future__ import annotations

from typing import Any

from .base import Delivery, Incoming, Provider
from .signatures import check_equal, hmac_sha256, only_header, read_time_s


class Slack(Provider):
    """Events, interactions and slash commands of a Slack app."""

    name = "slack"
    secret_is_theirs = True

    def verify(self, incoming: Incoming, secret: str) -> float:
        given = only_header(incoming.headers, "X-Slack-Signature")
        signed_at = only_header(incoming.headers, "X-Slack-Request-Timestamp")
        stamped = f"v0:{signed_at}:".encode("utf-8", "surrogateescape")
        check_equal(given, "v0=" + hmac_sha256(secret, stamped, incoming.body))
        return read_time_s(signed_at)

    def read(self, incoming: Incoming, payload: dict[str, Any]) -> Delivery:
        if payload.get("type") == "url_verification":
            # Slack asks once whether the address is ours, and wants its question back.
            return Delivery(
                event="url_verification", payload=payload, is_ping=True, answer={"challenge": payload.get("challenge")}
            )
        event = payload.get("event")
        kind = event.get("type") if isinstance(event, dict) else payload.get("command") or payload.get("type")
        # What has no id (a slash command) is told by its signature, which holds its time.
        known_by = payload.get("event_id") or payload.get("trigger_id") or incoming.headers.get("X-Slack-Signature")
        return Delivery(event=str(kind or "event"), payload=payload, id=known_by if isinstance(known_by, str) else None)

    def sample(self, event: str) -> dict[str, Any]:
        message = {"type": "message", "channel": "C0SAMPLE", "user": "U0SAMPLE", "text": "A sample.", "ts": "1700000000.000100"}
        return {"type": "event_callback", "event_id": "Ev0SAMPLE", "team_id": "T0SAMPLE", "event": message}
