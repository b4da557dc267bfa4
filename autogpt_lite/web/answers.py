"""How answers look: the security headers that all of them carry, and the one shape of an error."""

from __future__ import annotations

import logging
import math
import secrets
from pathlib import Path
from typing import Any

import msgspec
from aiohttp.web_response import Response as HttpResponse
from aiohttp.web_response import StreamResponse
from multidict import CIMultiDict

from ..errors import AutoGPTLiteError, DatabaseError, MethodNotAllowedError, StartupError, TooManyRequestsError

log = logging.getLogger(__name__)

# Nothing from outside, no inline script, nobody may frame us. `frame-ancestors` does not follow default-src.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Server": "autogpt-lite",
}

_JSON_HEADERS = CIMultiDict({**SECURITY_HEADERS, "Cache-Control": "no-store", "Content-Type": "application/json"})

encode_json = msgspec.json.Encoder().encode


class ErrorBody(msgspec.Struct):
    """Every error answer. `detail` repeats the message or holds data (a 422: a list of {loc, msg, type})."""

    message: str
    detail: Any
    hint: str | None = None


def bytes_response(body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """An answer of ready bytes with the security headers; JSON and not cached unless `headers` say otherwise."""
    if headers is None:
        return HttpResponse(body=body, status=status, headers=_JSON_HEADERS)
    merged = _JSON_HEADERS.copy()
    merged.update(headers)
    return HttpResponse(body=body, status=status, headers=merged)


def file_response(path: Path, headers: dict[str, str]) -> StreamResponse:
    """An answer of a file, sent piece by piece: it may be larger than the memory."""
    from aiohttp.web_fileresponse import FileResponse

    merged = _JSON_HEADERS.copy()
    merged.update(headers)
    return FileResponse(path, headers=merged, chunk_size=1 << 18)


def error_response(error: AutoGPTLiteError) -> HttpResponse:
    """The answer for an error of our tree. What the database or the start-up say is for the log, not for a client."""
    if isinstance(error, (DatabaseError, StartupError)) and error.status == 500:
        return unexpected_response(error)
    if error.status >= 500 and not isinstance(error, DatabaseError):  # the writer has logged what is wrong with the disk, once
        log.error("%s: %s", type(error).__name__, error.message)
    if isinstance(error, MethodNotAllowedError):
        return _shape(405, ErrorBody(error.message, error.message, error.hint), {"Allow": allow_header(error.detail)})
    detail = error.message if error.detail is None else error.detail
    headers = None
    if isinstance(error, TooManyRequestsError) and error.retry_after_s is not None:
        headers = {"Retry-After": str(max(1, math.ceil(error.retry_after_s)))}
    return _shape(error.status, ErrorBody(error.message, detail, error.hint), headers)


def unexpected_response(error: BaseException) -> HttpResponse:
    """A 500 for a bug: the trace goes to the log under an id, the client gets the id."""
    request_id = secrets.token_hex(6)
    log.error("request %s failed", request_id, exc_info=error)
    message = "Something went wrong in the server."
    body = ErrorBody(message, message, f"The server's log has the details under request {request_id}.")
    return _shape(500, body, {"X-Request-Id": request_id})


def options_response(methods: list[str]) -> HttpResponse:
    """What OPTIONS gets: the methods, and no CORS header ever."""
    return bytes_response(b"", status=204, headers={"Allow": allow_header(methods)})


def allow_header(methods: list[str]) -> str:
    """The Allow header for a path that has these methods."""
    more = ["HEAD"] if "GET" in methods else []
    return ", ".join(sorted({*methods, *more, "OPTIONS"}))


def _shape(status: int, body: ErrorBody, headers: dict[str, str] | None = None) -> HttpResponse:
    try:
        return bytes_response(encode_json(body), status=status, headers=headers)
    except (TypeError, UnicodeEncodeError):
        # A detail that JSON cannot hold must not hide the error that it explains.
        body = ErrorBody(body.message.encode("utf-8", "replace").decode(), None, body.hint)
        return bytes_response(encode_json(body), status=status, headers=headers)
