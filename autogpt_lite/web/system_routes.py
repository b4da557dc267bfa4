"""The two routes of the server itself: is it there, and what does it serve?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from .routing import Request, Response, Route


class Health(msgspec.Struct):
    """The answer of a server that works."""

    status: str


def system_routes(routes: Sequence[Route]) -> list[Route]:
    """/health and /openapi.json."""
    healthy = Health("healthy")

    async def check_health(request: Request) -> Health:
        return healthy

    @cache
    def description() -> bytes:
        from .openapi import describe

        return msgspec.json.encode(describe([*own, *routes]))

    async def get_openapi(request: Request) -> Response:
        return Response(description())

    own = [
        Route(
            method="GET",
            path="/health",
            handler=check_health,
            summary="Tells that the server answers.",
            tags=("health",),
            access="public",
            returns=Health,
        ),
        Route(
            method="GET",
            path="/openapi.json",
            handler=get_openapi,
            summary="This description of the HTTP interface.",
            tags=("health",),
            permission="IDENTITY",
            returns=dict[str, Any],
        ),
    ]
    return own
