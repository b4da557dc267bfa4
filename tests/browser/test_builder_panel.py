"""The panel beside the canvas: its width by mouse and by keys, kept by the browser."""

from __future__ import annotations

from typing import Any

import pytest

from ..server import ServerProcess
from .builder import box_of, builder_of, centre, drag, placed_division
from .conftest import PHONE

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


def width(page: Any) -> float:
    return page.locator(".panel").bounding_box()["width"]


def open_node(page: Any, title: str = "Divide it") -> Any:
    box_of(page, title).locator(".node-title").click()
    return page.get_by_role("separator", name="Width of the panel")


def test_the_panel_has_the_width_of_its_tab(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division()))
    edge = open_node(page)
    expect(edge).to_have_attribute("aria-valuenow", "344")
    assert width(page) == 344
    page.get_by_role("tab", name="Output").click()
    expect(edge).to_have_attribute("aria-valuenow", "532")
    assert width(page) == 532
    page.set_viewport_size({"width": 1700, "height": 900})
    page.get_by_role("tab", name="Inputs").click()
    expect(edge).to_have_attribute("aria-valuenow", "360")


def test_the_node_stays_in_sight_where_its_tab_makes_the_panel_wider(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division()))
    open_node(page, "Result")
    page.get_by_role("tab", name="Output").click()
    expect(page.get_by_role("separator", name="Width of the panel")).to_have_attribute("aria-valuenow", "532")
    page.wait_for_function(
        """([id]) => {
          const [node, canvas] = [document.querySelector(`[data-id="${id}"]`), document.querySelector(".build-canvas")];
          return node.getBoundingClientRect().right <= canvas.getBoundingClientRect().right;
        }""",
        arg=[box_of(page, "Result").get_attribute("data-id")],
    )


def test_its_edge_is_dragged_within_bounds_and_remembered(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division()))
    edge = open_node(page)
    x, y = centre(edge)
    drag(page, (x, y), (x - 100, y))
    expect(edge).to_have_attribute("aria-valuenow", "444")
    assert width(page) == 444
    drag(page, centre(edge), (1270, y))
    expect(edge).to_have_attribute("aria-valuenow", "300")
    drag(page, centre(edge), (200, y))
    expect(edge).to_have_attribute("aria-valuenow", "720")
    page.reload()
    expect(open_node(page)).to_have_attribute("aria-valuenow", "720")
    edge.dblclick()
    expect(edge).to_have_attribute("aria-valuenow", "344")


def test_its_edge_moves_by_keys(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division()))
    edge = open_node(page)
    edge.focus()
    page.keyboard.press("ArrowLeft")
    expect(edge).to_have_attribute("aria-valuenow", "360")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(edge).to_have_attribute("aria-valuenow", "328")
    page.keyboard.press("Home")
    expect(edge).to_have_attribute("aria-valuenow", "300")
    page.keyboard.press("End")
    expect(edge).to_have_attribute("aria-valuenow", "720")
    assert width(page) == 720


def test_at_twice_the_size_the_sheet_has_room_for_the_form(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division()), {"width": 640, "height": 400}, device_scale_factor=2)
    box_of(page, "Divide it").locator(".node-title").click()
    field = page.locator('.field[data-pin="operation"] select')
    expect(field).to_be_in_viewport(ratio=1)
    panel, control, foot = (
        page.locator(one).bounding_box() for one in (".panel", '[data-pin="operation"] select', ".panel-foot")
    )
    assert control["y"] + control["height"] <= foot["y"]
    assert foot["y"] + foot["height"] <= panel["y"] + panel["height"] + 1


def test_on_a_phone_nothing_stands_beside_the_dock(open_builder: Any, server: ServerProcess) -> None:
    graph = placed_division()
    graph["nodes"][1]["metadata"]["pinned_output"] = {"outputs": [[["result", 7]]], "run_id": "", "at": "2026-01-01T00:00:00Z"}
    page = open_builder(builder_of(server, graph), PHONE)
    expect(page.locator(".dock-simulate")).to_be_visible()
    group, last = page.locator(".dock-group").last.bounding_box(), page.locator(".dock-pins").bounding_box()
    assert last["x"] + last["width"] <= group["x"] + group["width"]
    assert group["x"] + group["width"] <= page.locator(".zoom-bar").bounding_box()["x"]
