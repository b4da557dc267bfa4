"""Inputs of an agent that hold a date or a time of day."""

from __future__ import annotations

import datetime
from typing import Annotated

from autogpt_lite.sdk import BareBlockOutput, BlockInputError, Format, GraphInputBlock, pin


class AgentDateInputBlock(GraphInputBlock):
    id = "7e198b09-4994-47db-8b4d-952d98241817"
    description = "An input of the agent for a date."

    class Input(GraphInputBlock.Input):
        value: Annotated[str, Format("date")] | None = pin(None, advanced=False, description="The date: 2026-01-31.")

    class Output(BareBlockOutput):
        result: Annotated[str, Format("date")] = pin(description="The date, as 2026-01-31.")

    def run(self, input, ctx):
        if not input.value:
            return
        try:
            date = datetime.datetime.fromisoformat(input.value.strip()).date()
        except ValueError:
            raise BlockInputError(f"{input.value[:60]!r} is no date. A date looks like 2026-01-31.") from None
        yield "result", date.isoformat()


class AgentTimeInputBlock(GraphInputBlock):
    id = "2a1c757e-86cf-4c7e-aacf-060dc382e434"
    description = "An input of the agent for a time of day."

    class Input(GraphInputBlock.Input):
        value: Annotated[str, Format("time")] | None = pin(None, advanced=False, description="The time: 09:30 or 09:30:00.")

    class Output(BareBlockOutput):
        result: Annotated[str, Format("time")] = pin(description="The time, as 09:30:00.")

    def run(self, input, ctx):
        if not input.value:
            return
        try:
            time = datetime.time.fromisoformat(input.value.strip())
        except ValueError:
            raise BlockInputError(f"{input.value[:60]!r} is no time of day. A time looks like 09:30:00.") from None
        yield "result", time.isoformat()
