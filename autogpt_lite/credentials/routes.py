"""The endpoints of credentials (AutoGPT's "integrations"), without the logins (oauth/routes.py)."""

from __future__ import annotations

from collections.abc import Sequence

from ..web.routing import Request, Route
from .access import CredentialsAccess
from .providers import ProviderCatalog
from .rotation import SealedRows, make_new_key, rotate_key
from .service import CredentialsService
from .trial import try_credentials
from .types import (
    CredentialsGiven,
    CredentialsMeta,
    CredentialsUpdate,
    DeleteQuery,
    Deletion,
    ProviderInfo,
    RotateBody,
    Rotation,
    TestResult,
    Usage,
    UsageQuery,
)

_TAGS = ("integrations", "v1")
_BASE = "/api/integrations"
_OF_PROVIDER = f"{_BASE}/{{provider}}/credentials"
_ONE = f"{_OF_PROVIDER}/{{cred_id}}"
READ, MANAGE, DELETE = "READ_INTEGRATIONS", "MANAGE_INTEGRATIONS", "DELETE_INTEGRATIONS"


class CredentialsRoutes:
    """The handlers."""

    def __init__(
        self, service: CredentialsService, access: CredentialsAccess, catalog: ProviderCatalog, sealed: Sequence[SealedRows]
    ):
        self._service = service
        self._sealed = sealed
        self._access = access
        self._catalog = catalog

    async def list_all(self, request: Request) -> list[CredentialsMeta]:
        return await self._service.list_credentials(request.principal.user_id)

    async def list_of_provider(self, request: Request) -> list[CredentialsMeta]:
        return await self._service.list_credentials(request.principal.user_id, request.path["provider"])

    async def create(self, request: Request) -> CredentialsMeta:
        return await self._service.create_credentials(request.principal.user_id, request.path["provider"], request.body)

    async def get(self, request: Request) -> CredentialsMeta:
        return self._service.get_credentials(*_one(request))

    async def replace(self, request: Request) -> CredentialsMeta:
        return await self._service.replace_secret(*_one(request), request.body)

    async def update(self, request: Request) -> CredentialsMeta:
        return await self._service.update_credentials(*_one(request), request.body)

    async def delete(self, request: Request) -> Deletion:
        return await self._service.delete_credentials(*_one(request), force=request.query.force)

    async def usage(self, request: Request) -> Usage:
        return await self._service.get_usage(*_one(request), request.query)

    async def test(self, request: Request) -> TestResult:
        user_id, provider, credentials_id = _one(request)
        self._service.get_credentials(user_id, provider, credentials_id)
        return await try_credentials(self._access, user_id, provider, credentials_id)

    async def rotate(self, request: Request) -> Rotation:
        return await rotate_key(self._access, self._sealed, forget_old=request.body.forget_old)

    async def make_key(self, request: Request) -> None:
        make_new_key(self._access)

    async def list_providers(self, request: Request) -> list[str]:
        return self._catalog.names()

    async def describe_providers(self, request: Request) -> list[ProviderInfo]:
        return self._catalog.list_providers()

    async def provider_names(self, request: Request) -> dict[str, list[str]]:
        return {"providers": self._catalog.names()}

    async def provider_constants(self, request: Request) -> dict[str, dict[str, str]]:
        return {"PROVIDER_NAMES": {name.upper(): name for name in self._catalog.names()}}

    async def provider_example(self, request: Request) -> dict[str, str]:
        return {"provider": self._catalog.names()[0]}

    async def system_providers(self, request: Request) -> list[str]:
        return sorted(self._catalog.system_names())


def _one(request: Request) -> tuple[str, str, str]:
    return request.principal.user_id, request.path["provider"], request.path["cred_id"]


def credentials_routes(
    service: CredentialsService, access: CredentialsAccess, catalog: ProviderCatalog, sealed: Sequence[SealedRows]
) -> list[Route]:
    """The routes of credentials and their providers."""
    handlers = CredentialsRoutes(service, access, catalog, sealed)
    return [*_provider_routes(handlers), *_collection_routes(handlers), *_one_routes(handlers)]


