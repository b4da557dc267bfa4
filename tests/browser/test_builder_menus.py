"""The builder's menus and dialogs: a right click, words with a version, a schedule, the address of a trigger, and newer agents in agents."""

from __future__ import annotations

from typing import Any

import pytest

from ..server import ServerProcess
from .agents import INPUT, OUTPUT, agent, greeting, link, node, on_delivery
from .builder import at, box_of, builder_of, field, placed_division, stored
from .conftest import call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)

AGENT = "e189baac-8c20-45a1-94a7-55177ea42565"


# --- right click ------------------------------------------------------------------------------------------


def test_a_right_click_on_a_node_offers_what_can_be_done_with_it(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Right click")))
    box_of(page, "Add one").locator(".node-title").click(button="right")
    menu = page.get_by_role("menu", name="Node Add one")
    expect(menu.get_by_role("menuitem")).to_contain_text(
        ["Open the form", "Rename", "Run this node", "Run from here", "Pin", "Copy", "Duplicate", "Delete"], use_inner_text=True
    )
    menu.get_by_role("menuitem", name="Duplicate").click()
    expect(box_of(page, "Add one")).to_have_count(2)
    box_of(page, "Divide it").locator(".node-title").click(button="right")
    page.get_by_role("menuitem", name="Delete").click()
    expect(box_of(page, "Divide it")).to_have_count(0)


def test_the_menu_of_a_node_opens_by_its_key_and_closes_by_escape(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Menu key")))
    page.locator(".react-flow__node").first.focus()
    page.keyboard.press("Shift+F10")
    menu = page.get_by_role("menu")
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)


def test_a_right_click_on_the_canvas_adds_there(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Right here")))
    page.locator(".react-flow__pane").click(button="right", position={"x": 300, "y": 560})
    page.get_by_role("menu", name="Canvas").get_by_role("menuitem", name="Add a block here").click()
    expect(page.get_by_role("dialog", name="Add a block")).to_be_visible()


def test_copies_of_the_menu_are_pasted_where_they_are_wanted(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Copied")), permissions=["clipboard-read", "clipboard-write"])
    box_of(page, "Add one").locator(".node-title").click(button="right")
    page.get_by_role("menuitem", name="Copy").click()
    expect(page.locator(".toast")).to_contain_text("1 node is copied.")
    page.locator(".react-flow__pane").click(button="right", position={"x": 300, "y": 560})
    page.get_by_role("menuitem", name="Paste").click()
    expect(box_of(page, "Add one")).to_have_count(2)


# --- versions and schedules -------------------------------------------------------------------------------


def test_words_about_a_version_stand_in_the_list_of_versions(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Noted")))
    box_of(page, "Divide it").locator(".node-title").click()
    field(page, "a").fill("84")
    page.get_by_role("button", name="Save with a note").click()
    dialog = page.get_by_role("dialog", name="Save version")
    dialog.get_by_label("What is new in it?").fill("Twice as much to divide")
    dialog.get_by_role("button", name="Save version").click()
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    page.get_by_role("button", name="Versions").click()
    expect(page.locator(".version").first).to_contain_text("Twice as much to divide")
    assert stored(server, page)["note"] == "Twice as much to divide"
    page.goto(f"{server.url}/library/agents/{stored(server, page)['id']}?tab=versions")
    expect(page.locator(".version-head").first).to_contain_text("Twice as much to divide")


def test_a_schedule_is_made_beside_the_canvas(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("On a schedule")))
    page.locator(".dock-run").click()
    page.get_by_role("button", name="Or on a schedule").click()
    dialog = page.get_by_role("dialog", name="Schedule “On a schedule”")
    expect(dialog.locator("[role=status]")).to_contain_text("Next:")
    assert (dialog.locator("[role=status]").text_content() or "").count(";") == 4, "the next five times"
    dialog.get_by_label("When (cron)").fill("30 6 * * 1")
    expect(dialog.locator("[role=status]")).to_contain_text("Monday at 06:30")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("navigation", name="Pages of this agent")).to_contain_text("Schedules 1")
    schedules = call(server, "GET", "/api/schedules")
    assert any(one["cron"] == "30 6 * * 1" and one["graph_id"] == page.url.rpartition("/")[2] for one in schedules)


# --- triggers ---------------------------------------------------------------------------------------------


def test_a_trigger_says_where_deliveries_go_once_it_is_set_up(open_builder: Any, server: ServerProcess) -> None:
    graph = call(server, "POST", "/api/graphs", {"graph": at(on_delivery("Orders here"), (0, 0), (300, 0))})
    page = open_builder(f"/build/{graph['id']}")
    box_of(page, "Delivery").locator(".node-title").click()
    note = page.get_by_role("region", name="Trigger")
    expect(note).to_contain_text("It has no address yet.")
    trigger = {"name": "Orders", "graph_id": graph["id"], "graph_version": 1, "trigger_config": {}}
    webhook = call(server, "POST", "/api/library/presets/setup-trigger", trigger)["webhook"]
    page.reload()
    box_of(page, "Delivery").locator(".node-title").click()
    expect(note.locator("code")).to_have_text(webhook["url"])


# --- agents in agents -------------------------------------------------------------------------------------


def caller(server: ServerProcess, inner: dict[str, Any]) -> str:
    """An agent that greets by the one that is stored; the path of its builder."""
    given, result = node(INPUT, name="Guest", value="Ada"), node(OUTPUT, name="Said")
    schemas = {"input_schema": inner["input_schema"], "output_schema": inner["output_schema"]}
    called = node(AGENT, "Greeter", graph_id=inner["id"], graph_version=1, agent_name=inner["name"], inputs={}, **schemas)
    links = [link(given, "result", called, "Who"), link(called, "Greeting", result, "value")]
    return builder_of(server, at(agent("Calls", [given, called, result], links), (0, 0), (300, 0), (600, 0)))


def renamed(server: ServerProcess, inner: dict[str, Any], old: str, new: str) -> None:
    """The next version of an agent, in which a pin has another name."""
    graph = call(server, "GET", f"/api/graphs/{inner['id']}")
    for one in graph["nodes"]:
        if one["input_default"].get("name") == old:
            one["input_default"]["name"] = new
    call(server, "PUT", f"/api/graphs/{inner['id']}", graph)


def test_a_newer_version_of_an_agent_says_what_breaks_before_it_is_taken(open_builder: Any, server: ServerProcess) -> None:
    inner = call(server, "POST", "/api/graphs", {"graph": greeting("Greeter")})
    path = caller(server, inner)
    renamed(server, inner, "Who", "Name")
    page = open_builder(path)
    box_of(page, "Greeter").locator(".node-title").click()
    offer = page.get_by_role("group", name="A newer version")
    expect(offer).to_contain_text("Version 2 of this agent is there. The node uses version 1.")
    offer.get_by_role("button", name="Show what changes").click()
    expect(offer).to_contain_text("The input Who is gone, and with it its link from Guest.")
    expect(offer).to_contain_text("The input Name is new and needs a value.")
    offer.get_by_role("button", name="Update, 1 link goes").click()
    expect(offer).to_have_count(0)
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    expect(box_of(page, "Greeter")).to_contain_text("Name")
    page.get_by_role("button", name="Undo").last.click()
    expect(page.locator(".react-flow__edge")).to_have_count(2)


def test_a_newer_version_that_fits_is_taken_with_all_links(open_builder: Any, server: ServerProcess) -> None:
    inner = call(server, "POST", "/api/graphs", {"graph": greeting("Greeter that stays")})
    path = caller(server, inner)
    renamed(server, inner, "nothing", "nothing")
    page = open_builder(path)
    box_of(page, "Greeter").locator(".node-title").click()
    offer = page.get_by_role("group", name="A newer version")
    offer.get_by_role("button", name="Show what changes").click()
    expect(offer).to_contain_text("Nothing changes for what is linked or typed here.")
    offer.get_by_role("button", name="Update to version 2").click()
    expect(page.locator(".react-flow__edge")).to_have_count(2)
    page.keyboard.press("Control+s")
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    assert [one["input_default"]["graph_version"] for one in stored(server, page)["nodes"] if one["block_id"] == AGENT] == [2]


def test_an_agent_in_an_agent_opens_in_place(open_builder: Any, server: ServerProcess) -> None:
    inner = call(server, "POST", "/api/graphs", {"graph": greeting("Greeter inside")})
    page = open_builder(caller(server, inner))
    box_of(page, "Greeter").locator(".node-title").click()
    page.locator(".panel").get_by_role("button", name="Open agent").click()
    expect(page.get_by_label("Name of the agent")).to_have_value("Greeter inside")
    expect(page.get_by_role("navigation", name="Path")).to_contain_text("Calls")
