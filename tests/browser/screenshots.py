"""Pictures of every page: `python -m tests.browser.screenshots [name ...]`; see scripts/screenshots."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import expect, sync_playwright

from ..server import ServerProcess
from .conftest import CHROMIUM_ARGUMENTS, CHROMIUM_NAMES, DESKTOP, PHONE, SETTINGS
from .lived_in import NEWSLETTER, REFUSED_KEY, Visitor, age, furnish, work
from .newsletter import answers
from .pages import PAGES
from .scripted_model import ScriptedModel

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
LOOKS = [("light", DESKTOP, "light"), ("dark", DESKTOP, "dark"), ("phone", PHONE, "light")]
expect.set_options(timeout=60_000)


class Picture(NamedTuple):
    """A page, with what is done on it before it is taken: `prepare(tab)`. Answers of the model called as in `held` stop half way
    meanwhile; `begin` names an agent whose run is then what {run} stands for."""

    name: str
    address: str
    landmark: str
    prepare: Callable[[Any], None] = lambda tab: None
    held: tuple[str, ...] = ()
    begin: str = ""


def see_teasers(tab: Any) -> None:
    """Three of five are there, the letter too."""
    expect(tab.get_by_text("Bread warms the pool").first).to_be_visible()
    expect(tab.get_by_text("3 values")).to_be_visible()


def run_in_builder(tab: Any) -> None:
    """At its real size from its beginning on, until the letter is half written; its node is open."""
    is_phone = tab.viewport_size == PHONE
    if not is_phone:
        tab.keyboard.press("1")
        expect(tab.get_by_text("100 %")).to_be_visible()
        second = tab.locator(".react-flow__node", has=tab.locator(".node-title", has_text="Brief the model")).bounding_box()
        tab.mouse.move(600, 300)
        tab.mouse.wheel(second["x"] - 304, second["y"] - 84)
    tab.locator(".dock-run").click()
    tab.get_by_role("form", name="Inputs").locator("button[type=submit]").click()
    expect(tab.get_by_role("button", name="Stop")).to_be_visible()
    if is_phone:
        tab.get_by_role("button", name="Close panel").click()
        tab.get_by_role("button", name="List of nodes").click()
        tab.get_by_role("complementary", name="List of nodes").get_by_role("button", name="Write the letter").first.click()
    else:
        tab.locator(".node-title", has_text="Write the letter").click()
    expect(tab.locator('.node[data-status="RUNNING"]').filter(has_text="Write the letter")).to_contain_text("1974 and has")


def see_output(tab: Any) -> None:
    run_in_builder(tab)
    tab.get_by_role("tab", name="Output").click()


def ask_palette(tab: Any) -> None:
    tab.keyboard.press("Control+k")
    tab.get_by_role("dialog", name="Palette").get_by_role("combobox").fill("run")


def chat(tab: Any) -> None:
    tab.get_by_label("Message", exact=True).fill("May I take holiday into next year? The handbook is long.")
    tab.get_by_role("button", name="Send").click()
    expect(tab.locator(".chat-state").last).to_have_text("Completed")


BUILDER = ("/build/{graph}", '.build-canvas[aria-busy="false"]')
OWN = [
    Picture("run", "/runs/{graph}/{run}", ".facts", see_teasers, held=("teaser 4", "teaser 5"), begin=NEWSLETTER),
    Picture("run-failed", "/runs/{notes}/{failed}", ".facts"),
    Picture("build-outputs", *BUILDER, see_output, held=("letter",)),
    Picture("build", *BUILDER, run_in_builder, held=("letter",)),
    Picture("build-palette", *BUILDER, ask_palette),
    Picture("agent-chat", "/library/agents/{text}?tab=chat", ".chat", chat),
    Picture("compare", "/runs/compare?a={graph}/{before}&b={graph}/{run}", ".comparison"),
]
# Runs that are held back take longer than the others: what shows how long runs take comes before them.
PICTURES = [
    OWN[0],
    *(Picture(*page) for page in PAGES if page.name not in {one.name for one in OWN}),
    *OWN[1:],
]


class Studio:
    """A browser, and a server that looks lived in."""

    def __init__(self, browser: Any, server: ServerProcess, model: ScriptedModel, ids: dict[str, Any]):
        self._browser = browser
        self._server = server
        self._model = model
        self._ids = ids

    def take(self, picture: Picture) -> None:
        """Writes docs/images/NAME-LOOK.png for each look."""
        for name in picture.held:
            self._model.hold(name)
        visitor = Visitor(self._server)
        begun = {"run": visitor.start(picture.begin)} if picture.begin else {}
        address = picture.address.format(**self._ids | begun)
        for look, size, theme in LOOKS:
            self._take(picture, address, IMAGES / f"{picture.name}-{look}.png", viewport=size, color_scheme=theme)
        for name in picture.held:
            self._model.let_go(name)
        if begun:
            visitor.wait(picture.begin, begun["run"])

    def _take(self, picture: Picture, address: str, file: Path, **looks: Any) -> None:
        context = self._browser.new_context(**looks, reduced_motion="reduce", locale="en-GB")
        tab = context.new_page()
        tab.goto(self._server.request("POST", "/api/auth/links").json()["url"])
        tab.wait_for_selector(".agent-card, .empty")
        tab.goto(self._server.url + address)
        tab.wait_for_selector(picture.landmark)
        picture.prepare(tab)
        tab.wait_for_load_state("networkidle")
        tab.screenshot(path=file)
        context.close()
        print(file.name, flush=True)


@contextmanager
def data_folder() -> Iterator[Path]:
    """With the name that people give it: the page System shows it."""
    folder = Path(tempfile.gettempdir()) / "autogpt-lite"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def main(names: list[str]) -> None:
    chosen = [picture for picture in PICTURES if picture.name in names or not names]
    if unknown := set(names) - {picture.name for picture in PICTURES}:
        sys.exit(f"There is no picture {', '.join(sorted(unknown))}.")
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None) or sys.exit("This needs Chromium.")
    with ExitStack() as stack:
        model = stack.enter_context(ScriptedModel(answers(), refused=(REFUSED_KEY,)))
        provider = {"base_url": model.base_url, "api_key": "not-a-real-key-0000"}
        folder = stack.enter_context(data_folder())
        settings = {**SETTINGS, "llm.providers": {"openai": provider, "anthropic": provider}}
        with ServerProcess(folder, settings=settings) as server:
            ids = furnish(server)
        age(folder, ids)
        server = stack.enter_context(ServerProcess(folder, settings=settings, log=folder / "server.log"))
        ids |= work(server, model)
        chromium = stack.enter_context(sync_playwright()).chromium
        browser = chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        studio = Studio(browser, server, model, ids)
        for picture in chosen:
            studio.take(picture)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
