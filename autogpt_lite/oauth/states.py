"""Logins that have begun: each is good once, for a short while, in the browser session that began it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict

import msgspec

from ..clock import now_us

MAX_OPEN = 1_000


class LoginState(msgspec.Struct, frozen=True):
    """A login that has begun. `session` is the key of the browser session, None for a client with a key of its own."""

    user_id: str
    session: bytes | None
    provider: str
    scopes: tuple[str, ...]
    redirect_uri: str
    verifier: str
    credentials_id: str | None
    expires_at: int

    def __repr__(self) -> str:
        return f"LoginState(provider={self.provider!r})"


class LoginStates:
    """In memory, by the hash of their token; a restart forgets them. Beyond MAX_OPEN the oldest goes."""

    def __init__(self, lifetime_s: float):
        self._lifetime_us = int(lifetime_s * 1_000_000)
        self._open: OrderedDict[bytes, LoginState] = OrderedDict()

    def begin(self, **facts: object) -> tuple[str, LoginState]:
        """A new login: (its state token, its facts with a PKCE verifier). The token begins with the provider's name."""
        verifier = secrets.token_urlsafe(48)
        state = LoginState(verifier=verifier, expires_at=now_us() + self._lifetime_us, **facts)  # type: ignore[arg-type]
        token = f"{state.provider}.{secrets.token_urlsafe(32)}"
        self._open[_hash(token)] = state
        while len(self._open) > MAX_OPEN:
            self._open.popitem(last=False)
        return token, state

    def redeem(self, token: str, *, user_id: str, session: bytes | None, provider: str) -> LoginState | None:
        """The login of a token, once; None for a token that is unknown, used, old, or not this session's."""
        state = self._open.pop(_hash(token), None)
        if state is None or now_us() >= state.expires_at or (state.user_id, state.provider) != (user_id, provider):
            return None
        return state if hmac.compare_digest(state.session or b"", session or b"") else None


def challenge_of(verifier: str) -> str:
    """PKCE, S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _hash(token: str) -> bytes:
    # Looking up a hash takes the same time for every wrong token.
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
