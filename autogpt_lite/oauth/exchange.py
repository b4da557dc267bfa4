"""What is asked of an OAuth server: tokens for a code, new tokens, whose login it is, an end of it."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import msgspec

from ..clock import now_us
from ..credentials.service import Tokens
from ..errors import AutoGPTLiteError, BlockError, LoginEndedError
from ..net.answer import HttpResponse
from ..net.client import HttpRequest, outbound
from .providers import OAuthProvider

TIMEOUT_S = 20.0
MAX_BYTES = 200_000
ENDED = frozenset(
    ["invalid_grant", "bad_refresh_token", "bad_verification_code", "invalid_token", "unauthorized_client", "expired_token"]
)
"""What servers call a code or refresh token that is not good any more."""


async def tokens_for_code(provider: OAuthProvider, code: str, redirect_uri: str, verifier: str) -> tuple[Tokens, dict[str, Any]]:
    """(tokens, the whole answer). Raises LoginEndedError for a code that is not good, BlockError for anything else."""
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    if provider.has_pkce:
        fields["code_verifier"] = verifier
    return await _ask_for_tokens(provider, fields)


async def renewed_tokens(provider: OAuthProvider, refresh_token: str) -> Tokens:
    """Raises LoginEndedError where the provider wants a new login, BlockError or OutboundError for anything else."""
    return (await _ask_for_tokens(provider, {"grant_type": "refresh_token", "refresh_token": refresh_token}))[0]


async def username_of(provider: OAuthProvider, tokens: Tokens, answer: dict[str, Any]) -> str | None:
    """Whose login it is, as the provider calls it; None where it does not say."""
    if not provider.user_url:
        return _field(answer, provider.user_field)
    headers = {"Authorization": f"Bearer {tokens.access_token}", "Accept": "application/json", "User-Agent": "autogpt-lite"}
    body = {"query": provider.user_query} if provider.user_query else None
    try:
        asked = _request("POST" if body else "GET", provider.user_url, headers, json=body)
        return _field(_decoded(await outbound().request(asked)), provider.user_field)
    except AutoGPTLiteError:
        return None  # a name is nice to have; the login is good without


async def revoke_token(provider: OAuthProvider, access_token: str) -> bool:
    """Tells the provider to forget a login; whether it has. Raises OutboundError."""
    if not provider.revoke_url:
        return False
    if provider.revoke_style == "github":
        url = provider.revoke_url.replace("{client_id}", quote(provider.client_id, safe=""))
        headers = {**_basic(provider), "Accept": "application/vnd.github+json", "User-Agent": "autogpt-lite"}
        asked = _request("DELETE", url, headers, json={"access_token": access_token})
    else:
        headers, fields = _with_client(provider, {"token": access_token, "token_type_hint": "access_token"})
        asked = _request("POST", provider.revoke_url, headers, data=fields)
    return (await outbound().request(asked)).status < 300


async def _ask_for_tokens(provider: OAuthProvider, fields: dict[str, str]) -> tuple[Tokens, dict[str, Any]]:
    headers, fields = _with_client(provider, fields)
    body: dict[str, Any] = {"json": fields} if provider.is_json else {"data": fields}
    answer = await outbound().request(_request("POST", provider.token_url, headers, **body))
    content = _decoded(answer)
    error = content.get("error")
    if error or answer.status >= 400:
        raise _refusal(provider, answer.status, error)
    token = content.get("access_token")
    if not isinstance(token, str) or not token:
        raise BlockError(f"{provider.name} answered without a token.")
    return _tokens(provider, token, content), content


def _tokens(provider: OAuthProvider, token: str, content: dict[str, Any]) -> Tokens:
    refresh, scope, seconds = content.get("refresh_token"), content.get("scope"), content.get("expires_in")
    lasts = isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and 0 < seconds < 10**10
    return Tokens(
        access_token=token,
        refresh_token=refresh if isinstance(refresh, str) and refresh else None,
        expires_at=now_us() + int(seconds) * 1_000_000 if lasts else None,  # type: ignore[arg-type]
        scopes=tuple(scope.replace(",", " ").split()) if isinstance(scope, str) and scope else None,
    )


def _refusal(provider: OAuthProvider, status: int, error: Any) -> BlockError:
    code = error if isinstance(error, str) and error.isascii() and len(error) < 60 else f"status {status}"
    if code in ENDED:
        return LoginEndedError(f"{provider.name} wants a new login ({code}).")
    return BlockError(f"{provider.name} refused the login ({code}).", hint="Look at the client id, secret and redirect address.")


def _with_client(provider: OAuthProvider, fields: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    headers = {"Accept": "application/json", "User-Agent": "autogpt-lite"}
    if provider.client_auth == "basic":
        return {**headers, **_basic(provider)}, fields
    secret = {"client_secret": provider.client_secret} if provider.client_secret else {}
    return headers, {**fields, "client_id": provider.client_id, **secret}


def _basic(provider: OAuthProvider) -> dict[str, str]:
    pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def _request(method: str, url: str, headers: dict[str, str], **body: Any) -> HttpRequest:
    # No redirects: codes, secrets and refresh tokens stand in the body, and belong to this address alone.
    return HttpRequest(method, url, headers, timeout_s=TIMEOUT_S, max_bytes=MAX_BYTES, max_redirects=0, **body)


def _decoded(answer: HttpResponse) -> dict[str, Any]:
    try:
        content = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        content = None
    return content if isinstance(content, dict) else {}


def _field(content: Any, path: str) -> str | None:
    for name in path.split(".") if path else ():
        content = content.get(name) if isinstance(content, dict) else None
    return content[:200] if isinstance(content, str) and content and path else None
