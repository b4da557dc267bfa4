"""The builder's canvas in Chromium with software rendering: `python -m tests.bench.canvas` prints a JSON object.

Of 1,000 nodes and, where the facts of the contract are there, of a real agent of 30: seconds from the address to a node's open
form, and frames a second while the canvas is panned at 70 %. Needs playwright and Chromium; without them there are no figures.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.browser.agents import CALCULATOR, agent, link, node
from tests.browser.builder import at
from tests.browser.conftest import CHROMIUM_ARGUMENTS, CHROMIUM_NAMES, DESKTOP
from tests.conftest import SHARED
from tests.server import ServerProcess

REAL_AGENT = SHARED / "contract" / "agents" / "agent_00fdd42c-a14c-4d19-a567-65374ea0e87f.json"
PAN_MS = 3_000

PAN = """(ms) => new Promise((resolve) => {
  const pane = document.querySelector(".react-flow__pane");
  const began = performance.now();
  let frames = 0;
  const step = (now) => {
    if (now - began > ms) return resolve((frames * 1000) / (now - began));
    frames += 1;
    const forth = Math.floor((now - began) / 500) % 2 ? -1 : 1;
    pane.dispatchEvent(new WheelEvent("wheel", { deltaX: 24 * forth, deltaY: 12 * forth, bubbles: true, cancelable: true }));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""


def thousand() -> dict[str, Any]:
    """40 columns of 25 nodes, each node linked to its neighbour, and a third of them to a second one."""
    nodes = [node(CALCULATOR, f"Node {i}", operation="Add", b=1) for i in range(1_000)]
    links = [link(nodes[i - 25], "result", nodes[i], "a") for i in range(25, 1_000)]
    links += [link(nodes[i - 24], "result", nodes[i], "b") for i in range(25, 999, 3)]
    return at(agent("Thousand", nodes, links), *[(i // 25 * 300, i % 25 * 180) for i in range(1_000)])


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A page of a Chromium that nobody else uses."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        yield browser.new_context(viewport=DESKTOP).new_page()
        browser.close()


def measure(page: Any, address: str) -> tuple[float, float]:
    """(seconds to a node's open form, frames a second while panning)."""
    began = time.perf_counter()
    page.goto(address)
    page.locator(".react-flow__node .node-title").first.click()
    page.locator(".panel .field").first.wait_for()
    ready_s = time.perf_counter() - began
    page.keyboard.press("1")
    return round(ready_s, 3), round(page.evaluate(PAN, PAN_MS), 1)


def main() -> dict[str, float]:
    """All figures, each graph on a page that the server has already given once."""
    graphs = {"thousand": thousand()}
    if REAL_AGENT.is_file():
        graphs["real"] = json.loads(REAL_AGENT.read_text("utf-8"))
    found: dict[str, float] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        ServerProcess(Path(folder), log=Path(folder) / "log") as server,
        chromium() as page,
    ):
        page.goto(server.post("/api/auth/links")["url"])
        page.locator("main h1, main h2").first.wait_for()
        for name, graph in graphs.items():
            address = f"{server.url}/build/{server.post('/api/graphs', {'graph': graph, 'allow_missing_blocks': True})['id']}"
            found[f"{name}_ready_s"], found[f"{name}_fps"] = measure(page, address)
    return found


if __name__ == "__main__":
    print(json.dumps(main()))
