"""Inputs of an agent with a form of their own: a choice, a table."""

from __future__ import annotations

from typing import Any

from autogpt_lite.sdk import BareBlockOutput, GraphInputBlock, pin


class AgentDropdownInputBlock(GraphInputBlock):
    id = "655d6fdf-a334-421c-b733-520549c07cd1"
    description = "An input of the agent with a list of values to choose from."

    class Input(GraphInputBlock.Input):
        value: str | None = pin(None, advanced=False, description="The chosen value.")
        options: list[Any] = pin(default_factory=list, advanced=False, description="The values to choose from.")

    class Output(BareBlockOutput):
        result: str = pin(description="The chosen value.")

    @classmethod
    def value_schema(cls, input_default):
        # Agents from before the pin was called `options` have the old name.
        options = input_default.get("options") or input_default.get("placeholder_values")
        return {"enum": list(options)} if isinstance(options, list) and options else None


class AgentTableInputBlock(GraphInputBlock):
    id = "5603b273-f41e-4020-af7d-fbc9c6a8d928"
    description = "An input of the agent for rows of a table."

    class Input(GraphInputBlock.Input):
        value: list[dict[str, Any]] | None = pin(None, advanced=False, description="The rows: one {column: cell} each.")
        column_headers: list[str] = pin(
            default_factory=lambda: ["Column 1", "Column 2", "Column 3"], advanced=False, description="The columns."
        )

    class Output(BareBlockOutput):
        result: list[dict[str, Any]] = pin(description="The rows: one {column: cell} each.")

    def run(self, input, ctx):
        yield "result", input.value or []

    @classmethod
    def value_schema(cls, input_default):
        headers = input_default.get("column_headers")
        if not isinstance(headers, list):
            headers = cls.Input.__pins__["column_headers"].default_value()
        columns = {str(header): {"type": "string"} for header in headers}
        return {"type": "array", "format": "table", "items": {"type": "object", "properties": columns}}
