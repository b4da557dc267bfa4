"""Agents that start when something happens in a Stripe account. Not one of AutoGPT's blocks."""

from __future__ import annotations

from typing import Any

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin


class StripeWebhookTriggerBlock(Block):
    id = "9604d82d-157e-4e7f-afc0-a48c7562e79f"
    description = "Starts the agent for every event that Stripe delivers to its address; Stripe itself chooses which."
    categories = ("INPUT",)
    ui_type = "Webhook (manual)"
    pure = True
    webhook = {
        "provider": "stripe",
        "webhook_type": "event",
        "event_filter_input": "",
        "event_format": "{event}",
        "kind": "BlockManualWebhookConfig",
    }

    class Input(BlockInput):
        payload: dict[str, Any] = pin(default_factory=dict, hidden=True, description="What Stripe sent; the server fills it in.")

    class Output(BlockOutput):
        payload: dict[str, Any] = pin(description="The whole event.")
        event: str = pin(description="What happened, for instance checkout.session.completed.")
        object: dict[str, Any] = pin(description="What it happened to.")

    def run(self, input, ctx):
        yield "payload", input.payload
        yield "event", input.payload.get("type") or ""
        yield "object", (input.payload.get("data") or {}).get("object") or {}
