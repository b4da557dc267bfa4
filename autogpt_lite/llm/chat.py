"""What is asked of a language model, and what comes back."""

from __future__ import annotations

from typing import Any

import msgspec

Message = dict[str, Any]
"""{"role": "system" | "user" | "assistant", "content": text}."""


class ChatRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `max_tokens` limits the answer; `timeout_s` counts until its end."""

    model: str
    messages: list[Message]
    max_tokens: int
    temperature: float | None = None
    timeout_s: float


class Usage(msgspec.Struct, frozen=True):
    """What the provider counted. `cost_usd` is set by those that say what they charged (OpenRouter)."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0


class ChatChunk(msgspec.Struct, frozen=True):
    """A piece of the answer. The last one has no text, and the `usage` where the provider tells it."""

    text: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None
    model: str | None = None
