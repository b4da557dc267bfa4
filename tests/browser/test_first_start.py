"""Somebody who has just installed it: one page, one choice, a sample that runs; all of it can be skipped."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import upload
from .conftest import PHONE, call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


class Ollama(BaseHTTPRequestHandler):
    """Names two models, as Ollama does."""

    def do_GET(self) -> None:
        models = [{"name": "llama3.2:3b", "size": 2_000_000_000}, {"name": "qwen3:8b", "size": 5_200_000_000}]
        body = json.dumps({"models": models}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def ollama() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Ollama) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()


@pytest.fixture
def page(browser: Any, tmp_path: Path, ollama: str) -> Iterator[Any]:
    """What a new user sees who opens the printed link; `page.server` is the new server."""
    with ServerProcess(tmp_path, settings={"llm.providers.ollama.base_url": ollama}) as server:
        context = browser.new_context()
        page = context.new_page()
        page.server = server
        page.goto(call(server, "POST", "/api/auth/links")["url"])
        page.wait_for_url("**/welcome")
        yield page
        context.close()


def test_sample_runs_and_the_library_follows(page: Any) -> None:
    expect(page.get_by_label("Ollama on this computer")).to_be_checked()
    expect(page.locator(".welcome-found")).to_have_text("found")
    page.get_by_role("button", name="qwen3:8b").click()
    expect(page.get_by_text('default_model = "qwen3:8b"')).to_be_visible()
    page.get_by_role("button", name="Run the sample").click()
    expect(page.locator(".welcome-state")).to_contain_text("Completed in")
    expect(page.locator(".welcome-picture [data-status=COMPLETED]").first).to_be_visible()
    expect(page.get_by_role("link", name="See every step")).to_be_visible()
    page.get_by_role("button", name="To the library").click()
    expect(page.locator(".agent-card").first).to_be_visible()
    page.reload()
    expect(page.locator(".agent-card").first).to_be_visible()


def test_sample_from_a_file_asks_before_it_runs(page: Any) -> None:
    for agent in call(page.server, "GET", "/api/library/agents?page_size=100")["agents"]:
        page.server.request("DELETE", f"/api/library/agents/{agent['id']}")
    upload(page.server, "Theirs")
    page.reload()
    page.get_by_role("button", name="Run the sample").click()
    page.get_by_role("dialog").get_by_role("button", name="Not now").click()
    expect(page.get_by_role("button", name="Run the sample")).to_be_enabled()
    page.get_by_role("button", name="Run the sample").click()
    page.get_by_role("dialog").get_by_role("button", name="Allow it to run").click()
    expect(page.get_by_role("link", name="See every step")).to_be_visible()


def test_it_is_skipped_once_and_for_all_browsers(page: Any, browser: Any) -> None:
    page.get_by_role("button", name="Skip").click()
    expect(page.locator(".agent-card").first).to_be_visible()
    other = browser.new_context().new_page()
    other.goto(call(page.server, "POST", "/api/auth/links")["url"])
    expect(other.locator(".agent-card").first).to_be_visible()
    other.context.close()


def test_pasted_key_is_known_by_its_beginning_and_stored(page: Any) -> None:
    page.set_viewport_size(PHONE)
    page.get_by_label("Key", exact=True).fill("sk-ant-not-a-real-key-0123456789")
    expect(page.get_by_label("A key of OpenAI, Anthropic or another service")).to_be_checked()
    expect(page.get_by_label("Service", exact=True)).to_have_value("anthropic")
    page.get_by_role("button", name="Run the sample").click()
    expect(page.locator(".welcome-state")).to_contain_text("Completed in")
    stored = call(page.server, "GET", "/api/integrations/credentials")
    assert [one["provider"] for one in stored if not one["is_system"]] == ["anthropic"]


def test_key_pasted_before_the_services_are_known_is_recognised(page: Any) -> None:
    held: list[Any] = []
    is_pasted = False
    page.route("**/api/integrations/providers/details", lambda route: route.continue_() if is_pasted else held.append(route))
    with page.expect_request("**/api/integrations/providers/details"):
        page.reload(wait_until="commit")
    page.get_by_label("Key", exact=True).fill("sk-ant-not-a-real-key-0123456789")
    is_pasted = True
    for route in held:
        route.continue_()
    expect(page.get_by_label("Service", exact=True)).to_have_value("anthropic")


def test_key_is_known_though_nobody_can_say_whether_ollama_runs(page: Any) -> None:
    page.route("**/api/llm/ollama", lambda route: route.fulfill(status=500, body="{}"))
    page.reload()
    page.get_by_label("Key", exact=True).fill("gsk_not-a-real-key-0123456789")
    expect(page.get_by_label("Service", exact=True)).to_have_value("groq")


def test_empty_key_is_asked_for(page: Any) -> None:
    page.get_by_label("A key of OpenAI, Anthropic or another service").check()
    page.get_by_role("button", name="Run the sample").click()
    expect(page.get_by_role("alert").filter(has_text="Paste a key")).to_be_visible()
    assert call(page.server, "GET", "/api/executions") == []
