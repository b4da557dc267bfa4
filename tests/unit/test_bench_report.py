"""The table of docs/performance.md: what is measured anew is replaced, what is not stays."""

from __future__ import annotations

from tests.bench.report import BEGIN, END, FIGURES, merge, rows

TITLES = [f"{figure.title} ({figure.unit})" for figure in FIGURES[:3]]


def test_only_what_was_measured_changes():
    old = "\n".join(f"| {title} | 1 | 1 |  |  | 2026-01-01, 5 rounds |" for title in (TITLES[0], TITLES[2], "Gone (ms)"))
    page = merge(f"before\n{BEGIN}\n{old}\n{END}\nafter", rows({FIGURES[1].key: [10.0, 30.0, 20.0]}))
    lines = [line for line in page.splitlines() if line.startswith("| ") and " | " in line][2:]
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines] == TITLES
    assert lines[0].endswith("2026-01-01, 5 rounds |")
    assert lines[1].split(" | ")[1:3] == ["20", "10"]
    assert lines[1].endswith("3 rounds |")
    assert page.startswith("before\n")
    assert page.endswith("\nafter")
