"""The endpoint of prices."""

from __future__ import annotations

from ..web.routing import Request, Route
from .service import PriceService
from .types import PriceRun, RunPrice


class PriceRoutes:
    """The handlers."""

    def __init__(self, service: PriceService):
        self._service = service

    async def price_run(self, request: Request) -> RunPrice:
        return await self._service.price_run(request.principal.user_id, request.body)


def price_routes(service: PriceService) -> list[Route]:
    """The route of prices."""
    return [
        Route(
            method="POST",
            path="/api/graphs/price",
            handler=PriceRoutes(service).price_run,
            summary="What a run will cost, about and at most, of a stored agent or of a draft; nothing runs.",
            tags=("graphs",),
            body=PriceRun,
            returns=RunPrice,
            errors=(400, 404, 413),
            permission="READ_GRAPH",
        )
    ]
