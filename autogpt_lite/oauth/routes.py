"""The endpoints of logins at other services, in AutoGPT's shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

import msgspec

from ..credentials.service import CredentialsMeta
from ..web.routing import Request, Route
from .service import OAuthService

SessionOf = Callable[[Mapping[str, str]], bytes | None]
"""headers -> the key of the browser session that makes the request."""


class LoginQuery(msgspec.Struct, kw_only=True):
    """`scopes`: separated by commas. `credential_id`: the login that is made anew, under its id."""

    scopes: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    credential_id: str | None = None


class LoginResponse(msgspec.Struct, kw_only=True):
    """Where the user goes, and the token that comes back from there."""

    login_url: str
    state_token: str


class Callback(msgspec.Struct, kw_only=True):
    """What the provider sent the browser back with."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    state_token: Annotated[str, msgspec.Meta(max_length=1_000)]


class OAuthRoutes:
    """The handlers."""

    def __init__(self, service: OAuthService, session_of: SessionOf):
        self._service = service
        self._session_of = session_of

    async def begin(self, request: Request) -> LoginResponse:
        url, token = self._service.begin_login(
            request.principal.user_id,
            self._session_of(request.headers),
            request.headers.get("Host", ""),
            request.path["provider"],
            request.query.scopes,
            request.query.credential_id,
        )
        return LoginResponse(login_url=url, state_token=token)

    async def finish(self, request: Request) -> CredentialsMeta:
        return await self._service.finish_login(
            request.principal.user_id,
            self._session_of(request.headers),
            request.path["provider"],
            request.body.code,
            request.body.state_token,
        )


def oauth_routes(service: OAuthService, session_of: SessionOf) -> list[Route]:
    """The routes of logins."""
    handlers = OAuthRoutes(service, session_of)
    return [
        Route(
            method="GET",
            path="/api/integrations/{provider}/login",
            handler=handlers.begin,
            summary="Begins a login at a provider: where to send the browser.",
            tags=("integrations", "v1"),
            permission="MANAGE_INTEGRATIONS",
            query=LoginQuery,
            returns=LoginResponse,
            errors=(400, 404),
        ),
        Route(
            method="POST",
            path="/api/integrations/{provider}/callback",
            handler=handlers.finish,
            summary="Finishes a login with what the provider sent the browser back with, and stores it.",
            tags=("integrations", "v1"),
            permission="MANAGE_INTEGRATIONS",
            body=Callback,
            returns=CredentialsMeta,
            errors=(400, 404),
        ),
    ]
