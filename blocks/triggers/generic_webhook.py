"""Starting an agent by a request from elsewhere."""

from __future__ import annotations

from typing import Any

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin


class GenericWebhookTriggerBlock(Block):
    id = "8fa8c167-2002-47ce-aba8-97572fc5d387"
    description = "Starts the agent for every JSON that is posted to its address."
    categories = ("INPUT",)
    ui_type = "Webhook (manual)"
    pure = True
    webhook = {
        "provider": "generic_webhook",
        "webhook_type": "plain",
        "event_filter_input": "",
        "event_format": "{event}",
        "kind": "BlockManualWebhookConfig",
    }

    class Input(BlockInput):
        payload: dict[str, Any] = pin(default_factory=dict, hidden=True, description="What was posted; the server fills it in.")
        constants: dict[str, Any] = pin(default_factory=dict, description="Values of your own that go along with every request.")

    class Output(BlockOutput):
        payload: dict[str, Any] = pin(description="What was posted.")
        constants: dict[str, Any] = pin(description="Your own values.")

    def run(self, input, ctx):
        yield "constants", input.constants
        yield "payload", input.payload
