"""What somebody is promised whose server is slow: nothing that was typed or chosen is forgotten, and no old answer takes the place of a
newer one. Each test holds the answer in question back until the person has gone on.
"""

from __future__ import annotations

from typing import Any

import pytest

from ..server import ServerProcess
from .agents import division, greeting, on_delivery, ticks
from .builder import box_of, builder_of, field, placed_division, stored
from .conftest import call, hold

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Its own: what other tests store is not in these lists."""
    settings = {"server.public_url": "https://agents.example.org"}
    with ServerProcess(tmp_path_factory.mktemp("late"), settings=settings) as running:
        yield running


def add(server: ServerProcess, graph: dict[str, Any]) -> str:
    return call(server, "POST", "/api/graphs", {"graph": graph})["id"]


def start(server: ServerProcess, graph_id: str, **inputs: Any) -> str:
    return call(server, "POST", f"/api/graphs/{graph_id}/execute/1", {"inputs": inputs})["id"]


# --- forms ------------------------------------------------------------------------------------------------


def test_schedule_that_is_saved_before_its_agent_is_known_asks_for_what_the_agent_needs(
    open_page: Any, server: ServerProcess
) -> None:
    graph_id = add(server, greeting("Is scheduled"))
    page = open_page("/schedules")
    let_go = hold(page, f"/api/graphs/{graph_id}$")
    page.get_by_role("button", name="New schedule").first.click()
    with page.expect_request(f"**/api/graphs/{graph_id}"):
        page.get_by_label("Agent").select_option("Is scheduled")
    page.get_by_role("button", name="Save").click()
    let_go()
    expect(page.locator(".new-schedule .field-error", has_text="This needs a value.")).to_be_visible()
    page.get_by_label("Who").fill("Ada")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".schedules li")).to_contain_text("Is scheduled")


def test_schedule_has_the_inputs_of_the_agent_that_was_chosen_last(open_page: Any, server: ServerProcess) -> None:
    first = add(server, greeting("Chosen first"))
    add(server, division("Chosen last"))
    page = open_page("/schedules")
    let_go = hold(page, f"/api/graphs/{first}$")
    page.get_by_role("button", name="New schedule").first.click()
    with page.expect_request(f"**/api/graphs/{first}"):
        page.get_by_label("Agent").select_option("Chosen first")
    page.get_by_label("Agent").select_option("Chosen last")
    page.get_by_label("Divide by").fill("3")
    with page.expect_response(f"**/api/graphs/{first}"):
        let_go()
    expect(page.get_by_label("Divide by")).to_have_value("3")
    expect(page.get_by_label("Who")).to_have_count(0)


def test_trigger_that_is_set_up_before_its_agent_is_known_is_set_up(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, on_delivery("Waits for orders"))
    page = open_page("/triggers")
    let_go = hold(page, f"/api/graphs/{graph_id}$")
    with page.expect_request(f"**/api/graphs/{graph_id}"):
        page.get_by_role("button", name="New trigger").first.click()
    page.get_by_role("button", name="Set up").click()
    let_go()
    expect(page.locator(".trigger")).to_contain_text("Waits for orders")
    assert len(call(server, "GET", "/api/integrations/webhooks")) == 1


def test_inputs_of_a_preset_wait_for_the_run_that_they_are_taken_from(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, greeting("Preset from a run"))
    run_id = start(server, graph_id, Who="Ada")
    page = open_page(f"/library/agents/{graph_id}?tab=presets")
    page.get_by_role("button", name="New preset").click()
    expect(page.get_by_label("Who")).to_be_enabled()
    let_go = hold(page, f"/executions/{run_id}")
    page.get_by_label("Inputs as in").select_option(run_id)
    expect(page.get_by_label("Who")).to_be_disabled()
    let_go()
    expect(page.get_by_label("Who")).to_have_value("Ada")
    expect(page.get_by_label("Who")).to_be_enabled()


def test_next_message_is_written_while_the_first_is_on_its_way(open_page: Any, server: ServerProcess) -> None:
    page = open_page(f"/library/agents/{add(server, greeting('Talks'))}?tab=chat")
    let_go = hold(page, "/execute/1$", "POST")
    message = page.get_by_label("Message", exact=True)
    message.fill("The first")
    with page.expect_request("**/execute/1"):
        message.press("Enter")
    message.fill("The next")
    let_go()
    expect(page.locator(".chat-mine")).to_have_text("The first")
    expect(message).to_have_value("The next")


# --- lists ------------------------------------------------------------------------------------------------


def test_runs_that_are_found_are_those_of_the_last_words(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, greeting("Searched slowly"))
    for who in ("Ada Lovelace", "Alan Turing"):
        start(server, graph_id, Who=who)
    page = open_page(f"/library/agents/{graph_id}")
    expect(page.locator(".run-row .badge", has_text="Completed")).to_have_count(2)
    let_go = hold(page, "/search.*nobody")
    with page.expect_request(lambda request: "nobody" in request.url):
        page.get_by_label("Search inputs and outputs").fill("nobody")
    page.get_by_label("Search inputs and outputs").fill("turing")
    expect(page.locator(".run-row")).to_have_count(1)
    with page.expect_response(lambda answer: "nobody" in answer.url):
        let_go()
    expect(page.locator(".run-row")).to_have_count(1)


def test_words_that_were_typed_last_do_not_take_the_address_of_the_next_page(open_page: Any, server: ServerProcess) -> None:
    page = open_page("/")
    page.clock.install()
    let_go = hold(page, "/api/executions([?]|$)")
    page.get_by_label("Search agents").fill("gone")
    page.get_by_role("link", name="Runs", exact=True).click()
    page.clock.run_for(1_000)
    expect(page).to_have_url(f"{server.url}/runs")
    let_go()
    expect(page.get_by_role("heading", level=1)).to_have_text("Runs")


IN_ORDER = """async () => {
  const { inOrder } = await import("/js/in_order.js");
  const answers = [], shown = [];
  const ask = inOrder((name) => new Promise((yes, no) => answers.push({ yes: () => yes(name), no })), (name) => shown.push(name));
  const asked = ["first", "second", "third"].map((name) => ask(name));
  answers[1].yes();
  await asked[1];
  answers[0].no(new Error("of an old question"));
  await asked[0];
  answers[2].yes();
  await asked[2];
  return shown;
}"""

ONE_BY_ONE = """async () => {
  const { oneByOne } = await import("/js/in_order.js");
  const begun = [];
  const load = oneByOne(() => new Promise((end) => begun.push(end)));
  const first = load(), second = load(), third = load();
  const counts = [begun.length];
  begun[0]();
  await new Promise((next) => setTimeout(next));
  counts.push(begun.length);
  begun[1]();
  await Promise.all([first, second, third]);
  counts.push(begun.length);
  return counts;
}"""


def test_old_answers_and_their_failures_are_dropped(open_page: Any) -> None:
    assert open_page().evaluate(IN_ORDER) == ["second", "third"]


def test_what_is_wanted_during_a_load_is_loaded_once_more(open_page: Any) -> None:
    assert open_page().evaluate(ONE_BY_ONE) == [1, 2, 2]


# --- runs -------------------------------------------------------------------------------------------------


def test_run_that_is_resumed_while_its_end_is_being_loaded_is_followed(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, ticks("Stops and goes", seconds=1, repeat=60))
    run_id = start(server, graph_id)
    page = open_page(f"/runs/{graph_id}/{run_id}")
    badge = page.locator(".head .badge")
    values = page.locator(".outputs .value")
    expect(values.first).to_be_visible()
    expect(values.nth(values.count())).to_be_attached()  # it is followed now, and nothing else is being loaded
    let_go = hold(page, f"/executions/{run_id}[?]")
    call(server, "POST", f"/api/graphs/{graph_id}/executions/{run_id}/stop")
    expect(badge).to_have_text("Stopped")
    with page.expect_response("**/resume"):
        page.get_by_role("button", name="Resume").click()
    let_go()
    expect(badge).to_have_text("Running")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(badge).to_have_text("Stopped")


# --- the builder ------------------------------------------------------------------------------------------


def test_what_is_changed_while_the_builder_asks_for_newer_versions_is_saved(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Saved slowly")))
    box_of(page, "Add one").locator(".node-title").click()
    field(page, "b").fill("5")
    graph_id = page.url.rpartition("/")[2]
    let_go = hold(page, f"/api/graphs/{graph_id}$")
    with page.expect_request(f"**/api/graphs/{graph_id}"):
        page.keyboard.press("Control+s")
    page.get_by_role("button", name="Add a note").click()
    let_go()
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    expect(page.get_by_role("button", name="Save version")).to_be_disabled()
    assert len(stored(server, page)["nodes"]) == 5


def test_what_is_changed_while_a_version_is_saved_is_kept_in_the_browser(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Goes on")))
    box_of(page, "Add one").locator(".node-title").click()
    field(page, "b").fill("5")
    let_go = hold(page, "/api/graphs/", "PUT")
    with page.expect_request(lambda request: request.method == "PUT"):
        page.keyboard.press("Control+s")
    field(page, "b").fill("7")
    expect(page.locator(".build-draft")).to_contain_text("Draft saved")
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        let_go()
    expect(page.locator(".build-draft")).to_have_text("Draft saved · based on v2")
    page.reload()
    expect(box_of(page, "Add one")).to_contain_text("7")


def test_run_that_is_asked_for_twice_at_once_runs_once(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Impatient")))
    page.locator(".dock-run").click()
    form = page.get_by_role("form", name="Inputs")
    form.get_by_label("Divide by").fill("6")
    let_go = hold(page, "/execute/1$", "POST")
    with page.expect_request("**/execute/1"):
        form.get_by_label("Divide by").press("Control+Enter")
    form.get_by_label("Divide by").press("Control+Enter")
    let_go()
    expect(page.get_by_label("Outputs")).to_contain_text("8")
    assert len(call(server, "GET", f"/api/graphs/{page.url.rpartition('/')[2]}/executions")) == 1


def test_chosen_row_of_the_block_menu_stays_chosen_when_ones_agents_come_in(open_builder: Any, server: ServerProcess) -> None:
    add(server, greeting("Calculator of mine"))
    page = open_builder("/build")
    let_go = hold(page, "/api/graphs$")
    page.keyboard.press("a")
    page.get_by_label("Search blocks").fill("calcul")
    expect(page.get_by_role("option").first).to_contain_text("Calculator")
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    before = chosen.locator("b").inner_text()
    let_go()
    expect(page.get_by_role("option").filter(has_text="Calculator of mine")).to_have_count(1)
    expect(chosen.locator("b")).to_have_text(before)
