"""How long pages take to come up in Chromium with software rendering: `python -m tests.bench.page_load` prints a JSON object.

Of every page of tests/browser/pages.py, with nothing in the cache and once more with what the first visit has left there: milliseconds from the
address to the first content (the browser's own first-contentful-paint) and to the page's landmark, when it can be used. And the longest task of
the pages of runs that gave far too much (attacks.md F5). What each page took goes to stderr, a line a page.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.browser.agents import COUNTDOWN, OUTPUT, agent, giving, link, node, run_path
from tests.browser.conftest import SETTINGS, skip_welcome
from tests.browser.pages import PAGES, Page, add_run
from tests.server import ServerProcess

from .canvas import chromium

FIRST_CONTENT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
WATCH = """window.longest = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.longest = Math.max(window.longest, one.duration);
}).observe({ type: 'longtask', buffered: true });"""


def measure(page: Any, address: str, landmark: str) -> tuple[float, float]:
    """Milliseconds to (the first content, the landmark)."""
    began = time.perf_counter()
    page.goto(address)
    page.locator(landmark).first.wait_for()
    whole_ms = (time.perf_counter() - began) * 1000
    return round(page.evaluate(FIRST_CONTENT), 1), round(whole_ms, 1)


def measure_pages(page: Any, server: ServerProcess, ids: dict[str, Any]) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    session = page.context.new_cdp_session(page)
    for which in PAGES:
        for state in ("cold", "warm"):
            if state == "cold":
                session.send("Network.clearBrowserCache")
            first_ms, whole_ms = measure(page, server.url + which.address.format(**ids), which.landmark)
            print(f"{which.name:16} {state}: first content {first_ms:6.0f} ms, whole {whole_ms:6.0f} ms", file=sys.stderr)
            found.setdefault(f"first_content_{state}_ms", []).append(first_ms)
            found.setdefault(f"{_group(which)}_{state}_ms", []).append(whole_ms)
    return {name: max(values) for name, values in found.items()}


def _group(which: Page) -> str:
    return "builder" if which.name == "build" else "whole"


def longest_task(page: Any, server: ServerProcess) -> float:
    """Milliseconds, over the pages of all runs that gave far too much."""
    timer, values = node(COUNTDOWN, "Timer", seconds=0, repeat=4_999), node(OUTPUT, name="Values")
    many = agent("Many", [timer, values], [link(timer, "output_message", values, "value")])
    runs = [
        run_path(server, giving("8 MB", ""), {"Given": "0123456789" * 800_000}),
        run_path(server, giving("Lines", ""), {"Given": "\n".join(map(str, range(1_000_000)))}),
        run_path(server, many),
        run_path(server, agent("Flood", [node(COUNTDOWN, "Timer", seconds=0, repeat=100_000)], [])),
    ]
    longest = 0.0
    page.add_init_script(WATCH)
    for path in runs:
        page.goto(server.url + path)
        page.locator(".head .badge", has_text="Completed").wait_for(timeout=120_000)
        page.reload()
        page.locator(".row:enabled").first.click()
        page.locator(".row-detail:visible").wait_for()
        page.wait_for_load_state("networkidle")
        longest = max(longest, page.evaluate("longest"))
    return longest


def main() -> dict[str, float]:
    """All figures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ServerProcess(Path(folder), settings=SETTINGS, log=Path(folder) / "log") as server,
        chromium() as page,
    ):
        skip_welcome(server)
        ids = add_run(server)
        page.goto(server.post("/api/auth/links")["url"])
        page.locator(".agent-card").first.wait_for()
        return {**measure_pages(page, server, ids), "huge_task_ms": longest_task(page, server)}


if __name__ == "__main__":
    print(json.dumps(main()))
