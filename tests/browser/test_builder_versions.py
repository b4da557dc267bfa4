"""Versions in the builder: what changed, an old one brought back, and two tabs that lose nothing to each other."""

from __future__ import annotations

from typing import Any

import pytest

from ..server import ServerProcess
from .builder import box_of, builder_of, field, placed_division, stored
from .conftest import call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


def change(page: Any, value: str) -> None:
    """Another number in the node that adds one."""
    box_of(page, "Add one").locator(".node-title").click()
    page.locator('.field[data-pin="b"] input').fill(value)
    expect(page.locator(".build-draft")).to_contain_text("Draft saved")


def open_versions(page: Any) -> Any:
    page.get_by_role("button", name="Versions").click()
    return page.get_by_role("complementary", name="Versions")


@pytest.fixture
def page(open_page: Any, server: ServerProcess) -> Any:
    page = open_page(builder_of(server, placed_division("Versions")), reduced_motion="reduce")
    expect(page.locator(".react-flow__node").first).to_be_visible()
    return page


def test_a_version_tells_what_it_changed_and_an_old_one_comes_back(page: Any, server: ServerProcess) -> None:
    change(page, "5")
    page.keyboard.press("Control+s")
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    panel = open_versions(page)
    panel.get_by_role("button", name="Version 2").click()
    line = panel.locator(".diff li")
    expect(line).to_contain_text("Add one")
    assert line.locator("del, ins").all_text_contents() == ["1", "5"]
    panel.get_by_role("button", name="Version 1").click()
    panel.get_by_role("button", name="Restore as a new version").click()
    expect(page.locator(".toast")).to_contain_text("Version 1 is back, as version 3.")
    expect(panel.get_by_role("button", name="Version 3")).to_contain_text("Active")
    box_of(page, "Add one").locator(".node-title").click()
    expect(field(page, "b")).to_have_value("1")
    assert stored(server, page)["version"] == 3


def test_another_version_is_made_the_active_one(page: Any, server: ServerProcess) -> None:
    change(page, "5")
    page.keyboard.press("Control+s")
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    panel = open_versions(page)
    panel.get_by_role("button", name="Version 1").click()
    panel.get_by_role("button", name="Make active").click()
    expect(panel.get_by_role("button", name="Version 1")).to_contain_text("Active")
    assert stored(server, page)["version"] == 1


def test_two_tabs_show_both_versions_and_neither_is_lost(page: Any, server: ServerProcess) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".react-flow__node").first).to_be_visible()
    change(page, "5")
    change(other, "7")
    other.keyboard.press("Control+s")
    expect(other.locator(".build-draft")).to_have_text("Saved as version 2")
    # The first tab hears of it while it is in use; saving shows both instead of going on.
    page.bring_to_front()
    page.keyboard.press("Control+s")
    both = page.get_by_role("region", name="Two versions")
    expect(both.locator("ins")).to_have_text(["7", "5"])
    both.get_by_role("button", name="Save mine as the next version").click()
    expect(page.locator(".build-draft")).to_have_text("Saved as version 3")
    kept = {v: call(server, "GET", f"/api/graphs/{page.url.rpartition('/')[2]}/versions/{v}")["nodes"] for v in (2, 3)}
    assert [next(n["input_default"]["b"] for n in nodes if n["input_default"].get("b")) for nodes in kept.values()] == [7, 5]
    # The second tab had nothing of its own any more: it takes what the first has saved.
    other.bring_to_front()
    expect(other.locator(".build-draft")).to_have_text("Version 3")
    box_of(other, "Add one").locator(".node-title").click()
    expect(field(other, "b")).to_have_value("5")


def test_the_other_version_can_be_taken_and_the_draft_brought_back(page: Any, server: ServerProcess) -> None:
    change(page, "5")
    graph = stored(server, page)
    graph["nodes"][2]["input_default"]["b"] = 7
    call(server, "PUT", f"/api/graphs/{graph['id']}", {**graph, "is_active": True})
    page.keyboard.press("Control+s")
    page.get_by_role("button", name="Take version 2").click()
    box_of(page, "Add one").locator(".node-title").click()
    expect(field(page, "b")).to_have_value("7")
    page.get_by_role("button", name="Bring my draft back").click()
    box_of(page, "Add one").locator(".node-title").click()
    expect(field(page, "b")).to_have_value("5")
