"""/api/system/status and /metrics, for administrators."""

from __future__ import annotations

from typing import Annotated

import msgspec

from ..web.routing import Request, Response, Route
from .log_tail import MAX_LINES, Level, LogLine
from .metrics import CONTENT_TYPE, render
from .service import StatusService
from .types import ServerStatus, StorageState
from .versions import Version, read_versions


class LogQuery(msgspec.Struct, kw_only=True):
    """Lines of this level and above, the newest of them."""

    level: Level = "info"
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LINES)] = 500


class StatusRoutes:
    """The handlers."""

    def __init__(self, service: StatusService):
        self._service = service

    async def get_status(self, request: Request) -> ServerStatus:
        return await self._service.read_status()

    async def get_storage(self, request: Request) -> StorageState:
        return await self._service.read_storage()

    async def list_log(self, request: Request) -> list[LogLine]:
        return self._service.log_tail.list_lines(request.query.level, request.query.limit)

    async def get_versions(self, request: Request) -> list[Version]:
        return read_versions()

    async def get_metrics(self, request: Request) -> Response:
        return Response(render(self._service.metrics()).encode(), content_type=CONTENT_TYPE)


def status_routes(service: StatusService) -> list[Route]:
    """The routes of the server's own state."""
    handlers = StatusRoutes(service)
    return [
        Route(
            method="GET",
            path="/api/system/status",
            handler=handlers.get_status,
            summary="How the server is: problems, queue, running, late and stuck runs, jobs, file, disk, backups.",
            tags=("system",),
            access="admin",
            returns=ServerStatus,
        ),
        Route(
            method="GET",
            path="/api/system/storage",
            handler=handlers.get_storage,
            summary="What takes the space in the database file.",
            tags=("system",),
            access="admin",
            returns=StorageState,
        ),
        Route(
            method="GET",
            path="/api/system/log",
            handler=handlers.list_log,
            summary="The last lines of the server's log since its start, without secrets.",
            tags=("system",),
            access="admin",
            query=LogQuery,
            returns=list[LogLine],
        ),
        Route(
            method="GET",
            path="/api/system/versions",
            handler=handlers.get_versions,
            summary="The versions of the server, Python, SQLite and the libraries.",
            tags=("system",),
            access="admin",
            returns=list[Version],
        ),
        # Not open on loopback, unlike in many servers: a proxy on this machine would hand it to the world (attacks.md I8).
        Route(
            method="GET",
            path="/metrics",
            handler=handlers.get_metrics,
            summary="Figures in Prometheus' text format; `Authorization: Bearer` with the owner's token, or a login.",
            tags=("system",),
            access="admin",
        ),
    ]
