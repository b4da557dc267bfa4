"""Logging in with a password, in a real browser: by an administrator's link, wrong and right, and out again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ..server import ServerProcess, run_cli
from .conftest import DESKTOP, call, hold

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright").expect

SETTINGS = {"auth.mode": "password", "auth.sign_up": True}
PASSWORD = "four words belong apart"


@pytest.fixture(scope="module")
def password_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("passwords"), settings=SETTINGS) as running:
        yield running


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport=DESKTOP)
    context.add_init_script("localStorage.setItem('welcomed', 'yes')")  # the first page has a test of its own
    yield context.new_page()
    context.close()


def fill_in(page: Any, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"input[name={name}]", value)
    page.click("button[type=submit]")


def test_a_user_comes_in_by_an_administrators_link_and_then_by_password(page: Any, password_server: ServerProcess) -> None:
    folder = password_server.data_dir
    added = run_cli("users", "add", "ada@example.org", "--data-dir", folder, auth__mode="password")
    page.goto(next(line for line in added.stdout.splitlines() if line.startswith("http")))
    fill_in(page, password="password")
    expect(page.get_by_role("alert")).to_contain_text("too easy")
    fill_in(page, password=PASSWORD)
    expect(page.get_by_role("heading", name="No agents yet")).to_be_visible()
    assert "reset" not in page.url
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    fill_in(page, email="ada@example.org", password="something else")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    fill_in(page, email="Ada@Example.org", password=PASSWORD)
    expect(page.get_by_role("heading", name="No agents yet")).to_be_visible()


def test_a_stranger_makes_an_account_where_that_is_allowed(page: Any, password_server: ServerProcess) -> None:
    page.goto(password_server.url)
    page.get_by_role("button", name="Make an account").click()
    fill_in(page, email="eve@example.org", name="Eve", password=PASSWORD)
    expect(page.get_by_role("heading", name="No agents yet")).to_be_visible()
    assert "Eve" in {user["name"] for user in call(password_server, "GET", "/api/admin/users")["users"]}


def test_a_form_keeps_what_was_typed_when_another_request_is_refused(page: Any, password_server: ServerProcess) -> None:
    let_go = hold(page, "/api/executions([?]|$)")
    with page.expect_request(lambda request: "/api/executions" in request.url):
        page.goto(password_server.url)
    page.get_by_role("button", name="Make an account").click()
    page.fill("input[name=email]", "eve@example.org")
    with page.expect_response(lambda answer: "/api/executions" in answer.url):
        let_go()
    expect(page.get_by_role("heading", name="Make an account")).to_be_visible()
    expect(page.locator("input[name=email]")).to_have_value("eve@example.org")


@pytest.mark.parametrize("target", ["//evil.example", "javascript:alert(1)"])
def test_a12_a_login_leads_nowhere_else(page: Any, password_server: ServerProcess, target: str) -> None:
    page.goto(f"{password_server.url}/login?next={target}")
    page.get_by_role("button", name="Make an account").click()
    fill_in(page, email=f"u{abs(hash(target))}@example.org", password=PASSWORD)
    expect(page.get_by_role("heading", name="No agents yet")).to_be_visible()
    assert page.url == password_server.url + "/"


def test_the_owners_link_works_beside_passwords(page: Any, password_server: ServerProcess) -> None:
    page.goto(call(password_server, "POST", "/api/auth/links")["url"])
    expect(page.locator(".agent-card").first).to_be_visible()
