"""The route table's types: one Route is the source of routing, authorization, OpenAPI and the generated docs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Literal, get_args
from urllib.parse import quote

import msgspec

Access = Literal["public", "login", "user", "admin"]
"""See web/authorization.py."""
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

Permission = Literal[
    "IDENTITY",
    "EXECUTE_GRAPH",
    "READ_GRAPH",
    "WRITE_GRAPH",
    "EXECUTE_BLOCK",
    "READ_BLOCK",
    "READ_STORE",
    "WRITE_LIBRARY",
    "USE_TOOLS",
    "MANAGE_INTEGRATIONS",
    "READ_INTEGRATIONS",
    "DELETE_INTEGRATIONS",
    "READ_SCHEDULE",
    "WRITE_SCHEDULE",
]
"""What an API key may be allowed to do: AutoGPT's names, and ours for schedules, which it has none for."""

PERMISSIONS: tuple[str, ...] = get_args(Permission)


class Principal(msgspec.Struct, frozen=True):
    """Who asks. Every handler that is not public has one."""

    user_id: str
    is_admin: bool = False
    permissions: frozenset[str] | None = None
    """None: everything (a person); else what an API key may do."""


class Request(msgspec.Struct):
    """What a handler gets: everything is already decoded and checked against the Route."""

    principal: Principal
    path: Mapping[str, Any]
    """The path parameters: decoded text, or the type that Route.path_params names."""
    query: Any = None
    body: Any = None
    headers: Mapping[str, str] = {}
    """Case-insensitive."""
    remote: str = ""
    """The address of the peer (a proxy's, where there is one)."""
    audit_detail: dict[str, Any] = {}
    """What the audit of an administrator's action says beside its path; for the handler to fill."""


class Response(msgspec.Struct):
    """For the handlers that answer something else than the route's status with JSON. A body of bytes goes out as it is, of a Path the
    file, and one that is an async iterator of bytes piece by piece, as the client takes them."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = {}
    content_type: str = "application/json"


def attachment(body: bytes | AsyncIterator[bytes], name: str, content_type: str) -> Response:
    """A file to keep. Whatever is in it, a browser neither shows it nor runs it as a page of ours."""
    # RFC 6266: the plain name is for clients that do not know the other one.
    plain = re.sub(r"[^\w. -]", "_", name, flags=re.ASCII)[:100]
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name[:100], safe='')}"
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox; default-src 'none'"}
    return Response(body, headers=headers, content_type=content_type)


Handler = Callable[[Request], Awaitable[Any]]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint. `query` and `body` are msgspec types that the request is converted to (None: nothing is read);
    `returns` describes the answer in OpenAPI (bytes: a file); a handler returns a value that msgspec encodes, or a Response.

    `path` is written as in OpenAPI: /api/graphs/{graph_id}. `path_params` gives the type of those parameters that are not
    plain text: {"version": int}. A body that admits None (or whose fields all have defaults) may be left out. `body=bytes`
    hands over the raw bytes of any content type; only public routes, which check a signature themselves, may have it.
    `permission` is what an API key needs, with `more_permissions`; a route without one is closed to API keys.

    `check_first(request)` is called before the body is read, which may be large, and raises for a request that is not to be
    answered. `max_body_bytes` is a limit below `server.max_body_bytes`. What `is_on_public_port` is served there too.
    """

    method: Method
    path: str
    handler: Handler
    summary: str
    tags: tuple[str, ...]
    access: Access = "user"
    permission: Permission | None = None
    more_permissions: tuple[Permission, ...] = ()
    query: Any = None
    body: Any = None
    path_params: Mapping[str, Any] = {}
    returns: Any = None
    status: int = 200
    errors: tuple[int, ...] = ()
    check_first: Callable[[Request], None] | None = None
    max_body_bytes: int | None = None
    is_on_public_port: bool = False
