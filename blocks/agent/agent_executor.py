"""An agent as a block of another agent."""

from __future__ import annotations

from contextlib import aclosing
from typing import Annotated, Any

import msgspec

from autogpt_lite.sdk import BareBlockOutput, Block, BlockInput, pin

_PLAIN_OBJECT = msgspec.Meta(extra_json_schema={"additionalProperties": {}})


class AgentExecutorBlock(Block):
    id = "e189baac-8c20-45a1-94a7-55177ea42565"
    description = "Runs an agent of your library. Its inputs and outputs are the pins of this block."
    categories = ("AGENT",)
    ui_type = "Agent"

    class Input(BlockInput):
        user_id: str = pin(description="Who runs it; the server fills it in.")
        graph_id: str = pin(description="The agent.")
        graph_version: int = pin(description="The version of the agent.")
        agent_name: str | None = pin(None, description="What this block is called on the canvas.")
        inputs: dict[str, Any] = pin(description="The inputs of the agent by name.")
        input_schema: dict[str, Any] = pin(description="JSON schema of the agent's inputs: the input pins.")
        output_schema: dict[str, Any] = pin(description="JSON schema of the agent's outputs: the output pins.")
        nodes_input_masks: dict[str, Annotated[dict[str, Any], _PLAIN_OBJECT]] | None = pin(
            None, hidden=True, description="Inputs of single nodes that replace what they would get; the server fills it in."
        )

    class Output(BareBlockOutput):
        pass

    async def run(self, input, ctx):
        child = ctx.run_agent(input.graph_id, input.graph_version, input.inputs, input.nodes_input_masks)
        # Closed on every way out: whoever stops this node stops the child with it.
        async with aclosing(child) as outputs:
            async for name, value in outputs:
                yield name, value

    @classmethod
    def input_schema_of_node(cls, input_default):
        return _stored_schema(input_default, "input_schema")

    @classmethod
    def output_schema_of_node(cls, input_default):
        return _stored_schema(input_default, "output_schema")


def _stored_schema(input_default: dict[str, Any], which: str) -> dict[str, Any]:
    # The schema that was saved with the node, never the agent's own of today: its version may have other pins.
    schema = input_default.get(which)
    return schema if isinstance(schema, dict) else {"type": "object", "properties": {}, "required": []}
