"""What the UI's files promise without a browser: nothing from outside, no markup from values, nothing that the CSP refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "static"
SCRIPTS = sorted(path for path in (STATIC / "js").rglob("*.js"))
STYLES = sorted(STATIC.glob("*.css"))
TEXTS = [STATIC / "index.html", STATIC / "icon.svg", *SCRIPTS, *STYLES]

IMPORT = re.compile(r'\bfrom "([^"]+)"|^import "([^"]+)"', re.MULTILINE)
MARKUP_FROM_TEXT = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|parseFromString|\beval\(|new Function"
)
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


def ids(paths: list[Path]) -> list[str]:
    return [path.relative_to(STATIC).as_posix() for path in paths]


@pytest.mark.parametrize("path", TEXTS, ids=ids(TEXTS))
def test_nothing_is_fetched_from_outside(path: Path) -> None:
    text = path.read_text().replace(SVG_NAMESPACE, "")
    assert re.findall(r"https?://\S+|[\"'(]//\w+\.\S+", text) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=ids(SCRIPTS))
def test_script_makes_no_markup_from_text_and_imports_what_exists(path: Path) -> None:
    text = path.read_text()
    assert MARKUP_FROM_TEXT.findall(text) == []
    for target in map("".join, IMPORT.findall(text)):
        assert target.startswith("."), target
        assert (path.parent / target).resolve().is_file(), target


def test_index_has_no_inline_script_and_no_inline_style() -> None:
    text = (STATIC / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=|javascript:", text) == []
    for name in re.findall(r'(?:href|src)="/([^"]+)"', text):
        assert (STATIC / name).is_file(), name


def test_scripts_set_styles_by_property_only() -> None:
    # A style attribute is what the CSP refuses; el.style.left is not.
    for path in SCRIPTS:
        assert re.findall(r"setAttribute\(\"style\"|\bstyle: ", path.read_text()) == [], path.name


def test_every_icon_that_is_drawn_exists() -> None:
    known = set(re.findall(r"^  (\w+): \[", (STATIC / "js/icons.js").read_text(), re.MULTILINE))
    for path in SCRIPTS:
        used = set(re.findall(r'\bicon\("(\w+)"', path.read_text()))
        assert used <= known, (path.name, used - known)


def test_runs_are_started_through_one_door_that_asks_for_approvals() -> None:
    starts = r"\b(executeGraph|runPreset|rerunFrom|rerunWhole|resumeExecution)\b"
    found = {path.name for path in SCRIPTS if path.parent.name != "api" and re.search(starts, path.read_text())}
    assert found == {"api.js", "start_run.js"}
