"""Agents that start when something happens in Slack. Not one of AutoGPT's blocks."""

from __future__ import annotations

from typing import Any

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin


class SlackWebhookTriggerBlock(Block):
    id = "1e2e38f2-2868-4f11-a8df-4355057be046"
    description = "Starts the agent for every event, interaction or command that a Slack app delivers to its address."
    categories = ("INPUT",)
    ui_type = "Webhook (manual)"
    pure = True
    webhook = {
        "provider": "slack",
        "webhook_type": "app",
        "event_filter_input": "",
        "event_format": "{event}",
        "kind": "BlockManualWebhookConfig",
    }

    class Input(BlockInput):
        payload: dict[str, Any] = pin(default_factory=dict, hidden=True, description="What Slack sent; the server fills it in.")

    class Output(BlockOutput):
        payload: dict[str, Any] = pin(description="Everything that Slack sent.")
        event: str = pin(description="What happened, for instance message, app_mention or /command.")
        channel: str = pin(description="The id of the channel; empty where there is none.")
        user: str = pin(description="The id of who did it; empty where nobody did.")
        text: str = pin(description="The text of a message or command; empty where there is none.")

    def run(self, input, ctx):
        payload = input.payload
        event = payload.get("event") or {}
        yield "payload", payload
        yield "event", event.get("type") or payload.get("command") or payload.get("type") or ""
        yield "channel", id_of(event.get("channel") or payload.get("channel_id") or payload.get("channel"))
        yield "user", id_of(event.get("user") or payload.get("user_id") or payload.get("user"))
        yield "text", event.get("text") or payload.get("text") or ""


def id_of(value: Any) -> str:
    """Slack writes an id alone in some payloads, and an object with it in others."""
    return str((value.get("id") if isinstance(value, dict) else value) or "")
