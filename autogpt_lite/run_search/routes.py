"""The endpoint of the search over runs."""

from __future__ import annotations

from ..web.routing import Request, Route
from .service import RunSearch
from .types import FoundRuns, SearchQuery


def run_search_routes(service: RunSearch) -> list[Route]:
    """The route of the search over runs."""

    async def search(request: Request) -> FoundRuns:
        return await service.search(request.principal.user_id, request.query)

    return [
        Route(
            method="GET",
            path="/api/executions/search",
            handler=search,
            summary="The newest runs whose inputs and outputs have all the words.",
            tags=("graphs",),
            query=SearchQuery,
            returns=FoundRuns,
            permission="READ_GRAPH",
        )
    ]
