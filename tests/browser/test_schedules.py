"""An agent that runs by itself, set up and watched in the browser."""

from __future__ import annotations

from typing import Any

import pytest

from ..server import ServerProcess
from .agents import greeting
from .conftest import call
from .fired import fire

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    # Its own: what other tests schedule is not in these lists.
    with ServerProcess(tmp_path_factory.mktemp("schedules")) as running:
        yield running


@pytest.fixture(scope="module")
def agent(server: ServerProcess) -> str:
    return call(server, "POST", "/api/graphs", {"graph": greeting("Greets people")})["id"]


def new_schedule(page: Any, name: str, cron: str) -> None:
    form = page.locator(".new-schedule")
    form.get_by_label("Name", exact=True).fill(name)
    form.get_by_label("When (cron)").fill(cron)
    form.get_by_label("Who").fill("Ada")


def test_schedule_is_made_paused_changed_and_deleted(open_page: Any, server: ServerProcess, agent: str) -> None:
    page = open_page(f"/schedules?graph={agent}")
    new_schedule(page, "Morning", "30 9 * * *")
    expect(page.locator(".schedule-form [role=status]")).to_contain_text("Every day at 09:30. Next:")
    page.get_by_role("button", name="Save").click()
    row = page.locator(".schedules li").filter(has_text="Morning")
    expect(row).to_contain_text("Greets people")
    (stored,) = call(server, "GET", "/api/schedules")
    assert (stored["cron"], stored["input_data"], stored["graph_id"]) == ("30 9 * * *", {"Who": "Ada"}, agent)

    row.get_by_role("switch").click()
    expect(row).to_contain_text("Paused")
    assert call(server, "GET", "/api/schedules")[0]["is_paused"] is True

    row.get_by_role("button", name="Greets people").click()
    row.get_by_label("When (cron)").fill("0 * * * *")
    row.get_by_role("button", name="Save").click()
    # Not before the list is drawn anew: the form names the hour, too.
    expect(row.get_by_label("When (cron)")).to_have_count(0)
    expect(row).to_contain_text("Every hour, at :00")

    row.get_by_role("button", name="Greets people").click()
    row.get_by_role("button", name="Delete").click()
    page.locator("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Nothing starts by itself", exact=True)).to_be_visible()
    assert call(server, "GET", "/api/schedules") == []


def test_schedule_of_another_zone_says_whose_times_are_shown(open_page: Any, agent: str) -> None:
    page = open_page(f"/schedules?graph={agent}", timezone_id="Europe/Berlin")
    form = page.locator(".new-schedule")
    expect(form.get_by_role("status")).to_contain_text("Next: ")
    expect(form.get_by_role("status")).not_to_contain_text("It keeps the time of")
    form.get_by_label("Time zone").select_option("Asia/Tokyo")
    expect(form.get_by_role("status")).to_contain_text(
        "It keeps the time of Asia/Tokyo; the times here are those of this computer (Europe/Berlin)."
    )


def test_wrong_time_is_explained_before_it_is_saved(open_page: Any, agent: str) -> None:
    page = open_page(f"/schedules?graph={agent}", refused="400")
    new_schedule(page, "Never", "61 9 * * *")
    expect(page.locator(".new-schedule [role=alert]")).to_contain_text("minute")
    page.get_by_role("button", name="Hour").or_(page.get_by_role("button", name="Every hour, at :00")).first.click()
    expect(page.locator(".new-schedule [role=alert]")).to_be_hidden()


def test_missing_input_is_said_at_its_field(open_page: Any, server: ServerProcess, agent: str) -> None:
    page = open_page(f"/schedules?graph={agent}")
    new_schedule(page, "No input", "0 9 * * *")
    page.get_by_label("Who").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".new-schedule .field-error", has_text="This needs a value.")).to_be_visible()
    assert call(server, "GET", "/api/schedules") == []


def test_calendar_shows_the_week(open_page: Any, server: ServerProcess, agent: str) -> None:
    body = {"name": "Hourly", "cron": "0 * * * *", "inputs": {"Who": "Ada"}}
    schedule = call(server, "POST", f"/api/graphs/{agent}/schedules", body)
    page = open_page("/schedules")
    page.get_by_role("button", name="Calendar").click()
    expect(page.locator(".week-day")).to_have_count(7)
    expect(page.locator(".week-day").nth(1)).to_contain_text("24 times")
    call(server, "DELETE", f"/api/schedules/{schedule['id']}")


def test_history_says_what_each_start_cost_and_how_long_it_ran(open_page: Any, server: ServerProcess, agent: str) -> None:
    lunch = {"name": "Lunch", "cron": "0 10 * * SUN", "inputs": {"Who": "Ada"}}
    fire(server.data_dir, call(server, "POST", f"/api/graphs/{agent}/schedules", lunch)["id"])
    rows = open_page("/schedules").get_by_label("What happened").locator(".fire")
    expect(rows).to_have_count(6)
    expect(rows.first.locator(".fire-cost")).to_have_text("$0.08")
    expect(rows.first.locator(".fire-took")).to_have_text("13.4 s")
    expect(rows.nth(2).locator(".fire-took")).to_have_text("")
    expect(rows.nth(2)).to_contain_text("Not run: the run before it had not ended.")
