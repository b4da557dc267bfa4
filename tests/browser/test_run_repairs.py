"""What the page of a failed run offers for its repair: it goes by the code of the error, whatever the words say."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.costs.blocks import WRITER, add_priced_blocks

from ..server import ServerProcess
from .agents import OUTPUT, agent, division, link, node
from .conftest import call, skip_welcome

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)

GENERATOR = "1f292d4a-41a4-4977-9684-7c8d560b9f91"
ITERATE = "f66a3543-28d3-4ab5-8945-9b336371e2ce"
REFUSED, BUSY, GOOD = "the-refused-key-0000", "the-busy-key-2222", "the-good-key-1111"


class Model(BaseHTTPRequestHandler):
    """A chat API that goes by the key: it refuses one, has no time for another, and says "Hello" to the rest."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers["Authorization"].removeprefix("Bearer ")
        if key == REFUSED:
            return self.answer(401, "application/json", {"error": {"message": "It was withdrawn."}})
        if key == BUSY:
            return self.answer(429, "application/json", {"error": {"message": "Too many."}})
        return self.answer(200, "text/event-stream", {"model": "m", "choices": [{"delta": {"content": "Hello"}}]})

    def answer(self, status: int, kind: str, said: dict[str, Any]) -> None:
        text = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(text if status != 200 else b"data: " + text + b"\n\ndata: [DONE]\n\n")

    def log_message(self, *arguments: Any) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Model) as model:
        thread = threading.Thread(target=model.serve_forever)
        thread.start()
        folder = tmp_path_factory.mktemp("run_repairs")
        settings = {"llm.providers.openai.base_url": f"http://127.0.0.1:{model.server_port}/v1"}
        with ServerProcess(folder / "data", settings={**settings, **add_priced_blocks(folder / "blocks")}) as running:
            skip_welcome(running)
            yield running
        model.shutdown()
        thread.join()


def store_key(server: ServerProcess, title: str, key: str) -> dict[str, Any]:
    """What a pin is given to use it."""
    body = {"type": "api_key", "api_key": key, "title": title}
    stored = call(server, "POST", "/api/integrations/openai/credentials", body)
    return {"id": stored["id"], "provider": "openai", "type": "api_key", "title": title}


def asking(name: str, key: dict[str, Any]) -> dict[str, Any]:
    ask, answer = node(GENERATOR, "Ask", prompt="Hello", model="gpt-4o", retry=1, credentials=key), node(OUTPUT, name="Answer")
    return agent(name, [ask, answer], [link(ask, "response", answer, "value")])


def run_page(server: ServerProcess, graph: dict[str, Any], **given: Any) -> str:
    stored = call(server, "POST", "/api/graphs", {"graph": graph})
    run = call(server, "POST", f"/api/graphs/{stored['id']}/execute/{stored['version']}", {"inputs": {}, **given})
    return f"/runs/{stored['id']}/{run['id']}"


def test_key_that_was_refused_is_replaced_where_it_failed(open_page: Any, server: ServerProcess) -> None:
    key = store_key(server, "work", REFUSED)
    page = open_page(run_page(server, asking("Refused key", key)))
    problems = page.get_by_label("Problems")
    expect(problems.get_by_role("paragraph")).to_contain_text('OpenAI refused the key "work" (status 401): It was withdrawn.')
    problems.get_by_label("New key for “work”").fill(GOOD)
    first = page.url
    problems.get_by_role("button", name="Save and go on from here").click()
    page.wait_for_url(lambda url: url != first)
    expect(page.get_by_label("Outputs")).to_contain_text("Hello")
    (now,) = [one for one in call(server, "GET", "/api/integrations/credentials") if one["id"] == key["id"]]
    assert now["last4"] == GOOD[-4:]


def test_words_about_keys_alone_ask_for_no_key(open_page: Any, server: ServerProcess) -> None:
    graph = call(server, "POST", "/api/graphs", {"graph": division("Sounds refused")})
    divide = next(one["id"] for one in graph["nodes"] if one["metadata"].get("customized_name") == "Divide it")
    pinned = {divide: [[["error", "401 Unauthorized: the API key is not valid."]]]}
    body = {"inputs": {}, "pinned_outputs": pinned}
    run = call(server, "POST", f"/api/graphs/{graph['id']}/execute/{graph['version']}", body)
    page = open_page(f"/runs/{graph['id']}/{run['id']}")
    expect(page.get_by_label("Problems").get_by_role("button", name="Go on from here", exact=True)).to_be_visible()
    expect(page.get_by_label("New key", exact=False)).to_have_count(0)


def test_node_that_found_a_service_busy_is_tried_again(open_page: Any, server: ServerProcess) -> None:
    graph = asking("Busy", store_key(server, "busy", BUSY))
    graph["nodes"][0]["metadata"]["retry"] = {"attempts": 3, "wait_s": 0}
    page = open_page(run_page(server, graph))
    problems = page.get_by_label("Problems")
    expect(problems.get_by_role("paragraph")).to_have_text(re.compile(r"Too many\. Tried 3 times in .*\.$"))
    expect(problems.get_by_role("button", name="Retry node")).to_be_enabled()


def test_run_that_reached_a_limit_leads_to_the_limits(open_page: Any, server: ServerProcess) -> None:
    page = open_page(run_page(server, division("Limited"), limits={"max_node_executions": 2}))
    problems = page.get_by_label("Problems")
    expect(problems.get_by_role("heading")).to_have_text("The run reached a limit")
    expect(problems.get_by_role("link", name="Change inputs")).to_be_visible()  # the limits of one run stand beside them
    problems.get_by_role("link", name="Change the limits").click()
    expect(page.locator(".tab[aria-current]")).to_have_text("Settings")


def test_facts_say_what_a_run_may_cost_where_that_was_set(open_page: Any, server: ServerProcess) -> None:
    graph = agent("May cost", [node(WRITER, "Write")], [])
    page = open_page(run_page(server, graph, limits={"max_credits": 25}))
    expect(page.locator(".fact-cost dd")).to_have_text("$0.10 of $0.25 allowed")


def test_run_that_the_budget_has_stopped_leads_to_the_budget_that_stopped_it(open_page: Any, server: ServerProcess) -> None:
    each, write = node(ITERATE, "Each", items=["a", "b", "c"]), node(WRITER, "Write")
    stored = call(
        server, "POST", "/api/graphs", {"graph": agent("Over budget", [each, write], [link(each, "item", write, "model")])}
    )
    call(server, "PUT", "/api/budgets", {"graph_id": None, "monthly_credits": 1_000})
    call(server, "PUT", "/api/budgets", {"graph_id": stored["id"], "monthly_credits": 20})  # a turn costs 10
    run = call(server, "POST", f"/api/graphs/{stored['id']}/execute/{stored['version']}", {"inputs": {}})
    page = open_page(f"/runs/{stored['id']}/{run['id']}")
    problems = page.get_by_label("Problems")
    expect(problems.get_by_role("heading")).to_have_text("The budget is spent")
    raise_it = problems.get_by_role("link", name="Raise budget")
    expect(raise_it).to_have_attribute("href", f"/costs?budget={stored['id']}")
