"""/api/library/examples."""

from __future__ import annotations

import asyncio

from ..graphs.service import GraphService
from ..graphs.types import GraphModel
from ..web.routing import Request, Route
from .service import ExampleService
from .types import Example


def example_routes(service: ExampleService, graphs: GraphService) -> list[Route]:
    """The routes of the ready-made agents."""

    async def list_examples(request: Request) -> list[Example]:
        return await asyncio.to_thread(service.list_examples)

    async def add_example(request: Request) -> GraphModel:
        return graphs.model(await service.add(request.principal.user_id, request.path["name"]))

    return [
        Route(
            method="GET",
            path="/api/library/examples",
            handler=list_examples,
            summary="The ready-made agents that come with the program, their graphs in small.",
            tags=("library",),
            returns=list[Example],
            permission="READ_GRAPH",
        ),
        Route(
            method="POST",
            path="/api/library/examples/{name}",
            handler=add_example,
            summary="A copy of a ready-made agent in the library.",
            tags=("library",),
            returns=GraphModel,
            errors=(404, 413),
            permission="WRITE_LIBRARY",
        ),
    ]
