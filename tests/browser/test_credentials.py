"""Credentials in the browser: a key is added, seen, replaced and deleted, and a login made in a window of its own."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from ..server import PROJECT, ServerProcess
from .conftest import PHONE, call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
pytest.importorskip("authlib", reason="Authlib is not installed: pip install authlib")
from playwright.sync_api import expect

from ..credentials.oauth_server import CLIENT_ID, CLIENT_SECRET, run_oauth_server

expect.set_options(timeout=15_000)
BLOCKS = PROJECT / "tests" / "credentials" / "blocks"


@pytest.fixture(scope="module")
def oauth_url() -> Iterator[str]:
    with run_oauth_server() as url:
        yield url


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, oauth_url: str) -> Iterator[ServerProcess]:
    provider = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "authorize_url": f"{oauth_url}/authorize",
        "token_url": f"{oauth_url}/token",
        "user_url": f"{oauth_url}/user",
        "user_field": "login",
    }
    settings = {
        "blocks.paths": [str(BLOCKS)],
        "http.allow": [oauth_url.removeprefix("http://")],
        "oauth.providers": {"github": provider},
    }
    with ServerProcess(tmp_path_factory.mktemp("credentials"), settings=settings) as running:
        back = f"{running.url}/oauth-callback.html".encode()
        urllib.request.urlopen(f"{oauth_url}/redirects", back, timeout=10).close()
        yield running


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_a_key_is_added_changed_and_deleted_and_never_shown(open_page: Any, server: ServerProcess, viewport: dict[str, int]):
    page = open_page("/credentials", viewport)
    page.get_by_role("button", name="Add credentials").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Provider").select_option("acme")
    form.get_by_label("API key").fill("sk-a-secret-of-the-test-1234")
    form.get_by_label("Name").fill("<b>work</b>")
    form.get_by_label("Hosts").fill("api.acme.test")
    form.get_by_role("button", name="Save").click()
    row = page.locator(".credentials-row", has_text="<b>work</b>")
    expect(row).to_contain_text("1234")
    expect(row).to_contain_text("api.acme.test")
    row.get_by_role("button", name="Replace").click()
    page.get_by_role("dialog").get_by_label("API key").fill("sk-another-secret-5678")
    page.get_by_role("dialog").get_by_role("button", name="Replace").click()
    expect(row).to_contain_text("5678")
    assert "another-secret" not in page.content()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def test_a_login_is_made_in_a_window_and_stands_on_the_page(open_page: Any, server: ServerProcess):
    page = open_page("/credentials")
    page.get_by_role("button", name="Add credentials").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Provider").select_option("github")
    form.get_by_label("Kind").select_option("oauth2")
    with page.expect_popup() as popup:
        form.get_by_role("button", name="Connect").click()
    expect(page.locator(".credentials-row", has_text="GitHub of ada")).to_be_visible()
    assert popup.value.is_closed() or "code=" not in popup.value.url
    (made,) = call(server, "GET", "/api/integrations/github/credentials")
    assert (made["type"], made["username"]) == ("oauth2", "ada")


def test_a_key_is_added_from_the_form_of_a_run(open_page: Any, server: ServerProcess):
    block = "00000000-0000-4000-8000-0000000c0001"
    nodes = [{"id": "a", "block_id": block, "input_default": {"url": "https://acme.test"}, "metadata": {}}]
    graph = call(server, "POST", "/api/graphs", {"graph": {"name": "Fetch", "description": "", "nodes": nodes, "links": []}})
    page = open_page(f"/library/agents/{graph['id']}")
    page.get_by_role("button", name="Add", exact=True).click()
    form = page.get_by_role("dialog")
    form.get_by_label("Provider").select_option("acme")
    form.get_by_label("API key").fill("sk-from-the-form-of-a-run")
    form.get_by_label("Name").fill("for this run")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Key for acme or github").locator("option:checked")).to_have_text("for this run")


def test_a_node_keeps_its_own_key_where_a_run_chooses_no_other(open_page: Any, server: ServerProcess):
    block, given = "00000000-0000-4000-8000-0000000c0001", {"type": "api_key", "api_key": "not-a-real-key-either"}
    # The newest stands first in lists, and is not what the node was given.
    own, _ = (
        call(server, "POST", "/api/integrations/acme/credentials", {**given, "title": name}) for name in ("its own", "newer")
    )
    key = {"id": own["id"], "provider": "acme", "type": "api_key"}
    nodes = [{"id": "a", "block_id": block, "input_default": {"url": "https://acme.test", "credentials": key}, "metadata": {}}]
    graph = call(server, "POST", "/api/graphs", {"graph": {"name": "Own key", "description": "", "nodes": nodes, "links": []}})
    page = open_page(f"/library/agents/{graph['id']}")
    choice = page.get_by_label("Key for acme or github")
    expect(choice.locator("option:checked")).to_have_text("As in the agent")
    with page.expect_request(lambda request: "/execute/" in request.url) as started:
        page.get_by_role("button", name="Run").click()
    assert started.value.post_data_json.get("credentials_inputs", {}) == {}


def test_several_are_deleted_with_one_question(open_page: Any, server: ServerProcess):
    for title in ("first", "second", "third"):
        key = {"type": "api_key", "api_key": f"not-a-real-key-{title}", "title": title}
        call(server, "POST", "/api/integrations/github/credentials", key)
    page = open_page("/credentials")
    page.get_by_role("checkbox", name="Select first").check()
    page.get_by_role("checkbox", name="Select third").check()
    selection = page.get_by_role("region", name="Selection")
    expect(selection).to_contain_text("2 selected")
    selection.get_by_role("button", name="Delete the selected").click()
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("The secrets are gone for good.")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("checkbox", name="Select first")).to_have_count(0)
    expect(page.get_by_role("checkbox", name="Select second")).to_have_count(1)
    expect(selection).to_be_hidden()
    left = {one["title"] for one in call(server, "GET", "/api/integrations/credentials")}
    assert ("second" in left, left & {"first", "third"}) == (True, set())
