"""What the web layer asks of accounts: who is it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from .routing import Principal, Request, Route

NO_TOKEN = 4001
NO_SUBJECT = 4002
BAD_TOKEN = 4003


class SocketLogin(msgspec.Struct, frozen=True):
    """Who opened a WebSocket; whether that may also stop runs. It is closed when `session` (a browser's, or an API key) ends, and at `expires_at` (seconds
    since 1970); None: never."""

    user_id: str
    session: bytes | None = None
    expires_at: float | None = None
    may_execute: bool = True


class SocketRefused(Exception):
    """A WebSocket without a good token: it is accepted, then closed with `code` (4001, 4002 or 4003)."""

    def __init__(self, code: int, reason: str):
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Authenticator(Protocol):
    """Finds the user of a request."""

    async def authenticate(self, headers: Mapping[str, str], remote: str) -> Principal:
        """Raises NotAuthenticatedError (401) or TooManyRequestsError (429)."""

    async def authenticate_socket(self, token: str | None, remote: str) -> SocketLogin:
        """`token` is what stands in ?token=. Raises SocketRefused."""

    def on_session_end(self, callback: Callable[[bytes], None]) -> None:
        """Calls callback(session) when a session or an API key ends before its time."""

    def on_user_end(self, callback: Callable[[str], None]) -> None:
        """Calls callback(user id) when a user leaves, or gets another role."""

    async def note_admin_action(self, request: Request, route: Route) -> None:
        """Called after every request to a route of administrators, for the audit."""
