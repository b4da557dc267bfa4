"""/api/library/folders."""

from __future__ import annotations

from typing import Any

from ..web.routing import Request, Response, Route
from .service import FolderService
from .types import (
    CreateFolder,
    FolderPagination,
    FoldersQuery,
    FolderTree,
    LibraryFolder,
    LibraryFolders,
    MoveFolder,
    UpdateFolder,
)

_TAGS = ("v2", "library", "folders")


class FolderRoutes:
    """The handlers."""

    def __init__(self, service: FolderService):
        self._service = service

    async def list_folders(self, request: Request) -> LibraryFolders:
        folders = await self._service.list_folders(request.principal.user_id, request.query.parent_id)
        count = len(folders)
        pagination = FolderPagination(total_items=count, total_pages=min(count, 1), current_page=1, page_size=max(count, 1))
        return LibraryFolders(folders=folders, pagination=pagination)

    async def get_tree(self, request: Request) -> FolderTree:
        return FolderTree(tree=await self._service.get_tree(request.principal.user_id))

    async def get_folder(self, request: Request) -> LibraryFolder:
        return self._service.get_folder(request.principal.user_id, request.path["folder_id"])

    async def create_folder(self, request: Request) -> LibraryFolder:
        return await self._service.create_folder(request.principal.user_id, request.body)

    async def update_folder(self, request: Request) -> LibraryFolder:
        return await self._service.update_folder(request.principal.user_id, request.path["folder_id"], request.body)

    async def move_folder(self, request: Request) -> LibraryFolder:
        target = request.body.target_parent_id
        return await self._service.move_folder(request.principal.user_id, request.path["folder_id"], target)

    async def delete_folder(self, request: Request) -> Response:
        await self._service.delete_folder(request.principal.user_id, request.path["folder_id"])
        return Response(status=204)


def folder_routes(service: FolderService) -> list[Route]:
    """The routes of folders."""
    handlers = FolderRoutes(service)

    def route(method: Any, path: str, handler: Any, summary: str, **more: Any) -> Route:
        permission = "READ_GRAPH" if method == "GET" else "WRITE_LIBRARY"
        return Route(method=method, path=path, handler=handler, summary=summary, tags=_TAGS, **{"permission": permission, **more})

    folders = "/api/library/folders"
    one = f"{folders}/{{folder_id}}"
    changed: dict[str, Any] = {"returns": LibraryFolder, "errors": (400, 404, 409)}
    return [
        route(
            "GET",
            folders,
            handlers.list_folders,
            "The folders at the top of the library, or in another folder.",
            query=FoldersQuery,
            returns=LibraryFolders,
            errors=(404,),
        ),
        route("POST", folders, handlers.create_folder, "A new folder.", body=CreateFolder, status=201, **changed),
        route("GET", f"{folders}/tree", handlers.get_tree, "All folders, each with those in it.", returns=FolderTree),
        route("GET", one, handlers.get_folder, "One folder.", returns=LibraryFolder, errors=(404,)),
        route("PATCH", one, handlers.update_folder, "Another name, icon or colour.", body=UpdateFolder, **changed),
        route("POST", f"{one}/move", handlers.move_folder, "Moves a folder into another.", body=MoveFolder, **changed),
        route(
            "DELETE",
            one,
            handlers.delete_folder,
            "Removes a folder and those in it; their agents are at the top afterwards.",
            status=204,
            errors=(404,),
        ),
    ]
