"""Far too much (F5): 50 MB in one value, a million lines, a hundred thousand node executions. The page stays usable by construction: what
travels to it is bounded, and so is what it draws; how long its longest task takes is a figure of scripts/bench --only page_load.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import COUNTDOWN, OUTPUT, agent, giving, link, node, run_path
from .conftest import SETTINGS, skip_welcome

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=20_000)

MOST_ANSWER_BYTES = 4_000_000
MOST_ELEMENTS = 1_500
MOST_CHARS = 50_000
BIG = {"server.max_body_bytes": "80000000", "engine.max_output_bytes": "60000000", "engine.max_node_executions": "200000"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("huge"), settings={**SETTINGS, **BIG}) as running:
        skip_welcome(running)
        yield running


@pytest.fixture
def open_weighed(open_page: Any, server: ServerProcess) -> Any:
    """open_weighed(path) -> the page, and the sizes of what the API has answered it (files apart)."""

    def open_it(path: str) -> tuple[Any, list[int]]:
        page = open_page()
        sizes: list[int] = []

        def note(answer: Any) -> None:
            if "/api/" in answer.url and "/value?" not in answer.url and answer.ok:
                sizes.append(int(answer.headers.get("content-length", 0)))

        page.on("response", note)
        page.goto(server.url + path)
        expect(page.locator(".head .badge")).to_have_text("Completed", timeout=60_000)
        return page, sizes

    return open_it


def assert_small(page: Any, sizes: list[int]) -> None:
    assert 0 < max(sizes) < MOST_ANSWER_BYTES
    assert page.locator("*").count() < MOST_ELEMENTS
    assert len(page.locator("#main").inner_text()) < MOST_CHARS


@pytest.mark.parametrize("kind", [pytest.param("50 MB", marks=pytest.mark.slow), "8 MB", "lines", "list"])
def test_f5_huge_outputs_are_cut_with_a_download(open_weighed: Any, server: ServerProcess, kind: str) -> None:
    value: Any = {
        "50 MB": "0123456789" * 5_000_000,
        "8 MB": "0123456789" * 800_000,
        "lines": "\n".join(map(str, range(1_000_000))),
        "list": [{"n": i, "word": "w" * 399} for i in range(10_000)],
    }[kind]
    page, sizes = open_weighed(run_path(server, giving(f"Huge {kind}", ""), {"Given": value}))
    outputs = page.get_by_label("Outputs")
    if kind == "list":
        expect(outputs.get_by_role("row")).to_have_count(39)  # what is whole in the beginning of it, and the head
        outputs.get_by_role("button", name="Source").click()
    page.locator(".row").first.click()
    expect(page.locator(".row-detail:visible").get_by_role("button", name="Read all of it").first).to_be_visible()
    assert_small(page, sizes)
    with page.expect_download() as download:
        outputs.get_by_role("button", name="Download (").click()
    text = Path(download.value.path()).read_text("utf-8")
    assert (json.loads(text) if kind == "list" else text) == value


def test_f5_million_lines_are_read_without_drawing_them(open_weighed: Any, server: ServerProcess) -> None:
    lines = "\n".join(f"line {i}" for i in range(1_000_000))
    page, sizes = open_weighed(run_path(server, giving("Lines", ""), {"Given": lines}))
    outputs = page.get_by_label("Outputs")
    outputs.get_by_role("button", name="Read all of it").click()
    expect(outputs.get_by_text("Lines 1 to 24 of 1,000,000 lines")).to_be_visible()
    everything = outputs.get_by_role("region", name="All lines")
    everything.evaluate("one => { one.scrollTop = one.scrollHeight }")
    expect(everything).to_contain_text("line 999999")
    everything.evaluate("one => { one.scrollTop = one.scrollHeight / 2 }")
    expect(everything).to_contain_text("line 50002")
    assert_small(page, sizes)


def test_f5_list_is_read_by_its_lines_and_saved_as_csv(open_weighed: Any, server: ServerProcess) -> None:
    page, _ = open_weighed(run_path(server, giving("Rows", ""), {"Given": [{"n": i, "word": "w" * 99} for i in range(5_000)]}))
    outputs = page.get_by_label("Outputs")
    with page.expect_download() as download:
        outputs.get_by_role("button", name="Download as CSV").click()
    assert download.value.suggested_filename == "Result.csv"
    rows = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert (rows[0], len(rows), rows[-1]) == ("n,word", 5_001, f"4999,{'w' * 99}")
    outputs.get_by_role("button", name="Source").click()
    outputs.get_by_role("button", name="Read all of it").click()
    expect(outputs.get_by_text("of 20,002 lines")).to_be_visible()


def test_f5_hundred_thousand_values_of_a_node_are_counted_and_downloaded(open_weighed: Any, server: ServerProcess) -> None:
    flood = agent("Floods", [node(COUNTDOWN, "Timer", seconds=0, repeat=100_000, input_message="tick")], [])
    path = run_path(server, flood)
    page, sizes = open_weighed(path)
    page.reload()  # what a page shows that was not there when it happened
    page.locator(".row", has_text="Timer").click()
    detail = page.locator(".row-detail:visible")
    expect(detail).to_contain_text("970 more values, show")
    assert_small(page, sizes)
    with page.expect_download() as download:
        detail.get_by_role("button", name="Download all of them").click()
    assert json.loads(Path(download.value.path()).read_text("utf-8")) == [["output_message", "tick"]] * 100_000


@pytest.mark.parametrize("count", [pytest.param(100_000, marks=pytest.mark.slow), 12_000])
def test_f5_node_executions_come_in_pages(open_weighed: Any, server: ServerProcess, count: int) -> None:
    timer = node(COUNTDOWN, "Timer", seconds=0, repeat=count - 1, input_message="tick")
    values = node(OUTPUT, name="Values")
    path = run_path(server, agent("Ticks", [timer, values], [link(timer, "output_message", values, "value")]))
    open_weighed(path)  # live, until its end
    page, sizes = open_weighed(path)
    left = count - 10_000
    expect(page.get_by_text(f"The newest 10,000 node executions are here, {left:,} earlier ones are not.")).to_be_visible()
    assert_small(page, sizes)
    page.get_by_role("button", name="Load earlier ones").click()
    here = min(count, 20_000)
    log = page.get_by_role("region", name="Log")
    log.get_by_role("searchbox").fill("completed in")
    expect(log.get_by_role("status")).to_have_text(f"{here:,} lines")
    assert_small(page, sizes)
