"""The endpoint that makes a backup."""

from __future__ import annotations

from ..web.routing import Request, Response, Route
from .service import BackupService
from .types import Backup


class BackupRoutes:
    """The handler."""

    def __init__(self, service: BackupService):
        self._service = service

    async def make_backup(self, request: Request) -> Backup:
        return await self._service.make_backup()

    async def get_backup(self, request: Request) -> Response:
        path = self._service.find_backup(request.path["name"])
        headers = {"Content-Disposition": f'attachment; filename="{path.name}"'}
        return Response(path, headers=headers, content_type="application/vnd.sqlite3")


def backup_routes(service: BackupService) -> list[Route]:
    """The routes of backups."""
    handlers = BackupRoutes(service)
    return [
        Route(
            method="POST",
            path="/api/system/backups",
            handler=handlers.make_backup,
            summary="Copies the live database into the data directory; answered when the copy is whole and on the disk.",
            tags=("system",),
            access="admin",
            returns=Backup,
            errors=(409, 500),
        ),
        Route(
            method="GET",
            path="/api/system/backups/{name}",
            handler=handlers.get_backup,
            summary="One of the backups in the data directory, as a file. Secrets in it stay closed without credentials.key.",
            tags=("system",),
            access="admin",
            errors=(404,),
        ),
    ]
