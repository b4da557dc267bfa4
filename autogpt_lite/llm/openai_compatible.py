"""The chat API of OpenAI, which Ollama, llama.cpp, vLLM, LM Studio, Groq, OpenRouter, Anthropic and others speak as well."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import msgspec

from ..errors import BlockError, OutboundError, OutboundLimitError, OutboundTimeoutError, OutboundUnreachableError
from ..net.answer import HttpResponse, HttpStream
from ..net.client import HttpRequest, outbound
from . import failures
from .chat import ChatChunk, ChatRequest, Usage
from .providers import Provider

LIST_TIMEOUT_S = 10.0
MAX_ERROR_BYTES = 200_000


async def stream_chat(provider: Provider, request: ChatRequest) -> AsyncIterator[ChatChunk]:
    """The answer, piece by piece. Closing the generator closes the connection, and the provider stops working.

    Raises BlockInputError for what asking again does not mend (no such model, prompt too long), BlockRetry for what it may
    (busy, broken off), else BlockError.
    """
    asked = HttpRequest(
        "POST",
        f"{provider.base_url.rstrip('/')}/chat/completions",
        headers=_headers(provider),
        json=_body(provider, request),
        only_hosts=provider.key_hosts,
        timeout_s=request.timeout_s,
    )
    try:
        async with outbound().stream(asked) as answer:
            if answer.status != 200:
                raise await _refusal(provider, request, await _read_error(answer))
            async with aclosing(_chunks(provider, answer)) as chunks:
                async for chunk in chunks:
                    yield chunk
    except OutboundUnreachableError as error:
        raise failures.unreachable(provider, error) from None
    except OutboundTimeoutError:
        hint = "`llm.timeout_s` in config.toml is the limit."
        raise BlockError(f"{provider.title} did not finish its answer within {request.timeout_s:g} s.", hint=hint) from None
    except OutboundLimitError:
        raise
    except OutboundError:
        raise failures.broken_off(provider) from None


async def list_models(provider: Provider) -> list[str]:
    """The names of the models that the server has. Raises OutboundError or BlockError."""
    url = f"{provider.base_url.rstrip('/')}/models"
    asked = HttpRequest("GET", url, headers=_headers(provider), only_hosts=provider.key_hosts, timeout_s=LIST_TIMEOUT_S)
    answer = await outbound().request(asked)
    if answer.status != 200:
        raise failures.refused(provider, "", answer)
    try:
        return [str(model["id"]) for model in answer.json()["data"]]
    except (KeyError, TypeError):
        raise OutboundError(f"{provider.title} did not answer with a list of models.") from None


async def _read_error(answer: HttpStream) -> HttpResponse:
    try:
        return await answer.read(MAX_ERROR_BYTES)
    except OutboundLimitError:  # some page of a proxy: its status says enough
        return HttpResponse(answer.status, answer.headers, b"", answer.url)


async def _refusal(provider: Provider, request: ChatRequest, answer: HttpResponse) -> BlockError:
    if not failures.is_missing_model(provider, answer):
        return failures.refused(provider, request.model, answer)
    try:
        available = await list_models(provider)
    except BlockError:
        available = None
    return failures.missing_model(provider, request.model, available)


def _headers(provider: Provider) -> dict[str, str]:
    return {"Authorization": f"Bearer {provider.api_key}"} if provider.api_key else {}


def _body(provider: Provider, request: ChatRequest) -> dict[str, Any]:
    # OpenAI's newer models refuse max_tokens, and most other servers do not know its new name.
    limit = "max_completion_tokens" if provider.name == "openai" and provider.is_official else "max_tokens"
    body: dict[str, Any] = {
        "model": request.model,
        "messages": request.messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        limit: request.max_tokens,
    }
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if provider.name == "open_router":
        body["usage"] = {"include": True}  # makes it say what it charged
    return body


async def _chunks(provider: Provider, answer: HttpStream) -> AsyncIterator[ChatChunk]:
    if "json" in answer.headers.get("Content-Type", ""):  # a server that cannot stream answers all at once
        yield _whole(provider, (await answer.read()).json())
        return
    has_ended = False
    async with aclosing(answer.lines()) as lines:
        async for line in lines:
            data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
            if data == "[DONE]":
                return
            if data:
                chunk = _chunk(provider, _event(provider, data))
                has_ended = has_ended or chunk.finish_reason is not None
                yield chunk
    if not has_ended:
        raise failures.broken_off(provider)


def _event(provider: Provider, data: str) -> dict[str, Any]:
    try:
        event = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise BlockError(f"{provider.title} sent an event that is not JSON.")
    if event.get("error"):
        raise failures.failed_in_stream(provider, event)
    return event


def _chunk(provider: Provider, event: dict[str, Any]) -> ChatChunk:
    choice = _first_choice(event)
    delta = choice.get("delta")
    text = delta.get("content") if isinstance(delta, dict) else None
    return ChatChunk(
        text=text if isinstance(text, str) else "",
        finish_reason=choice.get("finish_reason"),
        usage=_usage(event.get("usage")),
        model=event.get("model"),
    )


def _whole(provider: Provider, answer: Any) -> ChatChunk:
    choice = _first_choice(answer) if isinstance(answer, dict) else {}
    message = choice.get("message")
    if not isinstance(message, dict):
        raise BlockError(f"{provider.title} sent an answer without a message.")
    text = message.get("content")
    usage = _usage(answer.get("usage"))
    return ChatChunk(text if isinstance(text, str) else "", choice.get("finish_reason"), usage, answer.get("model"))


def _first_choice(event: dict[str, Any]) -> dict[str, Any]:
    choices = event.get("choices")
    return choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}


def _usage(counted: Any) -> Usage | None:
    if not isinstance(counted, dict):
        return None
    cost = counted.get("cost")
    return Usage(
        _count(counted.get("prompt_tokens")),
        _count(counted.get("completion_tokens")),
        float(cost) if isinstance(cost, (int, float)) and 0 <= cost < 1e6 else 0.0,
    )


def _count(value: Any) -> int:
    # A provider's numbers become credits, so only a sane one counts.
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**40 else 0
