"""The page of a run, and the page of all runs: what they show while it goes on, and what can be done from there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import CALCULATOR, INPUT, OUTPUT, agent, division, link, node, ticks
from .conftest import call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)

AGENT = "e189baac-8c20-45a1-94a7-55177ea42565"
REVIEW = "8b2a7b3c-6e9d-4a5f-8c1b-2e3f4a5b6c7d"
CANARY = "canary-4f1d9-of-a-secret"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Its own: the lists of the shared one are full of others' runs."""
    with ServerProcess(tmp_path_factory.mktemp("run_page")) as running:
        yield running


def store(server: ServerProcess, graph: dict[str, Any]) -> dict[str, Any]:
    return call(server, "POST", "/api/graphs", {"graph": graph})


def start(server: ServerProcess, graph: dict[str, Any], **inputs: Any) -> str:
    """Starts a run; the path of its page."""
    run = call(server, "POST", f"/api/graphs/{graph['id']}/execute/{graph['version']}", {"inputs": inputs})
    return f"/runs/{graph['id']}/{run['id']}"


def badge(page: Any) -> Any:
    return page.locator(".head .badge")


def calling(server: ServerProcess, name: str, called: dict[str, Any]) -> dict[str, Any]:
    """An agent that runs another one as its only node."""
    pins = {"input_schema": called["input_schema"], "output_schema": called["output_schema"], "inputs": {}}
    sub, out = node(AGENT, "Call it", graph_id=called["id"], graph_version=1, **pins), node(OUTPUT, name="All")
    return store(server, agent(name, [sub, out], [link(sub, "Values", out, "value")]))


def asking(server: ServerProcess, name: str, value: Any) -> dict[str, Any]:
    """An agent that shows a person `value` and goes on with the answer."""
    given, ask = node(INPUT, name="Letter", value=value), node(REVIEW, "Ask", name="Is the letter right?", editable=True)
    sent, kept = node(OUTPUT, name="Sent"), node(OUTPUT, name="Kept back")
    links = [
        link(given, "result", ask, "data"),
        link(ask, "approved_data", sent, "value"),
        link(ask, "rejected_data", kept, "value"),
    ]
    return store(server, agent(name, [given, ask, sent, kept], links))


# --- the tree ---------------------------------------------------------------------------------------------


def test_sub_agents_are_shown_while_they_run_with_their_nodes(open_page: Any, server: ServerProcess) -> None:
    inner = store(server, ticks("Inner", seconds=1, repeat=30))
    page = open_page(start(server, calling(server, "Outer", inner)))
    child = page.locator(".child-run", has_text="Inner")
    expect(child.locator(".row-glyph").first).to_have_attribute("title", "Running")
    child.locator(".row").first.click()
    timer = child.locator(".timeline-item", has_text="Timer")
    expect(timer.locator(".row-glyph")).to_have_attribute("title", "Running")
    # Its values come in live, without anything being opened anew.
    expect(child.locator(".timeline-item", has_text="Values")).to_contain_text(re.compile("×[0-9]"))
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(child.locator(".row-glyph").first).to_have_attribute("title", "Stopped")
    child.get_by_role("link", name="Open this run").click()
    expect(page.get_by_role("navigation", name="Path")).to_contain_text("Inner")


def test_stopped_run_goes_on_by_resume(open_page: Any, server: ServerProcess) -> None:
    page = open_page(start(server, store(server, ticks("Goes on", seconds=1, repeat=60))))
    values = page.locator(".outputs .value")
    expect(values.first).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(badge(page)).to_have_text("Stopped")
    before = values.count()
    page.get_by_role("button", name="Resume").click()
    expect(badge(page)).to_have_text("Running")
    expect(values.nth(before)).to_be_attached()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(badge(page)).to_have_text("Stopped")


def write_large(page: Any, text: str) -> None:
    """Puts a text in the place of the one in the large editor."""
    page.locator(".large-editor .cm-content").press("Control+a")
    page.keyboard.insert_text(text)
    page.get_by_role("button", name="Done").click()


# --- reviews ----------------------------------------------------------------------------------------------


def test_review_is_answered_on_the_page_of_its_run_with_changed_data(open_page: Any, server: ServerProcess) -> None:
    page = open_page(start(server, asking(server, "Asks", {"text": "Dear all"})))
    card = page.get_by_label("Review: Is the letter right?")
    card.get_by_role("button", name="As JSON").click()
    write_large(page, "[1]")
    card.get_by_role("button", name="Approve").click()
    expect(card.get_by_text("It was a dictionary and has to stay one")).to_be_visible()
    card.get_by_role("button", name="As JSON").click()
    write_large(page, '{"text": "Dear all"}')
    card.get_by_label("Value of text").fill("Dear Ada")
    card.get_by_role("button", name="Approve").click()
    expect(badge(page)).to_have_text("Completed")
    expect(page.get_by_label("Outputs")).to_contain_text("Dear Ada")
    expect(card).to_have_count(0)


