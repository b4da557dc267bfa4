"""What somebody sets about themselves, in the browser."""

from __future__ import annotations

from typing import Any

import pytest

from ..server import ServerProcess
from .conftest import call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


def key_named(server: ServerProcess, name: str) -> dict[str, Any]:
    (key,) = [key for key in call(server, "GET", "/api/api-keys") if key["name"] == name]
    return key


def test_api_key_is_made_shown_once_switched_off_and_revoked(open_page: Any, server: ServerProcess) -> None:
    page = open_page("/settings")
    card = page.get_by_role("region", name="API keys")
    card.get_by_role("button", name="New API key").click()
    card.get_by_label("What is it for?").fill("The shop")
    card.get_by_role("button", name="Create").click()
    secret = card.locator(".settings-once code").inner_text()
    key = key_named(server, "The shop")
    assert sorted(key["permissions"]) == ["EXECUTE_GRAPH", "READ_GRAPH"]
    assert secret.startswith(key["prefix"])
    page.reload()
    row = card.locator("li").filter(has_text="The shop")
    expect(row).to_contain_text("never used")
    assert secret not in page.content()

    with page.expect_response(lambda answer: "/suspend" in answer.url):
        row.get_by_role("switch").click()
    assert key_named(server, "The shop")["status"] == "SUSPENDED"
    row.get_by_role("button", name="Revoke").click()
    page.locator("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)


def test_another_browser_is_logged_out(open_page: Any) -> None:
    other = open_page()
    page = open_page("/settings")
    sessions = page.get_by_role("region", name="Browsers").locator("li")
    expect(sessions.filter(has_text="This one")).to_have_count(1)
    before = sessions.count()
    sessions.filter(has_not_text="This one").first.get_by_role("button", name="Log out").click()
    expect(sessions).to_have_count(before - 1)
    assert other.url


def test_time_zone_is_kept(open_page: Any, server: ServerProcess) -> None:
    page = open_page("/settings")
    with page.expect_response(lambda answer: "timezone" in answer.url):
        page.get_by_label("Time zone").select_option("Asia/Tokyo")
    assert call(server, "GET", "/api/auth/user/timezone")["timezone"] == "Asia/Tokyo"
    page.reload()
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    call(server, "POST", "/api/auth/user/timezone", {"timezone": "UTC"})


def test_the_name_is_kept(open_page: Any, server: ServerProcess) -> None:
    page = open_page("/settings")
    card = page.get_by_role("region", name="Profile")
    card.get_by_label("Name").fill("Ada")
    card.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your name is saved.")).to_be_visible()
    assert call(server, "POST", "/api/auth/user")["name"] == "Ada"


def test_compact_takes_four_points_off_rows_and_stays(open_page: Any) -> None:
    page = open_page("/settings")
    head = page.locator(".card-head").first
    height = "(e) => e.getBoundingClientRect().height"
    before = head.evaluate(height)
    page.get_by_role("switch", name="Compact").check()
    assert before - head.evaluate(height) == 4
    page.reload()
    expect(page.get_by_role("switch", name="Compact")).to_be_checked()
    assert before - head.evaluate(height) == 4
    page.get_by_role("switch", name="Compact").uncheck()
    assert head.evaluate(height) == before


def test_single_letters_are_switched_off(open_page: Any) -> None:
    page = open_page("/settings")
    page.get_by_role("switch", name="Single letters").uncheck()
    page.reload()
    expect(page.get_by_role("switch", name="Single letters")).not_to_be_checked()
    assert page.evaluate("localStorage.getItem('letter-keys')") == "off"


def test_the_rule_of_what_is_kept_is_told_where_system_leads_to_it(open_page: Any) -> None:
    page = open_page("/settings?show=retention")
    card = page.get_by_role("region", name="How long runs are kept")
    expect(card).to_be_focused()
    expect(card).to_contain_text("Runs leave: older than 30 days")
    expect(card.get_by_role("button", name="Save")).to_be_in_viewport()


def test_an_agent_from_a_file_is_looked_at_and_approved(open_page: Any, server: ServerProcess) -> None:
    web_request = "6595ae1f-b924-42cb-9a41-551a0611c4b4"
    node = {"id": "n", "block_id": web_request, "input_default": {"url": "https://example.org"}, "metadata": {}}
    graph = {"name": "From a file", "description": "", "nodes": [node], "links": []}
    call(server, "POST", "/api/graphs", {"graph": graph, "source": "upload"})
    page = open_page("/settings")
    card = page.get_by_role("region", name="Agents that wait for an approval")
    card.locator("li").filter(has_text="From a file").get_by_role("button", name="Look at it").click()
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("example.org")
    dialog.get_by_role("button", name="Allow").click()
    expect(card).to_contain_text("None waits")
    assert call(server, "GET", "/api/imports") == []
