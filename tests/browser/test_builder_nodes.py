"""What a node shows: its pins, its state, what is wrong with it, and that it is switched off."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import CALCULATOR, INPUT, OUTPUT, agent, link, node, ticks
from .builder import at, box_of, builder_of, field, pin, placed_division, stored
from .conftest import call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


@pytest.fixture
def page(open_builder: Any, server: ServerProcess) -> Any:
    """Divide by -> Divide it -> Add one -> Result."""
    page = open_builder(builder_of(server, placed_division("Nodes")))
    expect(page.locator(".react-flow__edge")).to_have_count(3)
    return page


def select(page: Any, title: str) -> None:
    box_of(page, title).locator(".node-title").click()
    page.keyboard.press("Escape")


def start(page: Any, divisor: str = "6") -> None:
    page.locator(".dock-run").click()
    form = page.get_by_role("form", name="Inputs")
    form.get_by_label("Divide by").fill(divisor)
    form.locator("button[type=submit]").click()
    expect(page.locator(".panel .badge")).to_have_text("Completed")


# --- switched off -------------------------------------------------------------------------------------


def test_x_switches_a_node_off_and_its_value_goes_on(page: Any, server: ServerProcess) -> None:
    select(page, "Add one")
    page.keyboard.press("x")
    box = box_of(page, "Add one").locator(".node")
    expect(box).to_have_attribute("data-off", "true")
    expect(box.locator(".node-title")).to_have_css("text-decoration-line", "line-through")
    expect(page.locator("[data-said]")).to_have_text("Add one is switched off.")
    start(page)
    expect(page.get_by_label("Outputs")).to_contain_text("7")
    expect(page.locator(".dock-facts")).to_contain_text("3 of 3 nodes")
    assert [one["metadata"].get("disabled") for one in stored(server, page)["nodes"]] == [None, None, True, None]
    select(page, "Add one")
    page.keyboard.press("x")
    expect(box).not_to_have_attribute("data-off", "true")
    page.keyboard.press("Control+z")
    expect(box).to_have_attribute("data-off", "true")
    page.keyboard.press("Control+z")
    expect(box).not_to_have_attribute("data-off", "true")


def test_what_only_hangs_on_it_does_not_run_either_and_is_drawn_so(page: Any) -> None:
    select(page, "Divide by")
    page.keyboard.press("x")
    expect(page.locator(".node[data-off]")).to_have_count(1)
    expect(page.locator(".node[data-cut-off]")).to_have_count(3)
    expect(page.locator("[data-said]")).to_have_text("Divide by is switched off. 3 nodes only hang on it and do not run either.")
    expect(box_of(page, "Result").locator(".node-mark")).to_have_attribute("title", re.compile("what leads here is switched off"))
    expect(page.locator(".problem-pill")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.locator(".node[data-cut-off]")).to_have_count(0)


def test_agent_runs_without_the_branch_at_whose_head_a_node_is_off(open_page: Any, server: ServerProcess) -> None:
    nodes = [
        node(CALCULATOR, "Head", operation="Add", a=1, b=2),
        node(CALCULATOR, "After", operation="Add", b=1),
        node(CALCULATOR, "Aside", operation="Add", a=3, b=4),
    ]
    graph = at(agent("Branches", nodes, [link(nodes[0], "result", nodes[1], "a")]), (0, 0), (320, 0), (0, 200))
    page = open_page(builder_of(server, graph))
    select(page, "Head")
    page.keyboard.press("x")
    expect(page.locator(".node[data-cut-off]")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".dock-facts")).to_contain_text("1 of 1 nodes")
    expect(page.locator(".dock-facts")).to_contain_text("Completed")
    expect(box_of(page, "After").locator(".node-mark")).to_have_attribute("title", re.compile("what leads here is switched off"))


def test_copies_and_several_at_once(page: Any) -> None:
    select(page, "Add one")
    page.keyboard.press("x")
    page.keyboard.press("Control+d")
    expect(page.locator(".node[data-off]")).to_have_count(2)
    page.keyboard.press("Control+a")
    page.keyboard.press("x")
    expect(page.locator(".node[data-off]")).to_have_count(5)
    page.keyboard.press("x")
    expect(page.locator(".node[data-off]")).to_have_count(0)


# --- what is added ------------------------------------------------------------------------------------


def test_a_note_is_written_on_at_once_and_covers_nothing(page: Any) -> None:
    page.get_by_role("button", name="Add a note").click()
    text = page.get_by_role("textbox", name="Note", exact=True)
    expect(text).to_be_focused()
    page.keyboard.type("x and a are no keys here")
    expect(text).to_have_value("x and a are no keys here")
    expect(page.locator(".node[data-off], .block-menu")).to_have_count(0)
    assert not overlapping(page)


def test_what_is_added_stands_below_what_stands_there_already(page: Any, server: ServerProcess) -> None:
    for _ in range(3):
        page.locator(".dock-add").click()
        page.keyboard.type("calculator")
        page.keyboard.press("Enter")
        expect(page.locator(".panel .panel-block")).to_have_text("Calculator")
        page.keyboard.press("Escape")
        expect(page.locator(".panel")).to_have_count(0)
    page.keyboard.press("Control+s")
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    places = [one["metadata"]["position"] for one in stored(server, page)["nodes"]]
    assert len(places) == 7
    for i, a in enumerate(places):
        assert all(abs(a["x"] - b["x"]) >= 175 or abs(a["y"] - b["y"]) >= 90 for b in places[:i])


def overlapping(page: Any) -> list[tuple[str, str]]:
    """Pairs of nodes that stand on each other."""
    nodes = [(one.inner_text(), one.bounding_box()) for one in page.locator(".react-flow__node").all()]

    def is_over(a: dict[str, float], b: dict[str, float]) -> bool:
        return all(a[at] < b[at] + b[size] and b[at] < a[at] + a[size] for at, size in (("x", "width"), ("y", "height")))

    return [(one, other) for i, (one, a) in enumerate(nodes) for other, b in nodes[:i] if is_over(a, b)]


# --- pins ---------------------------------------------------------------------------------------------


def test_filled_is_linked_and_what_does_not_show_is_counted(page: Any) -> None:
    box = box_of(page, "Divide it")
    filled = box.locator(".pin-filled")
    expect(filled).to_have_count(2)
    assert sorted(filled.evaluate_all("(all) => all.map((one) => one.dataset.handleid)")) == ["b", "result"]
    more = box.locator(".node-more")
    before = box.locator(".react-flow__handle").count()
    hidden = int((more.text_content() or "").removeprefix("+"))
    box.hover()
    more.click()
    expect(box.locator(".react-flow__handle")).to_have_count(before + hidden)
    more.click()
    expect(box.locator(".react-flow__handle")).to_have_count(before)


def test_shapes_say_list_dictionary_and_one_value(open_builder: Any, server: ServerProcess) -> None:
    kinds = [
        block for block in call(server, "GET", "/api/blocks") if block["name"] in ("ListIsEmptyBlock", "FindInDictionaryBlock")
    ]
    nodes = [node(block["id"], block["name"]) for block in kinds]
    page = open_builder(builder_of(server, at(agent("Shapes", nodes, []), (0, 0), (300, 0))))
    expect(box_of(page, "ListIsEmptyBlock").locator(".pin-list").first).to_have_css("border-radius", "2px")
    expect(box_of(page, "ListIsEmptyBlock").locator(".pin-toggle").first).to_have_css("border-radius", "50%")
    place = box_of(page, "ListIsEmptyBlock").locator(".pin-list").first.bounding_box()
    assert place["width"] == 10
    # A press 7 px beside the middle still meets it: 24 px to hit.
    hit = "([x, y]) => document.elementFromPoint(x, y).dataset.handleid"
    assert page.evaluate(hit, [place["x"] - 6, place["y"] + 5]) == "list"


def test_plus_at_an_output_asks_what_comes_next_and_links_it(page: Any) -> None:
    out = pin(box_of(page, "Add one"), "result", "source")
    box_of(page, "Add one").hover()
    assert out.evaluate("(one) => getComputedStyle(one, '::before').content") == '"+"'
    out.click()
    expect(page.get_by_role("dialog", name="Add a block")).to_be_visible()
    page.keyboard.type("agent output")
    page.keyboard.press("Enter")
    expect(page.locator(".react-flow__edge")).to_have_count(4)


# --- problems -----------------------------------------------------------------------------------------


def test_badge_counts_problems_red_where_something_is_wrong(page: Any) -> None:
    box_of(page, "Add one").locator(".node-title").click()
    field(page, "b").fill("")
    badge = box_of(page, "Add one").locator(".node-problems")
    expect(badge).to_have_text("1")
    assert badge.get_attribute("data-wrong") is None
    assert "1 problem" in (badge.get_attribute("title") or "")


# --- a run --------------------------------------------------------------------------------------------


def test_node_says_how_many_of_its_inputs_are_there(open_builder: Any, server: ServerProcess) -> None:
    """A sum of two, of which one never comes: the timer's other output is never given."""
    graph = ticks("Incomplete", seconds=0, repeat=1)
    given = node(INPUT, name="N", value=1)
    total, out = node(CALCULATOR, "Sum", operation="Add"), node(OUTPUT, name="Total")
    graph["nodes"] += [given, total, out]
    graph["links"] += [link(given, "result", total, "a"), link(graph["nodes"][0], "error", total, "b")]
    graph["links"] += [link(total, "result", out, "value")]
    page = open_builder(builder_of(server, at(graph, (0, 0), (300, 0), (0, 200), (300, 200), (600, 200))))
    page.locator(".dock-run").click()
    page.locator("form button[type=submit]").click()
    expect(page.locator(".panel .badge")).to_have_text("Completed")
    expect(box_of(page, "Sum").locator(".node-mark")).to_contain_text("1 of 2")
    expect(box_of(page, "Total").locator(".node-mark")).to_contain_text("Not started")


