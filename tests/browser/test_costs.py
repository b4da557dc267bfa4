"""The page of costs: bars that lead to what is behind them, a file for spreadsheets, and budgets where they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.costs.blocks import add_priced_blocks, writer_agent

from ..server import ServerProcess
from .conftest import SETTINGS, call, skip_welcome

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)

FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Of this module: with blocks that cost something, and costs that nobody else makes."""
    folder = tmp_path_factory.mktemp("costs")
    with ServerProcess(folder / "data", settings={**SETTINGS, **add_priced_blocks(folder / "blocks")}) as running:
        skip_welcome(running)
        yield running


@pytest.fixture(scope="module")
def graphs(server: ServerProcess) -> dict[str, dict[str, Any]]:
    """Two agents that have run: one for 40 cents, one for 10; and a block on its own, for 10."""
    found = {}
    for name, *models in (("Letters", "large", "small"), (FORMULA, "small")):
        graph = found[name] = call(server, "POST", "/api/graphs", {"graph": writer_agent(name, *models)})
        run = call(server, "POST", f"/api/graphs/{graph['id']}/execute/1", {"inputs": {}})
        path = f"/api/graphs/{graph['id']}/executions/{run['id']}"
        while call(server, "GET", path)["status"] != "COMPLETED":
            pass
    call(server, "POST", "/api/blocks/7c1d2c3b-0a9e-4b7f-8c6d-1e2f3a4b5c61/execute", {"model": "small"})
    return found


def test_bars_lead_to_the_runs_behind_them(open_page: Any, graphs: dict[str, Any]) -> None:
    page = open_page("/costs")
    expect(page.locator(".cost-sum")).to_contain_text("$0.60")
    agents = page.get_by_role("region", name="By agent")
    expect(agents.get_by_role("link")).to_have_text(["Letters$0.40", "Blocks on their own$0.10", f"{FORMULA}$0.10"])
    agents.get_by_role("link", name="Letters").click()
    expect(page.locator(".cost-sum")).to_contain_text("$0.40")
    page.get_by_role("region", name="By model").get_by_role("link", name="large").click()
    expect(page.locator(".cost-sum")).to_contain_text("$0.30")
    chart = page.get_by_role("region", name="Cost by day")
    bar = chart.locator("a.cost-column")
    expect(bar).to_have_count(1)
    expect(chart.get_by_role("table", name="Cost of the 1 day that had any")).to_contain_text("$0.30")
    bar.click()
    run = page.get_by_role("region", name="Runs behind it").get_by_role("link")
    expect(run).to_contain_text("$0.30")
    run.click()
    page.wait_for_url(f"**/runs/{graphs['Letters']['id']}/*")
    page.go_back()
    page.get_by_role("group", name="Only").get_by_role("link", name="Letters").click()
    expect(page.get_by_role("group", name="Only").get_by_role("link")).to_have_count(1)


def test_months_and_days_are_chosen(open_page: Any, graphs: dict[str, Any]) -> None:
    page = open_page("/costs")
    chart = page.get_by_role("region", name="Cost by day")
    chart.get_by_role("link", name="The month before").click()
    expect(chart).to_contain_text("Nothing has cost anything in this time")
    chart.get_by_role("link", name="This month").click()
    expect(page.locator(".cost-sum")).to_contain_text("$0.60")
    chart.get_by_text("Days", exact=True).click()
    chart.get_by_label("From").fill("2026-01-31")
    chart.get_by_label("To, included").fill("2026-01-01")
    chart.get_by_role("button", name="Show").click()
    assert "before the first" in chart.get_by_label("To, included").evaluate("(e) => e.validationMessage")
    chart.get_by_label("To, included").fill("2026-02-02")
    chart.get_by_role("button", name="Show").click()
    expect(chart.locator(".cost-month")).to_contain_text("2026")
    assert "from=2026-01-31&to=2026-02-02" in page.url


