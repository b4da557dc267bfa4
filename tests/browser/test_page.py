"""What somebody with a browser is promised: from the printed link to the outputs of a run."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import division, echo, greeting, ticks
from .conftest import PHONE, call

EXAMPLE = "The long way down to one"
MARKUP = '<img src=x onerror="document.title=1"><script>document.title=1</script><b>bold</b>'

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect  # noqa: E402

expect.set_options(timeout=15_000)


def add_agent(server: ServerProcess, graph: dict[str, Any]) -> str:
    """Stores an agent; the path of its page."""
    return f"/library/agents/{call(server, 'POST', '/api/graphs', {'graph': graph})['id']}"


def start(page: Any) -> None:
    """Presses Run and waits for the page of the run."""
    page.locator(".run-button").click()
    page.wait_for_url("**/runs/*/*")
    expect(page.locator(".facts")).to_be_visible()


def badge(page: Any) -> Any:
    return page.locator(".head .badge")


def has_no_sideways_scroll(page: Any) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


# --- getting in -------------------------------------------------------------------------------------------


def test_link_opens_the_library_once_and_leaves_no_code_in_the_address(browser: Any, server: ServerProcess) -> None:
    link = call(server, "POST", "/api/auth/links")["url"]
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    expect(page.locator(".card-name", has_text=EXAMPLE)).to_be_visible()
    assert "code" not in page.url
    page.reload()
    expect(page.locator(".card-name", has_text=EXAMPLE)).to_be_visible()

    other = browser.new_context().new_page()
    other.goto(link)
    expect(other.get_by_role("alert")).to_contain_text("used before")
    expect(other.locator("code")).to_have_text("autogpt-lite open")
    context.close()
    other.context.close()


def test_without_a_link_the_page_says_how_to_get_one_and_takes_it_in_the_same_tab(browser: Any, server: ServerProcess) -> None:
    page = browser.new_context().new_page()
    page.goto(server.url + "/runs")
    expect(page.get_by_role("heading", name="This page needs a link")).to_be_visible()
    page.goto(server.url + "/")
    page.goto(call(server, "POST", "/api/auth/links")["url"])
    expect(page.locator(".card-name", has_text=EXAMPLE)).to_be_visible()
    page.context.close()


# --- running ----------------------------------------------------------------------------------------------


def test_example_runs_to_its_outputs(open_page: Any) -> None:
    page = open_page()
    page.locator(".card-name", has_text=EXAMPLE).click()
    page.get_by_label("Start number").fill("6")
    start(page)
    expect(badge(page)).to_have_text("Completed")
    outputs = page.get_by_label("Outputs")
    expect(outputs).to_contain_text("[6, 3, 10, 5, 16, 8, 4, 2, 1]")
    expect(outputs).to_contain_text("6 comes down to 1")
    page.locator(".row", has_text="Start number").click()
    expect(page.locator(".row-detail", has_text="Came out").first).to_contain_text("Agent Number Input")


def test_run_shows_its_nodes_and_outputs_while_it_goes_on_and_can_be_stopped(open_page: Any, server: ServerProcess) -> None:
    page = open_page(add_agent(server, ticks("Slow", seconds=1, repeat=60)))
    start(page)
    expect(badge(page)).to_have_text("Running")
    timer = page.locator(".timeline-item", has_text="Timer")
    expect(timer.locator(".row-glyph")).to_have_attribute("title", "Running")
    expect(page.locator(".graph-node[data-status=RUNNING]")).to_have_count(1)
    expect(page.locator(".outputs .value")).to_have_count(2)
    expect(page.locator(".timeline-item", has_text="Values").locator(".row-glyph")).to_have_attribute("title", "Completed")
    page.get_by_role("button", name="Stop").click()
    expect(badge(page)).to_have_text("Stopped")
    expect(timer.locator(".row-glyph")).to_have_attribute("title", "Stopped")


def test_failed_node_is_named_with_its_cause_and_what_did_not_start(open_page: Any, server: ServerProcess) -> None:
    page = open_page(add_agent(server, division("Fails")))
    page.get_by_label("Divide by").fill("0")
    start(page)
    problems = page.get_by_label("Problems")
    expect(problems).to_contain_text("Divide it failed")
    expect(problems).to_contain_text("divided by zero")
    expect(page.get_by_text("2 nodes did not start: they wait for result of Divide it.")).to_be_visible()
    # What could not come out is no answer to lead with.
    expect(page.get_by_label("Outputs")).to_be_hidden()
    expect(badge(page)).to_have_text("Completed, 1 failed")
    page.get_by_role("button", name="Show node").click()
    expect(page.locator(".row-detail:visible")).to_contain_text("operation")
    page.get_by_role("link", name="Change inputs").first.click()
    expect(page.get_by_label("Divide by")).to_have_value("0")


def test_run_again_uses_the_same_inputs(open_page: Any, server: ServerProcess) -> None:
    page = open_page(add_agent(server, division("Again")))
    page.get_by_label("Divide by").fill("2")
    start(page)
    expect(page.get_by_label("Outputs")).to_contain_text("22")
    first = page.url
    page.get_by_role("button", name="Run again").click()
    page.wait_for_url(lambda url: url != first)
    expect(page.get_by_label("Outputs")).to_contain_text("22")


def test_thousands_of_executions_are_counted_and_only_the_rows_in_sight_are_drawn(open_page: Any, server: ServerProcess) -> None:
    page = open_page(add_agent(server, ticks("Many", seconds=0, repeat=4_900)))
    start(page)
    expect(badge(page)).to_have_text("Completed", timeout=30_000)
    row = page.locator(".row", has_text="Values")
    expect(row).to_contain_text("×4,900")
    row.click()
    box = page.get_by_role("listbox", name="Executions of Values")
    box.press("End")
    expect(box.get_by_role("option", selected=True)).to_have_attribute("aria-posinset", "4900")
    assert page.locator("*").count() < 1_500


def test_lost_connection_resumes_at_the_last_event(open_page: Any, server: ServerProcess) -> None:
    page = open_page(add_agent(server, ticks("Resumes", seconds=1, repeat=4)))
    asked: list[dict[str, Any]] = []

    def connect(socket: Any) -> None:
        upstream = socket.connect_to_server()
        is_first = not asked

        def from_page(message: str) -> None:
            asked.append(json.loads(message)["data"])
            upstream.send(message)

        def from_server(message: str) -> None:
            socket.send(message)
            if is_first and '"outputs"' in message:
                socket.close()

        socket.on_message(from_page)
        upstream.on_message(from_server)

    page.route_web_socket("**/ws*", connect)
    start(page)
    expect(badge(page)).to_have_text("Completed")
    expect(page.locator(".outputs .value")).to_have_count(4)
    assert "after" not in asked[0]
    assert asked[1]["epoch"]
    assert asked[1]["after"] > 0


def test_page_of_a_run_comes_back_by_itself_after_the_server_was_killed(browser: Any, tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as first:
        port = first.url.rpartition(":")[2]
        page = browser.new_context().new_page()
        page.goto(first.link)
        page.wait_for_selector("main h1, main h2")
        page.goto(first.url + add_agent(first, ticks("Survives", seconds=1, repeat=60)))
        start(page)
        values = page.locator(".outputs .value")
        expect(values.first).to_be_visible()
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
        expect(page.get_by_text("Connection lost")).to_be_visible()
        before = values.count()
    with ServerProcess(tmp_path, "--port", port):
        expect(values.nth(before)).to_be_attached(timeout=30_000)
        expect(page.get_by_text("Connection lost")).to_be_hidden()
        expect(badge(page)).to_have_text("Running")
        page.context.close()


# --- values are text --------------------------------------------------------------------------------------


def test_f1_f2_markup_in_names_and_values_is_shown_as_text(open_page: Any, server: ServerProcess) -> None:
    page = open_page(add_agent(server, echo(MARKUP, MARKUP)))
    expect(page.get_by_role("heading", level=1)).to_have_text(MARKUP)
    start(page)
    expect(page.get_by_label("Outputs").locator(".value")).to_have_text(MARKUP)
    page.locator(".row").first.click()
    expect(page.locator(".row-detail:visible .value").first).to_have_text(MARKUP)
    for path in ("/", "/runs"):
        page.goto(server.url + path)
        expect(page.get_by_text(MARKUP).locator("visible=true").first).to_be_visible()
    assert page.locator("img, #app script, b").count() == 0
    assert page.title() != "1"


# --- inputs -----------------------------------------------------------------------------------------------


def test_missing_input_is_said_at_its_field(open_page: Any, server: ServerProcess) -> None:
    page = open_page(add_agent(server, greeting("Needs a name")))
    page.locator(".run-button").click()
    field = page.get_by_label("Who")
    expect(page.locator(".field", has=field)).to_contain_text("This needs a value.")
    expect(field).to_be_focused()
    page.keyboard.type("Ada")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/runs/*/*")
    expect(page.get_by_label("Outputs")).to_contain_text("Ada")


# --- import and export ------------------------------------------------------------------------------------


def test_agent_file_can_be_picked_and_comes_back_on_export(open_page: Any, tmp_path: Path) -> None:
    file = tmp_path / "agent.json"
    file.write_text(json.dumps(division("From a file")))
    page = open_page()
    page.get_by_role("button", name="Import").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(file)
    expect(page.get_by_role("heading", level=1)).to_have_text("From a file")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "From-a-file.json"
    exported = json.loads(Path(download.value.path()).read_text())
    assert (exported["name"], len(exported["nodes"]), len(exported["links"])) == ("From a file", 4, 3)


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_agent_can_be_dropped_and_pasted(open_page: Any, way: str) -> None:
    page = open_page()
    text = json.dumps(division(f"By {way}"))
    page.evaluate(
        """([way, text]) => {
          const data = new DataTransfer();
          if (way === "drop") data.items.add(new File([text], "agent.json"));
          else data.setData("text/plain", text);
          const event = way === "drop"
            ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
            : new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
          document.body.dispatchEvent(event);
        }""",
        [way, text],
    )
    expect(page.get_by_role("heading", level=1)).to_have_text(f"By {way}")


def test_refused_import_says_what_is_wrong(browser: Any, server: ServerProcess) -> None:
    # Not open_page: a refused request stands in the console as an error.
    page = browser.new_context().new_page()
    page.goto(call(server, "POST", "/api/auth/links")["url"])
    broken = division("Broken")
    broken["links"][0]["sink_name"] = "no_such_pin"
    for text, sentence in (("{", "not JSON"), ('{"name": "x"}', "not an agent"), (json.dumps(broken), "no_such_pin")):
        page.get_by_role("button", name="Import").click()
        page.get_by_label("JSON of the agent").fill(text)
        page.get_by_role("dialog").get_by_role("button", name="Import").click()
        dialog = page.get_by_role("dialog", name="What was pasted was not imported")
        expect(dialog).to_contain_text(sentence)
        page.keyboard.press("Escape")
    page.context.close()


def test_agent_with_blocks_that_are_not_here_is_imported_without_them(browser: Any, server: ServerProcess) -> None:
    page = browser.new_context().new_page()  # not open_page: a refused request stands in the console as an error
    page.goto(call(server, "POST", "/api/auth/links")["url"])
    foreign = division("From elsewhere")
    foreign["nodes"].append({"id": "x", "block_id": "00000000-0000-4000-8000-00000000abcd", "input_default": {}, "metadata": {}})
    for press, heading in (("Close", "Library"), ("Import it without them", "From elsewhere")):
        page.get_by_role("button", name="Import").click()
        page.get_by_label("JSON of the agent").fill(json.dumps(foreign))
        page.get_by_role("dialog").get_by_role("button", name="Import").click()
        dialog = page.get_by_role("dialog", name="What was pasted was not imported")
        expect(dialog).to_contain_text("There is no block '00000000-0000-4000-8000-00000000abcd' on this server.")
        dialog.get_by_role("button", name=press).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.context.close()


def test_deleting_an_agent_asks_first(open_page: Any, server: ServerProcess) -> None:
    page = open_page(add_agent(server, division("To delete")) + "?tab=settings")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Library")
    expect(page.locator(".card-name", has_text="To delete")).to_have_count(0)


# --- the other pages, phones, keys ------------------------------------------------------------------------


def test_blocks_are_listed_and_found(open_page: Any) -> None:
    page = open_page("/library/blocks")
    page.get_by_label("Search blocks").fill("calculator")
    row = page.locator(".block:visible")
    expect(row).to_have_count(1)
    row.locator("summary").click()
    expect(row).to_contain_text("operation")


def test_no_page_scrolls_sideways_on_a_phone(open_page: Any, server: ServerProcess) -> None:
    agent = add_agent(server, echo("W" * 200, "V" * 600))
    page = open_page(agent, PHONE)
    expect(page.locator(".run-form")).to_be_visible()
    assert has_no_sideways_scroll(page)
    start(page)
    expect(badge(page)).to_have_text("Completed")
    page.locator(".row").first.click()
    assert has_no_sideways_scroll(page)
    for path, landmark in (("/", ".agent-card"), ("/runs", ".run-row"), ("/library/blocks", ".block")):
        page.goto(server.url + path)
        expect(page.locator(landmark).first).to_be_visible()
        assert has_no_sideways_scroll(page), path


def test_agent_can_be_run_with_keys_alone(open_page: Any) -> None:
    page = open_page()
    page.locator(".card-name", has_text=EXAMPLE).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Start number")).to_be_visible()
    page.get_by_label("Start number").focus()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/runs/*/*")
    row = page.locator(".row:enabled").first
    row.focus()
    page.keyboard.press("Enter")
    expect(row).to_have_attribute("aria-expanded", "true")


def test_theme_is_kept(open_page: Any) -> None:
    page = open_page("/settings", color_scheme="light")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != light
