"""Inputs of an agent that hold text, a number, a yes or no, or anything."""

from __future__ import annotations

from typing import Annotated

from autogpt_lite.sdk import BareBlockOutput, Format, GraphInputBlock, pin


class AgentInputBlock(GraphInputBlock):
    id = "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b"
    description = "An input of the agent that takes any value."


class AgentShortTextInputBlock(GraphInputBlock):
    id = "7fcd3bcb-8e1b-4e69-903d-32d3d4a92158"
    description = "An input of the agent for a line of text."

    class Input(GraphInputBlock.Input):
        value: Annotated[str, Format("short-text")] | None = pin(None, advanced=False, description="The text.")

    class Output(BareBlockOutput):
        result: str = pin(description="The text.")


class AgentLongTextInputBlock(GraphInputBlock):
    id = "90a56ffb-7024-4b2b-ab50-e26c5e5ab8ba"
    description = "An input of the agent for a text of several lines."

    class Input(GraphInputBlock.Input):
        value: Annotated[str, Format("long-text")] | None = pin(None, advanced=False, description="The text.")

    class Output(BareBlockOutput):
        result: str = pin(description="The text.")


class AgentNumberInputBlock(GraphInputBlock):
    id = "96dae2bb-97a2-41c2-bd2f-13a3b5a8ea98"
    description = "An input of the agent for a whole number."

    class Input(GraphInputBlock.Input):
        value: int | None = pin(None, advanced=False, description="The number.")

    class Output(BareBlockOutput):
        result: int = pin(description="The number.")


class AgentToggleInputBlock(GraphInputBlock):
    id = "cbf36ab5-df4a-43b6-8a7f-f7ed8652116e"
    description = "An input of the agent that is on or off."

    class Input(GraphInputBlock.Input):
        value: bool = pin(False, advanced=False, description="On or off.")

    class Output(BareBlockOutput):
        result: bool = pin(description="True for on.")
