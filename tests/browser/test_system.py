"""The page of the system: its title is the verdict, and each of its lines can be acted upon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..server import ServerProcess
from .conftest import SETTINGS, call, skip_welcome

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


MORE = {"retention.file_mb": 9000}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Of this module: one of its blocks does not load, which its log says."""
    folder = tmp_path_factory.mktemp("system")
    (folder / "blocks").mkdir()
    (folder / "blocks" / "half_done.py").write_text("this is no Python")
    with ServerProcess(folder / "data", settings={**SETTINGS, **MORE, "blocks.paths": [str(folder / "blocks")]}) as running:
        skip_welcome(running)
        yield running


def region(page: Any, name: str) -> Any:
    return page.get_by_role("region", name=name, exact=True)


def test_the_title_is_the_verdict_and_the_cards_are_whole(open_page: Any) -> None:
    page = open_page("/system")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Everything runs")
    expect(page.locator(".system-line")).to_contain_text("data in /")
    now = region(page, "Now")
    for name in ("Running", "Waiting", "Memory", "Slowest reply"):
        expect(now.get_by_text(name, exact=True)).to_be_visible()
    expect(now.get_by_role("img", name="Nodes a minute in the last hour")).to_be_visible()
    checks = region(page, "Checks")
    expect(checks.locator("li")).to_contain_text(
        ["Database", "Disk", "Clock", "Backup copy", "Secret key", "Late and stuck", "System jobs"]
    )
    expect(region(page, "Storage")).to_contain_text("Runs leave: older than 30 days")
    expect(region(page, "Late and stuck")).to_contain_text("last 7 days")
    expect(region(page, "Versions")).to_contain_text("SQLite")
    with page.expect_response("**/api/system/storage"):
        checks.get_by_role("button", name="Check again").click()


def test_a_backup_is_made_listed_and_downloaded(open_page: Any, server: ServerProcess) -> None:
    page = open_page("/system")
    card = region(page, "Backups")
    expect(card.get_by_role("img", name="0 of the last 42 days have a backup")).to_be_visible()
    expect(card).to_contain_text("None was made yet.")
    expect(card).to_contain_text("The server makes the next one in")
    card.get_by_role("button", name="Back up now").click()
    save = card.get_by_role("button", name="Download the backup").first
    expect(card.get_by_role("img", name="1 of the last 42 days has a backup")).to_be_visible()
    expect(card).not_to_contain_text("None was made yet.")
    with page.expect_download() as started:
        save.click()
    newest = call(server, "GET", "/api/system/status")["backups"][0]
    assert started.value.suggested_filename == newest["name"]
    content = Path(started.value.path()).read_bytes()
    assert (content[:15], len(content)) == (b"SQLite format 3", newest["size_bytes"])
    card.get_by_text("How to restore one").click()
    expect(card.get_by_text("autogpt-lite restore FILE")).to_be_visible()


def test_a_clock_that_is_off_is_told_with_what_follows(open_page: Any) -> None:
    page = open_page("/system")
    clock = region(page, "Checks").locator("li").filter(has_text="Clock")
    expect(clock).to_contain_text("within")
    expect(region(page, "To look at")).to_have_count(0)
    page.add_init_script("Date.now = ((now) => () => now() + 60_000)(Date.now)")
    page.reload()
    expect(clock).to_contain_text("behind this computer")
    expect(region(page, "To look at")).to_contain_text("Schedules start by the server's clock")
    expect(page.get_by_role("heading", level=1)).to_contain_text("one thing to look at")


def test_how_long_runs_are_kept_is_changed_where_config_toml_leaves_it_open(open_page: Any, server: ServerProcess) -> None:
    page = open_page("/system")
    region(page, "Storage").get_by_role("link", name="Change").click()
    card = region(page, "How long runs are kept")
    expect(card.get_by_label("Megabytes of the database")).to_be_disabled()
    expect(card.get_by_label("Megabytes of the database")).to_have_value("9000")
    expect(card).to_contain_text("set in config.toml")
    card.get_by_label("Days").fill("7")
    card.get_by_label("Hours between backups").fill("6")
    card.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("Runs leave: older than 7 days, beyond 10,000 of an agent, the oldest above 9 GB in all.")
    assert call(server, "GET", "/api/system/storage")["kept"]["days"] == 7
    expect(card.get_by_label("Hours between backups")).to_have_value("6")
    assert call(server, "GET", "/api/system/status")["backup_plan"]["every_hours"] == 6
    # Back to the default.
    card.get_by_label("Hours between backups").fill("")
    expect(card.get_by_label("Days")).to_have_value("7")
    card.get_by_label("Days").fill("")
    card.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("older than 30 days")


def test_a_job_is_run_by_hand(open_page: Any) -> None:
    page = open_page("/system")
    job = region(page, "What the server does by itself").locator("li").filter(has_text="fold_costs")
    expect(job).to_contain_text("Has not run yet")
    job.get_by_role("button", name="Run fold_costs").click()
    page.get_by_role("heading", level=1).click()  # the button keeps the page as it is while it has the focus
    expect(job).to_contain_text("just now")


def test_the_log_is_searched_filtered_and_saved(open_page: Any, server: ServerProcess) -> None:
    page = open_page("/system")
    expect(region(page, "Last warnings")).to_contain_text("half_done.py")
    page.get_by_role("link", name="Logs").click()
    log = page.get_by_role("list", name="Log, the newest first")
    expect(log).to_contain_text("half_done.py")
    page.get_by_role("searchbox", name="Find in the log").fill("no line has this text")
    expect(log).to_contain_text("No line has that.")
    page.get_by_role("searchbox", name="Find in the log").fill("")
    with page.expect_response("**/api/system/log?level=error*"):
        page.get_by_role("button", name="Errors").click()
    with page.expect_download() as started:
        page.get_by_role("button", name="Download").click()
    assert started.value.suggested_filename.endswith(".txt")
    assert "ERROR" in Path(started.value.path()).read_text("utf-8")
    page.get_by_role("link", name="System").first.click()
    expect(region(page, "Now")).to_be_visible()