def test_reviews_are_listed_and_rejected_with_a_message_on_the_page_of_runs(open_page: Any, server: ServerProcess) -> None:
    run = start(server, asking(server, "Asks too", "Dear all"))
    waiting = open_page(run)
    expect(waiting.get_by_label("Review: Is the letter right?")).to_be_visible()
    page = open_page("/runs?show=needs-you")
    card = page.get_by_label("Review: Is the letter right?")
    expect(card).to_contain_text("Asks too")
    card.get_by_label("Message").fill("Not yet")
    card.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    # The other tab hears of it.
    expect(badge(waiting)).to_have_text("Completed")
    expect(waiting.get_by_label("Outputs")).to_contain_text("Kept back")


# --- again, kept, shared ----------------------------------------------------------------------------------


def test_run_again_from_a_node_says_what_runs_and_costs_first(open_page: Any, server: ServerProcess) -> None:
    page = open_page(start(server, store(server, division("Again from here")), **{"Divide by": 2}))
    expect(badge(page)).to_have_text("Completed")
    page.locator(".row", has_text="Add one").click()
    strip = page.get_by_role("group", name="Run again from a node")
    expect(strip).to_contain_text("Run again from Add one")
    expect(strip).to_contain_text("Keeps 2 recorded results, runs 2 nodes again.")
    expect(strip.locator(".rerun-price")).to_have_text("Free")
    first = page.url
    strip.get_by_role("button", name="Run from here").click()
    page.wait_for_url(lambda url: url != first)
    expect(page.get_by_label("Outputs")).to_contain_text("22")
    expect(page.locator(".facts")).to_contain_text("from a node on")


def test_runs_are_called_by_their_numbers_and_compared_with_the_one_before(open_page: Any, server: ServerProcess) -> None:
    graph = store(server, division("Numbered"))
    first = open_page(start(server, graph, **{"Divide by": 6}))
    expect(first.get_by_role("heading", level=1)).to_have_text("Run 1")
    page = open_page(start(server, graph, **{"Divide by": 2}))
    expect(page.get_by_role("heading", level=1)).to_have_text("Run 2")
    page.get_by_role("link", name="Compare with 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two runs of Numbered")
    expect(page.get_by_role("row", name="Input Divide by").get_by_role("cell")).to_have_text(["6", "2"])


def test_failed_run_goes_on_from_its_failure_and_keeps_what_came_before(open_page: Any, server: ServerProcess) -> None:
    given, before = node(INPUT, name="Letter", value="Dear all"), node(CALCULATOR, "Before", operation="Add", a=1, b=2)
    fails, out = node(CALCULATOR, "Fails", operation="Divide", b=0), node(OUTPUT, name="Result")
    links = [link(before, "result", fails, "a"), link(fails, "result", out, "value")]
    page = open_page(start(server, store(server, agent("Goes on", [given, before, fails, out], links))))
    kept = page.get_by_role("region", name="Kept from this run")
    expect(kept).to_contain_text("result")
    expect(kept).to_contain_text("Before")
    expect(kept).not_to_contain_text("Letter")
    problems = page.get_by_label("Problems")
    expect(problems).to_contain_text("Free")
    first = page.url
    problems.get_by_role("button", name="Go on from here").click()
    page.wait_for_url(lambda url: url != first)
    expect(page.locator(".facts")).to_contain_text("from a node on")


def test_outputs_lead_where_there_are_some_and_say_what_is_still_on_the_way(open_page: Any, server: ServerProcess) -> None:
    """What failed stands below them then."""
    ready, first = node(INPUT, name="Letter", value="Dear all"), node(OUTPUT, name="First")
    fails, last = node(CALCULATOR, "Fails", operation="Divide", a=1, b=0), node(OUTPUT, name="Last")
    ask = node(REVIEW, "Ask", name="Go on?", editable=True)
    links = [link(ready, "result", first, "value"), link(ready, "result", ask, "data"), link(ask, "approved_data", last, "value")]
    page = open_page(start(server, store(server, agent("Leads", [ready, first, fails, ask, last], links))))
    outputs, problems = page.get_by_label("Outputs"), page.get_by_label("Problems")
    expect(outputs).to_contain_text("Still on the way: “Last”")
    expect(problems).to_contain_text("Fails failed")
    assert outputs.bounding_box()["y"] < problems.bounding_box()["y"]
    page.get_by_label("Review: Go on?").get_by_role("button", name="Approve").click()
    expect(badge(page)).to_have_text("Completed, 1 failed")
    expect(outputs).not_to_contain_text("Still on the way")


def test_inputs_are_kept_as_a_preset(open_page: Any, server: ServerProcess) -> None:
    graph = store(server, division("Kept"))
    page = open_page(start(server, graph, **{"Divide by": 3}))
    page.get_by_role("button", name="Save inputs").click()
    page.get_by_role("dialog").get_by_label("Name").fill("By three")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved as a preset.")).to_be_visible()
    (preset,) = call(server, "GET", f"/api/library/presets?graph_id={graph['id']}")["presets"]
    assert (preset["name"], preset["inputs"]) == ("By three", {"Divide by": 3})


