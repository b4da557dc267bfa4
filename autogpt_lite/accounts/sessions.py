"""Browser sessions: a cookie and a header token that only together mean anything.

Cookies ignore ports: a page of another server on this machine gets ours, and its requests carry it. So the cookie alone
opens nothing; the page keeps a second secret and sends it in a header. The stored key is a hash over both.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping

from ..clock import now_us
from ..db import Database, Tx
from ..errors import NotFoundError
from . import store
from .types import Session, SessionInfo

HEADER = "X-Auth-Token"
MAX_CACHED = 1000
MAX_AGENT_CHARS = 300
DAY_S = 86_400


class Sessions:
    """Begins, finds and ends sessions. All of that goes through one object of the process, so it may remember them."""

    def __init__(self, db: Database, lifetime_days: int, now: Callable[[], int] = now_us):
        self._db = db
        self.lifetime_s = lifetime_days * DAY_S
        self._now = now
        self._cache: dict[bytes, Session] = {}
        self._on_end: list[Callable[[bytes], None]] = []

    def on_end(self, callback: Callable[[bytes], None]) -> None:
        """Calls callback(key) when a session is ended."""
        self._on_end.append(callback)

    async def begin(self, user_id: str, *, user_agent: str = "", remote: str = "") -> tuple[str, str, int]:
        """A new session: the cookie's value, the header token, when it expires (microseconds)."""
        cookie, token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        key, created_at = session_key(cookie, token), self._now()
        expires_at = created_at + self.lifetime_s * 1_000_000
        row = {"token_hash": key, "user_id": user_id, "created_at": created_at, "expires_at": expires_at}
        self._forget(await store.insert_session(self._db, {**row, "user_agent": user_agent[:MAX_AGENT_CHARS], "remote": remote}))
        return cookie, token, expires_at

    def find(self, key: bytes) -> Session | None:
        """The session with this key, if it is still good."""
        session = self._cache.get(key) or store.select_session(self._db, key)
        if session is None or session.expires_at <= self._now():
            self._cache.pop(key, None)
            return None
        if len(self._cache) >= MAX_CACHED:
            self._cache.clear()
        self._cache[key] = session
        return session

    async def end(self, key: bytes) -> None:
        """Log-out: from now on the key is worth nothing, and what it opened is closed."""
        await store.delete_session(self._db, key)
        self._forget([key])

    async def list_sessions(self, user_id: str, current: bytes | None) -> list[SessionInfo]:
        """The user's open sessions, the newest first; `current` is the key of the one that asks."""
        return await store.list_sessions(self._db, user_id, current)

    async def end_one(self, user_id: str, session_id: str) -> None:
        """Logs one of the user's browsers out. Raises NotFoundError."""
        try:
            key = bytes.fromhex(session_id)
        except ValueError:
            key = b""
        if not await store.delete_session_of_user(self._db, key, user_id):
            raise NotFoundError("There is no such session.")
        self._forget([key])

    async def end_others_with(self, user_id: str, kept: bytes | None, write: Callable[[Tx], object]) -> None:
        """write(tx), and in the same transaction all sessions of the user end, but the one that is kept."""

        def write_both(tx: Tx) -> list[bytes]:
            write(tx)
            return store.delete_other_sessions_tx(tx, user_id, kept)

        self._forget(await self._db.write(write_both))

    def forget_user(self, user_id: str) -> None:
        """What is remembered of the user's sessions may be wrong: they are read again."""
        for key in [key for key, session in self._cache.items() if session.user_id == user_id]:
            del self._cache[key]

    def _forget(self, keys: Iterable[bytes]) -> None:
        for key in keys:
            self._cache.pop(key, None)
            for callback in self._on_end:
                callback(key)


def session_key(cookie: str, token: str) -> bytes:
    """What a session is stored under."""
    return hashlib.sha256(f"{cookie}\0{token}".encode("utf-8", "replace")).digest()


def key_of_request(headers: Mapping[str, str]) -> bytes | None:
    """The session key of a request that brings both the cookie and the header token."""
    token = headers.get(HEADER)
    cookie = read_cookie(headers.get("Cookie", ""), cookie_name(headers.get("Host", "")))
    return session_key(cookie, token) if token and cookie else None


def cookie_name(host: str) -> str:
    """A name with the port in it, or two servers on one machine would overwrite each other's session."""
    port = host.rpartition(":")[2]
    return f"autogpt_lite_{port}" if port.isdigit() else "autogpt_lite"


def read_cookie(header: str, name: str) -> str | None:
    """The value of one cookie. (http.cookies takes 20 us for what a browser sends to localhost.)"""
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return None


def set_cookie(host: str, value: str, *, max_age_s: int, is_https: bool) -> str:
    """The Set-Cookie header for this host; max_age_s=0 removes the cookie."""
    secure = "; Secure" if is_https else ""
    return f"{cookie_name(host)}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{secure}"
