"""Requests to other servers: `from autogpt_lite.sdk import http`, then `await http.request("GET", url)`.

Only addresses on the internet can be reached, and those on private networks that the owner allowed (`http.allow`). Redirects
are followed, answers are cut at `http.max_response_bytes` and `http.timeout_s`. There is no other way out: a block that opens
a socket of its own is refused.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from ..net.answer import HttpResponse, HttpStream
from ..net.client import HttpRequest, outbound
from ..net.multipart import FormFile
from .credentials import Credentials

__all__ = ["FormFile", "HttpResponse", "HttpStream", "authorization", "request", "stream"]


async def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, Any] | None = None,
    json: Any = None,
    data: bytes | str | Mapping[str, Any] | None = None,
    files: Sequence[FormFile] = (),
    credentials: Credentials | None = None,
    timeout_s: float | None = None,
    max_bytes: int | None = None,
) -> HttpResponse:
    """Makes a request and reads the whole answer: .status, .headers, .body (bytes), .text, .json(), .url.

    params       goes into the query; a list gives its name several times, None is left out
    json, data   the body: JSON, or bytes, text or a form
    files        files of the form: http.FormFile(field, name, content_type, content)
    credentials  sent as its type says (Bearer, Basic or its own headers), to its own hosts only, and never along a redirect
                 to another origin
    timeout_s    seconds for everything, redirects included; default `http.timeout_s`
    max_bytes    of the decompressed body; at most and by default `http.max_response_bytes`

    An answer with an error status is an answer. Raises OutboundBlockedError for an address or a host that must not be reached
    or sent to, OutboundUnreachableError, OutboundTimeoutError, OutboundLimitError, else OutboundError.
    """
    sent, only_hosts = _with_credentials(headers, credentials)
    return await outbound().request(
        HttpRequest(method, url, sent, params, json, data, only_hosts, timeout_s, max_bytes, files=files)
    )


def stream(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, Any] | None = None,
    json: Any = None,
    data: bytes | str | Mapping[str, Any] | None = None,
    credentials: Credentials | None = None,
    timeout_s: float | None = None,
    max_bytes: int | None = None,
) -> AbstractAsyncContextManager[HttpStream]:
    """Like `request`, for answers that come bit by bit (server-sent events):

        async with http.stream("GET", url) as answer:
            async for line in answer.lines():
                ...

    Leaving the block closes the connection at once.
    """
    sent, only_hosts = _with_credentials(headers, credentials)
    return outbound().stream(HttpRequest(method, url, sent, params, json, data, only_hosts, timeout_s, max_bytes))


def _with_credentials(
    headers: Mapping[str, str] | None, credentials: Credentials | None
) -> tuple[dict[str, str], tuple[str, ...] | None]:
    if credentials is None:
        return dict(headers or {}), None
    return {**(headers or {}), **authorization(credentials)}, credentials.hosts


def authorization(credentials: Credentials) -> dict[str, str]:
    """The headers that carry the secret of these credentials; none where there is no secret (Ollama)."""
    secrets = credentials.secrets
    if credentials.type == "host_scoped":
        return {str(name): str(value) for name, value in secrets.get("headers", {}).items()}
    if credentials.type == "user_password":
        pair = f"{secrets.get('username', '')}:{secrets.get('password', '')}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    token = secrets.get("access_token") if credentials.type == "oauth2" else secrets.get("api_key")
    return {"Authorization": f"Bearer {token}"} if token else {}
