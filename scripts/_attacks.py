"""docs/attacks.md: which tests show which line of the list of attacks. Tests say it by their names: test_c1_c2_what_it_shows."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"

GROUPS = {
    "A": (16, "A web page against the server on this machine"),
    "B": (14, "Logins and permissions"),
    "C": (15, "Requests into the house (SSRF)"),
    "D": (14, "Code, templates, patterns"),
    "E": (12, "Files, archives, parsers"),
    "F": (6, "What the browser shows"),
    "G": (9, "Webhooks and schedules"),
    "H": (11, "Graphs that hurt"),
    "I": (8, "Secrets"),
    "J": (8, "Kills, disks, clocks"),
}
"""{letter: (how many lines, what they are about)}"""

NOT_BUILT: dict[str, str] = {}
"""{id: why no test shows it}; whoever builds the feature writes the test and takes the line out."""

NO_DOOR = {
    "B11": "there are no links that share a run, and nothing guessed tells a stranger of one; the file that its owner may give away has "
    "secrets masked and no id in it",
    "D4": "no block cuts a text with an overlap; every number of every block ends in an answer or an error, and one with an overlap is seen",
    "D9": "there is no MCP client; bringing in, showing, approving and checking an agent that names a command starts no process",
    "D11": "there is no SQL block; whatever they are given, no block opens a database or any file of the server's",
    "D12": "there are no Git blocks and no blocks that write files; whatever they are given, none writes anything outside the data directory",
    "D13": "no block starts a program of the machine; processes are started in a short list of places, none with a shell or an agent's words",
    "D14": "no model is given tools; what a fetched page orders is a text for the model, and what a model orders a text for the agent",
}
"""{id: what is held}: the feature that could be attacked does not exist, and its tests fail when it comes, until it is shown of it."""

_NAMED = re.compile(r"^\s*(?:async )?def test_((?:[a-j]\d{1,2}_)+)", re.M)


def all_ids() -> list[str]:
    return [f"{letter}{number}" for letter, (count, _) in GROUPS.items() for number in range(1, count + 1)]


def tests_by_id() -> dict[str, list[str]]:
    """{id: files below tests/ that have a test of it}"""
    found: dict[str, list[str]] = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        ids = {one for named in _NAMED.findall(file.read_text("utf-8")) for one in named.rstrip("_").upper().split("_")}
        for one in ids:
            found.setdefault(one, []).append(file.relative_to(TESTS).as_posix())
    return found


def attacks_page() -> str:
    """The whole page."""
    tests = tests_by_id()
    lines = [
        "<!-- Made by scripts/docs from the names of the tests and a list of what is not built: change those, not this page. -->",
        "",
        "# Attacks and their tests",
        "",
        f"The list of attacks that this server has to withstand has {len(all_ids())} lines in ten groups. {len(tests)} of them are shown by at",
        "least one automated test with the line's id in its name: `pytest -k c7_` (files below `tests/`). Where the feature that such an attack",
        "goes for does not exist here, the tests show that there is no such door, and fail when somebody opens it: the line then says what is",
        "held. How the checks hang together is in [security.md](security.md).",
    ]
    for letter, (count, about) in GROUPS.items():
        lines += ["", f"## {letter}: {about}", "", "| id | shown by |", "|---|---|"]
        for number in range(1, count + 1):
            lines.append(f"| {letter}{number} | {_shown(f'{letter}{number}', tests)} |")
    return "\n".join([*lines, ""])


def _shown(one: str, tests: dict[str, list[str]]) -> str:
    files = ", ".join(f"`{file}`" for file in tests.get(one, ()))
    told = NO_DOOR.get(one) or ("" if files else NOT_BUILT.get(one, ""))
    return ": ".join(part for part in (files, f"*{told}*" if told else "") if part)
