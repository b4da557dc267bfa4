"""Credentials as a block sees them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import NODEFAULT

from .pin import Pin

CredentialsType = Literal["api_key", "oauth2", "user_password", "host_scoped"]


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What a block gets for a credentials pin, as `ctx.credentials[pin_name]`. Never yield or log it.

    `secrets` holds api_key; or access_token; or username and password; or headers, by `type`. `hosts` are the
    only hosts that it may be sent to: "host", "host:port" or "*.domain".
    """

    id: str
    provider: str
    type: CredentialsType
    title: str | None = None
    secrets: dict[str, Any] = {}
    hosts: tuple[str, ...] = ()
    base_url: str | None = None

    def __repr__(self) -> str:  # a secret must not reach a log by way of a traceback
        return f"Credentials(id={self.id!r}, provider={self.provider!r}, type={self.type!r})"


class CredentialsPin(msgspec.Struct, frozen=True, kw_only=True):
    """The value of a credentials pin in an agent file: which credentials, never the secret."""

    id: str
    provider: str
    type: CredentialsType
    title: str | None = None


def credentials_pin(
    *,
    providers: tuple[str, ...],
    types: tuple[CredentialsType, ...] = ("api_key",),
    scopes: tuple[str, ...] = (),
    discriminator: str | None = None,
    discriminator_mapping: dict[str, str] | None = None,
    required: bool = True,
    description: str | None = None,
) -> Any:
    """Declares a credentials pin: `credentials: CredentialsPin = credentials_pin(providers=("github",))`.

    With a `discriminator` the value of that other pin chooses the provider through `discriminator_mapping`
    (for instance model -> provider).
    """
    extra: dict[str, Any] = {"credentials_provider": sorted(providers), "credentials_types": sorted(types)}
    if scopes:
        extra["credentials_scopes"] = list(scopes)
    if discriminator:
        extra["discriminator"] = discriminator
        if discriminator_mapping:
            extra["discriminator_mapping"] = dict(discriminator_mapping)
    extra["properties"] = {
        "id": {"type": "string"},
        "title": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "provider": _one_of(providers),
        "type": _one_of(types),
    }
    return _CredentialsPinDeclaration(
        default=NODEFAULT if required else None,
        default_factory=NODEFAULT,
        description=description,
        advanced=False,
        extra=extra,
    )


class _CredentialsPinDeclaration(Pin, frozen=True):
    def schema_facts(self) -> dict[str, Any]:
        # AutoGPT's listing says neither of a credentials pin.
        return {key: value for key, value in super().schema_facts().items() if key not in ("advanced", "secret")}


def _one_of(names: tuple[str, ...]) -> dict[str, Any]:
    return {"const": names[0], "type": "string"} if len(names) == 1 else {"enum": list(names), "type": "string"}
