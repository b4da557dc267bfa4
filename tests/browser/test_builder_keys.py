"""Every key of the builder, one by one: what it does, that it stays out of fields, and that single letters can be switched off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import CALCULATOR, agent, link, node
from .builder import at, box_of, builder_of
from .conftest import DESKTOP, log_in

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)

Check = Callable[[Any], None]


@pytest.fixture(scope="module")
def tab(browser: Any, server: ServerProcess) -> Iterator[Any]:
    """One page for all keys: B lies right of A and above C, and B and C each lack a number."""
    a = node(CALCULATOR, "A", operation="Add", a=1, b=1)
    b, c = node(CALCULATOR, "B", operation="Add", b=1), node(CALCULATOR, "C", operation="Add", a=1)
    graph = at(agent("All keys", [a, b, c], [link(a, "result", c, "a")]), (0, 0), (320, 0), (320, 240))
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce", permissions=["clipboard-read", "clipboard-write"])
    log_in(context, server)
    page = context.new_page()
    page.goto(server.url + builder_of(server, graph))
    page.locator('.build-canvas[aria-busy="false"]').wait_for()
    expect(page.locator(".problem-pill")).to_contain_text("2 problems")
    yield page
    context.close()


@pytest.fixture
def page(tab: Any) -> Any:
    """With B selected, no panel, and nothing changed."""
    undo = tab.get_by_role("button", name="Undo", exact=True)
    for _ in range(3):
        tab.keyboard.press("Escape")
    while undo.is_enabled():
        tab.keyboard.press("Control+z")
    tab.keyboard.press("Shift+1")
    box_of(tab, "B").locator(".node-title").click()
    tab.keyboard.press("Escape")
    expect(tab.locator(".panel")).to_have_count(0)
    expect(box_of(tab, "B").locator(".node")).to_have_attribute("data-selected", "true")
    return tab


def shows(selector: str, text: str = "") -> Check:
    def check(page: Any) -> None:
        expect(page.locator(selector).first).to_be_visible()
        if text:
            expect(page.locator(selector).first).to_contain_text(text)

    return check


def selected(title: str) -> Check:
    return lambda page: expect(box_of(page, title).locator(".node")).to_have_attribute("data-selected", "true")


def stands_at(title: str, x: int, y: int) -> Check:
    def check(page: Any) -> None:
        expect(page.locator(f'.react-flow__node[style*="translate({x}px, {y}px)"] .node-title')).to_have_text(title)

    return check


def nodes(count: int) -> Check:
    return lambda page: expect(page.locator(".react-flow__node")).to_have_count(count)


def has_form(title: str) -> Check:
    return lambda page: expect(page.locator(".panel-title")).to_have_value(title)


def focused(selector: str) -> Check:
    return lambda page: expect(page.locator(selector).first).to_be_focused()


KEYS: list[tuple[str, Check]] = [
    ("Control+k", shows("dialog.palette")),
    ("Control+f", lambda page: expect(page.locator("dialog.palette input")).to_have_value("@")),
    ("a", shows(".block-menu")),
    ("Delete", nodes(2)),
    ("Backspace", nodes(2)),
    ("Delete Control+z", nodes(3)),
    ("Delete Control+z Control+Shift+z", nodes(2)),
    ("Delete Control+z Control+y", nodes(2)),
    ("Control+d", nodes(4)),
    ("Control+c Control+v", nodes(4)),
    ("Control+x", nodes(2)),
    ("Control+x Control+v", nodes(3)),
    ("Control+a", lambda page: expect(page.locator(".react-flow__node.selected")).to_have_count(3)),
    ("ArrowLeft", selected("A")),
    ("ArrowDown", selected("C")),
    ("ArrowDown ArrowUp", selected("B")),
    ("ArrowLeft ArrowRight", selected("B")),
    ("Control+ArrowRight", stands_at("B", 328, 0)),
    ("Control+ArrowLeft", stands_at("B", 312, 0)),
    ("Control+ArrowUp", stands_at("B", 320, -8)),
    ("Control+ArrowDown", stands_at("B", 320, 8)),
    ("Control+Shift+ArrowRight", stands_at("B", 360, 0)),
    ("Control+Shift+ArrowLeft", stands_at("B", 280, 0)),
    ("Control+Shift+ArrowUp", stands_at("B", 320, -40)),
    ("Control+Shift+ArrowDown", stands_at("B", 320, 40)),
    ("Enter", lambda page: expect(page.locator(".panel-body :focus")).to_have_count(1)),
    ("Enter Escape", focused(".react-flow__node.selected")),
    ("c", shows(".build-strip", "Link from")),
    ("c Enter ArrowDown Enter", lambda page: expect(page.locator(".react-flow__edge")).to_have_count(2)),
    ("j", has_form("B")),
    ("j j", has_form("C")),
    ("k", has_form("C")),
    ("1", shows(".zoom-value", "100 %")),
    ("Shift+2 Shift+1", shows(".zoom-value", "100 %")),
    ("F2", focused(".panel-title")),
    ("x", shows(".node[data-off]", "B")),
    ("p", shows(".toast", "There is no output yet")),
    ("Shift+L", lambda page: expect(page.locator('.react-flow__node[style*="translate(320px, 240px)"]')).to_have_count(0)),
    ("Shift+Enter", shows(".toast", "Run it once as a whole")),
    ("Control+Shift+Enter", shows(".toast", "Nothing is pinned")),
    ("?", shows("dialog", "All keys")),
]


@pytest.mark.parametrize(("keys", "check"), [pytest.param(keys, check, id=keys) for keys, check in KEYS])
def test_key(page: Any, keys: str, check: Check) -> None:
    for key in keys.split():
        page.keyboard.press(key)
    check(page)


def test_shift_2_shows_what_is_selected_and_shift_1_everything(page: Any) -> None:
    value = page.locator(".zoom-value")
    page.keyboard.press("1")
    expect(value).to_have_text("100 %")
    away = page.locator(".react-flow__viewport").get_attribute("style")
    page.keyboard.press("Shift+2")
    expect(page.locator(".react-flow__viewport")).not_to_have_attribute("style", away)
    place, canvas = box_of(page, "B").bounding_box(), page.locator(".build-canvas").bounding_box()
    assert place["x"] + place["width"] / 2 == pytest.approx(canvas["x"] + canvas["width"] / 2, abs=3)


LETTERS = ["a", "c", "j", "k", "p", "x", "1", "Shift+L", "?"]


def stays_still(page: Any) -> None:
    expect(page.locator("dialog[open], .block-menu, .build-strip, .node[data-off]")).to_have_count(0)
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()


def test_in_a_field_letters_are_letters(page: Any) -> None:
    page.keyboard.press("F2")
    expect(page.locator(".panel-title")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("acjkpx1?L")
    expect(page.locator(".panel-title")).to_have_value("acjkpx1?L")
    expect(page.locator("dialog[open], .block-menu, .build-strip, .node[data-off]")).to_have_count(0)


def test_single_letters_are_switched_off_in_the_settings(open_page: Any, server: ServerProcess) -> None:
    tab = open_page("/settings", reduced_motion="reduce")
    switch = tab.get_by_role("switch", name="Single letters are keys in the builder")
    expect(switch).to_be_checked()
    switch.uncheck()
    tab.goto(server.url + builder_of(server, at(agent("Off", [node(CALCULATOR, "B", operation="Add", a=1, b=1)], []), (0, 0))))
    box_of(tab, "B").locator(".node-title").click()
    tab.keyboard.press("Escape")
    for letter in LETTERS:
        tab.keyboard.press(letter)
    stays_still(tab)
    expect(tab.locator(".panel")).to_have_count(0)
    tab.keyboard.press("Control+k")
    shows("dialog.palette")(tab)
