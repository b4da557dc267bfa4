"""Links: what a dragged one is told, where it ends, and what it shows of conversions, of a run and of values that stay."""

from __future__ import annotations

from typing import Any

import pytest

from ..server import ServerProcess
from .agents import CALCULATOR, INPUT, OUTPUT, agent, link, node, ticks
from .builder import at, box_of, builder_of, centre, drag, pin, stored

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)

CREATE_LIST = "a912d5c7-6e00-4542-b2a9-8034136930e4"
REPLACE = "7e7c87ab-3469-4bcc-9abe-67705091b713"

COUNT_BEADS = """() => {
  window.beads = 0;
  const count = (changes) => changes.forEach((one) => one.addedNodes.forEach((node) => (beads += node.matches?.(".bead") ? 1 : 0)));
  new MutationObserver(count).observe(document.querySelector(".react-flow__edges"), { childList: true, subtree: true });
}"""

# Whether a point of the link lies inside a node.
CROSSED = """(path) => {
  const boxes = [...document.querySelectorAll(".react-flow__node .node")].map((one) => one.getBoundingClientRect());
  const length = path.getTotalLength();
  return Array.from({ length: 200 }, (_, i) => path.getPointAtLength((length * (i + 0.5)) / 200).matrixTransform(path.getScreenCTM()))
    .filter((at) => boxes.some((box) => at.x > box.left + 1 && at.x < box.right - 1 && at.y > box.top + 1 && at.y < box.bottom - 1)).length;
}"""


@pytest.fixture
def page(open_builder: Any, server: ServerProcess) -> Any:
    """A list, a sum with both numbers open, a text that is replaced, and a sum with its first number linked."""
    items = node(CREATE_LIST, "List", values=[1])
    one, two = node(CALCULATOR, "One", operation="Add"), node(CALCULATOR, "Two", operation="Add")
    graph = agent("Ends", [items, one, node(REPLACE, "Replace", old="a", new="b"), two], [link(one, "result", two, "a")])
    page = open_builder(builder_of(server, at(graph, (0, 0), (280, 0), (560, 240), (560, 0))))
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    return page


def begin(page: Any, box: Any, name: str) -> None:
    x, y = centre(pin(box, name, "source"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 6, steps=3)


def ends(server: ServerProcess, page: Any) -> set[tuple[str, str, str]]:
    """(sink's title, its pin, source's pin) of the draft, once it is saved."""
    page.keyboard.press("Control+s")
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    graph = stored(server, page)
    titles = {one["id"]: one["metadata"]["customized_name"] for one in graph["nodes"]}
    return {(titles[one["sink_id"]], one["sink_name"], one["source_name"]) for one in graph["links"]}


def test_strip_says_what_is_dragged_and_how_much_fits_and_escape_leaves_it(page: Any) -> None:
    begin(page, box_of(page, "One"), "result")
    strip = page.locator(".build-strip")
    expect(strip).to_contain_text("One, result is a number and fits")
    expect(strip).to_contain_text("pins here. Drop on the canvas for")
    expect(page.locator(".pin-fits").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(strip).to_have_count(0)
    expect(page.locator(".react-flow__connection")).to_have_count(0)
    page.mouse.move(*centre(pin(box_of(page, "Replace"), "text", "target")))
    page.mouse.up()
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_wrong_pin_says_why_and_names_the_nearest_that_fits(page: Any) -> None:
    begin(page, box_of(page, "List"), "list")
    wrong = pin(box_of(page, "One"), "a", "target")
    page.mouse.move(*centre(wrong), steps=3)
    reason = page.locator(".link-refusal")
    expect(reason).to_contain_text("a takes a number, not a list.")
    expect(reason).to_contain_text("Did you mean operation,")
    line = page.locator(".react-flow__connection.invalid path")
    expect(line).to_have_css("stroke-dasharray", "6px, 5px")
    beside = reason.bounding_box()
    assert abs(beside["y"] - centre(wrong)[1]) < 60
    page.mouse.up()
    expect(page.locator(".react-flow__edge")).to_have_count(1)


def test_on_the_body_of_a_node_equal_pins_are_offered(page: Any, server: ServerProcess) -> None:
    begin(page, box_of(page, "Two"), "result")
    page.mouse.move(*centre(box_of(page, "One").locator(".node-title")), steps=4)
    page.mouse.up()
    menu = page.get_by_role("menu", name="Which pin?")
    expect(menu.get_by_role("menuitem")).to_have_text(["a", "b"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".react-flow__edge")).to_have_count(2)
    assert ends(server, page) == {("Two", "a", "result"), ("One", "b", "result")}


def test_on_the_body_the_best_pin_is_taken_where_one_is_best(page: Any, server: ServerProcess) -> None:
    begin(page, box_of(page, "One"), "result")
    page.mouse.move(*centre(box_of(page, "Two").locator(".node-title")), steps=4)
    page.mouse.up()
    expect(page.locator(".react-flow__edge")).to_have_count(2)
    assert ends(server, page) == {("Two", "a", "result"), ("Two", "b", "result")}, "a was linked, so b is better"


def test_link_that_converts_wears_what_it_makes(page: Any) -> None:
    start, end = (
        centre(pin(box_of(page, title), name, side))
        for title, name, side in [("One", "result", "source"), ("Replace", "text", "target")]
    )
    drag(page, start, end)
    expect(page.locator(".capsule text")).to_have_text("text")
    page.keyboard.press("Control+z")
    expect(page.locator(".capsule")).to_have_count(0)


def test_each_value_is_a_bead_and_many_are_counted(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, at(ticks("Many", seconds=0, repeat=3), (0, 0), (300, 0))))
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    page.evaluate(COUNT_BEADS)
    page.locator(".dock-run").click()
    expect(page.locator(".panel .badge")).to_have_text("Completed")
    expect(page.locator(".capsule text")).to_have_text("×3")
    assert page.evaluate("beads") == 3
    expect(page.locator(".bead")).to_have_count(0)


def test_static_link_that_skips_a_column_goes_below_it(open_builder: Any, server: ServerProcess) -> None:
    given, between, last = (
        node(INPUT, "Given", name="N", value=1),
        node(CALCULATOR, "Between", operation="Add", b=1),
        node(OUTPUT, name="Out"),
    )
    other = node(OUTPUT, name="Other")
    links = [link(given, "result", between, "a"), link(between, "result", last, "value"), link(given, "result", other, "value")]
    graph = at(agent("Lanes", [given, between, last, other], links), (0, 0), (280, 0), (560, 0), (560, 120))
    page = open_builder(builder_of(server, graph))
    paths = page.locator(".react-flow__edge-path")
    expect(paths).to_have_count(3)
    lanes = [path for path in paths.all() if "V" in (path.get_attribute("d") or "")]
    assert len(lanes) == 1
    assert lanes[0].evaluate(CROSSED) == 0
    assert "link-static" in (lanes[0].get_attribute("class") or "")
