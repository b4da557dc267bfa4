"""The library: agents are found, put in order, and say what they need; what waits for a person is on top."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import INPUT, OUTPUT, agent, division, greeting, link, node, ticks
from .conftest import PHONE, call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)

REVIEW = "8b2a7b3c-6e9d-4a5f-8c1b-2e3f4a5b6c7d"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    # Its own: what other tests store is not counted here.
    with ServerProcess(tmp_path_factory.mktemp("library")) as running:
        yield running


def add(server: ServerProcess, graph: dict[str, Any]) -> dict[str, Any]:
    """Stores an agent; its entry in the library."""
    graph_id = call(server, "POST", "/api/graphs", {"graph": graph})["id"]
    return call(server, "GET", f"/api/library/agents/by-graph/{graph_id}")


def card(page: Any, name: str) -> Any:
    return page.locator(".agent-card").filter(has=page.get_by_role("link", name=name, exact=True))


def chip(page: Any, name: str) -> Any:
    return page.locator(".library-chips").get_by_role("button", name=name)


def menu(page: Any, name: str, item: str) -> None:
    card(page, name).hover()
    card(page, name).get_by_role("button", name="More about").click()
    page.get_by_role("menuitem", name=item).click()


def asks() -> dict[str, Any]:
    text, review, result = node(INPUT, name="Text", value="Cold brew"), node(REVIEW, name="Publish"), node(OUTPUT, name="Out")
    links = [link(text, "result", review, "data"), link(review, "approved_data", result, "value")]
    return agent("Writes a post", [text, review, result], links)


def test_ready_made_agent_runs_by_one_press(open_page: Any) -> None:
    page = open_page()
    expect(card(page, "The long way down to one")).to_contain_text("Needs no key")
    page.get_by_role("button", name="Run The long way down to one").click()
    page.wait_for_url("**/runs/*/*")
    expect(page.get_by_label("Outputs")).to_contain_text("comes down to 1")
    page.get_by_role("link", name="Library").first.click()
    done = card(page, "The long way down to one")
    expect(done.locator(".graph-node[data-status=COMPLETED]").first).to_be_visible()
    expect(done.locator(".card-line a")).to_contain_text("took")


def test_agent_with_inputs_is_opened_to_be_filled_in(open_page: Any, server: ServerProcess) -> None:
    add(server, greeting("Greets somebody"))
    page = open_page()
    page.get_by_role("button", name="Run Greets somebody").click()
    expect(page.get_by_label("Who")).to_be_visible()


def test_running_agent_is_stopped_from_its_card(open_page: Any, server: ServerProcess) -> None:
    entry = add(server, ticks("Counts slowly", seconds=1, repeat=60))
    call(server, "POST", f"/api/graphs/{entry['graph_id']}/execute/1", {"inputs": {}})
    page = open_page("/?show=running")
    expect(page.locator(".agent-card")).to_have_count(1)
    expect(card(page, "Counts slowly")).to_contain_text(re.compile(r"Running 0:\d\d, [01] of 2 nodes"))
    page.get_by_role("button", name="Stop Counts slowly").click()
    expect(page.get_by_text("Nothing runs now.")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(card(page, "Counts slowly")).to_contain_text("Stopped")


def test_folder_is_made_filled_renamed_and_deleted(open_page: Any, server: ServerProcess) -> None:
    entry = add(server, division("Splits bills"))
    page = open_page()
    chip(page, "New folder").click()
    page.get_by_role("textbox", name="Name").fill("House")
    page.get_by_role("button", name="Make folder").click()
    # A new folder is shown at once, and empty.
    expect(page.get_by_text("This folder is empty.")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    menu(page, "Splits bills", "Move")
    page.locator("dialog").get_by_role("button", name="House").click()
    expect(chip(page, "House 1")).to_be_visible()
    chip(page, "House 1").click()
    expect(page.locator(".agent-card")).to_have_count(1)
    assert "folder=" in page.url

    # What is imported now goes into the folder.
    page.evaluate(
        """(text) => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true})); }""",
        json.dumps(division("Comes in")),
    )
    page.wait_for_url("**/library/agents/*")
    page.go_back()
    expect(page.locator(".agent-card")).to_have_count(2)

    chip(page, "More about the folder House").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("Home")
    page.locator("dialog").get_by_role("button", name="Rename").click()
    chip(page, "More about the folder Home").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.locator("dialog")).to_contain_text("Its 2 agents stay")
    page.locator("dialog").get_by_role("button", name="Delete").click()
    expect(chip(page, "Home")).to_have_count(0)
    expect(card(page, "Splits bills")).to_be_visible()
    assert call(server, "GET", f"/api/library/agents/{entry['id']}")["folder_id"] is None


def test_card_is_dragged_into_a_folder(open_page: Any, server: ServerProcess) -> None:
    entry = add(server, division("Is dragged"))
    folder = call(server, "POST", "/api/library/folders", {"name": "Drawer"})
    page = open_page()
    card(page, "Is dragged").drag_to(chip(page, "Drawer"), source_position={"x": 60, "y": 40})
    expect(chip(page, "Drawer 1")).to_be_visible()
    assert call(server, "GET", f"/api/library/agents/{entry['id']}")["folder_id"] == folder["id"]


def test_star_search_and_order(open_page: Any, server: ServerProcess) -> None:
    add(server, division("Zebra counter"))
    add(server, {**greeting("Aardvark"), "description": "Feeds the zebra"})
    page = open_page()
    card(page, "Zebra counter").hover()
    page.get_by_role("button", name="Favourite: Zebra counter").click()
    expect(page.get_by_role("button", name="Favourite: Zebra counter", pressed=True)).to_be_visible()
    chip(page, "Favourites 1").click()
    expect(page.locator(".card-name")).to_have_text(["Zebra counter"])
    chip(page, "All").click()

    page.get_by_label("Search agents").fill("ZEBRA")
    expect(page.locator(".card-name")).to_have_count(2)
    page.get_by_label("Sort by").select_option("Name")
    expect(page.locator(".card-name")).to_have_text(["Aardvark", "Zebra counter"])
    page.get_by_label("Search agents").fill("no such words")
    expect(page.get_by_text("No agent has “no such words”")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Search agents")).to_have_value("no such words")


def test_strip_shows_what_waits_and_what_failed(open_page: Any, server: ServerProcess) -> None:
    review, failing = add(server, asks()), add(server, division("Spends too much"))
    call(server, "POST", f"/api/graphs/{review['graph_id']}/execute/1", {"inputs": {}})
    limits = {"inputs": {"Divide by": 1}, "limits": {"max_node_executions": 2}}
    call(server, "POST", f"/api/graphs/{failing['graph_id']}/execute/1", limits)
    page = open_page()
    strip = page.get_by_role("region", name="Needs you")
    expect(strip).to_contain_text("Writes a post wants a yes or no")
    expect(strip).to_contain_text("Cold brew")
    expect(strip).to_contain_text("Spends too much failed")
    expect(card(page, "Writes a post").get_by_role("link", name="Review Writes a post")).to_be_visible()
    chip(page, "Needs you 2").click()
    expect(page.locator(".agent-card")).to_have_count(2)
    strip.get_by_role("button", name="Approve").click()
    expect(strip).not_to_contain_text("wants a yes or no")
    expect(page.locator(".card-name")).to_have_text(["Spends too much"])


def test_strip_shows_two_and_then_how_many_more(open_page: Any, server: ServerProcess) -> None:
    limits = {"inputs": {"Divide by": 1}, "limits": {"max_node_executions": 2}}
    for name in ("Fails one", "Fails two", "Fails three"):
        call(server, "POST", f"/api/graphs/{add(server, division(name))['graph_id']}/execute/1", limits)
    page = open_page()
    strip = page.get_by_role("region", name="Needs you")
    expect(strip.locator(".needs-item")).to_have_count(2)
    strip.get_by_role("button", name="more").click()
    for name in ("Fails one", "Fails two", "Fails three"):
        expect(strip).to_contain_text(f"{name} failed")


def test_archived_agent_is_out_of_sight_and_comes_back(open_page: Any, server: ServerProcess) -> None:
    add(server, division("Old one"))
    page = open_page()
    menu(page, "Old one", "Archive")
    expect(card(page, "Old one")).to_have_count(0)
    chip(page, "Archive 1").click()
    page.get_by_role("button", name="Restore Old one").click()
    expect(page.get_by_text("The archive is empty.")).to_be_visible()
    chip(page, "All").click()
    expect(card(page, "Old one")).to_be_visible()


def test_menu_is_used_by_keyboard(open_page: Any) -> None:
    page = open_page("/", PHONE)
    more = card(page, "Invitation writer").get_by_role("button", name="More about")
    more.focus()
    more.press("Enter")
    expect(page.get_by_role("menuitem", name="Edit")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(more).to_be_focused()


def test_many_agents_come_a_page_at_a_time(open_page: Any, server: ServerProcess) -> None:
    for i in range(60):
        call(server, "POST", "/api/graphs", {"graph": greeting(f"One of many {i:02}")})
    page = open_page("/?search=many")
    expect(page.locator(".agent-card")).to_have_count(48)
    page.get_by_role("button", name="Show more").scroll_into_view_if_needed()
    expect(page.locator(".agent-card")).to_have_count(60)
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()


def test_delete_and_archive_say_what_ends_for_good_and_undo_what_has_not_come_back(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, division("Starts itself"))["graph_id"]
    daily = {"name": "Daily", "cron": "0 9 * * *", "inputs": {}}
    call(server, "POST", f"/api/graphs/{graph_id}/schedules", daily)
    page = open_page("/?search=Starts+itself")
    for item in ("Archive", "Delete"):
        menu(page, "Starts itself", item)
        expect(page.get_by_role("dialog")).to_contain_text("This ends at once and cannot be brought back: 1 schedule.")
        page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    assert len(call(server, "GET", f"/api/graphs/{graph_id}/schedules")) == 1
    menu(page, "Starts itself", "Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(card(page, "Starts itself")).to_have_count(0)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("“Starts itself” is back, without 1 schedule.")
    assert call(server, "GET", f"/api/graphs/{graph_id}/schedules") == []


def test_agent_is_duplicated_deleted_and_brought_back(open_page: Any, server: ServerProcess) -> None:
    add(server, division("To copy"))
    page = open_page("/?search=To+copy")
    menu(page, "To copy", "Duplicate")
    expect(card(page, "To copy (copy)")).to_be_visible()
    menu(page, "To copy", "Delete")
    expect(card(page, "To copy")).to_have_count(0)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(card(page, "To copy")).to_be_visible()
    expect(page.locator(".toast")).to_contain_text("“To copy” is back.")


def test_folder_has_a_sign(open_page: Any) -> None:
    page = open_page()
    chip(page, "New folder").click()
    page.get_by_role("textbox", name="Name").fill("Money")
    page.get_by_role("button", name="Sign 📈").click()
    page.get_by_role("button", name="Make folder").click()
    expect(chip(page, "Money").locator(".folder-sign")).to_have_text("📈")
    chip(page, "More about the folder Money").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.locator("dialog .folder-emoji").fill("👩‍🚀 and more")
    page.locator("dialog").get_by_role("button", name="Rename").click()
    expect(chip(page, "Money").locator(".folder-sign")).to_have_text("👩‍🚀")


def test_healthy_and_idle_agents_have_their_filters(open_page: Any, server: ServerProcess) -> None:
    entry = add(server, division("Zebu that ran"))
    call(server, "POST", f"/api/graphs/{entry['graph_id']}/execute/1", {"inputs": {"Divide by": 6}})
    add(server, division("Zebu that did not"))
    page = open_page("/?search=zebu")
    expect(card(page, "Zebu that ran")).to_contain_text("took")
    page.reload()
    chip(page, "Healthy").click()
    expect(page.locator(".card-name")).to_have_text(["Zebu that ran"])
    chip(page, "Idle").click()
    expect(page.locator(".card-name")).to_have_count(2)


@pytest.mark.parametrize(
    ("tool", "content"),
    [
        ("n8n", {"nodes": [{"name": "Start", "type": "n8n-nodes-base.start"}], "connections": {}}),
        ("Make", {"name": "Scenario", "flow": [{"id": 1, "module": "http:ActionSendData"}]}),
        ("Zapier", {"metadata": {"version": "1"}, "zaps": [{"id": 1, "title": "A zap"}]}),
    ],
)
def test_file_of_another_program_is_refused_with_a_clear_sentence(open_page: Any, tool: str, content: dict[str, Any]) -> None:
    page = open_page()
    page.evaluate(
        """(text) => { const data = new DataTransfer(); data.items.add(new File([text], "flow.json", {type: "application/json"}));
        document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true})); }""",
        json.dumps(content),
    )
    dialog = page.get_by_role("dialog", name="flow.json was not imported")
    expect(dialog).to_contain_text(f"This is a {tool} file.")
    expect(dialog).to_contain_text("cannot be imported")


def test_several_files_are_imported_at_once(open_page: Any) -> None:
    page = open_page()
    page.get_by_role("button", name="Import", exact=True).click()
    files = [
        {"name": f"{name}.json", "mimeType": "application/json", "buffer": json.dumps(division(name)).encode()}
        for name in ("Okapi one", "Okapi two")
    ]
    page.locator("dialog input[type=file]").set_input_files(files)
    expect(page.locator(".toast")).to_contain_text("2 agents are in the library.")
    page.get_by_label("Search agents").fill("okapi")
    expect(page.locator(".card-name")).to_have_count(2)


def test_emptied_library_offers_the_ready_made_agents(open_page: Any, server: ServerProcess) -> None:
    # The last test of this file: it takes everything away.
    for agent_of in call(server, "GET", "/api/library/agents?page_size=100")["agents"]:
        server.request("DELETE", f"/api/library/agents/{agent_of['id']}")
    for graph in call(server, "GET", "/api/library/agents?page_size=100&is_archived=true")["agents"]:
        server.request("DELETE", f"/api/library/agents/{graph['id']}")
    page = open_page()
    expect(page.get_by_role("heading", name="No agents yet")).to_be_visible()
    offered = page.get_by_role("region", name="Ready-made")
    expect(offered.get_by_role("listitem")).to_have_count(2)
    offered.get_by_role("button", name="Run The long way down to one").click()
    page.wait_for_url("**/runs/*/*")
    expect(page.get_by_label("Outputs")).to_contain_text("comes down to 1")
    page.get_by_role("link", name="Library").first.click()
    expect(page.locator(".card-name")).to_have_text(["The long way down to one"])
