"""Language models: `from autogpt_lite.sdk import llm`, then `await llm.chat(ctx, model=..., messages=[...])`.

Whatever provider the model runs on, the answer is streamed from it, so that a stopped run stops the provider as well, and the
tokens are reported to the run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from itertools import count
from typing import Any

import msgspec

from ..config import LlmConfig
from ..errors import BlockInputError, BlockRetry, ServiceBusyError
from ..llm.chat import ChatChunk, ChatRequest, Message, Usage
from ..llm.models import DEFAULT_MODEL, known_models, token_credits
from ..llm.providers import Provider, at_host, choose_provider, effective_model, provider_with_key, system_credentials_id
from .context import RunContext
from .credentials import Credentials
from .llm_pins import model_costs, model_credentials_pin, model_pin

__all__ = [
    "DEFAULT_MODEL",
    "DEFAULT_OLLAMA_HOST",
    "ChatChunk",
    "LlmResponse",
    "Message",
    "chat",
    "model_costs",
    "model_credentials_pin",
    "model_pin",
    "stream_chat",
]


# What every agent file carries: the Ollama that this server is set up for, wherever that is.
DEFAULT_OLLAMA_HOST = "localhost:11434"
# A provider that wants a longer pause than this is not waited for.
MAX_WAIT_S = 60.0
# Of an answer that still comes, its end is shown.
MAX_SHOWN_CHARS = 2_000


class LlmResponse(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer. `model` is what the provider calls it, `finish_reason` "length" where `max_tokens` cut it; tokens are 0
    where the provider does not count."""

    text: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    finish_reason: str | None


async def stream_chat(
    ctx: RunContext,
    *,
    model: str,
    messages: Sequence[Message],
    credentials: Credentials | None = None,
    max_tokens: int | None = None,
    temperature: float | None = None,
    ollama_host: str | None = None,
) -> AsyncIterator[ChatChunk]:
    """The answer piece by piece: each chunk has .text; the last ones have .finish_reason and .usage.

    model        any name; it runs on the provider of the credentials, else on the one that names it, else on the default one
    max_tokens   of the answer; default `llm.max_output_tokens`, or less where the model cannot
    ollama_host  "host:port" of another machine's Ollama, for the pin of that name; it has to be in `http.allow`

    Close it (contextlib.aclosing) when you stop early: the provider stops working then. Raises BlockInputError for a model that
    does not exist or a prompt that is too long, BlockRetry where asking again may help, else BlockError; all say what to do.
    """
    from ..llm import openai_compatible  # the blocks of all servers import this module, and not all of them ask a model

    settings = ctx.settings("llm")
    name, provider = _choose(settings, model, credentials)
    request = ChatRequest(
        model=name,
        messages=list(messages),
        max_tokens=_token_limit(settings, name, max_tokens),
        temperature=temperature,
        timeout_s=settings.timeout_s,
    )
    if provider.name == "ollama" and ollama_host and ollama_host.strip() not in ("", DEFAULT_OLLAMA_HOST):
        provider = at_host(provider, ollama_host)
    async with aclosing(openai_compatible.stream_chat(provider, request)) as chunks:
        async for chunk in chunks:
            if chunk.usage is not None:
                tokens = {"input": chunk.usage.prompt_tokens, "output": chunk.usage.completion_tokens}
                ctx.add_cost(chunk.usage.cost_usd, tokens=tokens, credits=token_credits(name, tokens) or 0.0)
            yield chunk


async def chat(ctx: RunContext, *, attempts: int | None = None, **question: Any) -> LlmResponse:
    """Like `stream_chat`, with the same arguments, and waits for the whole answer.

    `attempts` is for the pin `retry`: how often to ask where the provider is busy or breaks off, before that is a ServiceBusyError;
    without it the BlockRetry goes to the engine.
    """
    for attempt in count(1):
        try:
            return await _chat_once(ctx, **question)
        except BlockRetry as error:
            if attempts is None:
                raise
            if attempt >= attempts or error.after_s > MAX_WAIT_S:
                raise ServiceBusyError(error.message, hint=error.hint) from None
            ctx.log(f"{error.message} Asking again in {error.after_s:g} s.")
            await asyncio.sleep(error.after_s)
    raise AssertionError("unreachable")


async def _chat_once(ctx: RunContext, **question: Any) -> LlmResponse:
    parts: list[str] = []
    shown = ""
    usage, finish_reason, model = Usage(), None, None
    async with aclosing(stream_chat(ctx, **question)) as chunks:
        async for chunk in chunks:
            parts.append(chunk.text)
            if chunk.text:
                shown = (shown + chunk.text)[-MAX_SHOWN_CHARS:]
                ctx.show_progress(shown)
            finish_reason = chunk.finish_reason or finish_reason
            usage, model = chunk.usage or usage, chunk.model or model
    return LlmResponse(
        text="".join(parts),
        model=model or question["model"],
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        finish_reason=finish_reason,
    )


def _token_limit(settings: LlmConfig, model: str, wanted: int | None) -> int:
    if wanted is not None and wanted < 0:
        raise BlockInputError("The longest answer (max_tokens) cannot be negative.")
    known = known_models().get(model)
    return wanted or min(settings.max_output_tokens, (known and known.max_output_tokens) or settings.max_output_tokens)


def _choose(settings: LlmConfig, model: str, credentials: Credentials | None) -> tuple[str, Provider]:
    name = effective_model(settings, model)
    if credentials is None:
        return name, choose_provider(settings, name)
    # The owner's default model may run elsewhere than where these credentials belong: then they decide.
    if name != model and choose_provider(settings, name).name != credentials.provider:
        name = model
    key = credentials.secrets.get("api_key") or credentials.secrets.get("access_token") or ""
    provider = provider_with_key(settings, credentials.provider, key, credentials.base_url, credentials.hosts)
    if credentials.id != system_credentials_id(credentials.provider):
        provider = msgspec.structs.replace(provider, key_title=credentials.title or provider.title)
    return name, provider
