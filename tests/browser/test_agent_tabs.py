"""The page of an agent: limits and presets of its runs, its versions and settings, and the chat with it."""

from __future__ import annotations

from typing import Any

import pytest

from ..server import ServerProcess
from .agents import division, greeting, ticks
from .conftest import DESKTOP, PHONE, call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


def add(server: ServerProcess, graph: dict[str, Any]) -> str:
    """Stores an agent; the id of its graph."""
    return call(server, "POST", "/api/graphs", {"graph": graph})["id"]


def entry(server: ServerProcess, graph_id: str) -> dict[str, Any]:
    return call(server, "GET", f"/api/library/agents/by-graph/{graph_id}")


def toast(page: Any) -> Any:
    return page.locator(".toast")


def test_tabs_are_addresses(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, division("With tabs"))
    page = open_page(f"/library/agents/{graph_id}")
    tabs = page.get_by_role("navigation", name="About this agent")
    for name in ("Schedules", "Triggers", "Presets", "Versions", "Settings", "Runs"):
        tabs.get_by_role("link", name=name).click()
        expect(tabs.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
    page.go_back()
    expect(tabs.get_by_role("link", name="Settings")).to_have_attribute("aria-current", "page")
    # A number is no text to write to.
    expect(tabs.get_by_role("link", name="Chat")).to_have_count(0)


def test_limits_of_one_run_end_it(open_page: Any, server: ServerProcess) -> None:
    page = open_page(f"/library/agents/{add(server, division('Limited'))}")
    page.get_by_text("Limits of this run").click()
    page.get_by_label("Node executions, at most").fill("2")
    page.locator(".run-button").click()
    page.wait_for_url("**/runs/*/*")
    expect(page.locator(".head .badge")).to_have_text("Failed")


def test_preset_is_saved_from_the_form_and_run(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, division("Preset of a form"))
    page = open_page(f"/library/agents/{graph_id}")
    page.get_by_label("Divide by").fill("2")
    page.get_by_role("button", name="Save as preset").click()
    page.get_by_role("textbox", name="Name").fill("By two")
    page.get_by_role("dialog").get_by_role("button", name="Save preset").click()
    toast(page).get_by_role("button", name="Show").click()
    page.get_by_role("button", name="Run By two").click()
    page.wait_for_url("**/runs/*/*")
    expect(page.get_by_label("Outputs")).to_contain_text("22")


def test_preset_is_made_of_a_run_changed_and_deleted(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, greeting("Preset of a run"))
    run = call(server, "POST", f"/api/graphs/{graph_id}/execute/1", {"inputs": {"Who": "Ada"}})
    page = open_page(f"/library/agents/{graph_id}?tab=presets")
    page.get_by_role("button", name="New preset").click()
    form = page.locator(".preset-form")
    form.get_by_label("Name").fill("The first")
    form.get_by_label("Inputs as in").select_option(run["graph_exec_id"])
    expect(form.get_by_label("Who")).to_have_value("Ada")
    form.get_by_role("button", name="Save preset").click()
    row = page.locator(".preset")
    expect(row).to_contain_text("Who: Ada")
    row.get_by_role("button", name="Edit").click()
    row.get_by_label("Who").fill("Grace")
    row.get_by_role("button", name="Save preset").click()
    expect(row).to_contain_text("Who: Grace")
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="No presets")).to_be_visible()


def test_form_filled_in_from_a_preset_says_where_each_value_comes_from(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, division("Filled in"))
    preset = {"name": "By seven", "description": "", "graph_id": graph_id, "graph_version": 1, "inputs": {"Divide by": 7}}
    call(server, "POST", "/api/library/presets", {**preset, "credentials": {}})
    page = open_page(f"/library/agents/{graph_id}?tab=presets")
    page.get_by_role("link", name="Fill in the form with By seven").click()
    form = page.get_by_role("form", name="Run this agent")
    expect(form.get_by_label("Divide by")).to_have_value("7")
    expect(form.locator(".field-origin")).to_have_text("from “By seven”")
    form.get_by_label("Divide by").fill("8")
    expect(form.locator(".field-origin")).to_have_count(0)


