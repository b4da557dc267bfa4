"""schema.sql shows what all migrations come to. `python -m autogpt_lite.db.schema` writes it anew after a change of them."""

from __future__ import annotations

from pathlib import Path

import apsw

from .migrate import list_migrations

SCHEMA_FILE = Path(__file__).with_name("schema.sql")
_HEADER = "-- What the migrations come to. Written by `python -m autogpt_lite.db.schema`; a test compares it. Do not edit.\n"


def dump_schema() -> str:
    """The schema of an empty database that has all migrations, as SQL."""
    connection = apsw.Connection(":memory:")
    for _, _, file in list_migrations():
        connection.execute(file.read_text("utf-8"))
    try:
        return schema_of(connection)
    finally:
        connection.close()


def schema_of(connection: apsw.Connection) -> str:
    """The schema of a database as SQL: tables, each followed by its indexes, then views and triggers."""
    rows = connection.execute(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        # What a virtual table keeps its rows in comes with it.
        " AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')"
        " ORDER BY type IN ('view', 'trigger'), tbl_name, type <> 'table', name"
    )
    return _HEADER + "".join(f"\n{sql};\n" for (sql,) in rows)


if __name__ == "__main__":
    SCHEMA_FILE.write_text(dump_schema(), "utf-8")
