"""The ways in: by link, by password. Log-out, sessions, tickets, a new e-mail address."""

from __future__ import annotations

from typing import Any

from ..clock import to_datetime
from ..users.types import User
from ..web.routing import Request, Response, Route
from .service import AccountsService
from .sessions import key_of_request, set_cookie
from .types import (
    EmailAndPassword,
    EmailCode,
    LinkCode,
    NewLink,
    NewSession,
    PasswordChange,
    PasswordReset,
    SessionInfo,
    SignUp,
    Ticket,
)

_TAGS = ("auth", "v1")


class AccountsRoutes:
    """The handlers."""

    def __init__(self, service: AccountsService):
        self._service = service

    # --- ways in ---------------------------------------------------------------------------------------

    async def exchange_link(self, request: Request) -> Response:
        return await self._begin(request, self._service.redeem_link(request.body.code, request.remote))

    async def log_in(self, request: Request) -> Response:
        given: EmailAndPassword = request.body
        return await self._begin(request, await self._service.passwords.log_in(given.email, given.password, request.remote))

    async def sign_up(self, request: Request) -> Response:
        return await self._begin(request, await self._service.passwords.sign_up(request.body, request.remote))

    async def reset_password(self, request: Request) -> Response:
        given: PasswordReset = request.body
        return await self._begin(request, await self._service.passwords.reset(given.code, given.password, request.remote))

    async def _begin(self, request: Request, user_id: str) -> Response:
        # Always a new session: an id that came with the request could have been planted.
        sessions, agent = self._service.sessions, request.headers.get("User-Agent", "")
        cookie, token, expires_at = await sessions.begin(user_id, user_agent=agent, remote=request.remote)
        body = NewSession(token=token, user_id=user_id, expires_at=to_datetime(expires_at).isoformat())
        return Response(body, headers=self._cookie(request, cookie, sessions.lifetime_s))

    def _cookie(self, request: Request, value: str, max_age_s: int) -> dict[str, str]:
        host = request.headers["Host"]
        is_https = self._service.public_url == f"https://{host}".lower()
        return {"Set-Cookie": set_cookie(host, value, max_age_s=max_age_s, is_https=is_https)}

    # --- once in ---------------------------------------------------------------------------------------

    async def log_out(self, request: Request) -> Response:
        if (key := _session_of(request)) is not None:
            await self._service.sessions.end(key)
        return Response(status=204, headers=self._cookie(request, "", 0))

    async def list_sessions(self, request: Request) -> list[SessionInfo]:
        return await self._service.sessions.list_sessions(request.principal.user_id, _session_of(request))

    async def end_session(self, request: Request) -> None:
        await self._service.sessions.end_one(request.principal.user_id, request.path["session_id"])

    async def change_password(self, request: Request) -> None:
        await self._service.passwords.change(request.principal.user_id, request.body, request.remote, _session_of(request))

    async def create_link(self, request: Request) -> NewLink:
        return self._service.new_link(request.principal.user_id)

    async def create_link_for(self, request: Request) -> NewLink:
        return await self._service.new_link_for(request.path["user_id"])

    async def create_ticket(self, request: Request) -> Ticket:
        return self._service.new_ticket(request.principal.user_id, _session_of(request))

    async def ask_for_email(self, request: Request) -> dict[str, str]:
        pending = await self._service.email.ask(request.principal.user_id, request.body)
        return {"email": self._service.users.get_user(request.principal.user_id).email, "pending_email": pending}

    async def verify_email(self, request: Request) -> User:
        return await self._service.email.verify(request.principal.user_id, request.body.code)


def _session_of(request: Request) -> bytes | None:
    """The key of the session that made the request; None where a bearer token did."""
    return None if "Authorization" in request.headers else key_of_request(request.headers)


def accounts_routes(service: AccountsService) -> list[Route]:
    """The routes of accounts; those of the log-in are left out where there is none, those of passwords where there are none."""
    handlers = AccountsRoutes(service)
    routes = _always(handlers)
    if not service.is_open:
        routes += _link_routes(handlers) + _session_routes(handlers)
    if service.mode == "password":
        routes += _password_routes(handlers)
    return routes


def _route(method: Any, path: str, handler: Any, summary: str, **more: Any) -> Route:
    return Route(method=method, path=path, handler=handler, summary=summary, tags=_TAGS, **more)


def _always(handlers: AccountsRoutes) -> list[Route]:
    return [
        _route(
            "POST",
            "/api/ws-ticket",
            handlers.create_ticket,
            "A ticket that opens one WebSocket (/ws?token=) within a minute.",
            returns=Ticket,
        ),
        _route(
            "POST",
            "/api/auth/user/email",
            handlers.ask_for_email,
            "Sends a link to a new e-mail address; the address counts once the link was opened.",
            body=str,
            returns=dict[str, str],
        ),
        _route(
            "POST",
            "/api/auth/user/email/verify",
            handlers.verify_email,
            "Takes the code of that link: from now on the new address counts.",
            body=EmailCode,
            returns=User,
            errors=(400, 409),
        ),
    ]


def _link_routes(handlers: AccountsRoutes) -> list[Route]:
    return [
        _route(
            "POST",
            "/api/auth/link",
            handlers.exchange_link,
            "Exchanges the code of a link for a browser session: a cookie and a token, which work together only.",
            access="login",
            body=LinkCode,
            returns=NewSession,
            errors=(401, 429),
        ),
        _route(
            "POST",
            "/api/auth/links",
            handlers.create_link,
            "Makes a link that opens a session in another browser.",
            access="admin",
            returns=NewLink,
        ),
        Route(
            method="POST",
            path="/api/admin/users/{user_id}/reset",
            handler=handlers.create_link_for,
            summary="Makes a link for somebody who cannot get in: to a new password, or (without passwords) into a session.",
            tags=("admin", "v1"),
            access="admin",
            returns=NewLink,
            errors=(404, 409),
        ),
    ]


def _session_routes(handlers: AccountsRoutes) -> list[Route]:
    return [
        _route("POST", "/api/auth/logout", handlers.log_out, "Ends the browser session.", status=204),
        _route(
            "GET",
            "/api/auth/sessions",
            handlers.list_sessions,
            "The user's browsers that are logged in.",
            returns=list[SessionInfo],
        ),
        _route(
            "DELETE",
            "/api/auth/sessions/{session_id}",
            handlers.end_session,
            "Logs one of the user's browsers out.",
            status=204,
            errors=(404,),
        ),
    ]


def _password_routes(handlers: AccountsRoutes) -> list[Route]:
    return [
        _route(
            "POST",
            "/api/auth/login",
            handlers.log_in,
            'Opens a browser session with e-mail and password, where `auth.mode` is "password".',
            access="login",
            body=EmailAndPassword,
            returns=NewSession,
            errors=(401, 429),
        ),
        _route(
            "POST",
            "/api/auth/signup",
            handlers.sign_up,
            "Makes an account and opens a browser session, where `auth.sign_up` is on.",
            access="login",
            body=SignUp,
            returns=NewSession,
            errors=(404, 409, 429),
        ),
        _route(
            "POST",
            "/api/auth/reset",
            handlers.reset_password,
            "Sets a new password by the code of an administrator's link, ends all sessions and opens one.",
            access="login",
            body=PasswordReset,
            returns=NewSession,
            errors=(429,),
        ),
        _route(
            "POST",
            "/api/auth/password",
            handlers.change_password,
            "Changes the password; all other sessions of the user end.",
            body=PasswordChange,
            status=204,
            errors=(429,),
        ),
    ]
