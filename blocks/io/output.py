"""What an agent gives back."""

from __future__ import annotations

from typing import Any

from autogpt_lite.sdk import NEEDS_ASYNC, BareBlockOutput, Block, BlockError, BlockInput, pin


class AgentOutputBlock(Block):
    id = "363ae599-353e-4804-937e-b2ee3cef3da4"
    description = "An output of the agent, as it is or put into a text."
    categories = ("BASIC", "OUTPUT")
    ui_type = "Output"
    static_output = True
    pure = True

    class Input(BlockInput):
        value: Any = pin(None, advanced=False, description="What the agent gives back.")
        name: str = pin(description="The name of this output in the agent.")
        title: str | None = pin(None, description="What the results page calls it; the name if empty.")
        description: str | None = pin(None, description="What this output is.")
        format: str = pin("", description="A Jinja2 template for the output; the value stands in it under this output's name.")
        escape_html: bool = pin(False, description="Escape what is special in HTML when the template is filled in.")
        advanced: bool = pin(False, description="Show it among the advanced outputs.")
        secret: bool = pin(False, description="Hide the value where results are shown.")

    class Output(BareBlockOutput):
        output: Any = pin(description="The value, or the filled-in template.")
        name: Any = pin(description="The name of this output; only without a template.")

    def run(self, input, ctx):
        if not input.format:
            yield "output", input.value
            yield "name", input.name
            return
        from autogpt_lite.sdk import text

        rendered = text.render_quick(input.format, {input.name: input.value}, escape_html=input.escape_html)
        if rendered is None:
            yield NEEDS_ASYNC
        else:
            yield "output", rendered

    async def run_slow(self, input, ctx):
        from autogpt_lite.sdk import text

        try:
            rendered = await text.render(input.format, {input.name: input.value}, escape_html=input.escape_html)
        except BlockError as error:
            # A mistake in the template is shown where its result would stand: the run still gives something back.
            rendered = f"The template of this output cannot be filled in: {error}"
        yield "output", rendered
