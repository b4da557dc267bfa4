"""/api/costs."""

from __future__ import annotations

from ..web.routing import Request, Route
from .service import CostService
from .types import CostQuery, CostReport, RunCosts


class CostRoutes:
    """The handlers."""

    def __init__(self, service: CostService):
        self._service = service

    async def read_costs(self, request: Request) -> CostReport:
        return await self._service.read_costs(request.principal.user_id, request.query)

    async def list_runs(self, request: Request) -> RunCosts:
        return await self._service.list_runs(request.principal.user_id, request.query)


def cost_routes(service: CostService) -> list[Route]:
    """The routes of costs."""
    handlers = CostRoutes(service)
    return [
        Route(
            method="GET",
            path="/api/costs",
            handler=handlers.read_costs,
            summary="What one's agents have cost: by day, agent, model and block.",
            tags=("costs",),
            query=CostQuery,
            returns=CostReport,
            errors=(400,),
            permission="READ_GRAPH",
        ),
        Route(
            method="GET",
            path="/api/costs/runs",
            handler=handlers.list_runs,
            summary="The runs behind a cost, the dearest first.",
            tags=("costs",),
            query=CostQuery,
            returns=RunCosts,
            errors=(400,),
            permission="READ_GRAPH",
        ),
    ]
