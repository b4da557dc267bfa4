"""The pages that are made from the code say what the code says, and everything in them has a line of explanation."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def scripts(monkeypatch):
    """Imports a module of scripts/."""
    monkeypatch.syspath_prepend(str(PROJECT / "scripts"))
    return importlib.import_module


def test_the_pages_that_are_made_are_up_to_date(scripts):
    for name, page in scripts("_pages").PAGES.items():
        path = PROJECT / "docs" / name
        assert path.exists(), f"run scripts/docs: docs/{name} is missing"
        assert path.read_text("utf-8") == page(), f"run scripts/docs: docs/{name} is out of date"


def test_every_setting_has_a_meaning_and_a_default(scripts):
    reference = scripts("_reference")
    settings = {setting.name: setting for setting in reference.read_settings()}
    assert [name for name in reference.setting_names() if name not in settings] == []
    assert [name for name, setting in settings.items() if not setting.meaning and not name.startswith("llm.providers.")] == []


def test_every_route_has_a_summary_and_a_tag(scripts):
    routes = scripts("_reference").all_routes()
    assert len(routes) > 20
    assert [route.path for route in routes if not route.summary.endswith(".") or not route.tags] == []
