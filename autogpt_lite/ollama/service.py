"""Asks Ollama for its models, through the guarded client like every other request."""

from __future__ import annotations

import msgspec

from ..config import LlmConfig
from ..errors import AutoGPTLiteError
from ..llm.providers import WELL_KNOWN
from ..net.client import HttpRequest, outbound
from .types import OllamaModel, OllamaState

TIMEOUT_S = 3.0
"""It is on this computer or in the next room; who waits is a person at the first page."""

MAX_BYTES = 2_000_000
MAX_MODELS = 200


class _Model(msgspec.Struct):
    name: str
    size: int = 0


class _Tags(msgspec.Struct):
    models: list[_Model] | None = None


class OllamaService:
    """The Ollama that the configuration names."""

    def __init__(self, config: LlmConfig):
        self._config = config

    async def find(self) -> OllamaState:
        """Whether it answers, and its models, those that changed last first."""
        settings = self._config.providers.get("ollama")
        base_url = settings.base_url if settings else WELL_KNOWN["ollama"].base_url
        address = base_url.rstrip("/").removesuffix("/v1")
        state = OllamaState(is_running=False, address=address, message=None, models=[], default_model=self._config.default_model)
        try:
            request = HttpRequest("GET", f"{address}/api/tags", timeout_s=TIMEOUT_S, max_bytes=MAX_BYTES)
            answer = await outbound().request(request)
        except AutoGPTLiteError as error:
            state.message = error.message
            return state
        return _read(state, answer.status, answer.body)


def _read(state: OllamaState, status: int, body: bytes) -> OllamaState:
    try:
        tags = msgspec.json.decode(body, type=_Tags)
    except msgspec.MsgspecError:
        tags = None
    if status != 200 or tags is None:
        state.message = f"What answers at {state.address} is not Ollama ({status})."
        return state
    state.is_running = True
    state.models = [OllamaModel(name=one.name, size_bytes=one.size) for one in (tags.models or [])[:MAX_MODELS]]
    return state
