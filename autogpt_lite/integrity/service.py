"""`autogpt-lite check`: every page and every row of the database, beside a running server or without one. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw

from ..db import load_sql
from ..db.look import open_to_look
from ..db.migrate import check_file, list_migrations
from ..db.schema import SCHEMA_FILE, schema_of
from ..errors import StartupError
from .file_checks import RESTORE, as_finding, check_folder
from .types import Finding, note, problem

sql = load_sql(__file__, "store.sql")

MAX_NAMED = 5
REPORT = "This is a fault of the program: keep a backup of the file and report it."
DELETE_RUN = "Delete the runs that are named, or put a backup back: `autogpt-lite restore FILE`."

_ROW_CHECKS = (
    ("ended_without_end", "runs ended at no time, or before they began", REPORT),
    ("open_with_end", "runs have not ended and say when they did, or run and never began", REPORT),
    ("at_work_in_ended", "ended runs have node executions that are queued, running or in review", REPORT),
    ("nodes_of_no_run", "runs are gone, and node executions of theirs are not", REPORT),
    ("outputs_of_no_node", "runs have outputs of node executions that are gone", REPORT),
    ("unreadable_runs", "runs have inputs or stats that are no JSON", DELETE_RUN),
    ("unreadable_nodes", "runs have values of nodes that are no JSON", DELETE_RUN),
    ("unreadable_outputs", "runs have outputs that are no JSON", DELETE_RUN),
    ("unreadable_graphs", "agents are no JSON", "Put a backup back: `autogpt-lite restore FILE`."),
    ("reserved_by_ended", "runs have ended and still hold credits", REPORT),
    ("cost_not_charged", "runs name another cost than was charged for them", REPORT),
)


def check_data_dir(data_dir: Path, database: Path, *, is_served: bool) -> list[Finding]:
    """Everything that is not as it should be; [] where all is well. `is_served`: a server runs on the directory.

    Reads the whole file: some seconds for each GB.
    """
    return [*check_folder(data_dir, database), *check_database(database, is_served=is_served)]


def check_database(database: Path, *, is_served: bool, is_quick: bool = False) -> list[Finding]:
    """The database file alone. `is_quick`: its pages and tables, without every index entry and every row."""
    if not database.exists():
        return [note("There is no database yet.", "The first start makes it.")]
    try:
        check_file(database)
        connection = open_to_look(database)
    except StartupError as error:
        return [as_finding(error)]
    except apsw.Error as error:
        return [problem(f"The database cannot be opened: {error}.", RESTORE)]
    found: list[Finding] = []
    try:
        # One view of everything, however much the server writes meanwhile.
        with connection:
            found += _check_content(connection, is_served, is_quick)
    except apsw.Error as error:
        found.append(problem(f"The database cannot be read to its end: {error}.", RESTORE))
    finally:
        connection.close()
    return found


def _check_content(connection: apsw.Connection, is_served: bool, is_quick: bool) -> Iterator[Finding]:
    pragma = "quick_check" if is_quick else "integrity_check"
    damage = [row[0] for row in connection.execute(f"PRAGMA {pragma}({MAX_NAMED})")]
    if damage != ["ok"]:
        yield problem(f"The database is damaged: {'; '.join(damage)}", RESTORE)
        return  # what its rows say means nothing
    if not is_quick and (broken := connection.execute("PRAGMA foreign_key_check").fetchall()):
        yield problem(f"{len(broken)} rows belong to rows that are not there, the first in {broken[0][0]}.", REPORT)
    if (version := connection.pragma("user_version")) < len(list_migrations()):
        yield note(f"The tables are those of an older version (schema {version}).", "The next start brings them up to date.")
        return
    if schema_of(connection) != SCHEMA_FILE.read_text("utf-8"):
        yield problem("The tables are not as the program makes them.", "Undo what was changed in them, or restore a backup.")
        return
    if is_quick:
        return
    for name, what, do in _ROW_CHECKS:
        if rows := connection.execute(sql.statements[name], (MAX_NAMED + 1,)).fetchall():
            yield problem(_counted(rows, what), do)
    yield from _check_open(connection, is_served)


def _check_open(connection: apsw.Connection, is_served: bool) -> Iterator[Finding]:
    if is_served:
        return  # what a server is at work on changes from one moment to the next
    below = connection.execute(sql.open_below_ended, (MAX_NAMED + 1,)).fetchall()
    if below:
        yield note(_counted(below, "runs go on below one that has ended"), "The next start ends them.")
    for status, count in connection.execute(sql.count_open).fetchall():
        yield note(f"{count} runs are {status}, and no server runs.", "The next start goes on with them.")


def _counted(rows: list[tuple], what: str) -> str:
    named = ", ".join(str(row[0]) for row in rows[:MAX_NAMED])
    count, more = (f"More than {MAX_NAMED}", ", ...") if len(rows) > MAX_NAMED else (str(len(rows)), "")
    return f"{count} {what}: {named}{more}"
