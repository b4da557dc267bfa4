"""Folders of the library, in AutoGPT's shapes."""

from __future__ import annotations

from typing import Annotated

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Icon = Annotated[str, msgspec.Meta(max_length=100)]
Color = Annotated[str, msgspec.Meta(pattern="^#[0-9A-Fa-f]{6}$")]


class CreateFolder(msgspec.Struct, kw_only=True):
    """A new folder, at the top or in another one. `color` is #rrggbb."""

    name: Name
    icon: Icon | None = None
    color: Color | None = None
    parent_id: str | None = None


class UpdateFolder(msgspec.Struct, kw_only=True):
    """What changes; a field that is left out or null stays."""

    name: Name | None = None
    icon: Icon | None = None
    color: Color | None = None


class MoveFolder(msgspec.Struct, kw_only=True):
    """Where the folder goes; null is the top."""

    target_parent_id: str | None = None


class FoldersQuery(msgspec.Struct, kw_only=True):
    """Folders directly in this one; those at the top where none is given."""

    parent_id: str | None = None


class LibraryFolder(msgspec.Struct, kw_only=True):
    """A folder; the counts are of what lies directly in it. Times are ISO 8601, UTC."""

    id: str
    user_id: str
    name: str
    icon: str | None
    color: str | None
    parent_id: str | None
    created_at: str
    updated_at: str
    agent_count: int = 0
    subfolder_count: int = 0


class LibraryFolderTree(LibraryFolder, kw_only=True):
    """A folder with those in it."""

    children: list[LibraryFolderTree] = []


class FolderPagination(msgspec.Struct, kw_only=True):
    total_items: int
    total_pages: int
    current_page: int
    page_size: int


class LibraryFolders(msgspec.Struct, kw_only=True):
    """All folders at one place: always a single page."""

    folders: list[LibraryFolder]
    pagination: FolderPagination


class FolderTree(msgspec.Struct, kw_only=True):
    tree: list[LibraryFolderTree]
