"""Passwords: which are taken, how they are stored. scrypt with 16 MB and about a quarter of a second, on a thread."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets

from ..errors import InvalidInputError, TooManyRequestsError

# 2^14 * 8 * 128 bytes = 16 MB, five times over: OWASP's row for this amount of memory.
LOG2_N, R, P = 14, 8, 5
_SALT_BYTES = 16
_MAX_MEMORY_BYTES = 64 * 1024 * 1024

MIN_CHARS = 8
MAX_CHARS = 256
_MIN_DISTINCT = 4
_KNOWN = frozenset(
    [
        "password",
        "passw0rd",
        "password1",
        "password123",
        "password1234",
        "changeme",
        "changeme1",
        "changeme123",
        "letmein123",
        "qwertyuiop",
        "qwerty123",
        "1234567890",
        "123456789",
        "12345678",
        "admin123",
        "administrator",
        "autogpt123",
        "autogptlite",
        "welcome1",
        "welcome123",
        "iloveyou1",
        "secret123",
    ]
)

MAX_AT_ONCE = 1  # a log-in takes a core for a quarter of a second; on a machine with two, runs keep the other
MAX_WAITING = 16

NO_PASSWORD = f"scrypt${LOG2_N}${R}${P}$AAAAAAAAAAAAAAAAAAAAAA==${base64.b64encode(bytes(32)).decode()}"
"""Nobody's: what is compared where there is no such account, so that it takes as long."""


def check_new_password(password: str, email: str = "") -> None:
    """Raises InvalidInputError for a password that others would guess."""
    lowered = password.lower()
    hint = f"Take at least {MIN_CHARS} characters, for instance four words."
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise InvalidInputError(f"The password needs {MIN_CHARS} to {MAX_CHARS} characters.", hint=hint)
    if lowered in _KNOWN or len(set(lowered)) < _MIN_DISTINCT or lowered in (email, email.partition("@")[0]):
        raise InvalidInputError("This password is too easy to guess.", hint=hint)


def hash_password(password: str) -> str:
    """What is stored: method, cost, salt, hash. Takes a quarter of a second; see PasswordWork."""
    salt = secrets.token_bytes(_SALT_BYTES)
    encoded = (base64.b64encode(part).decode() for part in (salt, _scrypt(password, salt, LOG2_N, R, P)))
    return f"scrypt${LOG2_N}${R}${P}${'$'.join(encoded)}"


def is_password(password: str, stored: str) -> bool:
    """Whether this is the password of a stored hash, at the cost that the hash was made with."""
    method, log2_n, r, p, salt, digest = stored.split("$")
    if method != "scrypt":
        return False
    found = _scrypt(password, base64.b64decode(salt), int(log2_n), int(r), int(p))
    return hmac.compare_digest(found, base64.b64decode(digest))


def _scrypt(password: str, salt: bytes, log2_n: int, r: int, p: int) -> bytes:
    secret = password.encode("utf-8", "replace")
    return hashlib.scrypt(secret, salt=salt, n=1 << log2_n, r=r, p=p, maxmem=_MAX_MEMORY_BYTES, dklen=32)


class PasswordWork:
    """Hashing, a few at a time: a flood of log-ins takes neither the processor nor the memory."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(MAX_AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """hash_password, on a thread. Raises TooManyRequestsError where too many wait already."""
        return await self._run(hash_password, password)

    async def check(self, password: str, stored: str) -> bool:
        """is_password, on a thread. Raises TooManyRequestsError where too many wait already."""
        return await self._run(is_password, password[: MAX_CHARS + 1], stored)

    async def _run(self, function, *arguments: str):
        if self._waiting >= MAX_WAITING:
            raise TooManyRequestsError("Too many people log in at this moment.", hint="Try again in a few seconds.")
        self._waiting += 1
        try:
            async with self._places:
                return await asyncio.to_thread(function, *arguments)
        finally:
            self._waiting -= 1
