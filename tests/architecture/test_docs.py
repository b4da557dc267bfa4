"""The pages that are made from the code say what the code says, and everything in them has a line of explanation."""

from __future__ import annotations

import importlib
import re
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


def test_every_line_of_the_list_of_attacks_has_a_test_or_a_reason(scripts):
    attacks = scripts("_attacks")
    shown, ids, reasons = attacks.tests_by_id(), attacks.all_ids(), attacks.NOT_BUILT
    assert sorted(shown.keys() - set(ids)) == [], "no such line"
    assert [one for one in ids if one not in shown and one not in reasons] == []
    assert [one for one in reasons if one in shown] == [], "it is shown now: take it out of NOT_BUILT"
    assert [one for one in attacks.NO_DOOR if one not in shown] == [], "what is said to be held has no test"
    assert len(shown) >= 75


def test_the_list_of_attacks_is_whole(scripts, contract):
    """Its lines are counted here; the list itself stands beside the contract."""
    lines = (contract.parent / "attacks.md").read_text("utf-8").splitlines()
    ids = [line.partition(".")[0] for line in lines if re.match(r"[A-J]\d+\. ", line)]
    assert ids == scripts("_attacks").all_ids()