def test_running_node_counts_its_seconds(open_builder: Any, server: ServerProcess) -> None:
    graph = at(ticks("Seconds", seconds=3600, repeat=1), (0, 0), (300, 0))
    page = open_builder(builder_of(server, graph))
    page.locator(".dock-run").click()
    expect(box_of(page, "Timer").locator(".node-mark")).to_contain_text(re.compile(r"[1-9]\d* s"))
    page.keyboard.press("Control+.")
    expect(box_of(page, "Timer").locator(".node")).to_have_attribute("data-status", "TERMINATED")
    expect(box_of(page, "Timer").locator(".node-mark")).to_contain_text("Stopped")


def test_what_runs_turns_in_phase(open_page: Any, server: ServerProcess) -> None:
    graph = ticks("Phase", seconds=3600, repeat=1)
    graph["nodes"].append({**node(graph["nodes"][0]["block_id"], "Second"), "input_default": {"seconds": 3600, "repeat": 1}})
    page = open_page(builder_of(server, at(graph, (0, 0), (300, 0), (0, 200))))
    page.locator('.build-canvas[aria-busy="false"]').wait_for()
    page.locator(".dock-run").click()
    turning = page.locator(".node .icon-running")
    expect(turning).to_have_count(2)
    page.wait_for_function(
        """() => [...document.querySelectorAll(".node .icon-running")]
      .every((one) => one.getAnimations().some((turn) => turn.startTime === 0))"""
    )
    page.keyboard.press("Control+.")
    expect(turning).to_have_count(0)


