"""Dragging nodes: a grid, the edges of neighbours, copies, wider nodes, a canvas that scrolls; one step of undo each."""

from __future__ import annotations

from typing import Any

import pytest

from ..server import ServerProcess
from .agents import CALCULATOR, agent, link, node
from .builder import at, box_of, builder_of, centre, drag

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


@pytest.fixture
def page(open_builder: Any, server: ServerProcess) -> Any:
    """A, B and C; B's left edge is on no line of the grid."""
    nodes = [node(CALCULATOR, name, operation="Add", a=1, b=1) for name in "ABC"]
    graph = at(agent("Drag", nodes, []), (0, 0), (301, 240), (600, 0))
    page = open_builder(builder_of(server, graph))
    expect(box_of(page, "A")).to_be_visible()
    return page


def place(page: Any, title: str) -> tuple[int, int]:
    """Where it stands on the canvas."""
    x, y = page.evaluate(
        """(title) => {
      const nodes = [...document.querySelectorAll(".react-flow__node")];
      const node = nodes.find((one) => one.querySelector(".node-title")?.textContent === title);
      const [, x, y] = /translate\\((-?[\\d.]+)px, ?(-?[\\d.]+)px\\)/.exec(node.style.transform);
      return [Math.round(x), Math.round(y)];
    }""",
        title,
    )
    return x, y


def grip(page: Any, title: str) -> tuple[float, float]:
    return centre(box_of(page, title).locator(".node-title"))


def test_it_snaps_to_the_grid_and_undo_takes_the_whole_drag_back(page: Any) -> None:
    x, y = grip(page, "A")
    drag(page, (x, y), (x + 61, y + 501))
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    moved = place(page, "A")
    assert moved != (0, 0)
    assert all(value % 8 == 0 for value in moved), moved
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    assert place(page, "A") == (0, 0)


def test_less_than_four_pixels_are_no_drag(page: Any) -> None:
    x, y = grip(page, "A")
    drag(page, (x, y), (x + 3, y))
    assert place(page, "A") == (0, 0)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_it_snaps_to_the_edge_of_a_neighbour_and_shows_the_line(page: Any) -> None:
    x, y = grip(page, "A")
    page.mouse.move(x, y)
    page.mouse.down()
    upright = page.locator('.guide[data-axis="x"]')
    page.mouse.move(x + 5, y)  # where a drag begins is where it is held from then on
    page.mouse.move(x + 155, y + 60)
    expect(upright).to_have_count(0)
    page.mouse.move(x + 308, y + 60)
    expect(upright).to_have_count(1)
    page.mouse.up()
    expect(upright).to_have_count(0)
    assert place(page, "A")[0] == 301  # B's left edge


def test_with_alt_a_copy_is_dragged(page: Any) -> None:
    x, y = grip(page, "A")
    page.keyboard.down("Alt")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 50, y + 400, steps=6)
    expect(page.locator(".ghost")).to_have_count(1)
    assert place(page, "A") == (0, 0)
    page.mouse.up()
    page.keyboard.up("Alt")
    expect(page.locator(".ghost")).to_have_count(0)
    expect(page.locator(".react-flow__node")).to_have_count(4)
    expect(page.locator(".react-flow__node.selected")).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(page.locator(".react-flow__node")).to_have_count(3)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_the_canvas_scrolls_while_something_is_dragged_at_its_edge(page: Any) -> None:
    before = page.locator(".react-flow__viewport").get_attribute("style")
    canvas = page.locator(".build-canvas").bounding_box()
    x, y = grip(page, "A")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(canvas["x"] + canvas["width"] / 2, canvas["y"] + 8, steps=6)
    page.wait_for_function(
        "(before) => document.querySelector('.react-flow__viewport').getAttribute('style') !== before", arg=before
    )
    page.mouse.up()


def test_the_edge_of_a_node_makes_it_wider_up_to_320(page: Any) -> None:
    box = box_of(page, "B")
    assert box.evaluate("(node) => node.offsetWidth") == 175
    edge = box.locator(".node-edge").bounding_box()
    x, y = edge["x"] + 6, edge["y"] + edge["height"] - 4
    drag(page, (x, y), (x + 40, y))
    expect(box).to_have_css("width", "215px")
    drag(page, (x + 40, y), (x + 500, y))
    expect(box).to_have_css("width", "320px")
    page.keyboard.press("Control+z")
    expect(box).to_have_css("width", "215px")
    page.keyboard.press("Control+z")
    expect(box).to_have_css("width", "175px")
    page.keyboard.press("Control+Shift+z")
    expect(box).to_have_css("width", "215px")
    page.mouse.dblclick(x + 40, y)
    expect(box).to_have_css("width", "175px")


def test_several_selected_nodes_are_dragged_in_one_step(page: Any) -> None:
    page.keyboard.press("Control+a")
    x, y = grip(page, "A")
    drag(page, (x, y), (x + 80, y + 88))
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    by = [place(page, name) for name in "ABC"]
    assert by[0] != (0, 0)
    assert (by[1][0] - 301, by[1][1] - 240) == by[0] == (by[2][0] - 600, by[2][1])
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    assert [place(page, name) for name in "ABC"] == [(0, 0), (301, 240), (600, 0)]


def test_space_moves_the_canvas_and_a_drag_on_it_selects(page: Any) -> None:
    canvas = page.locator(".build-canvas").bounding_box()
    a, c = (box_of(page, name).bounding_box() for name in "AC")
    drag(page, (a["x"] - 8, a["y"] - 8), (c["x"] + 10, c["y"] + 20))
    expect(page.locator(".react-flow__node.selected")).to_have_count(2)
    page.keyboard.down("Space")
    drag(page, (canvas["x"] + 40, canvas["y"] + 40), (canvas["x"] + 140, canvas["y"] + 90))
    page.keyboard.up("Space")
    assert box_of(page, "A").bounding_box()["x"] == pytest.approx(a["x"] + 100, abs=2)


def test_a_node_without_links_is_dropped_between_two(open_builder: Any, server: ServerProcess) -> None:
    nodes = [node(CALCULATOR, name, operation="Add", a=1, b=1) for name in ("From", "To", "New")]
    graph = agent("Between", nodes, [link(nodes[0], "result", nodes[1], "a")])
    page = open_builder(builder_of(server, at(graph, (0, 0), (600, 0), (280, 240))))
    path = page.locator(".react-flow__edge-path")
    expect(path).to_have_count(1)
    half = """(path) => {
      const at = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
      return [at.x, at.y];
    }"""
    x, y = grip(page, "New")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 5, y)
    page.mouse.move(*path.evaluate(half), steps=4)
    expect(page.locator(".react-flow__edge[data-drop]")).to_have_count(1)
    page.mouse.up()
    expect(page.get_by_label("Link: From, result to New, a")).to_have_count(1)
    expect(page.get_by_label("Link: New, result to To, a")).to_have_count(1)
    expect(page.locator(".react-flow__edge")).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    assert place(page, "New") == (280, 240)
