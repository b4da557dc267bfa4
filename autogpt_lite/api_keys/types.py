"""API keys as users and AutoGPT's clients see them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from ..clock import iso
from ..web.routing import Permission, Principal

Status = Literal["ACTIVE", "REVOKED", "SUSPENDED"]
PREFIX = "agpt_"
"""What every key begins with, so that people and scanners of leaked secrets recognize one."""

Permissions = Annotated[list[Permission], msgspec.Meta(max_length=50)]


class NewApiKey(msgspec.Struct):
    """A key to be made."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    permissions: Permissions
    description: Annotated[str, msgspec.Meta(max_length=2000)] | None = None


class PermissionsChange(msgspec.Struct):
    """All that the key may do from now on."""

    permissions: Permissions


class ApiKey(msgspec.Struct):
    """A key without its secret. `prefix`, `postfix` and `permissions` are called `head`, `tail` and `scopes` by newer clients."""

    id: str
    user_id: str
    name: str
    description: str | None
    prefix: str
    postfix: str
    head: str
    tail: str
    status: Status
    permissions: list[str]
    scopes: list[str]
    created_at: str
    last_used_at: str | None
    revoked_at: str | None
    expires_at: str | None = None
    type: Literal["api_key"] = "api_key"


class CreatedApiKey(msgspec.Struct):
    """The one answer that holds the key itself."""

    api_key: ApiKey
    plain_text_key: str


class KnownKey(msgspec.Struct, frozen=True):
    """What a request with a key is checked against."""

    id: str
    key_hash: bytes
    principal: Principal


def api_key_from_row(row: tuple, last_used_at: int | None) -> ApiKey:
    """From the columns of select_api_key; `last_used_at` may be newer than the row's."""
    key_id, user_id, name, description, head, tail, status, permissions, created_at, stored_use, revoked_at = row
    allowed = msgspec.json.decode(permissions, type=list[str])
    return ApiKey(
        id=key_id,
        user_id=user_id,
        name=name,
        description=description,
        prefix=head,
        postfix=tail,
        head=head,
        tail=tail,
        status=status,
        permissions=allowed,
        scopes=allowed,
        created_at=iso(created_at) or "",
        last_used_at=iso(last_used_at or stored_use),
        revoked_at=iso(revoked_at),
    )
