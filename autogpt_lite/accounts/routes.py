"""Log-in by link, log-out, tickets, the user."""

from __future__ import annotations

from ..clock import to_datetime
from ..web.routing import Request, Response, Route
from .service import AccountsService
from .sessions import key_of_request, set_cookie
from .types import LinkCode, NewLink, NewSession, Ticket, User

_TAGS = ("auth", "v1")


class AccountsRoutes:
    """The handlers."""

    def __init__(self, service: AccountsService):
        self._service = service

    async def get_or_create_user(self, request: Request) -> User:
        return self._service.get_user(request.principal.user_id)

    async def exchange_link(self, request: Request) -> Response:
        # Always a new session: an id that came with the request could have been planted.
        user_id = self._service.redeem_link(request.body.code, request.remote)
        cookie, token, expires_at = await self._service.sessions.begin(user_id)
        body = NewSession(token=token, user_id=user_id, expires_at=to_datetime(expires_at).isoformat())
        return Response(body, headers=self._cookie(request, cookie, self._service.sessions.lifetime_s))

    async def log_out(self, request: Request) -> Response:
        key = key_of_request(request.headers)
        if key is not None:
            await self._service.sessions.end(key)
        return Response(status=204, headers=self._cookie(request, "", 0))

    async def create_link(self, request: Request) -> NewLink:
        return self._service.new_link(request.principal.user_id)

    async def create_ticket(self, request: Request) -> Ticket:
        return self._service.new_ticket(request.principal.user_id, key_of_request(request.headers))

    def _cookie(self, request: Request, value: str, max_age_s: int) -> dict[str, str]:
        host = request.headers["Host"]
        is_https = self._service.public_url == f"https://{host}".lower()
        return {"Set-Cookie": set_cookie(host, value, max_age_s=max_age_s, is_https=is_https)}


def accounts_routes(service: AccountsService) -> list[Route]:
    """The routes of accounts; those of the log-in are left out where there is none."""
    handlers = AccountsRoutes(service)
    routes = [
        Route(
            method="POST",
            path="/api/auth/user",
            handler=handlers.get_or_create_user,
            summary="The user who makes the request.",
            tags=_TAGS,
            returns=User,
        ),
        Route(
            method="POST",
            path="/api/ws-ticket",
            handler=handlers.create_ticket,
            summary="A ticket that opens one WebSocket (/ws?token=) within a minute.",
            tags=_TAGS,
            returns=Ticket,
        ),
    ]
    return routes if service.is_open else routes + _login_routes(handlers)


def _login_routes(handlers: AccountsRoutes) -> list[Route]:
    return [
        Route(
            method="POST",
            path="/api/auth/link",
            handler=handlers.exchange_link,
            summary="Exchanges the code of a link for a browser session: a cookie and a token, which work together only.",
            tags=_TAGS,
            access="public",
            body=LinkCode,
            returns=NewSession,
            errors=(401, 429),
        ),
        Route(
            method="POST",
            path="/api/auth/links",
            handler=handlers.create_link,
            summary="Makes a link that opens a session in another browser.",
            tags=_TAGS,
            access="admin",
            returns=NewLink,
        ),
        Route(
            method="POST",
            path="/api/auth/logout",
            handler=handlers.log_out,
            summary="Ends the browser session.",
            tags=_TAGS,
            status=204,
        ),
    ]
