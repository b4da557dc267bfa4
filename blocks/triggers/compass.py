"""Starting an agent by what was said."""

from __future__ import annotations

import msgspec

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin


class Spoken(msgspec.Struct):
    text: str
    speaker: str
    end: float
    start: float
    duration: float


class Transcription(msgspec.Struct):
    date: str
    transcription: str
    transcriptions: list[Spoken]


class CompassAITriggerBlock(Block):
    id = "9464a020-ed1d-49e1-990f-7f2ac924a2b7"
    description = "Starts the agent for every transcription that a Compass recorder posts to its address."
    categories = ("HARDWARE",)
    ui_type = "Webhook (manual)"
    pure = True
    webhook = {
        "provider": "compass",
        "webhook_type": "transcription",
        "event_filter_input": "",
        "event_format": "{event}",
        "kind": "BlockManualWebhookConfig",
    }

    class Input(BlockInput):
        payload: Transcription = pin(hidden=True, description="What was posted; the server fills it in.")

    class Output(BlockOutput):
        transcription: str = pin(description="What was said.")

    def run(self, input, ctx):
        yield "transcription", input.payload.transcription