def test_e9_the_file_for_spreadsheets_holds_no_formula(open_page: Any, graphs: dict[str, Any]) -> None:
    page = open_page("/costs")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download CSV").click()
    text = Path(started.value.path()).read_bytes().decode()
    assert started.value.suggested_filename.endswith(".csv")
    assert text.startswith("by,name,provider,cost_usd,charges\r\n")
    assert "agent,Letters,,0.4,2\r\n" in text
    assert f'agent,"\'{FORMULA}",,0.1,1\r\n' in text
    assert "model,large,,0.3,1\r\n" in text
    cells = page.evaluate(
        """async () => (await import('/js/csv.js')).toCsv([["+1", "-1", "@a", "\\tx", -1, 'a"b', null, "x,y", "a\\nb"]])"""
    )
    assert cells == '"\'+1","\'-1","\'@a","\'\tx",-1,"a""b",,"x,y","a\nb"\r\n'


def test_a_refused_start_leads_to_the_budget_that_is_too_small(
    open_page: Any, server: ServerProcess, graphs: dict[str, Any]
) -> None:
    graph = graphs["Letters"]
    page = open_page("/costs", refused="402")
    budgets = page.get_by_role("region", name="Budgets of a month")
    budgets.get_by_role("button", name="Set a budget").click()
    budgets.get_by_label("Who").select_option(label="Letters")
    budgets.get_by_label("Dollars a month").fill("0.62")
    budgets.get_by_role("button", name="Save").click()
    expect(budgets).to_contain_text("$0.40 of $0.62 spent, $0.22 left")

    page.goto(f"{server.url}/library/agents/{graph['id']}")
    form = page.get_by_role("form", name="Run this agent")
    form.locator(".run-button").click()
    alert = form.get_by_role("alert")
    expect(alert).to_contain_text("Not run: it could have cost $0.40 and the month had $0.22 left.")
    alert.get_by_role("button", name="Raise budget").click()
    amount = budgets.get_by_label("Dollars a month")
    expect(amount).to_be_focused()
    expect(amount).to_have_value("0.62")
    amount.fill("0.80")
    budgets.get_by_role("button", name="Save").click()
    expect(budgets).to_contain_text("$0.40 left")
    budgets.get_by_role("button", name="Change the budget of Letters").click()
    budgets.get_by_role("button", name="No budget").click()
    expect(budgets).to_contain_text("None. With one,")
    assert call(server, "GET", "/api/budgets")["budgets"] == []


def test_an_agent_has_its_budget_among_its_settings(open_page: Any, server: ServerProcess, graphs: dict[str, Any]) -> None:
    page = open_page(f"/library/agents/{graphs['Letters']['id']}?tab=settings")
    card = page.get_by_role("region", name="Budget of a month")
    expect(card).to_contain_text("None: only the limits of each run")
    card.get_by_label("Dollars a month").fill("5")
    card.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("$0.40 of $5.00 spent, $4.60 left")
    card.get_by_label("Dollars a month").fill("")
    card.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("None: only the limits of each run")


def test_what_starts_by_itself_says_what_it_will_cost_and_why_it_did_not_run(
    open_page: Any, server: ServerProcess, graphs: dict[str, Any]
) -> None:
    graph = graphs["Letters"]
    schedule = {"name": "Often", "cron": "0 */6 * * *", "inputs": {}}
    made = call(server, "POST", f"/api/graphs/{graph['id']}/schedules", schedule)
    page = open_page("/schedules", timezone_id="Europe/Berlin")
    strip = page.get_by_role("region", name="Next 24 hours")
    expect(strip).to_contain_text("4 starts about $1.60")
    expect(page.get_by_text("Times in Europe/Berlin, next clock change")).to_be_visible()
    call(server, "DELETE", f"/api/schedules/{made['id']}")


def test_a_start_that_a_budget_refused_says_so_once_and_leads_there(open_page: Any) -> None:
    page = open_page("/costs")
    refused = page.evaluate(
        """async () => {
            const { fireHistory } = await import("/js/schedules/history.js");
            const reason = "Not run: it could have cost $0.30 and the month had $0.22 left.";
            const fire = {schedule_id: "s", graph_id: "g", agent_name: "Letters", due_at: new Date().toISOString(), fired_at: null,
                          status: "refused", graph_exec_id: null, reason, run_status: null};
            const list = fireHistory([fire]);
            return [list.querySelector(".fire-words").textContent, list.querySelector("a.button").getAttribute("href")];
        }"""
    )
    assert refused == ["Not run: it could have cost $0.30 and the month had $0.22 left.", "/costs"]
