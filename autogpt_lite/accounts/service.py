"""Accounts: who makes a request, links that open the browser, tickets that open WebSockets."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from pathlib import Path

from ..clock import to_datetime
from ..config import Config
from ..db import Database
from ..errors import NotAuthenticatedError, NotFoundError
from ..web.authentication import BAD_TOKEN, NO_SUBJECT, NO_TOKEN, SocketLogin, SocketRefused
from ..web.routing import Principal
from . import store
from .failures import FailureLimiter
from .one_time import OneTimeCodes
from .owner_token import load_owner_token
from .sessions import Sessions, key_of_request
from .types import DEFAULT_USER_ID, NewLink, Ticket, User

TICKET_S = 60.0

_OWNER = Principal(user_id=DEFAULT_USER_ID, is_admin=True)


class AccountsService:
    """The Authenticator of the web layer, and what accounts/routes.py offers.

    `base_url` is where links lead to on this machine; whoever starts the server sets it once the port is known.
    """

    def __init__(self, db: Database, config: Config, data_dir: Path):
        self.is_open = config.auth.mode == "none"
        self.base_url = f"http://127.0.0.1:{config.server.port}"
        self.public_url = config.server.public_url.rstrip("/").lower()
        self.sessions = Sessions(db, config.auth.session_days)
        self._db = db
        self._owner_token = load_owner_token(data_dir).encode()
        self._links: OneTimeCodes[str] = OneTimeCodes(config.auth.link_minutes * 60)
        self._tickets: OneTimeCodes[SocketLogin] = OneTimeCodes(TICKET_S)
        self._failures = FailureLimiter()

    # --- who is it? ---------------------------------------------------------------------------------

    def authenticate(self, headers: Mapping[str, str], remote: str) -> Principal:
        """The user of a request: everybody where there is no login; else whoever brings the owner's token as a bearer token,
        or a session's cookie and header token. Raises NotAuthenticatedError, TooManyRequestsError for many bad tokens."""
        if self.is_open:
            return _OWNER
        authorization = headers.get("Authorization")
        if authorization is not None:
            return self._bearer(authorization, remote)
        key = key_of_request(headers)
        if key is None:
            raise NotAuthenticatedError()
        session = self.sessions.find(key)
        if session is None:
            raise self._failures.failed(remote, NotAuthenticatedError("The session has ended."))
        return Principal(user_id=session.user_id, is_admin=session.is_admin)

    def _bearer(self, authorization: str, remote: str) -> Principal:
        scheme, _, token = authorization.partition(" ")
        is_owner = hmac.compare_digest(token.strip().encode("utf-8", "replace"), self._owner_token)
        if scheme.lower() == "bearer" and is_owner:
            return _OWNER
        raise self._failures.failed(remote, NotAuthenticatedError("The token is not valid."))

    def authenticate_socket(self, token: str | None) -> SocketLogin:
        """The user of a WebSocket. Only tickets are taken: the owner's token must never stand in a query string."""
        if self.is_open:
            return SocketLogin(DEFAULT_USER_ID)
        if not token:
            raise SocketRefused(NO_TOKEN, "The token is missing.")
        login = self._tickets.redeem(token)
        if login is None:
            raise SocketRefused(BAD_TOKEN, "The token is not valid.")
        if store.select_user(self._db, login.user_id) is None:
            raise SocketRefused(NO_SUBJECT, "The token names no user.")
        return login

    def on_session_end(self, callback: Callable[[bytes], None]) -> None:
        """Calls callback(key) when a session is ended."""
        self.sessions.on_end(callback)

    # --- what users ask for -------------------------------------------------------------------------

    def get_user(self, user_id: str) -> User:
        """Raises NotFoundError."""
        user = store.select_user(self._db, user_id)
        if user is None:
            raise NotFoundError("There is no such user.")
        return user

    def timezone_of(self, user_id: str) -> str:
        """The IANA name of the user's time zone; UTC where there is no such user."""
        user = store.select_user(self._db, user_id)
        return user.timezone if user is not None else "UTC"

    def new_link(self, user_id: str = DEFAULT_USER_ID) -> NewLink:
        """A link for one browser. The code stands in the fragment, which browsers never send anywhere."""
        code, expires_at = self._links.issue(user_id)
        public_url = f"{self.public_url}/#code={code}" if self.public_url else None
        return NewLink(f"{self.base_url}/#code={code}", public_url, to_datetime(expires_at).isoformat())

    def redeem_link(self, code: str, remote: str) -> str:
        """The user that a link's code logs in, once. Raises NotAuthenticatedError, TooManyRequestsError."""
        user_id = self._links.redeem(code)
        if user_id is None:
            raise self._failures.failed(remote, NotAuthenticatedError("This link was used before or is too old."))
        return user_id

    def new_ticket(self, user_id: str, session: bytes | None) -> Ticket:
        """A ticket for one WebSocket, which is closed when `session` ends."""
        ticket, expires_at = self._tickets.issue(SocketLogin(user_id, session))
        return Ticket(ticket=ticket, expires_at=to_datetime(expires_at).isoformat())
