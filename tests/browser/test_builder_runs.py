"""Runs from the builder: with pinned outputs, from a node on with the price first, of one node alone, and through a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import COUNTDOWN, agent, greeting, link, node, ticks
from .builder import at, box_of, builder_of, placed_division
from .conftest import call, skip_welcome

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


@pytest.fixture
def page(open_page: Any, server: ServerProcess) -> Any:
    """The builder of "divide 42 by the input, add one" after a run with 6."""
    page = open_page(builder_of(server, placed_division("Parts")), reduced_motion="reduce")
    page.locator(".dock-run").click()
    run(page, "6")
    expect_status(page, "Add one", "COMPLETED")
    expect(page.get_by_label("Outputs")).to_contain_text("8")
    return page


def run(page: Any, divisor: str) -> None:
    form = page.get_by_role("form", name="Inputs")
    form.get_by_label("Divide by").fill(divisor)
    form.locator("button[type=submit]").click()


def expect_status(page: Any, title: str, status: str | None) -> None:
    box = box_of(page, title).locator(".node")
    expect(box).to_be_visible()
    if status is None:
        expect(box).not_to_have_attribute("data-status", "COMPLETED")
    else:
        expect(box).to_have_attribute("data-status", status)


def open_output(page: Any, title: str) -> Any:
    box_of(page, title).locator(".node-title").click()
    page.get_by_role("tab", name="Output").click()
    return page.locator(".outputs-tab")


def last_runs(server: ServerProcess, page: Any) -> list[dict[str, Any]]:
    """The agent's runs with their nodes, oldest first."""
    graph = page.url.rpartition("/")[2]
    runs = call(server, "GET", f"/api/graphs/{graph}/executions")
    whole = [call(server, "GET", f"/api/graphs/{graph}/executions/{one['id']}") for one in runs]
    return sorted(whole, key=lambda one: one["started_at"] or "9")  # one that is queued still


def test_what_a_run_costs_stands_beside_run(page: Any) -> None:
    expect(page.locator(".dock-run")).to_contain_text("Free")


def test_node_shows_what_went_in_and_what_came_out(page: Any) -> None:
    tab = open_output(page, "Divide it")
    expect(tab.get_by_role("region", name="Went in")).to_contain_text("42")
    expect(tab.get_by_role("region", name="Came out")).to_contain_text("7")
    expect(tab.get_by_role("region", name="Came out")).to_contain_text("Completed")


def test_pinned_output_is_saved_with_the_agent_and_stands_in_for_the_node(page: Any, server: ServerProcess) -> None:
    open_output(page, "Divide it")
    page.get_by_role("button", name="Pin this output").click()
    expect(box_of(page, "Divide it").locator(".node-pinned")).to_be_visible()
    expect(page.locator(".pinned-strip")).to_contain_text("No call, no cost")
    page.keyboard.press("Control+s")
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    page.reload()
    expect(box_of(page, "Divide it").locator(".node-pinned")).to_be_visible()
    page.locator(".dock-simulate").click()
    run(page, "0")  # dividing would fail: it does not divide
    expect_status(page, "Add one", "COMPLETED")
    expect(page.get_by_label("Outputs")).to_contain_text("8")
    # Neither a file nor a difference tells what a run gave.
    graph = call(server, "GET", f"/api/graphs/{page.url.rpartition('/')[2]}?for_export=true")
    assert all("pinned_output" not in node["metadata"] for node in graph["nodes"])


def test_p_pins_and_unpins(page: Any) -> None:
    box_of(page, "Divide it").locator(".node-title").click()
    page.keyboard.press("p")
    expect(box_of(page, "Divide it").locator(".node-pinned")).to_be_visible()
    page.keyboard.press("p")
    expect(box_of(page, "Divide it").locator(".node-pinned")).to_have_count(0)


def test_from_here_on_with_the_price_first(page: Any, server: ServerProcess) -> None:
    open_output(page, "Add one")
    expect(page.locator(".panel-foot .price-words")).to_have_text("Free")
    page.get_by_role("button", name="Run from here").click()
    expect(box_of(page, "Divide it").locator(".node-mark[data-replayed]")).to_be_visible()
    expect(page.locator(".dock-facts")).to_contain_text("Completed")
    again = last_runs(server, page)[-1]
    graph, origin = page.url.rpartition("/")[2], last_runs(server, page)[0]["id"]
    found = call(server, "GET", f"/api/graphs/{graph}/executions/{again['id']}/origin")
    assert found["origin_id"] == origin


def test_changed_node_is_run_from_with_what_the_last_run_gave(page: Any, server: ServerProcess) -> None:
    box_of(page, "Add one").locator(".node-title").click()
    page.get_by_role("tab", name="Inputs").click()
    page.locator('.field[data-pin="b"] input').fill("100")
    expect(page.locator(".build-draft")).to_contain_text("Draft saved")
    page.get_by_role("tab", name="Output").click()
    page.get_by_role("button", name="Run from here").click()
    expect(page.get_by_role("region", name="Came out")).to_contain_text("107")
    assert last_runs(server, page)[-1]["graph_version"] == 2


