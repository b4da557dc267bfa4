"""What is found in the builder: blocks by group, with the keys that they need; the palette; the nodes as a list on a phone; unknown blocks."""

from __future__ import annotations

from typing import Any

import pytest

from ..server import ServerProcess
from .agents import INPUT, OUTPUT, agent, link, node
from .builder import at, box_of, builder_of, placed_division
from .conftest import PHONE, call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)

UNKNOWN = "11111111-2222-4333-8444-555555555555"


# --- the block menu ---------------------------------------------------------------------------------------


@pytest.fixture
def menu(open_builder: Any, server: ServerProcess) -> Any:
    """The block menu of an agent's builder, beside another agent."""
    call(server, "POST", "/api/graphs", {"graph": placed_division("Another agent")})
    page = open_builder(builder_of(server, placed_division("Menu")))
    page.get_by_role("button", name="Block", exact=True).click()
    return page.get_by_role("dialog", name="Add a block")


def choose(menu: Any, group: str) -> Any:
    menu.get_by_role("group", name="Groups of blocks").get_by_role("button", name=group, exact=True).click()
    return menu.get_by_role("option")


def test_blocks_stand_in_groups(menu: Any) -> None:
    expect(menu.get_by_role("option").first).to_be_visible()
    every = menu.get_by_role("option").count()
    inputs = choose(menu, "Inputs")
    expect(inputs.filter(has_text="Agent Short Text Input")).to_have_count(1)
    assert inputs.count() < every
    expect(choose(menu, "Outputs").first).to_contain_text("Agent Output")
    expect(choose(menu, "Actions").filter(has_text="Calculator")).to_have_count(1)
    expect(choose(menu, "Integrations").filter(has_text="AI Text Generator")).to_have_count(1)
    expect(choose(menu, "My agents").filter(has_text="Another agent").first).to_be_visible()
    expect(choose(menu, "Suggested").filter(has_text="AI Text Generator")).to_have_count(1)


def test_the_search_stays_in_the_group(menu: Any) -> None:
    options = choose(menu, "Inputs")
    menu.get_by_role("combobox", name="Search blocks").fill("text")
    expect(options.filter(has_text="Agent Short Text Input")).to_have_count(1)
    expect(options.filter(has_text="Text Split")).to_have_count(0)


def test_rows_are_40_high(menu: Any) -> None:
    assert choose(menu, "Outputs").first.bounding_box()["height"] == 40


def test_a_block_whose_key_is_missing_says_so(menu: Any, server: ServerProcess) -> None:
    menu.get_by_role("combobox", name="Search blocks").fill("AI Text Generator")
    expect(menu.get_by_role("option").first.locator(".menu-needs")).to_have_text("needs a key")
    menu.get_by_role("combobox", name="Search blocks").fill("Calculator")
    expect(menu.get_by_role("option").first).to_contain_text("Calculator")
    expect(menu.get_by_role("option").first.locator(".menu-needs")).to_have_count(0)


# --- the palette ------------------------------------------------------------------------------------------


def ask(page: Any, text: str) -> Any:
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Palette")
    palette.get_by_role("combobox").fill(text)
    return palette


def test_the_palette_finds_pages_agents_and_settings(open_builder: Any, server: ServerProcess) -> None:
    call(server, "POST", "/api/graphs", {"graph": placed_division("Zebra counter")})
    page = open_builder(builder_of(server, placed_division("Palette")))
    palette = ask(page, "zebra")
    expect(palette.locator(".menu-group")).to_have_text("Agents")
    expect(palette.locator("mark")).to_have_text("Zebra")
    palette.get_by_role("combobox").fill("dark")
    expect(palette.locator(".menu-group")).to_contain_text(["Settings"])
    palette.get_by_role("option", name="Dark colours").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    palette = ask(page, "schedules")
    expect(palette.locator(".menu-group").first).to_have_text("Go to")
    page.keyboard.press("Enter")
    page.wait_for_url("**/schedules")