def test_preset_that_does_not_fit_any_more_says_why(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, division("Changes"))
    preset = {"name": "Old", "description": "", "graph_id": graph_id, "graph_version": 1, "inputs": {"Divide by": 3}}
    call(server, "POST", "/api/library/presets", {**preset, "credentials": {}})
    call(server, "PUT", f"/api/graphs/{graph_id}", {**greeting("Changes"), "id": graph_id, "is_active": True})
    page = open_page(f"/library/agents/{graph_id}?tab=presets")
    expect(page.locator(".preset-broken")).to_contain_text("Who")
    expect(page.get_by_role("button", name="Run Old")).to_be_disabled()


def test_old_version_is_compared_restored_and_made_active(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, division("First name"))
    call(server, "PUT", f"/api/graphs/{graph_id}", {**division("Second name"), "id": graph_id, "is_active": True})
    page = open_page(f"/library/agents/{graph_id}?tab=versions")
    rows = page.locator(".versions > li")
    expect(rows).to_have_count(2)
    rows.nth(0).get_by_role("button").first.click()
    expect(rows.nth(0).locator(".version-lines")).to_contain_text("name")
    rows.nth(1).get_by_role("button").first.click()
    rows.nth(1).get_by_role("button", name="Restore as a new version").click()
    expect(rows).to_have_count(3)
    expect(page.get_by_role("heading", level=1)).to_have_text("First name")
    rows.nth(1).get_by_role("button").first.click()
    rows.nth(1).get_by_role("button", name="Make active").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second name")
    expect(rows.nth(1)).to_contain_text("Active")
    assert entry(server, graph_id)["graph_version"] == 2


def test_settings_are_kept(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, division("Before"))
    page = open_page(f"/library/agents/{graph_id}?tab=settings")
    page.get_by_label("Paused: schedules and triggers wait").check()
    page.get_by_label("Ask me before a block does what cannot be taken back").check()
    limits = page.get_by_role("region", name="Limits of each run")
    limits.get_by_label("Cost, at most (cents)").fill("500")
    limits.get_by_role("button", name="Save").click()
    expect(toast(page)).to_contain_text("The limits hold")
    kept = page.get_by_role("region", name="How long runs are kept")
    kept.get_by_label("Days").fill("3")
    kept.get_by_role("button", name="Save").click()
    expect(toast(page)).to_contain_text("The rule holds")
    name = page.get_by_role("region", name="Name")
    name.get_by_label("Name", exact=True).fill("After")
    name.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("After")
    stored = entry(server, graph_id)
    assert (stored["name"], stored["is_paused"], stored["limits"]) == ("After", True, {"max_credits": 500})
    assert stored["settings"]["sensitive_action_safe_mode"] is True
    assert call(server, "GET", f"/api/graphs/{graph_id}/retention")["own"]["days"] == 3
    expect(page.get_by_label("Paused: schedules and triggers wait")).to_be_checked()


def test_archived_with_its_run_left_to_finish(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, ticks("Goes on", seconds=1, repeat=60))
    run = call(server, "POST", f"/api/graphs/{graph_id}/execute/1", {"inputs": {}})["graph_exec_id"]
    page = open_page(f"/library/agents/{graph_id}?tab=settings")
    page.get_by_label("Let runs that go on finish").check()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Library")
    assert entry(server, graph_id)["is_archived"] is True
    assert call(server, "GET", f"/api/executions/{run}")["status"] == "RUNNING"
    call(server, "POST", f"/api/graphs/{graph_id}/executions/{run}/stop")


def test_runs_are_found_by_words(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, greeting("Is searched"))
    for who in ("Ada Lovelace", "Alan Turing"):
        call(server, "POST", f"/api/graphs/{graph_id}/execute/1", {"inputs": {"Who": who}})
    page = open_page(f"/library/agents/{graph_id}")
    expect(page.locator(".run-row")).to_have_count(2)
    expect(page.locator(".run-row .badge", has_text="Completed")).to_have_count(2)
    page.get_by_label("Search inputs and outputs").fill("lovel")
    expect(page.locator(".run-row")).to_have_count(1)
    page.get_by_role("group", name="Filter").get_by_role("button", name="With problems").click()
    expect(page.get_by_text("No run is like this.")).to_be_visible()


