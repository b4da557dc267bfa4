"""A newcomer finds every folder of the program in docs/architecture.md."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def test_every_folder_stands_in_the_tree_of_the_architecture_page():
    tree = (PROJECT / "docs" / "architecture.md").read_text("utf-8").split("```")[1]
    folders = {path.parent.name for path in (PROJECT / "autogpt_lite").glob("*/__init__.py")}
    assert len(folders) > 30
    assert sorted(name for name in folders if f"{name}/" not in tree) == []
