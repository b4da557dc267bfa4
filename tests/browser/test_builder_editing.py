"""What keeps an agent whole while it is edited: a deleted node is bridged, a block comes into a link, agents open in place."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import CALCULATOR, agent, node
from .builder import at, box_of, builder_of, placed_division
from .conftest import call

AGENT_EXECUTOR = "e189baac-8c20-45a1-94a7-55177ea42565"

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect  # noqa: E402

expect.set_options(timeout=15_000)

DROP = """([selector, blockId]) => {
  const path = document.querySelector(selector);
  const half = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
  const data = new DataTransfer();
  data.setData("application/x-autogpt-block", JSON.stringify({ blockId, inputs: { operation: "Add", b: 2 } }));
  const drop = new DragEvent("drop", { dataTransfer: data, clientX: half.x, clientY: half.y, bubbles: true, cancelable: true });
  document.querySelector(".build-canvas").dispatchEvent(drop);
}"""


@pytest.fixture
def page(open_builder: Any, server: ServerProcess) -> Any:
    page = open_builder(builder_of(server, placed_division("Whole")))
    expect(page.locator(".react-flow__edge")).to_have_count(3)
    return page


def test_neighbours_of_a_deleted_node_are_linked_until_undo(page: Any) -> None:
    box_of(page, "Add one").locator(".node-title").click()
    page.keyboard.press("Delete")
    expect(page.locator(".toast")).to_contain_text("Add one is deleted; Divide it and Result are linked.")
    expect(page.locator(".react-flow__edge")).to_have_count(2)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".react-flow__edge")).to_have_count(3)
    expect(box_of(page, "Add one")).to_be_visible()


def test_block_that_is_dropped_on_a_link_comes_between_its_ends(page: Any) -> None:
    page.evaluate(DROP, [".react-flow__edge:nth-of-type(2) path, .react-flow__edge path", CALCULATOR])
    expect(page.locator(".panel .field").first).to_be_visible()  # then the canvas has its size
    page.keyboard.press("Shift+1")
    expect(page.locator(".react-flow__edge")).to_have_count(4)
    expect(page.locator(".react-flow__node")).to_have_count(5)
    page.keyboard.press("Control+z")
    expect(page.locator(".react-flow__edge")).to_have_count(3)
    expect(page.locator(".react-flow__node")).to_have_count(4)


def test_agent_in_an_agent_opens_in_place_and_leads_back(open_page: Any, server: ServerProcess) -> None:
    inner = call(server, "POST", "/api/graphs", {"graph": placed_division("Inner")})
    calls = node(AGENT_EXECUTOR, "Calls it", graph_id=inner["id"], graph_version=1, input_schema={}, output_schema={}, inputs={})
    page = open_page(builder_of(server, at(agent("Outer", [calls], []), (0, 0))), reduced_motion="reduce")
    expect(box_of(page, "Calls it").locator(".node")).to_have_attribute("data-sub", "true")  # the second edge
    box_of(page, "Calls it").locator(".node-title").dblclick()
    expect(page.get_by_label("Name of the agent")).to_have_value("Inner")
    page.get_by_role("navigation", name="Path").get_by_role("link", name="Outer").click()
    expect(page.get_by_label("Name of the agent")).to_have_value("Outer")
    expect(page.get_by_role("navigation", name="Path").get_by_role("link")).to_have_count(1)


def test_agent_with_blocks_that_are_not_here_is_shown_panned_changed_and_saved(
    open_page: Any, server: ServerProcess, contract: Path
) -> None:
    text = (contract / "agents" / "agent_00fdd42c-a14c-4d19-a567-65374ea0e87f.json").read_text("utf-8")
    graph = call(server, "POST", "/api/graphs", {"graph": json.loads(text), "allow_missing_blocks": True})
    page = open_page(f"/build/{graph['id']}", reduced_motion="reduce")
    expect(page.locator(".react-flow__node").first).to_be_visible()
    before = page.locator(".react-flow__viewport").get_attribute("style")
    page.mouse.move(400, 400)
    page.mouse.wheel(300, 200)
    expect(page.locator(".react-flow__viewport")).not_to_have_attribute("style", before)
    page.get_by_label("Name of the agent").fill("Still editable")
    page.keyboard.press("Control+s")
    expect(page.locator(".build-draft")).to_have_text(re.compile("^Saved as version"))


def test_undo_is_kept_with_the_draft(page: Any) -> None:
    kept = page.locator(".build-draft")
    for title in ("Add one", "Divide it"):
        box_of(page, title).locator(".node-title").click()
        page.keyboard.press("Escape")
        page.keyboard.press("x")
    box_of(page, "Divide by").locator(".node-title").click()
    page.keyboard.press("Delete")
    expect(page.locator(".react-flow__node")).to_have_count(3)
    page.keyboard.press("Control+z")
    expect(kept).to_contain_text("Draft saved")
    page.reload()
    expect(page.locator(".react-flow__node")).to_have_count(4)
    expect(page.locator(".node[data-off]")).to_have_count(2)
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".react-flow__node")).to_have_count(3)
    page.keyboard.press("Control+z")
    for left in (1, 0):
        page.keyboard.press("Control+z")
        expect(page.locator(".node[data-off]")).to_have_count(left)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    expect(kept).to_contain_text("Draft saved")
    page.keyboard.press("Control+s")
    expect(kept).to_have_text("Saved as version 2")
    left_behind = "() => Object.keys(localStorage).filter((key) => /^(draft|undo):/.test(key))"
    assert page.evaluate(left_behind) == []
