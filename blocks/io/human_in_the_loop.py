"""A node that waits for a person."""

from __future__ import annotations

from typing import Any

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, ReviewRequest, pin


class HumanInTheLoopBlock(Block):
    id = "8b2a7b3c-6e9d-4a5f-8c1b-2e3f4a5b6c7d"
    description = "Shows data to a person and waits until it is approved, changed or rejected."
    ui_type = "Human In The Loop"
    pure = True

    class Input(BlockInput):
        data: Any = pin(description="What the person decides on.")
        name: str = pin(description="What it is, in words for the person.")
        editable: bool = pin(True, advanced=True, description="The person may change the data.")

    class Output(BlockOutput):
        approved_data: Any = pin(description="The data, as the person left it, when it was approved.")
        rejected_data: Any = pin(description="The data, when it was rejected.")
        review_message: str = pin("", advanced=True, description="What the person said to it.")

    def review_request(self, input):
        return ReviewRequest(input.data, input.name, input.editable)

    def run(self, input, ctx):
        review = ctx.review
        if review is None:
            yield "approved_data", input.data
            yield "review_message", "Approved without a review, as the agent is set."
            return
        yield "approved_data" if review.approved else "rejected_data", review.data
        if review.message:
            yield "review_message", review.message
