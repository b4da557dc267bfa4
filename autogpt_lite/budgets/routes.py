"""/api/budgets."""

from __future__ import annotations

from ..web.routing import Request, Route
from .service import BudgetService
from .types import Budgets, PutBudget


class BudgetRoutes:
    """The handlers."""

    def __init__(self, service: BudgetService):
        self._service = service

    async def list_budgets(self, request: Request) -> Budgets:
        return self._service.list_budgets(request.principal.user_id)

    async def put_budget(self, request: Request) -> Budgets:
        return await self._service.put_budget(request.principal.user_id, request.body)


def budget_routes(service: BudgetService) -> list[Route]:
    """The routes of budgets."""
    handlers = BudgetRoutes(service)
    return [
        Route(
            method="GET",
            path="/api/budgets",
            handler=handlers.list_budgets,
            summary="What may be spent this month, and what is left of it.",
            tags=("costs",),
            returns=Budgets,
            permission="READ_GRAPH",
        ),
        Route(
            method="PUT",
            path="/api/budgets",
            handler=handlers.put_budget,
            summary="Sets what an agent, or all of them together, may spend in a month; null takes it away.",
            tags=("costs",),
            body=PutBudget,
            returns=Budgets,
            errors=(404,),
            permission="WRITE_LIBRARY",
        ),
    ]
