"""Tokens of another log-in service: JWTs signed with a secret that both know, as Supabase makes them for AutoGPT."""

from __future__ import annotations

import hashlib
import re
import time

import msgspec

from ..config import AuthConfig
from ..errors import ConfigError, NotAuthenticatedError

ALGORITHM = "HS256"
MIN_SECRET_BYTES = 32
_MIN_DISTINCT = 10
_MAX_CACHED = 1000
_USER_ID = re.compile(r"[\x21-\x7e]{1,100}")

# Published in examples, so everybody can sign with them.
_KNOWN_SECRETS = (
    "your-super-secret-jwt-token-with-at-least-32-characters-long",
    "super-secret-jwt-token-with-at-least-32-characters-long",
    "your-256-bit-secret",
    "a-string-secret-at-least-256-bits-long",
)


class Claims(msgspec.Struct, frozen=True):
    """What a good token says. `expires_at` in seconds since 1970."""

    user_id: str
    email: str
    name: str
    is_admin: bool
    expires_at: float


class NoSubjectError(NotAuthenticatedError):
    """The token names no user."""


def check_jwt_secret(config: AuthConfig) -> None:
    """Raises ConfigError where `auth.mode` is "jwt" and its secret is none (A15)."""
    if config.mode != "jwt":
        return
    secret = config.jwt_secret
    hint = "Set it to what your log-in service signs with: 32 random bytes or more, which only the two know."
    if len(secret.encode()) < MIN_SECRET_BYTES:
        raise ConfigError(f"`auth.jwt_secret` is shorter than {MIN_SECRET_BYTES} bytes.", hint=hint)
    if secret.lower() in _KNOWN_SECRETS or len(set(secret)) < _MIN_DISTINCT:
        raise ConfigError("`auth.jwt_secret` is a sample or too easy to guess.", hint=hint)
    if not config.jwt_audience:
        raise ConfigError("`auth.jwt_audience` is empty.", hint='Supabase\'s is "authenticated".')


class JwtVerifier:
    """Checks signature, audience and times; remembers tokens that it has found good until they expire."""

    def __init__(self, config: AuthConfig):
        # Not at the top: whoever has no tokens of others starts 100 ms sooner. Not at the first token: that would stop the loop.
        import jwt

        check_jwt_secret(config)
        self._jwt = jwt
        self._secret = config.jwt_secret
        self._audience = config.jwt_audience
        self._good: dict[bytes, Claims] = {}

    def verify(self, token: str) -> Claims:
        """Raises NotAuthenticatedError; NoSubjectError for a good token that names nobody."""
        key = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        claims = self._good.get(key)
        if claims is None:
            claims = self._read(token)
            if len(self._good) >= _MAX_CACHED:
                self._good.clear()
            self._good[key] = claims
        elif claims.expires_at <= time.time():
            del self._good[key]
            raise NotAuthenticatedError("The token has expired.")
        return claims

    def _read(self, token: str) -> Claims:
        jwt = self._jwt
        try:
            # The algorithm is ours to say: a token that names another one, or none, is refused, and its key id means nothing.
            found = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=self._audience,
                options={"require": ["exp", "aud"], "verify_sub": False},
            )
        except jwt.ExpiredSignatureError:
            raise NotAuthenticatedError("The token has expired.") from None
        except (jwt.PyJWTError, ValueError, OverflowError, RecursionError):
            raise NotAuthenticatedError("The token is not valid.") from None
        return _claims(found)


def _claims(found: dict) -> Claims:
    subject = found.get("sub")
    if not isinstance(subject, str) or not _USER_ID.fullmatch(subject):
        raise NoSubjectError()
    metadata = found.get("user_metadata")
    name = found.get("name") or (metadata.get("full_name") if isinstance(metadata, dict) else None)
    return Claims(
        user_id=subject,
        email=email if isinstance(email := found.get("email"), str) else "",
        name=name[:200] if isinstance(name, str) else "",
        is_admin=found.get("role") == "admin",
        expires_at=float(found["exp"]),
    )
