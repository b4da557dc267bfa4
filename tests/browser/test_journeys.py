"""What a user of AutoGPT's pages does from one end to the other, here: one table says which test walks each way, and the ones that no page's own
tests walk are below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import division, ticks
from .builder import box_of, builder_of, field, placed_division
from .conftest import DESKTOP, call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=20_000)

JOURNEYS = {
    "sign up": "test_login.py::test_a_stranger_makes_an_account_where_that_is_allowed",
    "log in": "test_login.py::test_a_user_comes_in_by_an_administrators_link_and_then_by_password",
    "log in by a link": "test_page.py::test_link_opens_the_library_once_and_leaves_no_code_in_the_address",
    "log out in all tabs": "test_journeys.py::test_logging_out_ends_all_tabs",
    "protected pages ask for a login and lead back": "test_journeys.py::test_page_asks_for_a_login_and_is_shown_after_it",
    "onboarding: answer and land in the app": "test_first_start.py::test_sample_runs_and_the_library_follows",
    "onboarding: skip": "test_first_start.py::test_it_is_skipped_once_and_for_all_browsers",
    "build, save and run with inputs": "test_builder.py::test_calculator_agent_is_built_by_mouse_saved_and_run",
    "the same by keyboard": "test_builder_keyboard.py::test_calculator_agent_is_built_by_keys_alone_saved_run_and_read",
    "search of the block menu": "test_builder.py::test_search_finds_blocks_by_pin_names",
    "tutorial": "test_journeys.py::test_tour_follows_what_is_done_and_is_offered_once",
    "tutorial by keyboard": "test_journeys.py::test_tour_is_read_by_keys_and_ended_by_escape",
    "import an agent file": "test_page.py::test_agent_file_can_be_picked_and_comes_back_on_export",
    "open, run, stop, run again, delete the run": "test_journeys.py::test_run_is_started_stopped_repeated_and_deleted",
    "edit an agent, open it in the builder": "test_journeys.py::test_agent_is_renamed_opened_in_the_builder_changed_and_run",
    "display name": "test_journeys.py::test_display_name_is_kept",
    "API key: create, copy, revoke": "test_journeys.py::test_api_key_is_made_copied_used_and_revoked",
    "notification switches": None,
    "links of a profile, marketplace, submissions, chat": None,
}
"""{journey: the test that walks it; None where there is no such thing here}"""

PASSWORD = "four words belong apart"


def test_every_journey_has_its_test() -> None:
    folder = Path(__file__).parent
    for journey, test in JOURNEYS.items():
        if test is not None:
            file, _, name = test.partition("::")
            assert re.search(rf"^def {name}\(", (folder / file).read_text("utf-8"), re.MULTILINE), (journey, test)


@pytest.fixture(scope="module")
def password_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings = {"auth.mode": "password", "auth.sign_up": True}
    with ServerProcess(tmp_path_factory.mktemp("journeys"), settings=settings) as running:
        yield running


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    """A browser of somebody who has an account and has been here before."""
    context = browser.new_context(viewport=DESKTOP)
    context.add_init_script("localStorage.setItem('welcomed', 'yes')")
    yield context
    context.close()


def sign_up(page: Any, email: str) -> None:
    page.get_by_role("button", name="Make an account").click()
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")


def test_page_asks_for_a_login_and_is_shown_after_it(context: Any, password_server: ServerProcess) -> None:
    page = context.new_page()
    for path in ("/", "/runs", "/build", "/settings", "/system"):
        page.goto(password_server.url + path)
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.goto(password_server.url + "/schedules")
    sign_up(page, "back@example.org")
    expect(page.get_by_role("heading", name="Schedules", exact=True)).to_be_visible()
    assert page.url == password_server.url + "/schedules"


def test_logging_out_ends_all_tabs(context: Any, password_server: ServerProcess) -> None:
    page = context.new_page()
    page.goto(password_server.url)
    sign_up(page, "tabs@example.org")
    expect(page.get_by_role("heading", name="No agents yet")).to_be_visible()
    other, third = context.new_page(), context.new_page()
    other.goto(password_server.url + "/settings")
    third.goto(password_server.url + "/runs")
    expect(other.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    expect(third.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    for tab in (page, other, third):
        expect(tab.get_by_role("heading", name="Log in")).to_be_visible()


# --- the builder's tour -----------------------------------------------------------------------------------


def tour_of(page: Any) -> Any:
    return page.get_by_role("region", name="Tour of the builder")


def test_tour_follows_what_is_done_and_is_offered_once(open_builder: Any) -> None:
    page = open_builder()
    page.get_by_role("button", name="Show me how").click()
    tour = tour_of(page)
    expect(tour.get_by_role("heading", name="Add a block")).to_be_visible()
    expect(page.locator(".dock-add")).to_have_attribute("data-tour", "")
    page.locator(".dock-add").click()
    page.locator(".block-menu input").fill("Agent Number Input")
    page.locator(".block-menu [role=option]").first.click()
    expect(tour.get_by_role("heading", name="Fill in its form")).to_be_visible()
    tour.get_by_role("button", name="Next").click()
    expect(tour.get_by_role("heading", name="Link two pins")).to_be_visible()
    tour.get_by_role("button", name="Next").click()
    expect(tour.get_by_role("heading", name="Save a version")).to_be_visible()
    field(page, "name").fill("Number")
    page.keyboard.press("Control+s")
    expect(tour.get_by_role("heading", name="Run it")).to_be_visible()
    tour.get_by_role("button", name="Back").click()
    expect(tour.get_by_role("heading", name="Save a version")).to_be_visible()
    for _ in range(2):
        tour.get_by_role("button", name="Next").click()
    tour.get_by_role("button", name="Done").click()
    expect(tour).to_have_count(0)
    assert page.locator("[data-tour]").count() == 0
    page.goto(page.url.partition("/build")[0] + "/build")
    expect(page.get_by_role("heading", name="An agent begins with a block")).to_be_visible()
    assert page.get_by_role("button", name="Show me how").count() == 0


def test_tour_is_read_by_keys_and_ended_by_escape(open_builder: Any) -> None:
    page = open_builder()
    page.get_by_role("button", name="Show me how").focus()
    page.keyboard.press("Enter")
    tour = tour_of(page)
    expect(tour.get_by_role("button", name="Next")).to_be_focused()
    page.keyboard.press("Enter")
    expect(tour.get_by_role("heading", name="Fill in its form")).to_be_visible()
    expect(tour.get_by_role("status")).to_contain_text("Click a node")
    page.keyboard.press("Escape")
    expect(tour).to_have_count(0)
    expect(page.get_by_role("button", name="Show me how")).to_have_count(0)
    page.keyboard.press("Control+k")  # it can be had again
    page.keyboard.type("tour of")
    page.keyboard.press("Enter")
    expect(tour.get_by_role("heading", name="Add a block")).to_be_visible()


# --- runs and agents --------------------------------------------------------------------------------------


def test_run_is_started_stopped_repeated_and_deleted(open_page: Any, server: ServerProcess) -> None:
    stored = call(server, "POST", "/api/graphs", {"graph": ticks("Ticks for a journey", seconds=1, repeat=60)})
    page = open_page()
    page.get_by_placeholder("Search agents").fill("Ticks for a journey")  # other tests' agents may fill the first page
    page.locator(".card-name", has_text="Ticks for a journey").click()
    page.locator(".run-form button[type=submit]").click()
    badge = page.locator(".head .badge")
    expect(badge).to_have_text("Running")
    page.get_by_role("button", name="Stop").click()
    expect(badge).to_have_text("Stopped")
    first = page.url
    page.get_by_role("button", name="Run again").click()
    page.wait_for_url(lambda url: url != first)
    expect(badge).to_have_text("Running")
    page.get_by_role("button", name="Stop").click()
    expect(badge).to_have_text("Stopped")
    page.goto(f"{server.url}/library/agents/{stored['id']}")
    rows = page.locator(".run-row")
    expect(rows).to_have_count(2)
    rows.first.hover()
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):  # once nobody has taken it back
        rows.first.get_by_role("button", name="Delete the run").click()
        expect(rows).to_have_count(1)
    assert first.rpartition("/")[2] in [one["id"] for one in call(server, "GET", f"/api/graphs/{stored['id']}/executions")]


def test_agent_is_renamed_opened_in_the_builder_changed_and_run(open_page: Any, server: ServerProcess) -> None:
    path = builder_of(server, placed_division("Journey before"))
    graph_id = path.rpartition("/")[2]
    page = open_page(f"/library/agents/{graph_id}?tab=settings", reduced_motion="reduce")
    card = page.locator(".agent-settings")
    card.get_by_role("textbox", name="Name", exact=True).fill("Journey after")
    card.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("heading", name="Journey after", level=1)).to_be_visible()
    page.get_by_role("link", name="Edit").first.click()
    expect(page.get_by_label("Name of the agent")).to_have_value("Journey after")
    box_of(page, "Add one").locator(".node-title").click()
    page.locator('.field[data-pin="b"] input').first.fill("100")
    page.locator(".dock-run").click()
    form = page.get_by_role("form", name="Inputs")
    form.get_by_label("Divide by").fill("21")
    form.locator("button[type=submit]").click()
    expect(page.get_by_label("Outputs")).to_contain_text("102")


# --- oneself ----------------------------------------------------------------------------------------------


def test_display_name_is_kept(open_page: Any, server: ServerProcess) -> None:
    page = open_page("/settings")
    card = page.get_by_role("region", name="Profile")
    card.get_by_label("Name", exact=True).fill("Ada <b>L</b>")
    card.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Your name is saved.")).to_be_visible()
    page.reload()
    expect(card.get_by_label("Name", exact=True)).to_have_value("Ada <b>L</b>")
    assert call(server, "POST", "/api/auth/user")["name"] == "Ada <b>L</b>"


def test_api_key_is_made_copied_used_and_revoked(open_page: Any, server: ServerProcess) -> None:
    call(server, "POST", "/api/graphs", {"graph": division("For the key")})
    page = open_page("/settings", permissions=["clipboard-read", "clipboard-write"])
    card = page.get_by_role("region", name="API keys")
    card.get_by_role("button", name="New API key").click()
    card.get_by_label("What is it for?").fill("A journey")
    card.get_by_role("button", name="Create").click()
    card.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    secret = page.evaluate("navigator.clipboard.readText()")
    ask = """async (key) => (await fetch('/api/graphs', { headers: { 'X-API-Key': key }, credentials: 'omit' })).status"""
    assert page.evaluate(ask, secret) == 200
    row = card.locator("li").filter(has_text="A journey")
    row.get_by_role("button", name="Revoke").click()
    page.locator("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)
    assert call(server, "GET", "/api/api-keys") == [] or "A journey" not in {
        key["name"] for key in call(server, "GET", "/api/api-keys") if key["status"] != "REVOKED"
    }
