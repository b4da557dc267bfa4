"""One's own API keys. A key itself can neither see nor change keys."""

from __future__ import annotations

from typing import Any

from ..web.routing import Request, Route
from .service import ApiKeyService
from .types import ApiKey, CreatedApiKey, NewApiKey, PermissionsChange

_TAGS = ("api-keys", "v1")


class ApiKeyRoutes:
    """The handlers."""

    def __init__(self, service: ApiKeyService):
        self._service = service

    async def list_keys(self, request: Request) -> list[ApiKey]:
        return await self._service.list_keys(request.principal.user_id)

    async def create_key(self, request: Request) -> CreatedApiKey:
        return await self._service.create_key(request.principal.user_id, request.body)

    async def get_key(self, request: Request) -> ApiKey:
        return self._service.get_key(*_names(request))

    async def revoke_key(self, request: Request) -> ApiKey:
        return await self._service.revoke_key(*_names(request))

    async def suspend_key(self, request: Request) -> ApiKey:
        return await self._service.suspend_key(*_names(request))

    async def resume_key(self, request: Request) -> ApiKey:
        return await self._service.resume_key(*_names(request))

    async def set_permissions(self, request: Request) -> ApiKey:
        return await self._service.set_permissions(*_names(request), request.body.permissions)


def _names(request: Request) -> tuple[str, str]:
    return request.principal.user_id, request.path["key_id"]


def api_key_routes(service: ApiKeyService) -> list[Route]:
    """The routes of API keys."""
    handlers = ApiKeyRoutes(service)

    def route(method: Any, path: str, handler: Any, summary: str, **more: Any) -> Route:
        return Route(method=method, path=f"/api/api-keys{path}", handler=handler, summary=summary, tags=_TAGS, **more)

    def of_one(method: Any, path: str, handler: Any, summary: str, *, errors: tuple[int, ...] = (404, 409), **more: Any) -> Route:
        return route(method, f"/{{key_id}}{path}", handler, summary, returns=ApiKey, errors=errors, **more)

    return [
        route("GET", "", handlers.list_keys, "The user's API keys, without their secrets.", returns=list[ApiKey]),
        route(
            "POST",
            "",
            handlers.create_key,
            "Makes an API key; this answer alone holds the key itself.",
            body=NewApiKey,
            returns=CreatedApiKey,
            errors=(409,),
        ),
        of_one("GET", "", handlers.get_key, "One API key, without its secret.", errors=(404,)),
        of_one("DELETE", "", handlers.revoke_key, "Revokes an API key at once and for good."),
        of_one("POST", "/suspend", handlers.suspend_key, "Suspends an API key at once."),
        of_one("POST", "/resume", handlers.resume_key, "Lets a suspended API key work again."),
        of_one("PUT", "/permissions", handlers.set_permissions, "Sets all that an API key may do.", body=PermissionsChange),
    ]