def _collection_routes(handlers: CredentialsRoutes) -> list[Route]:
    return [
        Route(
            method="GET",
            path=f"{_BASE}/credentials",
            handler=handlers.list_all,
            summary="The user's credentials and the server's own, without their secrets.",
            tags=_TAGS,
            permission=READ,
            returns=list[CredentialsMeta],
        ),
        Route(
            method="POST",
            path=f"{_BASE}/credentials/rotate",
            handler=handlers.rotate,
            summary="Seals all stored secrets with a new key, or finishes a rotation that was cut off.",
            tags=_TAGS,
            access="admin",
            body=RotateBody,
            returns=Rotation,
            errors=(400, 503),
        ),
        Route(
            method="POST",
            path=f"{_BASE}/credentials/new-key",
            handler=handlers.make_key,
            summary="Makes a key in the place of a lost one; what was stored with that stays unreadable.",
            tags=_TAGS,
            access="admin",
            status=204,
            errors=(400,),
        ),
        Route(
            method="GET",
            path=_OF_PROVIDER,
            handler=handlers.list_of_provider,
            summary="The credentials of one provider, without their secrets.",
            tags=_TAGS,
            permission=READ,
            returns=list[CredentialsMeta],
        ),
        Route(
            method="POST",
            path=_OF_PROVIDER,
            handler=handlers.create,
            summary="Stores credentials. The answer, like every other one, holds no secret.",
            tags=_TAGS,
            permission=MANAGE,
            body=CredentialsGiven,
            returns=CredentialsMeta,
            status=201,
            errors=(400, 503),
        ),
    ]


def _one_routes(handlers: CredentialsRoutes) -> list[Route]:
    return [
        Route(
            method="GET",
            path=_ONE,
            handler=handlers.get,
            summary="Credentials without their secret.",
            tags=_TAGS,
            permission=READ,
            returns=CredentialsMeta,
            errors=(404,),
        ),
        Route(
            method="PUT",
            path=_ONE,
            handler=handlers.replace,
            summary="Replaces the secret under the same id: what names the credentials goes on.",
            tags=_TAGS,
            permission=MANAGE,
            body=CredentialsGiven,
            returns=CredentialsMeta,
            errors=(400, 404, 409, 503),
        ),
        Route(
            method="PATCH",
            path=_ONE,
            handler=handlers.update,
            summary="Changes the title, or the hosts that the secret may be sent to.",
            tags=_TAGS,
            permission=MANAGE,
            body=CredentialsUpdate,
            returns=CredentialsMeta,
            errors=(400, 404, 409, 503),
        ),
        Route(
            method="DELETE",
            path=_ONE,
            handler=handlers.delete,
            summary="Deletes credentials; asks first (need_confirmation) where something uses them, unless force=true.",
            tags=_TAGS,
            permission=DELETE,
            query=DeleteQuery,
            returns=Deletion,
            errors=(404, 409),
        ),
        Route(
            method="GET",
            path=f"{_ONE}/usage",
            handler=handlers.usage,
            summary="Who uses the credentials, and the log of their uses.",
            tags=_TAGS,
            permission=READ,
            query=UsageQuery,
            returns=Usage,
            errors=(404,),
        ),
        Route(
            method="POST",
            path=f"{_ONE}/test",
            handler=handlers.test,
            summary="Asks the provider whether it takes the credentials.",
            tags=_TAGS,
            permission=MANAGE,
            returns=TestResult,
            errors=(404, 503),
        ),
    ]


def _provider_routes(handlers: CredentialsRoutes) -> list[Route]:
    listings = (
        ("", handlers.list_providers, "The names of all providers.", list[str]),
        ("/details", handlers.describe_providers, "What each provider that a block here uses needs.", list[ProviderInfo]),
        ("/names", handlers.provider_names, "The names of all providers.", dict[str, list[str]]),
        ("/constants", handlers.provider_constants, "The names of all providers by constant.", dict[str, dict[str, str]]),
        ("/enum-example", handlers.provider_example, "One name of a provider.", dict[str, str]),
        ("/system", handlers.system_providers, "The providers that the server itself has credentials of.", list[str]),
    )
    return [
        Route(
            method="GET",
            path=f"{_BASE}/providers{path}",
            handler=handler,
            summary=summary,
            tags=_TAGS,
            permission=READ,
            returns=returns,
        )
        for path, handler, summary, returns in listings
    ]
