"""Runs of before in the builder: what a node took and gave in them, and one of them laid over the canvas."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ..server import ServerProcess
from .builder import box_of, builder_of, field, placed_division
from .conftest import call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


def run(server: ServerProcess, graph_id: str, version: int, divisor: int) -> None:
    path = f"/api/graphs/{graph_id}/execute/{version}"
    run_id = call(server, "POST", path, {"inputs": {"Divide by": divisor}})["graph_exec_id"]
    while call(server, "GET", f"/api/graphs/{graph_id}/executions/{run_id}")["status"] != "COMPLETED":
        pass


@pytest.fixture
def page(open_builder: Any, server: ServerProcess) -> Any:
    """The builder of an agent whose version 1 ran with 6 and whose version 2, which divides 84, ran with 4."""
    path = builder_of(server, placed_division("Past"))
    graph_id = path.rpartition("/")[2]
    run(server, graph_id, 1, 6)
    graph = call(server, "GET", f"/api/graphs/{graph_id}")
    for node in graph["nodes"]:
        if node["metadata"].get("customized_name") == "Divide it":
            node["input_default"]["a"] = 84
    call(server, "PUT", f"/api/graphs/{graph_id}", graph)
    run(server, graph_id, 2, 4)
    return open_builder(path)


def open_tab(page: Any, tab: str, title: str = "Divide it") -> None:
    box_of(page, title).locator(".node-title").click()
    page.get_by_role("tab", name=tab, exact=True).click()


def test_chips_show_what_a_node_gave_in_earlier_runs(page: Any) -> None:
    open_tab(page, "Output")
    chips = page.get_by_role("group", name="Executions").get_by_role("button")
    expect(chips).to_have_text([re.compile("^ ?Run 2 "), re.compile("^ ?Run 1 ")])
    came_out = page.get_by_role("region", name="Came out")
    chips.first.click()
    expect(came_out).to_contain_text("21")
    chips.last.click()
    expect(came_out).to_contain_text("7")
    expect(page.get_by_role("region", name="Went in")).to_contain_text("42")
    expect(chips.last).to_have_attribute("aria-pressed", "true")


def test_the_palette_compares_the_newest_run_with_the_one_before(page: Any) -> None:
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Palette")
    palette.get_by_role("combobox").fill("compare")
    palette.get_by_role("option", name="Compare run 2 with 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two runs of Past")
    expect(page.get_by_role("row", name="Version")).to_contain_text("v1v2")


def test_a_run_of_before_lies_over_the_canvas_and_leaves_it_again(page: Any) -> None:
    expect(box_of(page, "Add one").locator(".node-mark")).to_have_count(0)
    open_tab(page, "Runs")
    page.locator(".node-run").first.click()
    expect(box_of(page, "Add one").locator(".node")).to_have_attribute("data-status", "COMPLETED")
    expect(page.locator(".node-run").first).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Take the run off the canvas").click()
    expect(box_of(page, "Add one").locator(".node-mark")).to_have_count(0)


def test_a_run_of_an_older_version_shows_on_the_nodes_of_this_one(page: Any) -> None:
    open_tab(page, "Runs")
    expect(page.locator(".node-run").last).to_contain_text("v1")
    page.locator(".node-run").last.click()
    expect(page.locator(".dock-facts")).to_contain_text("v1")
    open_tab(page, "Output", "Add one")
    expect(page.get_by_role("region", name="Came out")).to_contain_text("8")


def test_the_draft_is_edited_while_a_run_lies_over_it(page: Any) -> None:
    open_tab(page, "Runs")
    page.locator(".node-run").first.click()
    expect(page.locator(".dock-word")).to_have_text("Completed")
    page.get_by_role("tab", name="Inputs").click()
    field(page, "a").fill("5")
    expect(page.locator(".build-draft")).to_contain_text("Draft saved")
    expect(page.locator(".dock-word")).to_have_text("Completed")


def test_a_node_that_never_ran_says_so(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Never")))
    open_tab(page, "Runs")
    expect(page.locator(".panel-body")).to_contain_text("Nothing has run. Runs show here the moment they start.")
