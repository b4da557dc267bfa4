"""What a login gives, and when its access token has to be renewed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from .store import StoredCredentials

REFRESH_BEFORE_US = 300_000_000
"""A token is renewed five minutes before its end, so that a block which begins now can finish with it."""


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """From an OAuth server. What it leaves out stays as it was; `expires_at` is in microseconds, None where it never ends."""

    access_token: str
    refresh_token: str | None = None
    expires_at: int | None = None
    scopes: tuple[str, ...] | None = None

    def __repr__(self) -> str:  # a secret must not reach a log by way of a traceback
        return "Tokens()"


RenewTokens = Callable[[str, str], Awaitable[Tokens]]
"""(provider, refresh token) -> new tokens. Raises LoginEndedError where the provider wants a new login, else BlockError."""


def is_due(stored: StoredCredentials, now_us: int) -> bool:
    """Whether the access token has to be renewed before it is used."""
    return stored.type == "oauth2" and stored.expires_at is not None and stored.expires_at - now_us < REFRESH_BEFORE_US


def renewed(stored: StoredCredentials, secret: dict[str, Any], tokens: Tokens) -> tuple[StoredCredentials, dict[str, Any]]:
    """The row and the secret with new tokens in them; the row is not sealed yet."""
    given = {"access_token": tokens.access_token, "refresh_token": tokens.refresh_token}
    row = msgspec.structs.replace(
        stored,
        expires_at=tokens.expires_at,
        scopes=list(tokens.scopes) if tokens.scopes is not None else stored.scopes,
        last4=last4_of(tokens.access_token),
        problem=None,
    )
    return row, {**secret, **{name: value for name, value in given.items() if value is not None}}


def last4_of(secret: str) -> str:
    """The end of a key, by which its owner knows it again; nothing of a short one."""
    return secret[-4:] if len(secret) >= 16 and secret.isascii() else ""
