"""An agent that another service starts, set up, tried and ended in the browser."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import on_delivery
from .conftest import SETTINGS, call, hold

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with ServerProcess(tmp_path_factory.mktemp("triggers"), settings=SETTINGS) as running:
        yield running


def deliver(server: ServerProcess, webhook: dict[str, Any], body: dict[str, Any]) -> None:
    path = webhook["url"].removeprefix(SETTINGS["server.public_url"])
    request = urllib.request.Request(server.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).close()


def test_trigger_is_set_up_tried_and_deleted(open_page: Any, server: ServerProcess) -> None:
    graph = call(server, "POST", "/api/graphs", {"graph": on_delivery("Files orders")})
    page = open_page(f"/triggers?graph={graph['id']}")
    page.locator(".new-trigger").get_by_label("Name", exact=True).fill("Orders of the shop")
    page.get_by_role("button", name="Set up").click()
    card = page.locator(".trigger")
    expect(card).to_be_visible()
    (webhook,) = call(server, "GET", "/api/integrations/webhooks")
    expect(card.locator(".trigger-address")).to_contain_text(webhook["url"])
    expect(card).to_contain_text("Orders of the shop")
    expect(card).to_contain_text("Nothing has been delivered yet.")

    card.get_by_role("button", name="Test").click()
    expect(card.locator(".delivery")).to_contain_text("Started a run")
    deliver(server, webhook, {"order": 7})
    page.reload()
    expect(card.locator(".delivery")).to_have_count(2)
    card.get_by_role("link", name="Started a run").first.click()
    expect(page.locator(".facts")).to_be_visible()

    page.go_back()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        card.get_by_role("switch").click()
    expect(card.get_by_role("switch")).not_to_be_checked()
    assert call(server, "GET", "/api/library/presets")["presets"][0]["is_active"] is False
    card.get_by_role("button", name="Secret").click()
    page.get_by_role("button", name="Make one").click()
    expect(page.locator("dialog")).to_contain_text("shown this once")
    page.keyboard.press("Escape")
    card.get_by_role("button", name="Delete").click()
    # It is out of sight before the server has answered.
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.locator("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="No service starts an agent")).to_be_visible()
    assert call(server, "GET", "/api/integrations/webhooks") == []


def test_list_that_was_asked_for_before_a_trigger_was_deleted_asks_nothing_of_it(open_page: Any, server: ServerProcess) -> None:
    graph = call(server, "POST", "/api/graphs", {"graph": on_delivery("Files orders")})
    trigger = {"name": "Late", "graph_id": graph["id"], "graph_version": 1, "trigger_config": {}}
    call(server, "POST", "/api/library/presets/setup-trigger", trigger)
    page = open_page("/triggers")
    card = page.locator(".trigger")
    expect(card).to_contain_text("Nothing has been delivered yet.")
    show_list, end_deletion = hold(page, "/api/integrations/webhooks$"), hold(page, "/api/integrations/webhooks/", "DELETE")
    with page.expect_request("**/api/integrations/webhooks"):
        card.get_by_role("button", name="Secret").click()
        page.keyboard.press("Escape")
    card.get_by_role("button", name="Delete").click()
    # The server has deleted it, the page does not know yet. open_page fails the test where anything is not found.
    with page.expect_request(lambda request: request.method == "DELETE"):
        page.locator("dialog").get_by_role("button", name="Delete").click()
    show_list()
    expect(page.get_by_role("heading", name="No service starts an agent")).to_be_visible()
    with page.expect_response("**/api/integrations/webhooks"):
        end_deletion()
    expect(page.get_by_role("heading", name="No service starts an agent")).to_be_visible()


def test_without_an_agent_that_has_a_trigger_the_form_says_what_to_do(open_page: Any, server: ServerProcess) -> None:
    for graph in call(server, "GET", "/api/graphs"):
        if graph["name"] == "Files orders":
            call(server, "DELETE", f"/api/graphs/{graph['id']}")
    page = open_page("/triggers")
    page.get_by_role("button", name="New trigger").first.click()
    expect(page.locator(".new-trigger")).to_contain_text("add one, for instance Generic Webhook")
