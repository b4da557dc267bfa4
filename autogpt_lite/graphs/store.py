"""Rows of the table graphs."""

from __future__ import annotations

from typing import Any

import apsw
import msgspec

from ..db import Database, Tx, load_sql
from ..engine.graph import Graph, Link, Node
from ..errors import InvalidInputError

sql = load_sql(__file__, "store.sql")


class GraphBody(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What the column body holds, as JSON."""

    nodes: list[Node] = []
    links: list[Link] = []
    instructions: str | None = None
    recommended_schedule_cron: str | None = None


_decode_body = msgspec.json.Decoder(GraphBody).decode


def row_of(graph: Graph) -> dict[str, Any]:
    """The columns of a graph. Raises InvalidInputError for text that cannot be stored (half a character)."""
    body = GraphBody(
        nodes=graph.nodes,
        links=graph.links,
        instructions=graph.instructions,
        recommended_schedule_cron=graph.recommended_schedule_cron,
    )
    try:
        encoded = msgspec.json.encode(body)
        for text in (graph.name, graph.description, graph.note, graph.forked_from_id or ""):
            text.encode()
    except (UnicodeEncodeError, RecursionError, OverflowError) as error:
        raise InvalidInputError(f"The graph holds a value that cannot be stored: {error}") from None
    return {
        "graph_id": graph.id,
        "version": graph.version,
        "user_id": graph.user_id,
        "is_active": int(graph.is_active),
        "name": graph.name,
        "description": graph.description,
        "body": encoded,
        "forked_from_id": graph.forked_from_id,
        "forked_from_version": graph.forked_from_version,
        "created_at": graph.created_at,
        "note": graph.note,
    }


def graph_of(row: tuple) -> Graph:
    """The graph in a row, without its sub-graphs."""
    graph_id, version, user_id, is_active, name, description, body, forked_from_id, forked_from_version, created_at, note = row
    content = _decode_body(body)
    return Graph(
        id=graph_id,
        version=version,
        is_active=bool(is_active),
        name=name,
        description=description,
        instructions=content.instructions,
        recommended_schedule_cron=content.recommended_schedule_cron,
        forked_from_id=forked_from_id,
        forked_from_version=forked_from_version,
        nodes=content.nodes,
        links=content.links,
        user_id=user_id,
        created_at=created_at,
        note=note,
    )


def select_graph(db: Database, graph_id: str, version: int | None) -> Graph | None:
    """A version of a graph, whoever's it is; without a version the active one, or the highest where none is active."""
    if version is None:
        row = db.point(sql.select_current_version, {"graph_id": graph_id})
    else:
        row = db.point(sql.select_version, {"graph_id": graph_id, "version": version})
    return None if row is None else graph_of(row)


def read_graph(connection: apsw.Connection, graph_id: str, version: int) -> Graph | None:
    """As select_graph, on a reading thread."""
    rows = connection.execute(sql.select_version, {"graph_id": graph_id, "version": version}).fetchall()
    return graph_of(rows[0]) if rows else None


def insert_graph(tx: Tx, row: dict[str, Any]) -> None:
    """Stores a version; an active one becomes the only active one."""
    if row["is_active"]:
        tx.execute(sql.deactivate_versions, {"graph_id": row["graph_id"], "user_id": row["user_id"]})
    tx.execute(sql.insert_version, row)