def test_one_node_alone_runs_and_nothing_after_it(page: Any, server: ServerProcess) -> None:
    box_of(page, "Divide it").locator(".node-title").click()
    page.keyboard.press("Alt+Enter")
    expect(page.locator(".dock-facts")).to_contain_text("1 of 1 nodes")
    expect_status(page, "Divide it", "COMPLETED")
    page.keyboard.press("Shift+1")
    expect_status(page, "Result", None)
    assert last_runs(server, page)[-1]["outputs"] == {}


def test_node_that_failed_is_mended_and_tried_again_in_place(page: Any, server: ServerProcess) -> None:
    page.locator(".dock-run").click()
    run(page, "0")
    box = box_of(page, "Divide it")
    expect(box.locator(".node-error")).to_contain_text("divided by zero")
    box.get_by_role("button", name="Details").click()
    expect(page.get_by_role("region", name="Came out")).to_contain_text("divided by zero")
    # The old error stands there until the new run has begun.
    with page.expect_response(lambda answer: answer.url.endswith("/rerun") and "dry" not in (answer.request.post_data or "")):
        box.get_by_role("button", name="Retry node").click()
    expect(box.locator(".node-error")).to_contain_text("divided by zero")
    assert len(last_runs(server, page)) == 3


def test_watched_run_goes_on_through_a_kill_and_a_restart_of_the_server(browser: Any, tmp_path: Path) -> None:
    # Not open_page: requests that nobody answers stand in the console as errors.
    with ServerProcess(tmp_path) as first:
        port = first.url.rpartition(":")[2]
        context = browser.new_context(reduced_motion="reduce")
        page = context.new_page()
        skip_welcome(first)
        page.goto(call(first, "POST", "/api/auth/links")["url"])
        expect(page.locator("main h1, main h2").first).to_be_visible()
        page.goto(first.url + builder_of(first, at(ticks("Goes on", seconds=1, repeat=60), (0, 0), (320, 0))))
        page.locator(".dock-run").click()
        count = box_of(page, "Values").locator(".node-count")
        expect(count).to_be_visible()
        first.kill()
    expect(page.locator(".dock")).to_contain_text("Connection lost, trying again")
    before = count.inner_text()
    with ServerProcess(tmp_path, "--port", port):
        expect(count).not_to_have_text(before, timeout=30_000)
        expect(page.locator(".dock")).not_to_contain_text("Connection lost")
        expect(box_of(page, "Timer").locator(".node")).to_have_attribute("data-status", "RUNNING")
        context.close()


def test_a_node_shows_how_far_it_is_with_what_stands_in_line(open_builder: Any, server: ServerProcess) -> None:
    many, slow = node(COUNTDOWN, "Many", seconds=0, repeat=4), node(COUNTDOWN, "Slow", seconds=3600, repeat=1)
    graph = at(agent("In line", [many, slow], [link(many, "output_message", slow, "input_message")]), (0, 0), (300, 0))
    page = open_builder(builder_of(server, graph))
    page.locator(".dock-run").click()
    expect(box_of(page, "Slow").locator(".node-bar")).to_be_attached()
    expect(box_of(page, "Many").locator(".node-bar")).to_have_count(0)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(box_of(page, "Slow").locator(".node-bar")).to_have_count(0)


def test_enter_in_an_input_of_one_line_starts_the_run(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, at(greeting(), (0, 0), (300, 0))))
    page.locator(".dock-run").click()
    who = page.get_by_role("form", name="Inputs").get_by_label("Who")
    expect(who).to_be_focused()
    page.keyboard.type("Ann")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Outputs")).to_contain_text("Ann")
    expect(who).to_have_value("Ann")


EXPECTED = """async ([links, nodes, given, id]) => {
  const { expectedRuns, linksInto } = await import("/js/builder/expected_runs.js");
  return expectedRuns(id, linksInto(links), nodes, given);
}"""


def test_how_often_a_node_will_run_is_known_from_those_before_it(open_page: Any) -> None:
    def made(source: str, sink: str, pin: str = "in", *, is_static: bool = False) -> dict[str, Any]:
        ends = {"source_id": source, "source_name": "out", "sink_id": sink, "sink_name": pin}
        return {**ends, "is_static": is_static}

    links = [
        made("list", "slow"),
        made("slow", "after"),
        made("slow", "join", "a"),
        made("list", "join", "b"),
        made("setting", "join", "c", is_static=True),
        made("loop", "loop"),
    ]
    nodes = {
        "list": {"count": 1, "ended": 1},
        "slow": {"count": 100, "ended": 10},
        "after": {"count": 5, "ended": 4},
        "join": {"count": 5, "ended": 0},
        "loop": {"count": 3, "ended": 2},
    }
    given = {"list": {"out": 100}, "slow": {"out": 5}, "loop": {"out": 3}, "setting": {"out": 1}}
    page = open_page()
    found = {node_id: page.evaluate(EXPECTED, [links, nodes, given, node_id]) for node_id in nodes}
    # Every second of the slow ones has given a value. In a circle only what stands in line counts as what is still to come.
    assert found == {"list": 1, "slow": 100, "after": 50, "join": 50, "loop": 5}
