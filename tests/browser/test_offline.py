"""The server goes away and comes back while somebody works."""

from __future__ import annotations

from typing import Any

import pytest

from ..server import ServerProcess
from .builder import box_of, builder_of, placed_division
from .conftest import DESKTOP, call, skip_welcome

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=30_000)


def test_builder_says_that_it_is_offline_and_loses_nothing(browser: Any, server: ServerProcess) -> None:
    skip_welcome(server)
    path = builder_of(server, placed_division("Offline"))
    # Not open_page: that nothing answers stands in the console as an error.
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    page = context.new_page()
    page.goto(call(server, "POST", "/api/auth/links")["url"])
    page.locator(".agent-card").first.wait_for()
    page.goto(server.url + path)
    box_of(page, "Add one").locator(".node-title").click()
    number = page.locator('.field[data-pin="b"] input').first
    expect(number).to_be_visible()  # its code is here
    context.set_offline(True)
    said = page.locator(".offline-strip")
    expect(said).to_have_text("Offline. Your draft is kept here.")
    number.fill("7")
    page.get_by_role("button", name="Save version").click()
    context.set_offline(False)
    expect(said).to_have_text("Back. Nothing was lost.")
    page.get_by_role("button", name="Save version").click()
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    assert 7 in [one["input_default"].get("b") for one in call(server, "GET", "/api/graphs/" + path.rpartition("/")[2])["nodes"]]
    context.close()
