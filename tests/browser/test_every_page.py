"""What every page promises: it loads without an error or a request to anywhere else, people who cannot see or point can use it, it fits
a laptop and a phone, in light and in dark, and little has to come before it is shown. A new page is listed here, or a test fails.
"""

from __future__ import annotations

import functools
import gzip
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ..server import ServerProcess
from .conftest import DESKTOP, PHONE
from .pages import PAGES, Page, add_run

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
axe_package = pytest.importorskip("axe_playwright_python", reason="axe is not installed: pip install axe-playwright-python")
from playwright.sync_api import expect  # noqa: E402

AXE = (Path(axe_package.__file__).parent / "axe.min.js").read_text("utf-8")
STATIC = Path(__file__).resolve().parents[2] / "static"
PAGES_FILE = STATIC / "js" / "pages.js"


@pytest.fixture(scope="module")
def ids(server: ServerProcess) -> dict[str, str]:
    return add_run(server)


def violations(page: Any, *, of_colours: bool) -> list[str]:
    """What axe-core finds, or only its rules of colours: rule, what to do, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    only = {"runOnly": ["color-contrast", "link-in-text-block"]} if of_colours else {}
    found = page.evaluate("(only) => axe.run(document, {resultTypes: ['violations'], ...only})", only)["violations"]
    return [f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found]


def sideways(page: Any) -> list[str]:
    """What is wider than the window, where the page would scroll to the side."""
    return page.evaluate(
        """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
        [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
        .slice(-5).map((e) => e.outerHTML.slice(0, 120))"""
    )


def test_every_page_of_the_ui_is_listed_here() -> None:
    assert set(re.findall(r'name: "(\w+)"', PAGES_FILE.read_text("utf-8"))) == {page.name.partition("-")[0] for page in PAGES}


def loaded_bytes(page: Any) -> int:
    """What the page has loaded of our files until it asked for nothing more, as it would be compressed: they are sent as they are, since most
    people's server is their own machine."""
    page.wait_for_load_state("networkidle")
    asked = {"/index.html", *(urlsplit(address).path for address in page.evaluate(FIRST_LOADED))}
    assert len(asked) > 10
    return sum(map(compressed_bytes, asked))


# Some seconds after the builder stands it loads what may be wanted next: on a slow machine the network may not be idle before that.
FIRST_LOADED = """() => {
  const [rest] = performance.getEntriesByName("rest");
  return performance.getEntriesByType("resource").filter((one) => one.startTime < (rest?.startTime ?? Infinity)).map((one) => one.name);
}"""


@functools.cache
def compressed_bytes(path: str) -> int:
    """Of a static file by its address; 0 for answers of the API."""
    file = STATIC / re.sub(r"^/v/[^/]+/", "/", path).lstrip("/")
    return len(gzip.compress(file.read_bytes())) if file.is_file() else 0


# Until a page is shown and asks for nothing more. React, React Flow and the font are 137 kB of what the builder needs for that.
MOST_LOADED_BYTES = {"build": 244_000, "agent": 215_000, "run": 175_000}
MOST_LOADED_BYTES_ELSEWHERE = 140_000


@pytest.mark.parametrize("which", PAGES, ids=[page.name for page in PAGES])
def test_page(open_page: Any, ids: dict[str, str], which: Page) -> None:
    # Nothing moves, so that axe does not measure the colours of half a transition.
    page = open_page(which.address.format(**ids), DESKTOP, reduced_motion="reduce")
    expect(page.locator(which.landmark).first).to_be_visible()
    problems, loaded = {}, 0
    for size_name, size in (("desktop", DESKTOP), ("phone", PHONE)):
        page.set_viewport_size(size)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            # In the dark only the colours are others.
            found = [*violations(page, of_colours=theme == "dark"), *sideways(page)]
            problems |= {f"{size_name} {theme}: {problem}": 1 for problem in found}
            # After the first look: that takes as long as the network needs to be idle.
            loaded = loaded or loaded_bytes(page)
    assert not problems, "\n".join(problems)
    assert loaded <= MOST_LOADED_BYTES.get(which.name, MOST_LOADED_BYTES_ELSEWHERE)
    assert page.title() != "autogpt_lite"


@pytest.mark.parametrize("which", PAGES, ids=[page.name for page in PAGES])
def test_page_at_twice_the_size(open_page: Any, ids: dict[str, str], which: Page) -> None:
    # A zoom of 200 % gives a page half the pixels.
    page = open_page(which.address.format(**ids), {"width": 640, "height": 400}, device_scale_factor=2)
    expect(page.locator(which.landmark).first).to_be_visible()
    assert sideways(page) == []