def test_b11_shared_file_has_no_script_and_no_secret(open_page: Any, server: ServerProcess, browser: Any) -> None:
    """Nor anything of the run beside it, nor an id under which this server could be asked for more."""
    hidden, shown = node(INPUT, name="Key", value="", secret=True), node(OUTPUT, name="Echo")
    graph = store(server, agent("Shared", [hidden, shown], [link(hidden, "result", shown, "value")]))
    neighbour = open_page(start(server, graph, Key="neighbour-canary"))
    expect(neighbour.get_by_label("Outputs")).to_contain_text("neighbour-canary")
    path = start(server, graph, Key=f"the {CANARY}")
    page = open_page(path)
    expect(page.get_by_label("Outputs")).to_contain_text(CANARY)
    with page.expect_download() as download:
        page.get_by_role("button", name="Share file").click()
    html = Path(download.value.path()).read_text("utf-8")
    assert download.value.suggested_filename.endswith(".html")
    assert [
        one for one in (CANARY, "neighbour-canary", graph["id"], graph["user_id"], path.rpartition("/")[2]) if one in html
    ] == []
    assert "••••" in html
    assert "<script" not in html
    context = browser.new_context(java_script_enabled=False)
    reader = context.new_page()
    asked: list[str] = []
    reader.on("request", lambda request: asked.append(request.url))
    reader.set_content(html)
    expect(reader.get_by_role("heading", name="Shared")).to_be_visible()
    expect(reader.get_by_role("heading", name="Outputs")).to_be_visible()
    context.close()
    assert asked == []


# --- the log ----------------------------------------------------------------------------------------------


def test_log_tells_what_happened_in_order_and_can_be_searched(open_page: Any, server: ServerProcess) -> None:
    page = open_page(start(server, store(server, division("Logs")), **{"Divide by": 0}))
    log = page.get_by_role("region", name="Log")
    lines = log.get_by_role("option")
    expect(lines.first).to_contain_text("The run started")
    expect(lines.last).to_contain_text("The run completed")
    expect(log).to_contain_text("Divide it: failed")
    log.get_by_label("Search the log").fill("divide it failed")
    expect(lines).to_have_count(1)
    lines.click()
    expect(page.locator(".row", has_text="Divide it")).to_have_attribute("aria-expanded", "true")


# --- all runs ---------------------------------------------------------------------------------------------


def test_runs_are_found_by_words_of_their_outputs(open_page: Any, server: ServerProcess) -> None:
    given, shown = node(INPUT, name="Text", value=""), node(OUTPUT, name="Said")
    graph = store(server, agent("Speaks", [given, shown], [link(given, "result", shown, "value")]))
    done = open_page(start(server, graph, Text="An unmistakable aardvark came by"))
    expect(badge(done)).to_have_text("Completed")
    page = open_page("/runs")
    page.get_by_label("Search runs").fill("aardv")
    expect(page.locator(".run-row")).to_have_count(1)
    expect(page.locator(".run-snippet")).to_contain_text("unmistakable aardvark")
    page.get_by_label("Search runs").fill("nothing like it")
    expect(page.get_by_text("No run is like this.")).to_be_visible()


def test_two_runs_are_compared(open_page: Any, server: ServerProcess) -> None:
    graph = store(server, division("Compared"))
    for by in (6, 0):
        done = open_page(start(server, graph, **{"Divide by": by}))
        expect(badge(done)).to_contain_text("Completed")
    page = open_page("/runs")
    page.get_by_label("Agent").select_option("Compared")
    rows = page.locator(".run-row")
    expect(rows).to_have_count(2)
    for i in (1, 0):
        rows.nth(i).get_by_role("checkbox").check()
    page.get_by_role("link", name="Compare the two").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two runs of Compared")
    row = page.get_by_role("row", name="Input Divide by")
    expect(row).to_contain_text("differs")
    expect(row.get_by_role("cell")).to_have_text(["6", "0"])
    expect(page.get_by_role("row", name="Divide it differs")).to_contain_text("Failed")
    expect(page.get_by_role("row", name="Add one differs")).to_contain_text("did not come up")


def test_what_goes_on_is_a_press_away_on_every_page(open_page: Any, server: ServerProcess) -> None:
    start(server, store(server, ticks("Goes on and on", seconds=1, repeat=60)))
    page = open_page("/library/blocks")
    page.get_by_role("button", name="going on").click()
    menu = page.get_by_role("dialog", name="Activity")
    expect(menu.get_by_role("link", name="Goes on and on")).to_be_visible()
    menu.get_by_role("button", name="Stop Goes on and on").click()
    expect(menu).to_contain_text("Nothing runs.")
    # What has ended stands there as well.
    expect(menu.get_by_role("listitem").filter(has_text="Stopped: Goes on and on")).to_contain_text("just now")
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
