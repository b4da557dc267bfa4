"""What is known about Ollama."""

from __future__ import annotations

import msgspec


class OllamaModel(msgspec.Struct, kw_only=True):
    """A model that is downloaded; `size_bytes` is its file's."""

    name: str
    size_bytes: int


class OllamaState(msgspec.Struct, kw_only=True):
    """`address` is where it was asked, `message` why nothing was found (null where it was); `default_model` the one of `llm.default_model`,
    which blocks use that choose none ("": the blocks' own)."""

    is_running: bool
    address: str
    message: str | None
    models: list[OllamaModel]
    default_model: str
