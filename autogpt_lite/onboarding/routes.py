"""/api/onboarding."""

from __future__ import annotations

from typing import Any

from ..web.routing import Request, Route
from .service import OnboardingService
from .types import OnboardingStatus, StepQuery, UserOnboarding, UserOnboardingUpdate


class OnboardingRoutes:
    """The handlers."""

    def __init__(self, service: OnboardingService):
        self._service = service

    async def get_onboarding(self, request: Request) -> UserOnboarding:
        return await self._service.get(request.principal.user_id)

    async def update_onboarding(self, request: Request) -> UserOnboarding:
        return await self._service.update(request.principal.user_id, request.body)

    async def complete_step(self, request: Request) -> UserOnboarding:
        return await self._service.complete_step(request.principal.user_id, request.query.step)

    async def reset_onboarding(self, request: Request) -> UserOnboarding:
        return await self._service.reset(request.principal.user_id)

    async def get_completed(self, request: Request) -> OnboardingStatus:
        return OnboardingStatus(is_completed=await self._service.is_completed(request.principal.user_id))

    async def is_enabled(self, request: Request) -> bool:
        return False


def onboarding_routes(service: OnboardingService) -> list[Route]:
    """The routes of the tour."""
    handlers, path = OnboardingRoutes(service), "/api/onboarding"

    def route(method: Any, path: str, handler: Any, summary: str, **more: Any) -> Route:
        more = {"returns": UserOnboarding, **more}
        return Route(method=method, path=path, handler=handler, summary=summary, tags=("onboarding", "v1"), **more)

    return [
        route("GET", path, handlers.get_onboarding, "How far the user has come in AutoGPT's tour."),
        route(
            "PATCH",
            path,
            handlers.update_onboarding,
            "Notes what the user has done or said in the tour.",
            body=UserOnboardingUpdate,
            errors=(413,),
        ),
        route("POST", f"{path}/step", handlers.complete_step, "Notes that a step was done.", query=StepQuery),
        route("POST", f"{path}/reset", handlers.reset_onboarding, "Lets the tour begin anew."),
        route("GET", f"{path}/completed", handlers.get_completed, "Whether the tour was seen.", returns=OnboardingStatus),
        route(
            "GET",
            f"{path}/enabled",
            handlers.is_enabled,
            "Whether new users are led through the tour: they are not, since it is about AutoGPT's marketplace.",
            returns=bool,
        ),
    ]