def test_the_palette_shows_ten_rows_at_most_in_the_order_of_its_groups(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Ten rows")))
    palette = ask(page, "run")
    expect(palette.get_by_role("option").first).to_contain_text("Run with inputs")
    assert palette.get_by_role("option").count() <= 10
    groups = palette.locator(".menu-group").all_text_contents()
    order = ["This agent", "Nodes here", "Go to", "Blocks", "Agents", "Settings"]
    assert groups == [name for name in order if name in groups]
    assert palette.get_by_role("option").first.bounding_box()["height"] == 38


# --- nodes ------------------------------------------------------------------------------------------------


def test_an_unknown_block_says_what_it_is_and_what_to_do(open_builder: Any, server: ServerProcess) -> None:
    strange, result = node(UNKNOWN, "From elsewhere", colour="blue"), node(OUTPUT, name="Result")
    graph = at(agent("Imported", [strange, result], [link(strange, "shade", result, "value")]), (0, 0), (300, 0))
    graph_id = call(server, "POST", "/api/graphs", {"graph": graph, "allow_missing_blocks": True})["id"]
    page = open_builder(f"/build/{graph_id}")
    box_of(page, "From elsewhere").locator(".node-title").click()
    told = page.get_by_role("region", name="An unknown block")
    for words in ("This server does not have the block of this node.", UNKNOWN, "shade", "colour", "blocks.paths"):
        expect(told).to_contain_text(words)


def test_on_a_phone_nodes_are_reached_and_added_after_by_a_list(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Listed")), PHONE, has_touch=True)
    page.get_by_role("button", name="List of nodes").tap()
    rows = page.get_by_role("complementary", name="List of nodes").get_by_role("listitem")
    expect(rows).to_have_count(4)
    expect(rows.nth(1)).to_contain_text("Divide it")
    assert min(rows.nth(1).get_by_role("button").nth(n).bounding_box()["height"] for n in (0, 1)) >= 44
    rows.nth(2).get_by_role("button", name="Add after Add one").tap()
    menu = page.get_by_role("dialog", name="Add a block")
    menu.get_by_role("combobox", name="Search blocks").fill("Calculator")
    menu.get_by_role("option").first.tap()
    expect(page.get_by_label("Name of the node")).to_have_value("")
    page.get_by_role("button", name="List of nodes").tap()
    expect(rows).to_have_count(5)
    rows.nth(1).get_by_role("button").first.tap()
    expect(page.get_by_label("Name of the node")).to_have_value("Divide it")
    shown, sheet = box_of(page, "Divide it"), page.get_by_label("Name of the node")
    is_above = """([shown, sheet]) => {
      const { top, bottom } = shown.getBoundingClientRect();
      return top >= 48 && bottom <= sheet.getBoundingClientRect().top;
    }"""
    page.wait_for_function(is_above, arg=[shown.element_handle(), sheet.element_handle()])


def test_a_secret_shows_its_last_four_characters(open_builder: Any, server: ServerProcess) -> None:
    given, result = node(INPUT, name="Password", secret=True), node(OUTPUT, name="Result")
    graph = at(agent("Secret", [given, result], [link(given, "result", result, "value")]), (0, 0), (300, 0))
    page = open_builder(builder_of(server, graph))
    page.locator(".dock-run").click()
    form = page.get_by_role("form", name="Inputs")
    password = form.get_by_label("Password", exact=True)
    password.fill("correct horse 7kQd")
    expect(password).to_have_attribute("type", "password")
    password.blur()
    expect(password).to_have_value("••••••7kQd")
    form.get_by_role("button", name="Show").click()
    expect(password).to_have_value("correct horse 7kQd")
    form.get_by_role("button", name="Hide").click()
    expect(password).to_have_value("••••••7kQd")
    form.locator("button[type=submit]").click()
    expect(page.locator(".dock-word")).to_have_text("Completed")
