"""Imports go one way (docs/architecture.md, "Data flows one way"). Imports inside functions count: cycles like to hide there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = "autogpt_lite"

INFRASTRUCTURE = {"cli", "db", "engine", "events", "llm", "net", "observability", "sandbox", "sdk", "web"}
LEAVES = {"", "clock", "config", "errors", "faultpoints", "instance_lock", "paths"}
FRONT = {"__main__", "app", "cli"}
"""What may know everything: it starts and wires the rest."""

BELOW = {
    "db": set(),
    "events": set(),
    "net": set(),
    "sandbox": set(),
    "llm": {"net"},
    "web": {"events", "net"},
    "registry": {"engine", "sdk"},
    "engine": {"db", "events", "registry", "sdk"},
    "sdk": {"engine", "llm", "net", "sandbox"},
}
"""{package: packages that it may import}, beside the leaves. Every other package is a noun."""

PUBLIC_MODULES = {"service", "types"}
"""What a noun may import of another noun."""
MORE_PUBLIC_MODULES = {"graphs.agent_file": "reads a file into a graph: a pure function"}

SECOND_SQLITE = {"sqlite3", "_sqlite3", "aiosqlite", "pysqlite3", "sqlalchemy"}


def find_modules() -> dict[str, Path]:
    """{module name below the package: its file}"""
    root = PROJECT / PACKAGE
    found = {}
    for path in root.rglob("*.py"):
        parts = path.relative_to(root).with_suffix("").parts
        if "_packaged" not in parts:
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = find_modules()


def imports_of(path: Path, name: str | None = None) -> Iterator[str]:
    """The full names of what a file imports when it runs; imports for type checkers are none. `name` is the module's own."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(path, name, node)
            for alias in node.names:
                is_module = f"{base}.{alias.name}".removeprefix(f"{PACKAGE}.") in MODULES
                yield f"{base}.{alias.name}" if is_module else base


def _absolute(path: Path, name: str | None, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    assert name is not None, f"{path}: a relative import outside of the package"
    parts = [PACKAGE, *filter(None, name.split("."))]
    up = node.level - (path.name == "__init__.py")
    base = parts[: len(parts) - up]
    return ".".join([*base, node.module] if node.module else base)


def own_imports() -> dict[str, set[str]]:
    """{module: modules of ours that it imports}"""
    graph = {}
    for name, path in MODULES.items():
        wanted = (full for full in imports_of(path, name) if full == PACKAGE or full.startswith(f"{PACKAGE}."))
        graph[name] = {full.removeprefix(PACKAGE).removeprefix(".") for full in wanted} - {name}
    return graph


GRAPH = own_imports()


def package_of(module: str) -> str:
    return module.split(".")[0]


def is_noun(package: str) -> bool:
    return package not in INFRASTRUCTURE | LEAVES | FRONT | {"registry"}


def find_circle(graph: dict[str, set[str]]) -> list[str]:
    """Some circle of the graph, or nothing."""
    done: set[str] = set()
    for start in graph:
        trail, waiting = [start], [iter(sorted(graph[start]))]
        while waiting and start not in done:
            following = next(waiting[-1], None)
            if following is None:
                done.add(trail.pop())
                waiting.pop()
            elif following in trail:
                return [*trail[trail.index(following) :], following]
            elif following not in done and following in graph:
                trail.append(following)
                waiting.append(iter(sorted(graph[following])))
    return []


def edges() -> Iterator[tuple[str, str]]:
    """(module, module of another package that it imports)"""
    for module, wanted in GRAPH.items():
        yield from ((module, other) for other in wanted if package_of(other) != package_of(module))


def test_no_modules_import_each_other_in_a_circle():
    assert find_circle(GRAPH) == []


def test_the_nouns_do_not_know_each_other_in_a_circle():
    nouns: dict[str, set[str]] = {package_of(module): set() for module in GRAPH if is_noun(package_of(module))}
    for module, other in edges():
        if is_noun(package_of(module)) and is_noun(package_of(other)):
            nouns[package_of(module)].add(package_of(other))
    assert len(nouns) > 5
    assert find_circle(nouns) == []


def test_each_layer_knows_only_what_is_below_it():
    wrong = [
        f"{module} imports {other}"
        for module, other in edges()
        if package_of(module) in BELOW and package_of(other) not in BELOW[package_of(module)] | LEAVES
    ]
    assert wrong == []


def test_nothing_but_the_front_imports_the_front():
    wrong = [f"{module} imports {other}" for module, other in edges() if package_of(other) in FRONT]
    assert [line for line in wrong if line.split(" ")[0].split(".")[0] not in FRONT] == []


def test_a_noun_knows_only_the_service_and_the_types_of_another():
    wrong = [
        f"{module} imports {other}"
        for module, other in edges()
        if is_noun(package_of(module)) and is_noun(package_of(other)) and other not in MORE_PUBLIC_MODULES
        if other.rpartition(".")[2] not in PUBLIC_MODULES
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("lower", "higher"), [("types", ("store", "service", "routes")), ("store", ("service", "routes")), ("service", ("routes",))]
)
def test_inside_a_noun_imports_go_down(lower, higher):
    for module, wanted in GRAPH.items():
        package, _, name = module.rpartition(".")
        if name == lower and is_noun(package_of(module)):
            assert not wanted & {f"{package}.{one}" for one in higher}, f"{module} looks up"


def test_a_block_imports_the_sdk_and_nothing_else_of_ours():
    blocks = sorted((PROJECT / "blocks").rglob("*.py"))
    assert blocks
    for path in blocks:
        ours = {full for full in imports_of(path) if package_of(full) in (PACKAGE, "blocks", "tests", "scripts")}
        wrong = {full for full in ours if full != f"{PACKAGE}.sdk" and not full.startswith(f"{PACKAGE}.sdk.")}
        assert not wrong, f"{path.relative_to(PROJECT)} imports {wrong}"


def test_the_server_process_has_one_sqlite_library():
    # Two copies of SQLite in one process do not see each other's locks; 6 of 6 files were corrupted (docs/architecture.md).
    files = {**MODULES, **{str(path): path for path in (PROJECT / "blocks").rglob("*.py")}}
    for name, path in files.items():
        own = name if name in MODULES else None
        assert not {package_of(full) for full in imports_of(path, own)} & SECOND_SQLITE, f"{path} brings a second SQLite"


def test_the_check_sees_circles_and_hidden_imports(tmp_path):
    assert find_circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert find_circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
    hidden = tmp_path / "hidden.py"
    hidden.write_text("def f():\n    import sqlite3\n    from autogpt_lite.engine import pump\n", "utf-8")
    assert set(imports_of(hidden)) == {"sqlite3", "autogpt_lite.engine.pump"}
