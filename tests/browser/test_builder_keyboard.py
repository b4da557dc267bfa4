"""What somebody without a mouse is promised: to build, link, run and read the result by keys, and to be told of each step."""

from __future__ import annotations

from typing import Any

import pytest

from ..server import ServerProcess
from .agents import CALCULATOR, agent, node
from .builder import at, box_of, builder_of, centre, drag, pin, placed_division, stored

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


# The pin whose control has the focus.
FOCUSED_PIN = """(() => {
  const focused = document.activeElement;
  return focused.matches("input, textarea, select") ? focused.closest(".field")?.dataset.pin : null;
})()"""


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def add(page: Any, words: str) -> None:
    press(page, "a")
    expect(page.get_by_label("Search blocks")).to_be_focused()
    page.keyboard.type(words)
    press(page, "Enter")
    expect(page.locator(".panel-body :focus")).to_have_count(1)


def tab_to(page: Any, pin: str) -> None:
    """Tab from field to field, as one who does not see where a mouse would go."""
    for _ in range(30):
        if page.evaluate(FOCUSED_PIN) == pin:
            return
        press(page, "Tab")
    raise AssertionError(f"Tab does not reach {pin}")


def link_to(page: Any, source: str, sink: str) -> None:
    """From the selected node's pin to another's, by what is said at each step."""
    said = page.locator("[data-said]")
    press(page, "c")
    expect(said).to_contain_text("Link from")
    for words in (source, sink):
        for _ in range(40):
            if words in (said.text_content() or ""):
                break
            press(page, "ArrowDown")
        expect(said).to_contain_text(words)
        press(page, "Enter")
    expect(said).to_contain_text("Linked: ")


def said(page: Any) -> Any:
    return page.locator("[data-said]")


