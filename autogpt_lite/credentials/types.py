"""Credentials as they are sent and answered. No answer holds a secret."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ..sdk.credentials import CredentialsType

Text = Annotated[str, Meta(max_length=20_000)]
Secret = Annotated[str, Meta(min_length=1, max_length=20_000)]
Title = Annotated[str, Meta(max_length=200)]
Host = Annotated[str, Meta(min_length=1, max_length=255)]
Hosts = Annotated[list[Host], Meta(max_length=50)]
Seconds = Annotated[int, Meta(ge=0, le=253_402_300_799)]
"""Since 1970."""


class ApiKeyGiven(msgspec.Struct, kw_only=True, tag_field="type", tag="api_key"):
    """An API key. `hosts` are those that it may be sent to; left out, those of the provider."""

    api_key: Secret
    provider: str | None = None
    title: Title | None = None
    expires_at: Seconds | None = None
    hosts: Hosts | None = None


class OAuth2Given(msgspec.Struct, kw_only=True, tag_field="type", tag="oauth2"):
    """Tokens that were obtained elsewhere; the usual way is /login."""

    access_token: Secret
    scopes: Annotated[list[Text], Meta(max_length=200)] = []
    provider: str | None = None
    title: Title | None = None
    username: Title | None = None
    access_token_expires_at: Seconds | None = None
    refresh_token: Secret | None = None
    refresh_token_expires_at: Seconds | None = None
    metadata: dict[str, Any] = {}
    hosts: Hosts | None = None


class UserPasswordGiven(msgspec.Struct, kw_only=True, tag_field="type", tag="user_password"):
    """A user name with its password."""

    username: Secret
    password: Secret
    provider: str | None = None
    title: Title | None = None
    hosts: Hosts | None = None


class HostScopedGiven(msgspec.Struct, kw_only=True, tag_field="type", tag="host_scoped"):
    """Headers for one host: "host", "host:port" or "*.domain"."""

    host: Host
    headers: Annotated[dict[Text, Text], Meta(max_length=50)] = {}
    provider: str | None = None
    title: Title | None = None


CredentialsGiven = ApiKeyGiven | OAuth2Given | UserPasswordGiven | HostScopedGiven


class CredentialsUpdate(msgspec.Struct, kw_only=True):
    """What changes beside the secret; what is left out or null stays."""

    title: Title | None = None
    hosts: Hosts | None = None


class CredentialsMeta(msgspec.Struct, kw_only=True):
    """AutoGPT's CredentialsMetaResponse, and what is known here besides.

    `is_system`: the server's own, which nobody can change from here. `last4` ends an API key. `is_readable` is false where the
    key file that the secret was stored with is lost; `problem` says what the user has to do before they can be used.
    """

    id: str
    provider: str
    type: CredentialsType
    title: str | None
    scopes: list[str] | None
    username: str | None
    host: str | None = None
    is_managed: bool = False
    is_system: bool = False
    hosts: list[str] = []
    last4: str = ""
    expires_at: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    last_used_at: str | None = None
    is_readable: bool = True
    problem: str | None = None


class DeleteQuery(msgspec.Struct, kw_only=True):
    """Whether what uses them loses them without a further question."""

    force: bool = False


class Deletion(msgspec.Struct, kw_only=True):
    """deleted: they are gone; `revoked` says whether the provider has forgotten the login too, null where there was none.

    Not deleted: something uses them (`message`, `used_by`), and `force=true` deletes them all the same.
    """

    deleted: bool
    revoked: bool | UnsetType | None = UNSET
    need_confirmation: bool | UnsetType = UNSET
    message: str | UnsetType = UNSET
    used_by: list[UsedBy] | UnsetType = UNSET


class UsedBy(msgspec.Struct, kw_only=True):
    """Something that names credentials. `kind` run: a block uses them at this moment."""

    kind: Literal["run", "agent", "preset", "schedule", "webhook"]
    id: str
    name: str


class UsageQuery(msgspec.Struct, kw_only=True):
    """How many of the latest uses."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    before: Annotated[int, Meta(ge=0, le=2**62)] = 2**62


class CredentialsUse(msgspec.Struct, kw_only=True):
    """One use, from the log. `key` is for the next page (`before`)."""

    key: int
    action: str
    at: str
    graph_exec_id: str | None
    node_id: str | None
    block_id: str | None


class Usage(msgspec.Struct, kw_only=True):
    """Who uses credentials now, and what was done with them lately."""

    used_by: list[UsedBy]
    uses: list[CredentialsUse]


class TestResult(msgspec.Struct, kw_only=True):
    """What the provider said to the credentials. `is_ok` is null where there is nothing to ask it."""

    __test__ = False  # pytest takes the name for a test class

    is_ok: bool | None
    message: str


class Rotation(msgspec.Struct, kw_only=True):
    """What a rotation did: secrets that are sealed with the new key now, secrets whose key is lost, old keys that are forgotten."""

    n_resealed: int
    n_unreadable: int
    n_forgotten_keys: int


class RotateBody(msgspec.Struct, kw_only=True):
    """`forget_old`: drop the keys that no secret needs any more. Backups made before cannot be read with what is left."""

    forget_old: bool = False


class ProviderInfo(msgspec.Struct, kw_only=True):
    """A provider that some block here takes credentials for. `can_log_in`: its OAuth login is set up on this server; where it is
    not, `login_hint` says how. `hosts` are those that its keys may be sent to."""

    name: str
    title: str
    supported_auth_types: list[CredentialsType]
    scopes: list[str]
    hosts: list[str]
    n_blocks: int
    can_log_in: bool
    login_hint: str | None
    is_system: bool
    key_url: str | None
