"""Where one logs in: the addresses and the peculiarities of each provider."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import msgspec

from ..config import OAuthConfig, OAuthProviderConfig
from ..errors import MissingConfigError


class OAuthProvider(msgspec.Struct, frozen=True, kw_only=True):
    """One provider. `scopes` are asked for at every login; `user_url` and `user_field` (dots lead inwards) say whose login it is, or
    `user_field` alone where the answer with the tokens does."""

    name: str
    authorize_url: str
    token_url: str
    revoke_url: str = ""
    revoke_style: str = "rfc7009"
    user_url: str = ""
    user_query: str = ""
    user_field: str = ""
    scopes: tuple[str, ...] = ()
    scope_separator: str = " "
    client_auth: str = "body"
    is_json: bool = False
    has_pkce: bool = True
    more: dict[str, str] = {}
    hosts: tuple[str, ...] = ()
    client_id: str = ""
    client_secret: str = ""

    def __repr__(self) -> str:  # the secret must not reach a log by way of a traceback
        return f"OAuthProvider(name={self.name!r})"


KNOWN = {
    one.name: one
    for one in (
        OAuthProvider(
            name="github",
            authorize_url="https://github.com/login/oauth/authorize",
            token_url="https://github.com/login/oauth/access_token",
            revoke_url="https://api.github.com/applications/{client_id}/token",
            revoke_style="github",
            user_url="https://api.github.com/user",
            user_field="login",
        ),
        OAuthProvider(
            name="google",
            authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
            token_url="https://oauth2.googleapis.com/token",
            revoke_url="https://oauth2.googleapis.com/revoke",
            user_url="https://www.googleapis.com/oauth2/v2/userinfo",
            user_field="email",
            scopes=("https://www.googleapis.com/auth/userinfo.email", "openid"),
            # Without these Google gives a refresh token at the very first login only.
            more={"access_type": "offline", "prompt": "consent", "include_granted_scopes": "true"},
        ),
        OAuthProvider(
            name="discord",
            authorize_url="https://discord.com/oauth2/authorize",
            token_url="https://discord.com/api/oauth2/token",
            revoke_url="https://discord.com/api/oauth2/token/revoke",
            user_url="https://discord.com/api/users/@me",
            user_field="username",
            scopes=("identify",),
        ),
        OAuthProvider(
            name="notion",
            authorize_url="https://api.notion.com/v1/oauth/authorize",
            token_url="https://api.notion.com/v1/oauth/token",
            user_field="workspace_name",
            client_auth="basic",
            is_json=True,
            has_pkce=False,
            more={"owner": "user"},
        ),
        OAuthProvider(
            name="linear",
            authorize_url="https://linear.app/oauth/authorize",
            token_url="https://api.linear.app/oauth/token",
            revoke_url="https://api.linear.app/oauth/revoke",
            user_url="https://api.linear.app/graphql",
            user_query="{ viewer { name } }",
            user_field="data.viewer.name",
            scopes=("read",),
            scope_separator=",",
            more={"prompt": "consent"},
        ),
        OAuthProvider(
            name="todoist",
            authorize_url="https://todoist.com/oauth/authorize",
            token_url="https://todoist.com/oauth/access_token",
            user_url="https://api.todoist.com/api/v1/user",
            user_field="email",
            scopes=("data:read",),
            scope_separator=",",
            has_pkce=False,
        ),
    )
}


def configured(config: OAuthConfig, environ: Mapping[str, str] | None = None) -> dict[str, OAuthProvider]:
    """The providers that users can log in at here: those of config.toml, and known ones with GITHUB_CLIENT_ID and the like."""
    environ = os.environ if environ is None else environ
    found = {}
    for name in {**KNOWN, **config.providers}:
        given = config.providers.get(name) or _from_environ(name, environ)
        if given is not None and given.client_id:
            found[name] = _merged(name, given)
    return found


def _from_environ(name: str, environ: Mapping[str, str]) -> OAuthProviderConfig | None:
    client_id = environ.get(f"{name.upper()}_CLIENT_ID", "").strip()
    secret = environ.get(f"{name.upper()}_CLIENT_SECRET", "").strip()
    return OAuthProviderConfig(client_id=client_id, client_secret=secret) if client_id else None


def _merged(name: str, given: OAuthProviderConfig) -> OAuthProvider:
    base = KNOWN.get(name) or OAuthProvider(name=name, authorize_url="", token_url="")
    named = {"authorize_url", "token_url", "revoke_url", "user_url", "user_field", "scope_separator", "client_auth"}
    changes: dict[str, Any] = {field: value for field in named if (value := getattr(given, field))}
    if given.scopes:
        changes["scopes"] = tuple(given.scopes)
    if given.revoke_url:
        changes["revoke_style"] = "rfc7009"
    if given.user_url:
        changes["user_query"] = ""
    merged = msgspec.structs.replace(
        base, client_id=given.client_id, client_secret=given.client_secret, hosts=tuple(given.hosts), **changes
    )
    for field in ("authorize_url", "token_url"):
        if not getattr(merged, field):
            raise MissingConfigError(
                f"`oauth.providers.{name}.{field}` is missing.", hint="docs/credentials.md shows an example."
            )
    return merged