# --- how much of it can be read -------------------------------------------------------------------------


def test_less_shows_the_further_away_it_is(page: Any) -> None:
    canvas = page.locator(".build-canvas")
    names, heads = page.locator(".pin-name").first, page.locator(".node-head").first
    page.keyboard.press("1")
    expect(canvas).to_have_attribute("data-zoom", "near")
    page.mouse.move(600, 400)
    page.keyboard.down("Control")
    for zoom, sees_names, sees_heads in [("middle", False, True), ("far", False, True), ("block", False, False)]:
        for _ in range(40):
            if canvas.get_attribute("data-zoom") == zoom:
                break
            page.mouse.wheel(0, 30)
            page.evaluate("() => new Promise(requestAnimationFrame)")
        expect(canvas).to_have_attribute("data-zoom", zoom)
        if sees_names:
            expect(names).to_be_visible()
        else:
            expect(names).not_to_be_visible()
        assert heads.is_visible() == sees_heads
    page.keyboard.up("Control")


def test_map_shows_what_is_in_sight_and_leads_there(page: Any) -> None:
    small = page.get_by_role("img", name="Small map of the graph")
    select(page, "Result")
    expect(small.locator(".mini-alive")).to_have_count(1)
    before = page.locator(".react-flow__viewport").get_attribute("style")
    small.click(position={"x": 4, "y": 4})
    expect(page.locator(".react-flow__viewport")).not_to_have_attribute("style", before)
