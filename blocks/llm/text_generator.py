from __future__ import annotations

from typing import Any

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, CredentialsPin, MostCalls, llm, pin, text


class AITextGeneratorBlock(Block):
    id = "1f292d4a-41a4-4977-9684-7c8d560b9f91"
    description = "Asks a language model and gives its answer as text."
    categories = ("AI",)
    costs = llm.model_costs()

    class Input(BlockInput):
        prompt: str = pin(description="What the model is asked. {{name}} stands for a value of `prompt_values`.")
        model: str = llm.model_pin(description="The model; any name that one of this server's providers knows.")
        credentials: CredentialsPin = llm.model_credentials_pin(description="The key for the provider of the model.")
        sys_prompt: str = pin("", description="What the model is told first about its task; may hold {{name}} as well.")
        retry: int = pin(3, description="How often to ask where the provider is busy or breaks off.")
        prompt_values: dict[str, str] = pin(
            default_factory=dict, advanced=False, description="The values for {{name}} in the prompts."
        )
        ollama_host: str = pin(
            llm.DEFAULT_OLLAMA_HOST, description="Another machine's Ollama as host:port; the owner of the server has to allow it."
        )
        max_tokens: int | None = pin(None, description="The longest answer, in tokens.")

    class Output(BlockOutput):
        response: str = pin(description="The model's answer.")
        prompt: list[Any] = pin(description="The messages that the model was sent.")

    @classmethod
    def most_calls(cls, values, linked):
        if "retry" in linked or "max_tokens" in linked:
            return None
        calls, longest = values.get("retry", 3), values.get("max_tokens")
        if not isinstance(calls, int) or not (longest is None or isinstance(longest, int)):
            return None
        return MostCalls(max(1, calls), _most_input_tokens(values, linked), longest or None)

    async def run(self, input, ctx):
        messages = await _messages(input)
        answer = await llm.chat(
            ctx,
            attempts=max(1, input.retry),
            model=input.model,
            messages=messages,
            credentials=ctx.credentials.get("credentials"),
            max_tokens=input.max_tokens,
            ollama_host=input.ollama_host,
        )
        yield "response", answer.text
        yield "prompt", messages


async def _messages(input) -> list[dict[str, str]]:
    prompts = {"system": input.sys_prompt, "user": input.prompt}
    if input.prompt_values:  # without values, braces in a prompt are what they are
        prompts = {role: await text.render(prompt, input.prompt_values) for role, prompt in prompts.items()}
    return [{"role": role, "content": prompt} for role, prompt in prompts.items() if prompt]


# What a model's template adds to a message.
MESSAGE_TOKENS = 16


def _most_input_tokens(values, linked):
    """A token is a byte at least. What links and templates bring in is known to nobody before."""
    if (
        not linked.isdisjoint(("prompt", "sys_prompt"))
        or values.get("prompt_values")
        or any("prompt_values" in pin for pin in linked)
    ):
        return None
    texts = [str(values.get(name) or "") for name in ("prompt", "sys_prompt")]
    return sum(len(one.encode("utf-8", "replace")) + MESSAGE_TOKENS for one in texts)
