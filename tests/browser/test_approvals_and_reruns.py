"""Agents from files wait for an approval wherever one looks; past runs begin again in their version or in today's."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import INPUT, OUTPUT, agent, division, greeting, link, node, upload
from .builder import box_of
from .conftest import call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


def test_agent_that_was_put_off_is_allowed_on_its_page(open_page: Any, server: ServerProcess) -> None:
    page = open_page(f"/library/agents/{upload(server, 'Put off')}")
    strip = page.get_by_role("region", name="It needs your approval")
    expect(strip).to_contain_text("addresses that it reaches")
    strip.get_by_role("button", name="See what it would do").click()
    expect(page.get_by_role("dialog")).to_contain_text("127.0.0.1:9")
    page.get_by_role("dialog").get_by_role("button", name="Not now").click()
    expect(strip).to_be_visible()
    strip.get_by_role("button", name="See what it would do").click()
    page.get_by_role("dialog").get_by_role("button", name="Allow it to run").click()
    expect(strip).to_have_count(0)
    page.locator(".run-button").click()
    page.wait_for_url("**/runs/*/*")


@pytest.mark.parametrize("where", ["form", "card", "builder"])
def test_run_that_is_refused_for_it_asks_and_goes_on(open_page: Any, server: ServerProcess, where: str) -> None:
    name = f"Refused in the {where}"
    graph_id = upload(server, name)
    paths = {"form": f"/library/agents/{graph_id}", "card": f"/?search={name.replace(' ', '+')}", "builder": f"/build/{graph_id}"}
    page = open_page(paths[where], refused="403")
    if where == "card":
        expect(page.locator(".agent-card")).to_contain_text("Needs your approval")
    buttons = {"form": page.locator(".run-button"), "card": page.get_by_role("button", name=f"Run {name}")}
    button = buttons.get(where) or page.locator(".dock-run")
    button.click()
    page.get_by_role("dialog").get_by_role("button", name="Not now").click()
    assert call(server, "GET", f"/api/graphs/{graph_id}/executions") == []
    button.click()
    with page.expect_response(lambda answer: "/execute/" in answer.url and answer.ok):
        page.get_by_role("dialog").get_by_role("button", name="Allow it to run").click()
    assert len(call(server, "GET", f"/api/graphs/{graph_id}/executions")) == 1


def test_node_that_is_run_alone_asks_as_a_whole_run_does(open_builder: Any, server: ServerProcess) -> None:
    graph_id = upload(server, "Alone")
    page = open_builder(f"/build/{graph_id}", refused="403")
    box_of(page, "Ask").locator(".node-title").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+Enter")
    with page.expect_response(lambda answer: "/execute/" in answer.url and answer.ok):
        page.get_by_role("dialog").get_by_role("button", name="Allow it to run").click()
    expect(box_of(page, "Ask").locator(".node")).to_have_attribute("data-status", re.compile("COMPLETED|FAILED"))
    assert len(call(server, "GET", f"/api/graphs/{graph_id}/executions")) == 1


# --- again -------------------------------------------------------------------------------------------------


def past_run(server: ServerProcess, first: dict[str, Any], newer: dict[str, Any], **inputs: Any) -> str:
    """The address of a run of an agent that was changed since."""
    graph_id = call(server, "POST", "/api/graphs", {"graph": first})["id"]
    run = call(server, "POST", f"/api/graphs/{graph_id}/execute/1", {"inputs": inputs})["graph_exec_id"]
    call(server, "PUT", f"/api/graphs/{graph_id}", {**newer, "id": graph_id, "is_active": True})
    return f"/runs/{graph_id}/{run}"


def run_shown(page: Any, before: str) -> dict[str, Any]:
    """The run that the page went on to."""
    page.wait_for_url(lambda url: not url.endswith(before) and "/runs/" in url)
    return {"id": page.url.rpartition("/")[2]}


def again(page: Any, item: str) -> None:
    expect(page.locator(".head .badge")).to_have_text("Completed")
    page.get_by_role("button", name="Run again").click()
    page.get_by_role("menuitem", name=re.compile(item)).click()


def test_past_run_begins_again_in_its_version_or_in_todays(open_page: Any, server: ServerProcess) -> None:
    path = past_run(server, division("Again"), division("Again, newer"), **{"Divide by": 7})
    page = open_page(path)
    again(page, "As it ran, version 1")
    old = run_shown(page, path)
    page.goto(server.url + path)
    again(page, "In today's version 2")
    new = run_shown(page, path)
    found = [call(server, "GET", f"/api/executions/{run['id']}") for run in (old, new)]
    assert [(run["graph_version"], run["inputs"]) for run in found] == [(1, {"Divide by": 7}), (2, {"Divide by": 7})]


def test_what_does_not_fit_today_is_said_before_it_starts(open_page: Any, server: ServerProcess) -> None:
    path = past_run(server, division("Does not fit"), greeting("Does not fit"), **{"Divide by": 7})
    page = open_page(path)
    again(page, "In today's version 2")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The agent has no input 'Divide by' any more.")
    expect(dialog).to_contain_text("The input 'Who' is required now.")
    # It could not run without that one.
    expect(dialog.get_by_role("button", name="Run without them")).to_have_count(0)
    dialog.get_by_role("link", name="Fill in the form").click()
    expect(page.locator(".like-note")).to_contain_text("which was version 1; this is version 2")
    expect(page.locator(".like-note")).to_contain_text("'Divide by'")
    page.get_by_label("Who").fill("Ada")
    page.locator(".run-button").click()
    page.wait_for_url("**/runs/*/*")
    expect(page.get_by_label("Outputs")).to_contain_text("Ada")


def test_inputs_that_are_gone_are_left_out_when_one_says_so(open_page: Any, server: ServerProcess) -> None:
    given, result = node(INPUT, name="New", value="a default"), node(OUTPUT, name="Back")
    newer = agent("Without it", [given, result], [link(given, "result", result, "value")])
    path = past_run(server, division("Without it"), newer, **{"Divide by": 7})
    page = open_page(path)
    again(page, "In today's version 2")
    page.get_by_role("dialog").get_by_role("button", name="Run without them").click()
    run_shown(page, path)
    expect(page.get_by_label("Outputs")).to_contain_text("a default")
