"""The route table's types: one Route is the source of routing, authorization, OpenAPI and the generated docs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import msgspec

Access = Literal["public", "user", "admin"]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Principal(msgspec.Struct, frozen=True):
    """Who asks. Every handler that is not public has one."""

    user_id: str
    is_admin: bool = False
    permissions: frozenset[str] | None = None
    """None: everything (a person); else what an API key may do."""


class Request(msgspec.Struct):
    """What a handler gets: everything is already decoded and checked against the Route."""

    principal: Principal
    path: Mapping[str, str]
    query: Any = None
    body: Any = None


class Response(msgspec.Struct):
    """For the handlers that answer something else than 200 with JSON."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = {}
    content_type: str = "application/json"


Handler = Callable[[Request], Awaitable[Any]]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint. `query` and `body` are msgspec types that the request is converted to (None: nothing is read);
    `returns` describes the answer in OpenAPI; a handler returns a value that msgspec encodes, or a Response.

    `path` is written as in OpenAPI: /api/graphs/{graph_id}.
    """

    method: Method
    path: str
    handler: Handler
    summary: str
    tags: tuple[str, ...]
    access: Access = "user"
    permission: str | None = None
    query: Any = None
    body: Any = None
    returns: Any = None
    status: int = 200
    errors: tuple[int, ...] = ()
