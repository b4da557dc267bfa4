"""Who may import whom (docs/architecture.md). Imports inside functions count too: that is where circles hide."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import NamedTuple

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "autogpt_lite"

LEAVES = {"__version__", "allowed_values", "clock", "config", "errors", "faultpoints", "loop_thread", "paths", "previews"}
PURE = {"engine.coercion", "engine.pins"}
"""Functions on values, without a thought of the engine: the sdk gives them to blocks."""
LAYERS: dict[str, set[str]] = {
    **{leaf: {"allowed_values", "errors", "paths"} if leaf == "config" else set() for leaf in LEAVES},
    "instance_lock": LEAVES,
    "events": LEAVES,
    "net": LEAVES,
    "sandbox": LEAVES,
    "llm": LEAVES | {"net"},
    "db": LEAVES,
    "sdk": LEAVES | {"net", "llm", "sandbox"} | PURE,
    "registry": LEAVES | {"sdk", "db"} | PURE,
    "engine": LEAVES | {"db", "events", "registry", "sdk"},
    "web": LEAVES | {"events", "net"},
}
"""What each part below the nouns may import of the others."""
BELOW_NOUNS = {*LAYERS, *PURE}
FORMATS = ("graphs.agent_file.",)
"""Pure functions on a file format, for whoever reads or writes such files."""
FRONT = {"__main__", "app", "cli"}
"""Wiring: may import everything."""


class Import(NamedTuple):
    file: Path
    line: int
    target: str
    """Dotted, without autogpt_lite.; other libraries by their own name."""
    is_ours: bool

    def __str__(self) -> str:
        return f"{self.file.relative_to(PROJECT)}:{self.line} imports {self.target}"


def imports_of(file: Path) -> list[Import]:
    """Every import in the file, wherever it stands; for `from a import b` the target is a.b."""
    package = file.relative_to(PROJECT).with_suffix("").parts[:-1]
    found = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = [*(package[: len(package) - node.level + 1] if node.level else ()), *(node.module or "").split(".")]
            names = [".".join(part for part in (*base, alias.name) if part) for alias in node.names]
        else:
            continue
        for name in names:
            ours = name == "autogpt_lite" or name.startswith("autogpt_lite.")
            found.append(Import(file, node.lineno, name.removeprefix("autogpt_lite.") if ours else name, ours))
    return found


@functools.cache
def our_imports() -> list[Import]:
    return [found for file in sorted(PACKAGE.rglob("*.py")) for found in imports_of(file)]


def part_of(file: Path) -> str:
    """The module or folder right below autogpt_lite/ that the file belongs to."""
    return file.relative_to(PACKAGE).with_suffix("").parts[0]


def part_imported(target: str) -> str:
    pure = ".".join(target.split(".")[:2])
    return pure if pure in PURE else target.split(".")[0]


@functools.cache
def nouns() -> set[str]:
    return {part_of(file) for file in PACKAGE.rglob("*.py")} - BELOW_NOUNS - FRONT - {"__init__"}


@functools.cache
def crossing() -> list[tuple[str, str, Import]]:
    """[(part, other part, import)] of all imports from one part of autogpt_lite into another."""
    found = []
    for one in our_imports():
        if one.is_ours and (part := part_of(one.file)) != one.target.split(".")[0]:
            found.append((part, part_imported(one.target), one))
    return found


def assert_none(found: list) -> None:
    assert not found, "\n".join(map(str, found))


def test_what_lies_below_the_nouns_imports_only_what_lies_below_itself():
    assert_none([one for part, other, one in crossing() if part in LAYERS and other not in LAYERS[part]])


def test_nobody_imports_the_front_door():
    assert_none([one for part, other, one in crossing() if other in FRONT and part not in FRONT])


def test_a_noun_uses_another_noun_through_its_service_only():
    """And through its types, the words that the service speaks."""
    known, allowed = nouns(), ("service", "types")
    between = [one for part, other, one in crossing() if part in known and other in known]
    assert_none([one for one in between if one.target.split(".")[1] not in allowed and not one.target.startswith(FORMATS)])


def test_the_nouns_have_no_circle():
    known = nouns()
    uses: dict[str, set[str]] = {noun: set() for noun in known}
    for part, other, _ in crossing():
        if part in known and other in known:
            uses[part].add(other)
    left = dict(uses)
    while free := [noun for noun, others in left.items() if not others & left.keys()]:
        for noun in free:
            del left[noun]
    assert not left, f"these nouns need each other: { {noun: sorted(others & left.keys()) for noun, others in left.items()} }"


ORDER = ["types", "store", "service", "routes"]
"""Within a noun each may import those before it."""


def test_within_a_noun_routes_use_the_service_and_the_service_the_store():
    found = []
    for one in our_imports():
        part, here = part_of(one.file), one.file.stem
        if part in nouns() and here in ORDER and one.is_ours and one.target.startswith(f"{part}."):
            there = one.target.split(".")[1]
            if there in ORDER and ORDER.index(there) > ORDER.index(here):
                found.append(one)
    assert_none(found)


def test_the_parts_have_no_circle_inside():
    """Module by module, what is only imported for type checkers aside."""
    modules = {".".join(file.relative_to(PACKAGE).with_suffix("").parts): file for file in PACKAGE.rglob("*.py")}
    modules = {name.removesuffix(".__init__"): file for name, file in modules.items()}
    uses = {name: top_level_imports(file, modules) - {name} for name, file in modules.items()}
    left = dict(uses)
    while free := [name for name, others in left.items() if not others & left.keys()]:
        for name in free:
            del left[name]
    assert not left, f"circles of imports: { {name: sorted(others & left.keys()) for name, others in left.items()} }"


def top_level_imports(file: Path, modules: dict[str, Path]) -> set[str]:
    """The modules of ours that importing this file imports."""
    for_checkers = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        is_lazy = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        if is_lazy or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            for_checkers.update(inner.lineno for inner in ast.walk(node) if isinstance(inner, (ast.Import, ast.ImportFrom)))
    found = set()
    for one in imports_of(file):
        if one.is_ours and one.line not in for_checkers:
            parts = one.target.split(".")
            found.add(next((name for n in (len(parts), len(parts) - 1) if (name := ".".join(parts[:n])) in modules), ""))
    return found - {""}


# --- blocks, and libraries that must not be there -----------------------------------------------------------------------


def block_files() -> list[Path]:
    return sorted((PROJECT / "blocks").rglob("*.py"))


def test_blocks_import_the_sdk_and_nothing_else_of_ours():
    found = [one for file in block_files() for one in imports_of(file) if one.is_ours]
    assert_none([one for one in found if one.target != "sdk" and not one.target.startswith("sdk.")])


@pytest.mark.parametrize("library", ["sqlite3", "aiosqlite", "sqlalchemy", "peewee"])
def test_no_second_sqlite_library_in_the_process(library):
    """Two SQLite libraries on one file do not see each other's locks: it is corrupted, or commits are lost."""
    files = [*PACKAGE.rglob("*.py"), *block_files()]
    assert_none([one for file in files for one in imports_of(file) if not one.is_ours and one.target.split(".")[0] == library])


def test_only_the_database_opens_databases():
    """apsw elsewhere is for its error classes and types, and for files that are not the database."""
    others = {"backups"}  # looks at the copy that it has made
    found = []
    for file in sorted(PACKAGE.rglob("*.py")):
        if part_of(file) not in {"db", *others}:
            tree = ast.parse(file.read_text("utf-8"))
            calls = [
                node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "apsw.Connection"
            ]
            found += [f"{file.relative_to(PROJECT)}:{node.lineno} opens a database" for node in calls]
    assert_none(found)


def test_the_test_sees_imports_inside_functions(tmp_path, monkeypatch):
    folder = tmp_path / "autogpt_lite" / "engine"
    folder.mkdir(parents=True)
    file = folder / "bad.py"
    file.write_text("def f():\n    from ..graphs.service import GraphService\n    import sqlite3\n")
    monkeypatch.setattr(f"{__name__}.PROJECT", tmp_path)
    assert [(one.line, one.target) for one in imports_of(file)] == [(2, "graphs.service.GraphService"), (3, "sqlite3")]
