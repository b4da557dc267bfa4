"""Accounts: who makes a request, links that open the browser, tickets that open WebSockets."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from ..api_keys.service import ApiKeyService
from ..api_keys.types import PREFIX
from ..audit.service import AuditService
from ..clock import to_datetime
from ..config import Config
from ..db import Database
from ..errors import AutoGPTLiteError, ConflictError, InvalidInputError, NotAuthenticatedError
from ..users.service import UserService
from ..users.types import DEFAULT_USER_ID, clean_email
from ..web.authentication import BAD_TOKEN, NO_SUBJECT, NO_TOKEN, SocketLogin, SocketRefused
from ..web.routing import Principal, Request, Route
from .codes import AccountCodes
from .email_change import EmailChange
from .failures import FailureLimiter, peer_name
from .jwt_tokens import Claims, JwtVerifier, NoSubjectError
from .one_time import OneTimeCodes
from .outbox import LogOutbox
from .owner_token import load_owner_token
from .password_login import PasswordLogin
from .sessions import Sessions, key_of_request
from .types import NewLink, Ticket

TICKET_S = 60.0
SOCKET_PERMISSION = "READ_GRAPH"
"""What an API key needs for a WebSocket: it tells about runs."""

_OWNER = Principal(user_id=DEFAULT_USER_ID, is_admin=True)


class AccountsService:
    """The Authenticator of the web layer, and what accounts/routes.py offers.

    `base_url` is where links lead to on this machine; whoever starts the server sets it once the port is known.
    """

    def __init__(
        self, db: Database, config: Config, data_dir: Path, users: UserService, api_keys: ApiKeyService, audit: AuditService
    ):
        self.mode = config.auth.mode
        self.base_url = f"http://127.0.0.1:{config.server.port}"
        self.public_url = config.server.public_url.rstrip("/").lower()
        self.users = users
        self.sessions = Sessions(db, config.auth.session_days)
        self.codes = AccountCodes(db)
        self.passwords = PasswordLogin(users, self.sessions, self.codes, self._refuse, has_sign_up=config.auth.sign_up)
        self.email = EmailChange(db, users, self.codes, LogOutbox(), self._public_link)
        self._jwt = JwtVerifier(config.auth) if self.mode == "jwt" else None
        self._api_keys = api_keys
        self._audit = audit
        self._owner_token = load_owner_token(data_dir).encode()
        self._links: OneTimeCodes[str] = OneTimeCodes(config.auth.link_minutes * 60)
        self._tickets: OneTimeCodes[SocketLogin] = OneTimeCodes(TICKET_S)
        self._failures = FailureLimiter()
        self._on_user_end: list[Callable[[str], None]] = []
        users.changed.append(self._user_changed)

    @property
    def is_open(self) -> bool:
        """Nobody logs in; everybody on this machine is the owner."""
        return self.mode == "none"

    # --- who is it? ---------------------------------------------------------------------------------

    async def authenticate(self, headers: Mapping[str, str], remote: str) -> Principal:
        """The user of a request: everybody where there is no login; else whoever brings a bearer token (the owner's, an API key,
        a JWT where `auth.mode` is "jwt"), an API key as X-API-Key, or a session's cookie and header token.

        Raises NotAuthenticatedError, TooManyRequestsError for many bad tokens."""
        if self.is_open:
            return _OWNER
        if (authorization := headers.get("Authorization")) is not None:
            return await self._bearer(authorization, remote)
        if (key := headers.get("X-API-Key")) is not None:
            return self._key(key, remote)
        session_key = key_of_request(headers)
        if session_key is None:
            raise self._told(NotAuthenticatedError())
        session = self.sessions.find(session_key)
        if session is None:
            raise self._refuse(remote, "session", "", NotAuthenticatedError("The session has ended."))
        return Principal(user_id=session.user_id, is_admin=session.is_admin)

    async def _bearer(self, authorization: str, remote: str) -> Principal:
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() == "bearer":
            if token.startswith(PREFIX):
                return self._key(token, remote)
            if hmac.compare_digest(token.encode("utf-8", "replace"), self._owner_token):
                return _OWNER
            if self._jwt is not None and token.count(".") == 2:
                return (await self._jwt_principal(token, remote))[0]
        raise self._refuse(remote, "token", "", NotAuthenticatedError("The token is not valid."))

    def _key(self, key: str, remote: str) -> Principal:
        known = self._api_keys.find(key)
        if known is None:
            raise self._refuse(remote, "api_key", "", NotAuthenticatedError("The API key is not valid."))
        return known.principal

    async def _jwt_principal(self, token: str, remote: str) -> tuple[Principal, Claims]:
        assert self._jwt is not None
        try:
            claims = self._jwt.verify(token)
        except NotAuthenticatedError as error:
            raise self._refuse(remote, "jwt", "", error) from None
        user = self.users.find_user(claims.user_id)
        if user is None:
            user = await self.users.ensure_user(claims.user_id, _address_of(claims), claims.name)
        return Principal(user_id=user.id, is_admin=claims.is_admin or user.role == "admin"), claims

    def _refuse(self, remote: str, way: str, user_id: str, error: AutoGPTLiteError) -> AutoGPTLiteError:
        """Notes a failed log-in; the error to raise for it."""
        self._audit.note_failed_login(peer_name(remote), way, user_id)
        return self._told(self._failures.failed(peer_name(remote), error))

    def _told(self, error: AutoGPTLiteError) -> AutoGPTLiteError:
        """What our login page has to know, since it can ask nobody before the login."""
        if isinstance(error, NotAuthenticatedError) and self.mode == "password":
            error.detail = {"ways_in": ["link", "password", *(["sign_up"] if self.passwords.has_sign_up else [])]}
            error.hint = "Log in with e-mail and password, or with a link of `autogpt-lite open`."
        return error

    async def authenticate_socket(self, token: str | None, remote: str) -> SocketLogin:
        """The user of a WebSocket. Tickets, API keys and JWTs are taken: the owner's token must never stand in a query string."""
        if self.is_open:
            return SocketLogin(DEFAULT_USER_ID)
        if not token:
            raise SocketRefused(NO_TOKEN, "The token is missing.")
        if token.startswith(PREFIX):
            return self._key_socket(token, remote)
        if self._jwt is not None and token.count(".") == 2:
            return await self._jwt_socket(token, remote)
        login = self._tickets.redeem(token)
        if login is None:
            self._audit.note_failed_login(peer_name(remote), "ticket")
            raise SocketRefused(BAD_TOKEN, "The token is not valid.")
        if login.session is not None and self.sessions.find(login.session) is None:
            raise SocketRefused(BAD_TOKEN, "The session has ended.")
        if self.users.find_user(login.user_id) is None:
            raise SocketRefused(NO_SUBJECT, "The token names no user.")
        return login

    def _key_socket(self, token: str, remote: str) -> SocketLogin:
        known = self._api_keys.find(token)
        if known is None:
            self._audit.note_failed_login(peer_name(remote), "api_key")
            raise SocketRefused(BAD_TOKEN, "The API key is not valid.")
        if SOCKET_PERMISSION not in (known.principal.permissions or ()):
            raise SocketRefused(BAD_TOKEN, f"This needs the permission {SOCKET_PERMISSION}.")
        may_execute = "EXECUTE_GRAPH" in (known.principal.permissions or ())
        return SocketLogin(known.principal.user_id, known.key_hash, may_execute=may_execute)

    async def _jwt_socket(self, token: str, remote: str) -> SocketLogin:
        try:
            principal, claims = await self._jwt_principal(token, remote)
        except NoSubjectError:
            raise SocketRefused(NO_SUBJECT, "The token names no user.") from None
        except AutoGPTLiteError as error:
            raise SocketRefused(BAD_TOKEN, error.message) from None
        return SocketLogin(principal.user_id, None, claims.expires_at)

    def on_session_end(self, callback: Callable[[bytes], None]) -> None:
        """Calls callback(key) when a session or an API key is ended."""
        self.sessions.on_end(callback)
        self._api_keys.on_end(callback)

    def on_user_end(self, callback: Callable[[str], None]) -> None:
        """Calls callback(user id) when a user leaves, or gets another role."""
        self._on_user_end.append(callback)

    def _user_changed(self, user_id: str) -> None:
        self.sessions.forget_user(user_id)
        self._api_keys.forget_user(user_id)
        for callback in self._on_user_end:
            callback(user_id)

    async def note_admin_action(self, request: Request, route: Route) -> None:
        """Where an administrator has changed something: one row with the route, its parameters and what the handler said of it."""
        if route.access != "admin" or route.method == "GET":
            return
        detail = {**request.path, **request.audit_detail}
        await self._audit.note(request.principal.user_id, f"{route.method} {route.path}", detail, request.remote)

    # --- what users ask for -------------------------------------------------------------------------

    def new_link(self, user_id: str = DEFAULT_USER_ID) -> NewLink:
        """A link for one browser. The code stands in the fragment, which browsers never send anywhere."""
        code, expires_at = self._links.issue(user_id)
        return self._link(f"code={code}", expires_at)

    def _link(self, fragment: str, expires_at: int) -> NewLink:
        is_elsewhere = self.public_url and _place_of(self.public_url) != _place_of(self.base_url)
        public_url = f"{self.public_url}/#{fragment}" if is_elsewhere else None
        return NewLink(f"{self.base_url}/#{fragment}", public_url, to_datetime(expires_at).isoformat())

    def _public_link(self, fragment: str) -> str:
        return f"{self.public_url or self.base_url}/#{fragment}"

    async def new_link_for(self, user_id: str) -> NewLink:
        """What an administrator hands to somebody who cannot get in: a link to a new password where there are passwords, else one
        that logs in. Raises NotFoundError, ConflictError where another service logs people in."""
        self.users.get_user(user_id)
        if self.mode == "password":
            code, expires_at = await self.codes.issue(user_id, "reset")
            return self._link(f"reset={code}", expires_at)
        if self.mode == "jwt":
            raise ConflictError("Users of this server log in elsewhere.", hint="Your log-in service resets passwords.")
        return self.new_link(user_id)

    def redeem_link(self, code: str, remote: str) -> str:
        """The user that a link's code logs in, once. Raises NotAuthenticatedError, TooManyRequestsError."""
        user_id = self._links.redeem(code)
        if user_id is None or self.users.find_user(user_id) is None:
            error = NotAuthenticatedError("This link was used before or is too old.")
            raise self._refuse(remote, "link", "", error)
        return user_id

    def new_ticket(self, user_id: str, session: bytes | None) -> Ticket:
        """A ticket for one WebSocket, which is closed when `session` ends."""
        ticket, expires_at = self._tickets.issue(SocketLogin(user_id, session))
        return Ticket(ticket=ticket, expires_at=to_datetime(expires_at).isoformat())


def _place_of(url: str) -> str:
    """An address in the one form that this machine's own has, under whichever of its names."""
    return url.lower().replace("://localhost", "://127.0.0.1").replace("://[::1]", "://127.0.0.1")


def _address_of(claims: Claims) -> str:
    try:
        return clean_email(claims.email)
    except InvalidInputError:
        return f"{uuid.uuid4()}@users.invalid"
