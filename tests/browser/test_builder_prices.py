"""Prices before the press in the builder: about and at most, on the dock, at a node, on its badge, and on the page of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import INPUT, OUTPUT, agent, link, node
from .builder import at, box_of, builder_of
from .conftest import SETTINGS, call, skip_welcome

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)

ASK, MANY = "00000000-0000-4000-8000-0000000000c1", "00000000-0000-4000-8000-0000000000c2"
BLOCKS = f'''
from typing import Any
from autogpt_lite.sdk import Block, BlockCost, BlockInput, BlockOutput, pin


class AskBlock(Block):
    id = "{ASK}"
    description = "Costs 4 cents."
    costs = (BlockCost(cost_amount=4),)

    class Input(BlockInput):
        value: Any = pin()

    class Output(BlockOutput):
        out: Any = pin()

    def run(self, input, ctx):
        yield "out", input.value


class ManyBlock(Block):
    id = "{MANY}"
    description = "Gives a value as often as it likes."

    class Input(BlockInput):
        value: Any = pin()

    class Output(BlockOutput):
        out: Any = pin()

    def run(self, input, ctx):
        for n in range(2):
            yield "out", n
'''


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One with blocks that have prices."""
    folder = tmp_path_factory.mktemp("prices")
    (folder / "my_blocks").mkdir()
    (folder / "my_blocks" / "priced.py").write_text(BLOCKS)
    with ServerProcess(folder / "data", settings={**SETTINGS, "blocks.paths": [str(folder / "my_blocks")]}) as running:
        skip_welcome(running)
        yield running


def asking(name: str = "Asks twice", between: str = ASK) -> dict[str, Any]:
    given, first, second = node(INPUT, name="Question", value="why"), node(between, "First"), node(ASK, "Second")
    result = node(OUTPUT, name="Answer")
    links = [link(given, "result", first, "value"), link(first, "out", second, "value"), link(second, "out", result, "value")]
    return at(agent(name, [given, first, second, result], links), (0, 0), (300, 0), (600, 0), (900, 0))


def run_it(page: Any) -> None:
    page.locator(".dock-run").click()
    page.get_by_role("form", name="Inputs").locator("button[type=submit]").click()
    expect(page.locator(".dock-word")).to_have_text("Completed")


def test_the_dock_says_about_and_at_most_before_a_run(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, asking()))
    expect(page.locator(".dock .price-words")).to_have_text("About $0.08, at most $0.08")
    expect(page.locator(".dock .price-words")).to_have_attribute(
        "title", "By the price lists of its blocks and how often each can run."
    )
    page.locator(".dock-run").click()
    expect(page.get_by_role("form", name="Inputs").locator(".price-words")).to_have_text("About $0.08, at most $0.08")


def test_each_node_that_costs_something_wears_its_price(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, asking()))
    expect(box_of(page, "First").locator(".node-price")).to_have_text("$0.04")
    expect(box_of(page, "Answer").locator(".node-price")).to_have_count(0)


def test_where_there_is_no_upper_limit_it_says_so_and_how_to_set_one(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, asking("Asks often", MANY)))
    words = page.locator(".dock .price-words")
    expect(words).to_have_text("About $0.04, no upper limit known")
    title = words.get_attribute("title") or ""
    assert "Second: it may run any number of times." in title
    assert "max_credits" in title
    graph = page.url.rpartition("/")[2]
    agents = call(server, "GET", "/api/library/agents")["agents"]
    own = next(one["id"] for one in agents if one["graph_id"] == graph)
    call(server, "PATCH", f"/api/library/agents/{own}", {"limits": {"max_credits": 20}})
    page.reload()
    expect(words).to_have_text("About $0.04, at most $0.20")
    expect(words).to_have_attribute("title", "The limit of this agent is $0.20.")


def test_a_node_says_what_it_costs_alone_and_from_here_on(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, asking()))
    run_it(page)
    box_of(page, "First").locator(".node-title").click()
    foot = page.locator(".panel-foot")
    expect(foot.get_by_role("button", name="Run this node")).to_be_enabled()
    expect(foot.locator(".price-words")).to_have_text("About $0.04, at most $0.04")
    page.get_by_role("tab", name="Output").click()
    expect(foot.get_by_role("button", name="Run from here")).to_be_enabled()
    expect(foot.locator(".price-words")).to_have_text("About $0.08, at most $0.08")


def test_the_page_of_a_run_says_both_before_a_node_runs_again(open_page: Any, open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, asking()))
    run_it(page)
    page.locator(".panel").get_by_role("link", name="Open the page of this run").click()
    page.locator(".timeline-item", has_text="Second").first.click()
    expect(page.locator(".rerun-sums > *")).to_have_text(["About $0.04", "at most $0.04"])


def test_the_form_of_an_agent_says_both_before_it_runs(open_page: Any, server: ServerProcess) -> None:
    graph_id = builder_of(server, asking("Asked on its page")).rpartition("/")[2]
    page = open_page(f"/library/agents/{graph_id}")
    expect(page.locator(".run-price")).to_have_text("About $0.08, at most $0.08")
