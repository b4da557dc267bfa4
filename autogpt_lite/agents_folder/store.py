"""Rows of the table agents_folder_files."""

from __future__ import annotations

import msgspec

from ..db import Database, load_sql
from .types import FolderRow, IdMap

sql = load_sql(__file__, "store.sql")
_decode_ids = msgspec.json.Decoder(IdMap).decode


Agents = dict[str, tuple[int, str]]
"""{graph id: (version, name)}"""


async def list_agents(db: Database, user_id: str) -> Agents:
    """The user's own agents that are in the library and not put away."""
    return {graph_id: (version, name) for graph_id, version, name in await db.fetch_all(sql.list_agents, {"user_id": user_id})}


async def list_rows(db: Database, user_id: str, folder: str) -> dict[str, FolderRow]:
    """{graph id: row}"""
    rows = await db.fetch_all(sql.list_rows, {"user_id": user_id, "folder": folder})
    made = [dict(zip(FolderRow.__struct_fields__, row, strict=True)) for row in rows]
    return {
        row["graph_id"]: FolderRow(**{**row, "ids": _decode_ids(row["ids"]), "is_elsewhere": bool(row["is_elsewhere"])})
        for row in made
    }


async def put_row(db: Database, user_id: str, folder: str, row: FolderRow) -> None:
    columns = {**msgspec.structs.asdict(row), "ids": msgspec.json.encode(row.ids), "user_id": user_id, "folder": folder}
    del columns["is_elsewhere"]
    await db.write(lambda tx: tx.execute(sql.put_row, columns))


async def delete_row(db: Database, user_id: str, graph_id: str) -> None:
    await db.write(lambda tx: tx.execute(sql.delete_row, {"user_id": user_id, "graph_id": graph_id}))
