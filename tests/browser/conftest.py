"""A real server, a real browser: Chromium on pages that are logged in by a link, as a user is."""

from __future__ import annotations

import json
import os
import re
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ..server import ServerProcess

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FEATURES_OFF = (
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
)
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The window around each page has pages of its own, below its line for addresses, which nobody sees here: 0.4 s of CPU time a window.
    # The last such list counts: those before are Playwright's own.
    "--disable-features=" + ",".join((*FEATURES_OFF, "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")),
)
TIMEOUT_MS = 15_000

# Triggers need an address for others; nobody asks anything there.
SETTINGS = {"server.public_url": "https://agents.example.org"}

LATE_MS = int(os.environ.get("LATE_ANSWERS_MS", "0"))
LATE_SCRIPT = """{
  const [ask, wait] = [window.fetch.bind(window), () => new Promise((go) => setTimeout(go, Math.random() * MOST))];
  window.fetch = async (address, init) => {
    if (!String(address).startsWith("/api/")) return ask(address, init);
    await wait();
    const answer = await ask(address, init);
    await wait();
    return answer;
  };
}""".replace("MOST", str(LATE_MS))

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


# A module, not the session: playwright keeps a loop running in this thread, and no asyncio test could run beside it.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        yield LateBrowser(running) if LATE_MS else running
        running.close()


class LateBrowser:
    """A browser whose pages get each answer of the API late, and so in another order than they have asked: what a slow machine does to
    them now and then, always. Switched on by LATE_ANSWERS_MS=600 (the most that a question and its answer are each held back)."""

    def __init__(self, browser: Any):
        self._browser = browser

    def __getattr__(self, name: str) -> Any:
        return getattr(self._browser, name)

    def new_context(self, **arguments: Any) -> Any:
        context = self._browser.new_context(**arguments)
        context.add_init_script(LATE_SCRIPT)
        return context


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("browser")
    with ServerProcess(folder, settings=SETTINGS, log=folder / "server.log") as running:
        skip_welcome(running)
        yield running


def skip_welcome(server: ServerProcess) -> None:
    """Somebody has been here before: the library comes up, not the first page."""
    call(server, "PATCH", "/api/onboarding", {"completedSteps": ["WELCOME"]})


def call(server: ServerProcess, method: str, path: str, body: Any = None) -> Any:
    """The JSON that the server answers its owner."""
    headers = {**server.bearer, "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def log_in(context: Any, server: ServerProcess) -> None:
    """What opening a link does, without a page: test_page.py and test_login.py look at that."""
    code = call(server, "POST", "/api/auth/links")["url"].partition("#code=")[2]
    answer = server.request("POST", "/api/auth/link", {"code": code}, Authorization="")
    name, value = answer.headers["Set-Cookie"].partition(";")[0].split("=", 1)
    context.add_cookies([{"name": name, "value": value, "url": server.url, "httpOnly": True, "sameSite": "Strict"}])
    kept = {"session-token": answer.json()["token"], "session-way": "link"}
    context.add_init_script(f"location.origin === '{server.url}' && Object.assign(localStorage, {json.dumps(kept)})")


def hold(page: Any, address: str, method: str = "GET") -> Callable[[], None]:
    """Holds the answers to the page's requests to addresses like this until what it returns is called; those after it go through."""
    held: list[tuple[Any, Any]] = []
    is_free = False

    def take(route: Any) -> None:
        if is_free or route.request.method != method:
            return route.continue_()
        answer = route.fetch()
        held.append((route, answer))
        if is_free:  # meanwhile
            let_go()

    def let_go() -> None:
        nonlocal is_free
        is_free = True
        while held:
            route, answer = held.pop()
            route.fulfill(response=answer)

    page.route(re.compile(address), take)
    return let_go


def is_error(message: Any, refused: str) -> bool:
    """`refused`: the status of answers that the test itself provokes, which the browser reports."""
    return message.type == "error" and f"status of {refused} " not in message.text


def said_by(message: Any) -> str:
    """With the address of what was refused, say."""
    return f"{message.text} [{message.location['url']}]"


def is_outside(server: ServerProcess, url: str) -> bool:
    return not url.startswith((server.url, "data:", "blob:"))


@pytest.fixture
def open_page(browser: Any, server: ServerProcess) -> Iterator[Callable[..., Any]]:
    """open_page(path, viewport, ...) -> a page of a new browser that a link logged in. A test fails where one
    had an error or asked for anything outside."""
    contexts: list[Any] = []
    problems: list[str] = []

    def open_it(path: str = "/", viewport: dict[str, int] = DESKTOP, *, refused: str = "-", **arguments: Any) -> Any:
        context = browser.new_context(viewport=viewport, **arguments)
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{error}\n{error.stack}"))
        # Also what the Content-Security-Policy refuses.
        page.on("console", lambda message: problems.append(said_by(message)) if is_error(message, refused) else None)
        page.on("request", lambda request: problems.append(request.url) if is_outside(server, request.url) else None)
        skip_welcome(server)
        log_in(context, server)
        page.goto(server.url + path)
        if path == "/":
            page.wait_for_selector(".agent-card, .empty")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def open_builder(open_page: Callable[..., Any]) -> Callable[..., Any]:
    """open_builder(path) -> the builder, ready for keys and without movement that a drag would have to wait for."""

    def open_it(path: str = "/build", *arguments: Any, **options: Any) -> Any:
        page = open_page(path, *arguments, reduced_motion="reduce", **options)
        page.wait_for_selector('.build-canvas[aria-busy="false"]')
        return page

    return open_it
