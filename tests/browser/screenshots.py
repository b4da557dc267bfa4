"""Pictures of every page: `python -m tests.browser.screenshots [name ...]`; see scripts/screenshots."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from ..server import ServerProcess
from .conftest import CHROMIUM_ARGUMENTS, CHROMIUM_NAMES, DESKTOP, PHONE, SETTINGS
from .lived_in import furnish
from .pages import PAGES, Page

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
LOOKS = [("light", DESKTOP, "light"), ("dark", DESKTOP, "dark"), ("phone", PHONE, "light")]


def take(browser: Any, server: ServerProcess, page: Page, address: str) -> None:
    """Writes docs/images/NAME-LOOK.png for each look."""
    for look, size, theme in LOOKS:
        context = browser.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce", locale="en-GB")
        tab = context.new_page()
        tab.goto(server.request("POST", "/api/auth/links").json()["url"])
        tab.wait_for_selector(".agent-card, .empty")
        tab.goto(server.url + address)
        tab.wait_for_selector(page.landmark)
        tab.wait_for_load_state("networkidle")
        tab.screenshot(path=IMAGES / f"{page.name}-{look}.png")
        context.close()
        print(f"{page.name}-{look}.png", flush=True)


def main(names: list[str]) -> None:
    chosen = [page for page in PAGES if page.name in names or not names]
    if unknown := set(names) - {page.name for page in PAGES}:
        sys.exit(f"There is no page {', '.join(sorted(unknown))}.")
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None) or sys.exit("This needs Chromium.")
    with (
        tempfile.TemporaryDirectory() as folder,
        ServerProcess(Path(folder), settings=SETTINGS) as server,
        sync_playwright() as playwright,
    ):
        ids = furnish(server)
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        for page in chosen:
            take(browser, server, page, page.address.format(**ids))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
