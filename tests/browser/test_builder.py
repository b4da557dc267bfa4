"""What somebody who builds an agent is promised: by mouse from the empty canvas to the result of a run, and nothing lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import CALCULATOR, OUTPUT, agent, link, node, ticks
from .builder import at, box_of, builder_of, centre, drag, field, pin, placed_division, stored
from .conftest import PHONE, call

MARKUP = '<img src=x onerror="document.title=1"><b>bold</b>'
CREATE_LIST = "a912d5c7-6e00-4542-b2a9-8034136930e4"
AGENT_EXECUTOR = "e189baac-8c20-45a1-94a7-55177ea42565"

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect  # noqa: E402

expect.set_options(timeout=15_000)


def choose_block(page: Any, title: str) -> None:
    row = page.get_by_role("option").filter(has=page.locator(f'b:text-is("{title}")'))
    row.scroll_into_view_if_needed()
    row.click()
    expect(page.get_by_role("dialog", name="Add a block")).to_have_count(0)


def drop_for_block(page: Any, source: Any, title: str, dx: int, dy: int) -> None:
    """Drags from a pin to the empty canvas, and takes a block that fits."""
    x, y = centre(source)
    drag(page, (x, y), (x + dx, y + dy))
    choose_block(page, title)


def save(page: Any, version: int) -> None:
    page.get_by_role("button", name="Save version").click()
    expect(page.locator(".build-draft")).to_have_text(f"Saved as version {version}")


# --- building ---------------------------------------------------------------------------------------------


def test_calculator_agent_is_built_by_mouse_saved_and_run(open_page: Any, server: ServerProcess) -> None:
    page = open_page("/", reduced_motion="reduce")
    outside: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(server.url) else outside.append(request.url))
    page.get_by_role("link", name="New agent").click()
    page.get_by_label("Name of the agent").fill("Halves")
    page.locator(".dock-add").click()
    choose_block(page, "Agent Number Input")
    field(page, "name").fill("Number")
    given = box_of(page, "Number")
    drop_for_block(page, pin(given, "result", "source"), "Calculator", 60, 120)
    field(page, "operation").select_option("Divide")
    page.locator('.field[data-pin="b"] input').fill("2")
    divide = box_of(page, "Calculator")
    drop_for_block(page, pin(divide, "result", "source"), "Agent Output", -60, 130)
    field(page, "name").fill("Half")
    expect(page.locator(".react-flow__edge")).to_have_count(2)
    save(page, 1)

    graph = stored(server, page)
    assert graph["name"] == "Halves"
    assert {(one["source_name"], one["sink_name"], one["is_static"]) for one in graph["links"]} == {
        ("result", "a", True),
        ("result", "value", False),
    }
    assert all(set(one["metadata"]["position"]) == {"x", "y"} for one in graph["nodes"])

    page.locator(".dock-run").click()
    page.get_by_role("form", name="Inputs").get_by_label("Number").fill("84")
    page.get_by_role("form", name="Inputs").get_by_role("button", name="Run").click()
    expect(page.locator(".panel .badge")).to_have_text("Completed")
    expect(page.get_by_label("Outputs")).to_contain_text("42")
    expect(box_of(page, "Calculator").locator(".node")).to_have_attribute("data-status", "COMPLETED")
    box_of(page, "Calculator").locator(".node-title").click()
    page.get_by_role("tab", name="Output").click()
    expect(page.get_by_role("region", name="Came out")).to_contain_text("42")
    assert outside == []


def test_link_is_drawn_to_a_pin_and_a_pin_of_another_type_says_why_not(open_builder: Any, server: ServerProcess) -> None:
    nodes = [node(CREATE_LIST, "Numbers"), node(CALCULATOR, "Sum"), node(CALCULATOR, "Twice")]
    page = open_builder(builder_of(server, at(agent("Links", nodes, []), (0, 0), (320, 0), (320, 240))))
    edges = page.locator(".react-flow__edge")
    numbers, total, twice = box_of(page, "Numbers"), box_of(page, "Sum"), box_of(page, "Twice")
    drag(page, centre(pin(numbers, "list", "source")), centre(pin(total, "a", "target")))
    expect(page.locator(".toast")).to_contain_text("a takes a number, not a list.")
    expect(edges).to_have_count(0)
    drag(page, centre(pin(total, "result", "source")), centre(pin(twice, "b", "target")))
    expect(edges).to_have_count(1)
    drag(page, centre(pin(total, "result", "source")), centre(twice.locator(".node-title")))
    expect(edges).to_have_count(2)


def test_fields_follow_the_types_of_a_block(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Fields")))
    box_of(page, "Divide it").click()
    expect(field(page, "operation")).to_have_js_property("tagName", "SELECT")
    expect(field(page, "a")).to_have_attribute("type", "number")
    expect(page.locator('.field[data-pin="b"] .linked')).to_contain_text("Divide by")
    page.locator(".panel summary").click()
    page.locator('.field[data-pin="round_result"] label.switch').click()
    expect(page.locator(".panel summary")).to_contain_text("1 of 1 changed")
    field(page, "a").fill("43.5")
    save(page, 2)
    saved = next(one for one in stored(server, page)["nodes"] if one["metadata"].get("customized_name") == "Divide it")
    assert saved["input_default"] == {"operation": "Divide", "a": 43.5, "round_result": True}


def test_search_finds_blocks_by_pin_names(open_builder: Any) -> None:
    page = open_builder("/build")
    page.keyboard.press("a")
    page.get_by_label("Search blocks").fill("round_result")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(box_of(page, "Calculator")).to_have_count(1)


def test_agent_of_ones_own_is_a_node_with_its_inputs_as_pins(open_builder: Any, server: ServerProcess) -> None:
    inner = builder_of(server, placed_division("Inner division"))
    page = open_builder("/build")
    page.keyboard.press("a")
    page.get_by_label("Search blocks").fill("Inner division")
    page.get_by_role("option").first.click()
    box = box_of(page, "Inner division")
    expect(pin(box, "Result", "source")).to_have_count(1)
    expect(field(page, "Divide by")).to_have_value("")
    save(page, 1)
    assert stored(server, page)["nodes"][0]["block_id"] == AGENT_EXECUTOR
    box.get_by_role("link", name="Open agent").click()
    page.wait_for_url("**" + inner)


# --- nothing is lost --------------------------------------------------------------------------------------


def test_undo_takes_back_a_whole_drag_and_redo_does_it_again(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Undo")))
    box = box_of(page, "Add one")
    before = centre(box)
    x, y = centre(box.locator(".node-title"))
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 21):
        page.mouse.move(x + 4 * step, y + 6 * step)
    page.mouse.up()
    after = centre(box)
    assert after[1] > before[1] + 60
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    assert centre(box) == pytest.approx(before, abs=1)
    page.get_by_role("button", name="Redo").click()
    assert centre(box) == pytest.approx(after, abs=1)


def test_fifty_edits_can_be_undone_and_then_nothing_has_changed(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Fifty")))
    boxes = page.locator(".react-flow__node")
    box_of(page, "Divide it").locator(".node-icon").click()
    for _ in range(50):
        page.keyboard.press("Control+d")
    page.keyboard.press("Shift+1")
    expect(boxes).to_have_count(54)
    for _ in range(50):
        page.keyboard.press("Control+z")
    expect(boxes).to_have_count(4)
    expect(page.get_by_role("button", name="Save version")).to_be_disabled()


def test_draft_survives_the_tab_and_can_be_discarded(open_builder: Any, server: ServerProcess) -> None:
    path = builder_of(server, placed_division("Draft"))
    page = open_builder(path)
    box_of(page, "Divide it").click()
    field(page, "a").fill("77")
    expect(page.locator(".build-draft")).to_contain_text("Draft saved")
    page.goto(server.url + path)
    expect(box_of(page, "Divide it")).to_contain_text("77")
    page.get_by_role("button", name="Discard it").click()
    expect(box_of(page, "Divide it")).to_contain_text("42")
    expect(page.get_by_role("button", name="Save version")).to_be_disabled()


def test_nodes_are_copied_as_json_pasted_and_deleted(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Copies")))
    expect(page.locator(".node").first).to_be_visible()
    page.keyboard.press("Control+a")
    copied = page.evaluate(
        """() => {
          const data = new DataTransfer();
          document.body.dispatchEvent(new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true }));
          return data.getData("text/plain");
        }"""
    )
    assert (len(json.loads(copied)["nodes"]), len(json.loads(copied)["links"])) == (4, 3)
    paste = """(text) => {
      const data = new DataTransfer();
      data.setData("text/plain", text);
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }"""
    page.evaluate(paste, copied)
    expect(page.locator(".react-flow__node")).to_have_count(8)
    expect(page.locator(".react-flow__edge")).to_have_count(6)
    page.keyboard.press("Delete")
    expect(page.locator(".react-flow__node")).to_have_count(4)


def test_refused_save_lists_the_problems_and_leads_to_the_nodes(browser: Any, server: ServerProcess) -> None:
    # Not open_page: a refused request stands in the console as an error.
    page = browser.new_context().new_page()
    page.goto(call(server, "POST", "/api/auth/links")["url"])
    expect(page.locator(".agent-card").first).to_be_visible()
    page.goto(server.url + builder_of(server, placed_division("Refused")))
    expect(page.locator(".react-flow__pane")).to_be_visible()
    page.keyboard.press("a")
    page.get_by_label("Search blocks").fill("Agent Output")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save version").click()
    problems = page.get_by_label("Problems")
    expect(problems).to_contain_text("This input is required")
    page.keyboard.press("Escape")
    problems.get_by_role("button").nth(1).click()
    expect(page.locator(".panel .field-error").first).to_contain_text("This input is required")
    page.context.close()


# --- runs -------------------------------------------------------------------------------------------------


def test_failure_stands_at_its_node(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Fails here")))
    page.keyboard.press("Control+Enter")
    page.get_by_role("form", name="Inputs").get_by_label("Divide by").fill("0")
    page.keyboard.press("Control+Enter")
    box = box_of(page, "Divide it")
    expect(box.locator(".node")).to_have_attribute("data-status", "FAILED")
    expect(box.locator(".node-error")).to_contain_text("divided by zero")


def test_run_is_followed_node_by_node_and_stopped(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, at(ticks("Beads", seconds=1, repeat=60), (0, 0), (320, 0))))
    page.locator(".dock-run").click()
    expect(box_of(page, "Timer").locator(".node")).to_have_attribute("data-status", "RUNNING")
    expect(page.locator(".bead, .link-run").first).to_be_attached()
    expect(box_of(page, "Values").locator(".node-count")).to_have_text("×2")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".dock-facts")).to_contain_text("Stopped")
    expect(page.locator(".dock-run")).to_be_enabled()


# --- the rest ---------------------------------------------------------------------------------------------


def test_f2_f3_markup_in_names_and_values_is_text_on_the_canvas(open_builder: Any, server: ServerProcess) -> None:
    nodes = [node(CALCULATOR, MARKUP, operation="Add", a=1, b=2), node(OUTPUT, name=MARKUP)]
    graph = at(agent(MARKUP, nodes, [link(nodes[0], "result", nodes[1], "value")]), (0, 0), (320, 0))
    page = open_builder(builder_of(server, graph))
    expect(page.get_by_label("Name of the agent")).to_have_value(MARKUP)
    box = page.locator(".react-flow__node").first
    expect(box.locator(".node-title")).to_have_text(MARKUP)
    box.click()
    page.get_by_role("tab", name="About").click()
    page.keyboard.press("Control+k")
    page.get_by_label("Find a command").fill("@bold")
    expect(page.get_by_role("option").first).to_contain_text(MARKUP)
    assert page.locator("#app img, .node b, .panel b").count() == 0
    assert page.title() != "1"


def test_palette_finds_nodes_and_does_commands(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Palette")))
    expect(page.locator(".node").first).to_be_visible()
    page.keyboard.press("Control+f")
    page.keyboard.type("add one")
    page.keyboard.press("Enter")
    expect(page.locator(".panel")).to_have_attribute("aria-label", "Node Add one")
    page.keyboard.press("Control+k")
    page.keyboard.type("tidy")
    page.keyboard.press("Enter")
    expect(page.locator(".build-draft")).to_contain_text("Draft saved")


def test_other_pages_load_nothing_of_the_builder(open_page: Any) -> None:
    page = open_page()
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.reload()
    expect(page.locator(".agent-card").first).to_be_visible()
    assert [url for url in loaded if ("/vendor/" in url and "/fonts/" not in url) or "/builder/" in url] == []


def test_phone_edits_what_a_node_holds_adds_after_it_saves_and_runs(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Phone")), PHONE, has_touch=True)
    box_of(page, "Divide by").tap()
    panel = page.locator(".panel")
    expect(panel).to_contain_text("The value; what stands here is the default.")
    low = panel.bounding_box()["height"]
    page.get_by_role("button", name="Larger panel").tap()
    assert panel.bounding_box()["height"] > low * 1.5
    field(page, "name").fill("Divisor")
    page.get_by_role("button", name="Add after").tap()
    page.get_by_label("Search blocks").fill("Agent Output")
    page.get_by_role("option").first.tap()
    field(page, "name").fill("Echo")
    page.get_by_role("button", name="Close").tap()
    page.get_by_role("button", name="Save version").tap()
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    graph = stored(server, page)
    assert {one["input_default"].get("name") for one in graph["nodes"]} >= {"Divisor", "Echo"}
    assert len(graph["links"]) == 4
    page.locator(".dock-run").tap()
    page.get_by_role("form", name="Inputs").get_by_label("Divisor").fill("2")
    page.get_by_role("form", name="Inputs").get_by_role("button", name="Run").tap()
    expect(page.locator(".dock-facts")).to_contain_text("Completed")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_thousand_nodes_are_there_at_once_and_only_those_in_sight_are_drawn(open_builder: Any, server: ServerProcess) -> None:
    nodes = [node(CALCULATOR, f"Node {i}", operation="Add", b=1) for i in range(1_000)]
    links = [link(nodes[i - 25], "result", nodes[i], "a") for i in range(25, 1_000)]
    graph = at(agent("Thousand", nodes, links), *[(i // 25 * 300, i % 25 * 180) for i in range(1_000)])
    page = open_builder(builder_of(server, graph))
    box_of(page, "Node 1").first.click()
    expect(page.locator(".panel")).to_be_visible()
    assert page.locator(".react-flow__node").count() < 100
