"""Far too much (F5), at the size that was promised: 50 MB in one value, a million lines, a hundred thousand node executions, a hundred
thousand runs. No task of a page takes over 200 ms, and what its scripts hold stays bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import COUNTDOWN, OUTPUT, agent, giving, greeting, link, node, run_path
from .conftest import SETTINGS, call, skip_welcome
from .long_tasks import MOST_HEAP_BYTES, MOST_MS, Watch
from .many_runs import add_runs

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=30_000)
pytestmark = pytest.mark.slow

RUNS = 100_000
LIMITS = {
    "server.max_body_bytes": "80000000",
    "engine.max_output_bytes": "60000000",
    "engine.max_node_executions": "200000",
    "retention.runs_per_agent": "0",
    "retention.days": "0",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("long_tasks"), settings={**SETTINGS, **LIMITS}) as running:
        skip_welcome(running)
        yield running


@pytest.fixture
def visit(open_page: Any, server: ServerProcess) -> Callable[..., None]:
    """visit(path, look, refused=...): looks at a page in a fresh browser, and fails where it hung or held too much."""

    def go(path: str, look: Callable[[Any], None], refused: str = "-") -> None:
        page = open_page("/settings", refused=refused)
        page.set_default_timeout(120_000)
        watch = Watch(page)
        page.goto(server.url + path)
        look(page)
        heap_bytes, longest_ms = watch.heap_bytes(), watch.longest_ms()
        page.close()
        assert (longest_ms <= MOST_MS, heap_bytes <= MOST_HEAP_BYTES) == (True, True), (longest_ms, heap_bytes)

    return go


def expect_completed(page: Any) -> None:
    expect(page.locator(".head .badge")).to_have_text("Completed", timeout=180_000)


def open_first_node(page: Any) -> None:
    page.locator(".row:enabled").first.click()
    expect(page.locator(".row-detail:visible").first).to_be_visible()


def test_f5_50_mb_in_one_value(visit: Any, server: ServerProcess) -> None:
    path = run_path(server, giving("50 MB", ""), {"Given": "0123456789" * 5_000_000})

    def look(page: Any) -> None:
        expect_completed(page)
        open_first_node(page)
        expect(page.get_by_label("Outputs").get_by_role("button", name="Download (")).to_be_visible()
        strip = page.get_by_role("group", name="Run again from a node")
        expect(strip).to_contain_text("The recorded outputs are too large to be taken along.")

    visit(path, look, refused="400")


def test_f5_a_million_lines_are_read_to_their_end(visit: Any, server: ServerProcess) -> None:
    path = run_path(server, giving("Lines", ""), {"Given": "\n".join(f"line {i}" for i in range(1_000_000))})

    def look(page: Any) -> None:
        expect_completed(page)
        outputs = page.get_by_label("Outputs")
        outputs.get_by_role("button", name="Read all of it").click()
        everything = outputs.get_by_role("region", name="All lines")
        expect(outputs.get_by_text("of 1,000,000 lines")).to_be_visible()
        for part in (1, 0.5, 0):
            everything.evaluate("(one, part) => { one.scrollTop = one.scrollHeight * part }", part)
        everything.evaluate("one => { one.scrollTop = one.scrollHeight }")
        expect(everything).to_contain_text("line 999999")

    visit(path, look)


def test_f5_a_hundred_thousand_node_executions_live_and_afterwards(visit: Any, server: ServerProcess) -> None:
    timer, values = node(COUNTDOWN, "Timer", seconds=0, repeat=99_999, input_message="tick"), node(OUTPUT, name="Values")
    ticks = agent("Ticks", [timer, values], [link(timer, "output_message", values, "value")])
    path = run_path(server, ticks)
    visit(path, expect_completed)

    def look(page: Any) -> None:
        expect_completed(page)
        open_first_node(page)
        page.get_by_role("button", name="Load earlier ones").click()
        log = page.get_by_role("region", name="Log")
        log.get_by_role("searchbox").fill("completed in")
        expect(log.get_by_role("status")).to_have_text("20,000 lines")

    visit(path, look)


def test_f5_a_hundred_thousand_runs_are_listed_filtered_and_searched(visit: Any, server: ServerProcess) -> None:
    graph_id = call(server, "POST", "/api/graphs", {"graph": greeting("Greets thousands")})["id"]
    add_runs(server, graph_id, RUNS)
    while call(server, "GET", "/api/executions/search?query=honour")["not_searched"]:
        pass  # each question makes the next of them known

    def look(page: Any) -> None:
        runs = page.locator(".run-row")
        expect(runs).to_have_count(250)
        expect(page.get_by_text("The newest 250 runs are here. The search finds earlier ones.")).to_be_visible()
        page.get_by_role("button", name="With problems").click()
        page.get_by_role("button", name="All", exact=False).first.click()
        page.get_by_role("searchbox").fill("honour")
        expect(runs).to_have_count(100)
        expect(runs.first.locator("a").first).to_have_attribute("href", re.compile("000186a0-.*186a0$"))

    visit("/runs", look)
    visit(f"/library/agents/{graph_id}", look)