def test_chat_sends_messages_and_shows_the_answers(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, greeting("Repeats"))
    page = open_page(f"/library/agents/{graph_id}?tab=chat")
    page.get_by_label("Message", exact=True).fill("Hello there")
    page.get_by_label("Message", exact=True).press("Enter")
    expect(page.locator(".chat-mine")).to_have_text("Hello there")
    expect(page.locator(".chat-answer")).to_contain_text("Hello there")
    expect(page.locator(".chat-state")).to_have_text("Completed")
    page.get_by_label("Message", exact=True).fill("And again")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".chat-answer").nth(1)).to_contain_text("And again")
    # The talk is its runs: it is there again after a reload.
    page.reload()
    expect(page.locator(".chat-mine")).to_have_text(["Hello there", "And again"])
    expect(page.locator(".chat-answer").nth(1)).to_contain_text("And again")
    page.get_by_role("button", name="Begin anew").click()
    expect(page.locator(".chat-mine")).to_have_count(0)


def test_agent_is_renamed_and_described_in_place(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, division("Wrong name"))
    page = open_page(f"/library/agents/{graph_id}")
    page.get_by_role("button", name="Change the name and description").click()
    form = page.get_by_role("form", name="Name and description")
    expect(form.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    page.get_by_role("button", name="Change the name and description").click()
    form.get_by_label("Name", exact=True).fill("Right name")
    form.get_by_label("Description").fill("Splits the bill.")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Right name")
    expect(page.locator(".about")).to_contain_text("Splits the bill.")
    assert (entry(server, graph_id)["name"], entry(server, graph_id)["graph_version"]) == ("Right name", 2)


def test_hosts_that_an_agent_may_reach_are_set(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, division("Reaches out"))
    page = open_page(f"/library/agents/{graph_id}?tab=settings", refused="400")
    hosts = page.get_by_role("region", name="Hosts that it may reach")
    hosts.get_by_label("Only these").check()
    hosts.get_by_label("Hosts, one a line").fill("not a host")
    hosts.get_by_role("button", name="Save").click()
    expect(toast(page)).to_contain_text("Not saved")
    hosts.get_by_label("Hosts, one a line").fill("api.example.org\n*.example.com\n")
    hosts.get_by_role("button", name="Save").click()
    expect(toast(page)).to_contain_text("The hosts hold")
    assert entry(server, graph_id)["allowed_hosts"] == ["api.example.org", "*.example.com"]
    hosts.get_by_label("Only these").uncheck()
    with page.expect_response(lambda answer: answer.request.method == "PATCH" and answer.ok):
        hosts.get_by_role("button", name="Save").click()
    assert entry(server, graph_id)["allowed_hosts"] is None


def runs_of(server: ServerProcess, name: str, count: int) -> str:
    graph_id = add(server, division(name))
    for by in range(1, count + 1):
        call(server, "POST", f"/api/graphs/{graph_id}/execute/1", {"inputs": {"Divide by": by}})
    return graph_id


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_runs_are_chosen_compared_and_deleted_with_undo(open_page: Any, server: ServerProcess, viewport: Any) -> None:
    graph_id = runs_of(server, "Many runs", 3)
    page = open_page(f"/library/agents/{graph_id}", viewport)
    rows = page.locator(".run-row")
    expect(rows.locator(".badge", has_text="Completed")).to_have_count(3)
    for i in range(2):
        rows.nth(i).get_by_role("checkbox").check()
    expect(page.locator(".run-selection")).to_contain_text("2 runs chosen")
    page.get_by_role("link", name="Compare the two").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two runs of Many runs")
    page.go_back()
    for i in range(2):
        rows.nth(i).get_by_role("checkbox").check()
    page.get_by_role("button", name="Delete the chosen runs").click()
    expect(rows).to_have_count(1)
    toast(page).get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(3)
    assert len(call(server, "GET", f"/api/graphs/{graph_id}/executions")) == 3
    rows.nth(0).hover()
    with page.expect_response(lambda answer: answer.request.method == "DELETE" and answer.ok):
        rows.nth(0).get_by_role("button", name="Delete the run").click()
        expect(rows).to_have_count(2)
        toast(page).get_by_role("button", name="Close").click()
    assert len(call(server, "GET", f"/api/graphs/{graph_id}/executions")) == 2
