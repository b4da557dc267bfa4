"""docs/endpoints.md lists every endpoint of AutoGPT's description; which are served is worked out from the route table."""

from __future__ import annotations

import csv
import importlib
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def endpoints(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(PROJECT / "scripts"))
    return importlib.import_module("_endpoints")


def test_the_page_has_each_of_autogpts_endpoints_once(endpoints: ModuleType, contract: Path):
    with open(contract / "endpoints_core.tsv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    known = [
        endpoints.Endpoint(
            row["SECTION"], row["METHOD"], row["PATH_SEED"], "" if row["STATUS_MAY2026"] == "removed" else row["PATH_MAY2026"]
        )
        for row in rows
    ]
    assert endpoints.read_page() == known


def test_agents_runs_the_library_presets_and_schedules_are_served_as_a_whole(endpoints: ModuleType):
    """Where a client would notice a gap first; listings of the marketplace and triggers have pages of their own."""
    lines = [line.split(" | ") for line in endpoints.endpoints_page().splitlines() if line.startswith("| ")]
    missing = {
        (section.strip("| "), method, path.strip("`"))
        for section, method, path, _, mark in lines
        if section.strip("| ") in ("Graphs", "Executions", "Library", "Schedules", "Blocks", "Health") and mark.startswith("no")
    }
    assert {one for one in missing if "marketplace" not in one[2] and "trigger" not in one[2]} == set()


def test_a_path_with_other_names_for_its_parameters_is_the_same_path(endpoints: ModuleType):
    one = endpoints.Endpoint("Graphs", "GET", "/api/graphs/{anything}", "/api/graphs/{anything}")
    gone = endpoints.Endpoint("Graphs", "GET", "/api/nowhere", "/api/graphs/{anything}")
    page = endpoints.page_of([one, gone, endpoints.Endpoint("Graphs", "GET", "/api/nowhere", "")])
    assert [line.rpartition(" | ")[2] for line in page.splitlines()[-3:]] == [
        "served |",
        "served, under the path of 2026 |",
        "no |",
    ]
