"""Folders: made, renamed, moved, removed. What lies in a folder that is removed stays in the library."""

from __future__ import annotations

import uuid
from typing import Any

from ..clock import iso, now_us
from ..db import Database, Tx, load_sql
from ..errors import ConflictError, InvalidInputError, NotFoundError
from .types import CreateFolder, LibraryFolder, LibraryFolderTree, UpdateFolder

sql = load_sql(__file__, "store.sql")

MAX_FOLDERS = 1_000
MAX_DEPTH = 20


class FolderService:
    """All methods see only the folders of `user_id`; those of others do not exist for them (NotFoundError)."""

    def __init__(self, db: Database):
        self._db = db

    def check(self, user_id: str, folder_id: str) -> None:
        """Raises NotFoundError unless it is a folder of the user."""
        self.get_folder(user_id, folder_id)

    def get_folder(self, user_id: str, folder_id: str) -> LibraryFolder:
        """One folder. Raises NotFoundError."""
        row = self._db.point(sql.select_folder, {"id": folder_id, "user_id": user_id})
        if row is None:
            raise _no_such_folder(folder_id)
        return _folder(row)

    async def list_folders(self, user_id: str, parent_id: str | None) -> list[LibraryFolder]:
        """The folders directly in one, or at the top, by name. Raises NotFoundError."""
        if parent_id is not None:
            self.check(user_id, parent_id)
        rows = await self._db.fetch_all(sql.list_of_user, (user_id,))
        return [_folder(row) for row in rows if row[5] == parent_id]

    async def get_tree(self, user_id: str) -> list[LibraryFolderTree]:
        """All folders, each with those in it."""
        rows = await self._db.fetch_all(sql.list_of_user, (user_id,))
        folders = {row[0]: LibraryFolderTree(**_fields(row), children=[]) for row in rows}
        for folder in folders.values():
            if folder.parent_id is not None:
                folders[folder.parent_id].children.append(folder)
        return [folder for folder in folders.values() if folder.parent_id is None]

    async def create_folder(self, user_id: str, wanted: CreateFolder) -> LibraryFolder:
        """A new folder. Raises ConflictError for a name that is taken at this place, NotFoundError for an unknown parent."""
        row = {
            "id": str(uuid.uuid4()),
            "user_id": user_id,
            "parent_id": wanted.parent_id,
            "name": _name(wanted.name),
            "icon": wanted.icon,
            "color": wanted.color,
        }

        def write(tx: Tx) -> None:
            if tx.fetch_one(sql.count_of_user, (user_id,))[0] >= MAX_FOLDERS:  # type: ignore[index]
                raise InvalidInputError(f"A library has at most {MAX_FOLDERS} folders.")
            _check_place(tx, row)
            tx.execute(sql.insert_folder, {**row, "now": now_us()})

        await self._db.write(write)
        return self.get_folder(user_id, row["id"])

    async def update_folder(self, user_id: str, folder_id: str, wanted: UpdateFolder) -> LibraryFolder:
        """Another name, icon or colour. Raises NotFoundError, ConflictError."""
        given = {"name": wanted.name and _name(wanted.name), "icon": wanted.icon, "color": wanted.color}
        return await self._change(user_id, folder_id, {key: value for key, value in given.items() if value is not None})

    async def move_folder(self, user_id: str, folder_id: str, parent_id: str | None) -> LibraryFolder:
        """Into another folder or to the top. Raises NotFoundError, ConflictError, InvalidInputError where it is to go into
        itself."""
        return await self._change(user_id, folder_id, {"parent_id": parent_id})

    async def _change(self, user_id: str, folder_id: str, fields: dict[str, Any]) -> LibraryFolder:
        def write(tx: Tx) -> None:
            found = tx.fetch_one(sql.select_folder, {"id": folder_id, "user_id": user_id})
            if found is None:
                raise _no_such_folder(folder_id)
            known = dict(zip(("id", "user_id", "name", "icon", "color", "parent_id"), found, strict=False))
            row = {**known, **fields}
            _check_place(tx, row)
            tx.execute(sql.update_folder, {**row, "now": now_us()})

        await self._db.write(write)
        return self.get_folder(user_id, folder_id)

    async def delete_folder(self, user_id: str, folder_id: str) -> None:
        """Removes a folder and those in it; their agents are at the top afterwards. Raises NotFoundError."""
        if not await self._db.write(lambda tx: tx.execute(sql.delete_folder, {"id": folder_id, "user_id": user_id})):
            raise _no_such_folder(folder_id)


def _check_place(tx: Tx, row: dict[str, Any]) -> None:
    above, depth = row["parent_id"], 0
    while above is not None:
        if above == row["id"]:
            raise InvalidInputError("A folder cannot lie in itself.")
        found = tx.fetch_one(sql.select_parent, {"id": above, "user_id": row["user_id"]})
        if found is None:
            raise _no_such_folder(above)
        depth += 1
        if depth >= MAX_DEPTH:
            raise InvalidInputError(f"Folders lie at most {MAX_DEPTH} deep.")
        above = found[0]
    taken = tx.fetch_one(sql.select_same_name, {key: row[key] for key in ("user_id", "parent_id", "name")})
    if taken is not None and taken[0] != row["id"]:
        raise ConflictError(f"There is a folder {row['name']!r} at this place already.")


def _name(name: str) -> str:
    name = name.replace("\0", "").strip()  # SQLite's length() ends there: it would count 0 characters
    if not name:
        raise InvalidInputError("A folder needs a name.")
    return name


def _fields(row: tuple) -> dict[str, Any]:
    return {
        "id": row[0],
        "user_id": row[1],
        "name": row[2],
        "icon": row[3],
        "color": row[4],
        "parent_id": row[5],
        "created_at": iso(row[6]),
        "updated_at": iso(row[7]),
        "agent_count": row[8],
        "subfolder_count": row[9],
    }


def _folder(row: tuple) -> LibraryFolder:
    return LibraryFolder(**_fields(row))


def _no_such_folder(folder_id: str) -> NotFoundError:
    return NotFoundError(f"There is no folder {folder_id[:80]!r}.")
