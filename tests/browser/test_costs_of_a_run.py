"""What a run costs, before and while it goes on: on its page, whenever that was opened, and in the builder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import OUTPUT, agent, link, node, run_path
from .builder import at, box_of, builder_of
from .conftest import call
from .newsletter import asks
from .scripted_model import Answer, ScriptedModel

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)

ANSWERS = [
    Answer("first", "Begin", "A first draft", 0, 1000),
    Answer("second", "draft", "A second draft with more words", 0, 1000),
]


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel(ANSWERS) as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, model: ScriptedModel) -> Iterator[ServerProcess]:
    provider = {"base_url": model.base_url, "api_key": "not-a-real-key-0000"}
    folder = tmp_path_factory.mktemp("costs_of_a_run")
    with ServerProcess(folder, settings={"llm.providers": {"openai": provider}}, log=folder / "server.log") as running:
        yield running


def test_a_page_that_is_opened_in_the_middle_of_a_run_shows_what_it_has_cost(
    open_page: Any, server: ServerProcess, model: ScriptedModel
) -> None:
    first, second, result = asks("First", prompt="Begin"), asks("Second"), node(OUTPUT, name="Text")
    links = [link(first, "response", second, "prompt"), link(second, "response", result, "value")]
    model.hold("second")
    path = run_path(server, agent("Two drafts", [first, second, result], links))
    run = f"/api/graphs/{path.split('/')[2]}/executions/{path.split('/')[3]}"
    while not any(one["status"] == "COMPLETED" for one in call(server, "GET", run)["node_executions"]):
        pass
    page = open_page(path)
    expect(page.locator(".fact-cost")).to_contain_text("$0.01")
    model.let_go("second")
    expect(page.locator(".fact-cost")).to_contain_text("$0.02")
    page.reload()
    expect(page.locator(".fact-cost")).to_contain_text("$0.02")
    assert call(server, "GET", run)["stats"]["cost"] == 2


def test_the_status_of_a_node_takes_the_place_of_its_price(open_page: Any, server: ServerProcess, model: ScriptedModel) -> None:
    first, result = asks("First", prompt="Begin"), node(OUTPUT, name="Text")
    graph = at(agent("One draft", [first, result], [link(first, "response", result, "value")]), (0, 0), (240, 0))
    page = open_page(builder_of(server, graph))
    box = box_of(page, "First")
    expect(box).to_contain_text("$0.03")
    page.locator(".dock-run").click()
    page.get_by_role("form", name="Inputs").locator("button[type=submit]").click()
    expect(box.locator('.node[data-status="COMPLETED"]')).to_be_visible()
    expect(box).not_to_contain_text("$0.03")
