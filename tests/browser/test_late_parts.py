"""What somebody is promised who is quicker than the builder: the code of its menus, runs and drags comes after the first screen, and what is asked of it
before that is done once it is there, in the order in which it was asked. Each test holds that code back until the person has gone on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import CALCULATOR, agent, node
from .builder import at, box_of, builder_of, centre, drag, pin, placed_division, stored
from .conftest import call, hold

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)

Open = Callable[..., tuple[Any, Callable[[], None]]]


@pytest.fixture
def open_early(open_page: Any, server: ServerProcess) -> Open:
    """open_early(graph, "palette", ...) -> (the builder, whose modules of these names do not come, what lets them come)."""

    def open_it(graph: dict[str, Any], *names: str) -> tuple[Any, Callable[[], None]]:
        page = open_page("/", reduced_motion="reduce")
        let_go = hold(page, rf"/js/builder/({'|'.join(names)})\.js$")
        page.goto(server.url + builder_of(server, graph))
        page.wait_for_selector('.build-canvas[aria-busy="false"]')
        return page, let_go

    return open_it


def single(**inputs: Any) -> dict[str, Any]:
    return at(agent("Early", [node(CALCULATOR, "Sum", operation="Add", **inputs)], []), (0, 0))


def title(page: Any, name: str) -> Any:
    return box_of(page, name).locator(".node-title")


def save(page: Any) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")


def test_rest_of_the_builder_comes_once_somebody_moves(open_page: Any, server: ServerProcess) -> None:
    page = open_page("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.goto(server.url + builder_of(server, placed_division("Rest")))
    page.wait_for_selector('.build-canvas[aria-busy="false"]')
    rest = {"panel.js", "block_menu.js", "palette.js", "run_overlay.js", "drag_nodes.js"}
    if page.evaluate("performance.getEntriesByName('rest').length === 0"):  # a slow machine has begun by itself
        assert rest.isdisjoint(asked)
    with page.expect_request(re.compile(r"/switch_off\.js$")):  # nearly the last of them
        page.mouse.move(300, 300)
    assert rest <= set(asked)


def test_command_that_is_typed_before_the_palette_is_there_is_done(open_early: Open, server: ServerProcess) -> None:
    page, let_go = open_early(single(a=1, b=1), "palette")
    page.keyboard.press("Control+k")
    page.keyboard.type("add a notx")
    page.keyboard.press("Backspace")
    page.keyboard.type("e")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")  # comes after it: both nodes are selected
    let_go()
    expect(page.locator(".react-flow__node.selected")).to_have_count(2)
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_palette_that_was_closed_before_it_was_there_does_not_come(open_early: Open) -> None:
    page, let_go = open_early(single(a=1, b=1), "palette")
    page.keyboard.press("Control+k")
    page.keyboard.type("all keys")
    page.keyboard.press("Escape")
    with page.expect_response(re.compile(r"/palette\.js$")):
        let_go()
    page.keyboard.press("Control+k")
    expect(page.get_by_label("Find a command, block or node")).to_have_value("")


def test_node_that_is_searched_at_once_is_found(open_early: Open) -> None:
    page, let_go = open_early(placed_division("Find"), "palette")
    page.keyboard.press("Control+f")
    page.keyboard.type("add one")
    let_go()
    expect(page.get_by_label("Find a command, block or node")).to_have_value("@add one")
    page.keyboard.press("Enter")
    expect(page.locator(".panel")).to_have_attribute("aria-label", "Node Add one")


def test_block_that_is_chosen_before_the_menu_is_there_is_added(open_early: Open) -> None:
    page, let_go = open_early(single(a=1, b=1), "block_menu")
    page.keyboard.press("a")
    page.keyboard.type("calculator")
    page.keyboard.press("Enter")
    let_go()
    expect(page.locator(".react-flow__node")).to_have_count(2)
    expect(page.locator(".block-menu")).to_have_count(0)


def test_link_that_is_dropped_on_the_canvas_waits_for_the_menu(open_early: Open) -> None:
    page, let_go = open_early(single(a=1, b=1), "block_menu", "link_hint", "link_ends")
    x, y = centre(pin(box_of(page, "Sum"), "result", "source"))
    drag(page, (x, y), (x + 160, y + 120))
    page.keyboard.type("calc")
    let_go()
    expect(page.locator(".menu-fits")).to_contain_text("result")
    expect(page.get_by_label("Search blocks")).to_have_value("calc")
    page.keyboard.press("Enter")
    expect(page.locator(".react-flow__edge")).to_have_count(1)


def test_link_that_is_dropped_on_a_node_waits_for_what_knows_its_pins(open_early: Open, server: ServerProcess) -> None:
    graph = at(agent("Ends", [node(CALCULATOR, "One", a=1, b=1), node(CALCULATOR, "Two", a=1)], []), (0, 0), (320, 0))
    page, let_go = open_early(graph, "link_ends")
    drag(page, centre(pin(box_of(page, "One"), "result", "source")), centre(title(page, "Two")))
    let_go()
    expect(page.locator(".react-flow__edge").or_(page.locator(".pin-choice"))).to_have_count(1)


def test_run_that_is_asked_for_at_once_and_twice_runs_once(open_early: Open, server: ServerProcess) -> None:
    page, let_go = open_early(single(a=2, b=5), "save", "run_start", "run_overlay")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    let_go()
    expect(page.locator(".dock-facts")).to_contain_text("Completed")
    assert len(call(server, "GET", f"/api/graphs/{page.url.rpartition('/')[2]}/executions")) == 1


def test_node_is_moved_and_moved_back_in_that_order(open_early: Open, server: ServerProcess) -> None:
    page, let_go = open_early(single(a=1, b=1), "arrange", "save")
    title(page, "Sum").click()
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Control+Shift+ArrowDown")
    page.keyboard.press("Control+z")  # both: arrows in quick succession are one step
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Control+s")
    let_go()
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    assert stored(server, page)["nodes"][0]["metadata"]["position"] == {"x": 8, "y": 0}


def test_link_is_made_by_keys_that_are_pressed_at_once(open_early: Open) -> None:
    graph = at(agent("Keys", [node(CALCULATOR, "One", a=1, b=1), node(CALCULATOR, "Two", a=1)], []), (0, 0), (320, 0))
    page, let_go = open_early(graph, "link_by_keys")
    title(page, "One").click()
    for key in ("c", "Enter", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    let_go()
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    expect(page.locator("[data-said]")).to_contain_text("Linked:")


def test_node_that_is_dragged_at_once_stands_where_it_was_dropped(open_early: Open, server: ServerProcess) -> None:
    page, let_go = open_early(single(a=1, b=1), "drag_nodes")
    x, y = centre(title(page, "Sum"))
    before = box_of(page, "Sum").bounding_box()
    drag(page, (x, y), (x + 80, y + 160))
    let_go()
    save(page)
    after = box_of(page, "Sum").bounding_box()
    # A drag begins with its first step of 10 and 20, and the canvas has a grid of 8.
    assert (after["x"] - before["x"], after["y"] - before["y"]) == pytest.approx((70, 140), abs=5)


def test_node_that_is_deleted_at_once_is_away(open_early: Open) -> None:
    page, let_go = open_early(placed_division("Delete"), "remove_nodes")
    title(page, "Add one").click()
    page.keyboard.press("Delete")
    let_go()
    expect(box_of(page, "Add one")).to_have_count(0)
    expect(page.locator(".react-flow__edge")).to_have_count(2)  # its neighbours are linked instead


def test_node_that_was_selected_is_switched_off_and_not_the_one_after_it(open_early: Open) -> None:
    page, let_go = open_early(placed_division("Off"), "switch_off")
    title(page, "Add one").click()
    page.keyboard.press("x")
    title(page, "Divide it").click()
    let_go()
    expect(box_of(page, "Add one").locator(".node[data-off]")).to_have_count(1)
    expect(page.locator(".node[data-off]")).to_have_count(1)
    expect(page.locator(".react-flow__node.selected .node-title")).to_have_text("Divide it")


def test_node_that_an_arrow_selects_is_the_one_that_is_switched_off(open_early: Open) -> None:
    page, let_go = open_early(placed_division("Arrow"), "arrow_keys", "switch_off")
    title(page, "Divide it").click()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    let_go()
    expect(box_of(page, "Add one").locator(".node[data-off]")).to_have_count(1)
    expect(page.locator(".node[data-off]")).to_have_count(1)
