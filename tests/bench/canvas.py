"""The builder's canvas in Chromium with software rendering: `python -m tests.bench.canvas` prints a JSON object.

Of 1,000 nodes and, where the facts of the contract are there, of a real agent of 30: seconds from the address to a node's open
form, and frames a second while the canvas is panned at 100 %. Of the thousand also while 50 of them are dragged, at 100 % and with all
50 in sight. Needs playwright and Chromium; without them there are no figures.
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
DRAG_MS = 3_000
COLUMNS, ROWS = 10, 5
"""Of the nodes that are dragged together."""

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

# A real press on a selected node, then a move in each frame, round in a circle so that all of them stay on the canvas.
DRAG = """([ms, x, y]) => new Promise((resolve) => {
  const mouse = (type, to) => new MouseEvent(type, { clientX: to.x, clientY: to.y, bubbles: true, cancelable: true, view: window });
  document.elementFromPoint(x, y).dispatchEvent(mouse("mousedown", { x, y }));
  const began = performance.now();
  let frames = 0;
  const step = (now) => {
    const angle = (now - began) / 300;
    const to = { x: x + 90 * Math.sin(angle), y: y + 90 - 90 * Math.cos(angle) };
    if (now - began > ms) {
      window.dispatchEvent(mouse("mouseup", to));
      return resolve((frames * 1000) / (now - began));
    }
    frames += 1;
    window.dispatchEvent(mouse("mousemove", to));
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


def measure_drag(page: Any) -> tuple[float, float]:
    """Frames a second while 50 nodes are dragged: (at 100 %, with all of them in sight)."""
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+1")
    page.locator(".react-flow__node").nth(999).wait_for()
    first, last = (_box(page, i) for i in (0, (COLUMNS - 1) * 25 + ROWS - 1))
    page.mouse.move(first["x"] - 3, first["y"] - 3)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] + 2, last["y"] + last["height"] + 2, steps=5)
    page.mouse.up()
    selected = page.locator(".react-flow__node.selected").count()
    if selected != COLUMNS * ROWS:
        raise AssertionError(f"{selected} nodes are selected")
    found = []
    for key in ("Shift+2", "1"):
        page.keyboard.press(key)
        page.wait_for_timeout(600)  # the canvas moves there
        at = page.evaluate(NEAR_THE_MIDDLE)
        found.append(round(page.evaluate(DRAG, [DRAG_MS, *at]), 1))
    return found[1], found[0]


# A place to take hold of: the title of the selected node that lies nearest to the middle.
NEAR_THE_MIDDLE = """() => {
  const far = (box) => Math.hypot(box.x + box.width / 2 - innerWidth / 2, box.y - innerHeight / 2);
  const boxes = [...document.querySelectorAll(".react-flow__node.selected .node-title")].map((one) => one.getBoundingClientRect());
  const box = boxes.sort((a, b) => far(a) - far(b))[0];
  return [box.x + box.width / 2, box.y + box.height / 2];
}"""


def _box(page: Any, i: int) -> Any:
    return page.locator(".react-flow__node").nth(i).bounding_box()


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
            if name == "thousand":
                found["thousand_drag_fps"], found["thousand_drag_far_fps"] = measure_drag(page)
    return found


if __name__ == "__main__":
    print(json.dumps(main()))
