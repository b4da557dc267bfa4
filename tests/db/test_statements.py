"""Every SQL statement fits the schema, uses an index or says why not, and keeps away from what SQLite does badly."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import apsw
import pytest

from autogpt_lite.db.schema import SCHEMA_FILE
from autogpt_lite.db.sql import SqlFile

PROJECT = Path(__file__).resolve().parents[2]
SQL_FILES = sorted(
    path for path in (PROJECT / "autogpt_lite").rglob("*.sql") if "migrations" not in path.parts and path != SCHEMA_FILE
)
STATEMENTS = [
    pytest.param(SqlFile(path), name, id=f"{path.parent.name}.{name}") for path in SQL_FILES for name in SqlFile(path).statements
]
PARAMETER = re.compile(r"\?\d*|:\w+")


@pytest.fixture(scope="module")
def connection():
    opened = apsw.Connection(":memory:")
    opened.execute(SCHEMA_FILE.read_text("utf-8"))
    yield opened
    opened.close()


class AnyName(dict):
    """A value for every named parameter."""

    def __missing__(self, key):
        return 1


def without_comments(text):
    return "\n".join(line.partition("--")[0] for line in text.splitlines())


def plan_of(connection, text):
    """The lines of EXPLAIN QUERY PLAN; fails where the statement does not fit the schema."""
    bare = without_comments(text)
    names = PARAMETER.findall(bare)
    numbered = [int(name[1:]) for name in names if re.fullmatch(r"\?\d+", name)]
    bindings = AnyName() if any(name.startswith(":") for name in names) else [1] * (max(numbered) if numbered else len(names))
    return [row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + text.strip().rstrip(";"), bindings)]


def full_scans(lines):
    kept = [line for line in lines if line.startswith("SCAN ") and "INDEX" not in line and "VIRTUAL TABLE" not in line]
    return [line for line in kept if line != "SCAN CONSTANT ROW" and not line.startswith(("SCAN (", "SCAN SUBQUERY"))]


@pytest.mark.parametrize(("file", "name"), STATEMENTS)
def test_a_statement_fits_the_schema_and_does_not_read_whole_tables(connection, file, name):
    text = file.statements[name]
    found = full_scans(plan_of(connection, text))
    excuse = re.search(r"--.*full scan: *\S+", text)
    if found and not excuse:
        pytest.fail(
            f"{file.path.relative_to(PROJECT)}: {name} reads a whole table: {found}. Use an index, or say `full scan: why`."
        )
    assert found or not excuse, f"{name} says that it reads a whole table, and does not"


@pytest.mark.parametrize(("file", "name"), STATEMENTS)
def test_a_statement_says_what_it_is_for(file, name):
    assert re.match(r"-- \S", file.statements[name]), f"{file.path.name}: a line on what {name} is for"
    assert without_comments(file.statements[name]).strip().rstrip(";").count(";") == 0, f"{name} is more than one statement"


def test_the_test_notices_a_full_scan(connection):
    assert full_scans(plan_of(connection, "SELECT * FROM graph_executions WHERE inputs = ?"))
    assert not full_scans(plan_of(connection, "SELECT * FROM graph_executions WHERE id = ?"))
    assert full_scans(plan_of(connection, "DELETE FROM node_executions WHERE status = :s"))
    with pytest.raises(apsw.SQLError):
        plan_of(connection, "SELECT nothing FROM nowhere")


# --- what must not be written ---------------------------------------------------------------------------------------

BANNED = {
    r"\bOR\s+IGNORE\b": "swallows what CHECK, NOT NULL and triggers say",
    r"\bOR\s+REPLACE\b": "deletes the old row, and with it what refers to it",
    r"\bRAISE\s*\(\s*ROLLBACK": "ends the transaction of everybody who shares the commit",
    r"\bDEFERR(ABLE|ED)\b": "makes everybody's COMMIT fail for one caller's mistake",
}


@functools.cache
def sql_texts():
    """[(where, text)] of everything in our code that could be SQL."""
    return list(_sql_texts())


def _sql_texts():
    for path in sorted(PROJECT.glob("autogpt_lite/**/*.sql")):
        yield path, without_comments(path.read_text("utf-8"))
    for path in sorted([*PROJECT.glob("autogpt_lite/**/*.py"), *PROJECT.glob("blocks/**/*.py")]):
        tree = ast.parse(path.read_text("utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield path, node.value


@pytest.mark.parametrize("pattern", BANNED)
def test_what_sqlite_does_badly_is_not_used(pattern):
    found = [str(path.relative_to(PROJECT)) for path, text in sql_texts() if re.search(pattern, text)]
    assert not found, f"{pattern}: it {BANNED[pattern]}"


def test_insert_or_ignore_would_swallow_a_check(tmp_path):
    """Why it is banned: the row is lost without a word."""
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE t (v TEXT NOT NULL CHECK (v <> 'bad'))")
    connection.execute("INSERT OR IGNORE INTO t VALUES ('bad')")
    assert connection.execute("SELECT count(*) FROM t").fetchall() == [(0,)]
    with pytest.raises(apsw.ConstraintError):
        connection.execute("INSERT INTO t VALUES ('bad') ON CONFLICT DO NOTHING")
    connection.close()


def test_a_statement_that_has_no_name_or_has_it_twice_is_noticed(tmp_path):
    file = tmp_path / "store.sql"
    file.write_text("-- name: one\n-- First.\nSELECT 1;\n-- name: one\n-- Second.\nSELECT 2;\n")
    with pytest.raises(ValueError, match="one"):
        SqlFile(file)
    file.write_text("-- name: one\n-- First.\nSELECT 1;\n")
    assert SqlFile(file).one == "-- First.\nSELECT 1;"
    with pytest.raises(AttributeError, match="two"):
        _ = SqlFile(file).two