def test_calculator_agent_is_built_by_keys_alone_saved_run_and_read(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder("/build")
    page.mouse.move(0, 0)
    add(page, "Agent Number Input")
    tab_to(page, "name")
    page.keyboard.type("Number")
    press(page, "Escape")
    add(page, "Calculator")
    tab_to(page, "operation")
    page.keyboard.type("Div")
    tab_to(page, "b")
    page.keyboard.type("2")
    press(page, "Escape")
    add(page, "Agent Output")
    tab_to(page, "name")
    page.keyboard.type("Half")
    press(page, "Escape")

    press(page, "ArrowLeft")
    expect(page.locator(".react-flow__node:focus")).to_have_attribute("aria-label", "Calculator")
    link_to(page, "Output result", "Calculator, result to Half, value")
    press(page, "ArrowLeft", "ArrowLeft")
    expect(page.locator(".react-flow__node:focus")).to_have_attribute("aria-label", "Number, Agent Number Input")
    link_to(page, "Output result", "Number, result to Calculator, a")
    expect(page.get_by_label("Link: Number, result to Calculator, a")).to_have_count(1)

    press(page, "Control+s")
    expect(page.locator(".build-draft")).to_have_text("Saved as version 1")
    ends = {(one["source_name"], one["sink_name"]) for one in stored(server, page)["links"]}
    assert ends == {("result", "a"), ("result", "value")}
    press(page, "Control+Enter")
    expect(page.get_by_role("form", name="Inputs").get_by_label("Number")).to_be_focused()
    page.keyboard.type("84")
    press(page, "Control+Enter")
    expect(page.locator(".panel .badge")).to_have_text("Completed")
    expect(page.get_by_label("Outputs")).to_contain_text("42")


def test_arrows_go_from_node_to_node_and_with_ctrl_move_them(open_builder: Any, server: ServerProcess) -> None:
    graph = at(
        agent("Arrows", [node(CALCULATOR, name, operation="Add", a=1, b=1) for name in "ABC"], []), (0, 0), (320, 0), (320, 240)
    )
    page = open_builder(builder_of(server, graph))
    box_of(page, "A").locator(".node-title").click()
    press(page, "Escape", "ArrowRight")
    focused = page.locator(".react-flow__node:focus")
    expect(focused).to_have_attribute("aria-label", "B, Calculator")
    press(page, "ArrowDown")
    expect(focused).to_have_attribute("aria-label", "C, Calculator")
    press(page, "ArrowDown")
    expect(said(page)).to_have_text("No node further that way.")
    press(page, "Control+ArrowRight", "Control+Shift+ArrowUp", "Control+s")
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    moved = {one["metadata"]["customized_name"]: one["metadata"]["position"] for one in stored(server, page)["nodes"]}
    assert moved == {"A": {"x": 0, "y": 0}, "B": {"x": 320, "y": 0}, "C": {"x": 328, "y": 200}}
    press(page, "Enter")
    expect(page.locator(".panel-body :focus")).to_have_count(1)
    press(page, "Escape")
    expect(page.locator(".panel")).to_have_count(0)
    expect(focused).to_have_attribute("aria-label", "C, Calculator")
    press(page, "F2")
    page.keyboard.type("Renamed")
    press(page, "Escape", "Delete")
    expect(page.locator(".react-flow__node")).to_have_count(2)


def test_a_link_is_left_by_escape_and_says_what_does_not_fit(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Leave")))
    press(page, "c")
    expect(said(page)).to_contain_text("Select one node first")
    box_of(page, "Divide by").locator(".node-title").click()
    press(page, "Escape", "c", "ArrowDown", "Escape")
    expect(said(page)).to_have_text("Nothing is linked.")
    expect(page.locator(".react-flow__edge")).to_have_count(3)
    page.locator(".react-flow__edge").first.focus()
    press(page, "Tab", "Shift+Tab", "Delete")
    expect(page.locator(".react-flow__edge")).to_have_count(2)


def test_all_keys_are_listed_and_letters_can_be_switched_off(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Keys")))
    expect(page.locator(".node").first).to_be_visible()
    press(page, "?")
    keys = page.get_by_role("dialog", name="All keys")
    for words in ("Link by keys", "Undo", "Move up by 40", "Pin or unpin the output"):
        expect(keys).to_contain_text(words)
    press(page, "Escape")
    page.evaluate("localStorage.setItem('letter-keys', 'off')")
    press(page, "?", "a", "c")
    expect(page.get_by_role("dialog")).to_have_count(0)
    press(page, "Control+k")
    expect(page.get_by_role("dialog", name="Palette")).to_be_visible()


def test_selected_nodes_are_aligned_and_spread(open_builder: Any, server: ServerProcess) -> None:
    boxes = [node(CALCULATOR, name, operation="Add", a=1, b=1) for name in "ABC"]
    page = open_builder(builder_of(server, at(agent("Align", boxes, []), (0, 0), (320, 40), (1000, 8))))
    expect(page.locator(".node").first).to_be_visible()
    for words in ("upper edges", "left to right"):
        press(page, "Control+a", "Control+k")
        page.keyboard.type(words)
        press(page, "Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
    press(page, "Control+s")
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    places = [one["metadata"]["position"] for one in stored(server, page)["nodes"]]
    assert [place["y"] for place in places] == [0, 0, 0]
    assert [place["x"] for place in places] == [0, 504, 1000]


def test_what_followed_a_pin_before_is_offered_first(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Usual")))
    for first in (False, True):
        x, y = centre(pin(box_of(page, "Divide it"), "result", "source"))
        drag(page, (x, y), (x + 60, y + 160))
        rows = page.get_by_role("option")
        if first:
            expect(page.locator(".menu-group").first).to_have_text("Usually follows Calculator")
            expect(rows.first).to_contain_text("Code Extraction")
            press(page, "Escape")
        else:
            page.keyboard.type("code extraction")
            expect(rows.first).to_contain_text("Code Extraction")
            press(page, "Enter", "Escape", "Control+z")
            expect(page.locator(".react-flow__node")).to_have_count(4)
    press(page, "a")
    expect(page.locator(".menu-group").first).to_have_text("Used last")
