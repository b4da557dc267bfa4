"""docs/endpoints.md: AutoGPT's endpoints, and which of them are served here. The rows stand in the page; the last column is worked out."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from _reference import all_routes

PAGE = Path(__file__).resolve().parent.parent / "docs" / "endpoints.md"
_ROW = re.compile(r"^\| (?P<section>[^|]+) \| (?P<method>[A-Z]+) \| `(?P<path>[^`]+)` \| (?P<newer>[^|]*) \| (?P<mark>[^|]*) \|$")
REMOVED = "removed"


class Endpoint(msgspec.Struct, frozen=True):
    """An endpoint of July 2025. `newer_path` is that of May 2026, "" where it was removed."""

    section: str
    method: str
    path: str
    newer_path: str


def read_page() -> list[Endpoint]:
    """The endpoints in the page."""
    found = []
    for line in PAGE.read_text("utf-8").splitlines():
        if (row := _ROW.match(line)) is not None:
            newer = row["newer"].strip("` ")
            newer_path = row["path"] if not newer else "" if newer == REMOVED else newer
            found.append(Endpoint(row["section"], row["method"], row["path"], newer_path))
    return found


def endpoints_page() -> str:
    """The page with its rows as they are and the last column as the route table has it."""
    return page_of(read_page())


def page_of(endpoints: list[Endpoint]) -> str:
    """The page that lists these."""
    served = {(route.method, _bare(route.path)) for route in all_routes()}
    marks = [_mark(one, served) for one in endpoints]
    n_served = sum(mark != "no" for mark in marks)
    lines = [
        "<!-- The last column is made by scripts/docs from the route table. -->",
        "",
        "# AutoGPT's endpoints",
        "",
        f"Of the {len(endpoints)} endpoints of AutoGPT's platform of July 2025, {n_served} are served here. A path of 2026 stands where it is",
        "another one. What is not served is answered with a 404, never with a pretence. [routes.md](routes.md) has everything that is",
        "served, [compatibility.md](compatibility.md) what is deliberately different.",
        "",
        "| subject | method | path | in 2026 | here |",
        "|---|---|---|---|---|",
        *(_row(one, mark) for one, mark in zip(endpoints, marks, strict=True)),
        "",
    ]
    return "\n".join(lines)


def _row(one: Endpoint, mark: str) -> str:
    newer = "" if one.newer_path == one.path else f"`{one.newer_path}`" if one.newer_path else REMOVED
    return f"| {one.section} | {one.method} | `{one.path}` | {newer} | {mark} |"


def _mark(one: Endpoint, served: set[tuple[str, str]]) -> str:
    if (one.method, _bare(one.path)) in served:
        return "served"
    return "served, under the path of 2026" if (one.method, _bare(one.newer_path)) in served else "no"


def _bare(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)
