"""/api/library/cards."""

from __future__ import annotations

from ..web.routing import Request, Route
from .service import LibraryCardService
from .types import CardsQuery, LibraryCard


def library_card_routes(service: LibraryCardService) -> list[Route]:
    """The route of the cards."""

    async def list_cards(request: Request) -> list[LibraryCard]:
        return await service.list_cards(request.principal.user_id, request.query.graph_id)

    return [
        Route(
            method="GET",
            path="/api/library/cards",
            handler=list_cards,
            summary="The graphs of some agents in small, their last runs, and what this month's have cost.",
            tags=("library",),
            query=CardsQuery,
            returns=list[LibraryCard],
            permission="READ_GRAPH",
        )
    ]
