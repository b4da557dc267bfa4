"""/api/llm/ollama."""

from __future__ import annotations

from ..web.routing import Request, Route
from .service import OllamaService
from .types import OllamaState


def ollama_routes(service: OllamaService) -> list[Route]:
    """The route that looks for Ollama."""

    async def find(request: Request) -> OllamaState:
        return await service.find()

    return [
        Route(
            method="GET",
            path="/api/llm/ollama",
            handler=find,
            summary="Whether the Ollama of the configuration answers, and which models it has.",
            tags=("llm",),
            returns=OllamaState,
            permission="READ_BLOCK",
        )
    ]
