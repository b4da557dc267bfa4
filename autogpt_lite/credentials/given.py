"""What a user gives, checked and taken apart into a row and a secret."""

from __future__ import annotations

import re
from typing import Any

from ..errors import InvalidInputError
from ..net.hosts import check_hosts
from .known_providers import KNOWN_PROVIDERS
from .tokens import last4_of
from .types import ApiKeyGiven, CredentialsGiven, HostScopedGiven, OAuth2Given, UserPasswordGiven

_PROVIDER = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def type_of(given: CredentialsGiven) -> str:
    """api_key, oauth2, user_password or host_scoped."""
    return str(given.__struct_config__.tag)


def check_provider(provider: str, given: CredentialsGiven) -> None:
    """Raises InvalidInputError for a provider that is no name, or another one than the body says."""
    if not _PROVIDER.fullmatch(provider):
        raise InvalidInputError(f"{provider[:60]!r} is no name of a provider.", hint="Letters, digits, _, - and . make one.")
    if given.provider not in (None, provider):
        raise InvalidInputError(f"The address says {provider}, the body {given.provider[:60]!r}.")  # type: ignore[index]


def secret_of(given: CredentialsGiven) -> dict[str, Any]:
    """The part that is sealed. Raises InvalidInputError for text that no header could carry."""
    match given:
        case ApiKeyGiven():
            secret: dict[str, Any] = {"api_key": _header_text("api_key", given.api_key)}
        case OAuth2Given():
            secret = {"access_token": _header_text("access_token", given.access_token), "metadata": given.metadata}
            if given.refresh_token is not None:
                secret["refresh_token"] = given.refresh_token
        case UserPasswordGiven():
            secret = {"username": given.username, "password": given.password}
        case HostScopedGiven():
            secret = {"headers": {name.strip(): _header_text(name, value) for name, value in given.headers.items()}}
    return secret


def _header_text(name: str, value: str) -> str:
    text = value.strip()
    if not text or _CONTROL.search(text):
        raise InvalidInputError(f"{name[:60]}: it is empty or holds a line break or another control character.")
    return text


def facts_of(given: CredentialsGiven) -> dict[str, Any]:
    """The columns that go with the secret."""
    match given:
        case ApiKeyGiven():
            return {"last4": last4_of(given.api_key.strip()), "expires_at": _as_us(given.expires_at)}
        case OAuth2Given():
            return {
                "last4": last4_of(given.access_token.strip()),
                "expires_at": _as_us(given.access_token_expires_at),
                "scopes": given.scopes,
                "username": given.username,
            }
        case _:
            return {}


def _as_us(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1_000_000


def hosts_of(given: CredentialsGiven) -> list[str] | None:
    """The hosts that were named; None where nothing was said."""
    if isinstance(given, HostScopedGiven):
        return check_hosts([given.host])
    return None if given.hosts is None else check_hosts(given.hosts)


def default_hosts(provider: str, llm_host: str | None) -> list[str]:
    """Where a provider's keys may go: its address on this server, else its usual hosts; none for one that is not known."""
    if llm_host is not None:
        return [llm_host]
    known = KNOWN_PROVIDERS.get(provider)
    return list(known.hosts) if known else []
