"""What a language model has said so far stands on its node while it still speaks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import OUTPUT, agent, link, node
from .builder import at, box_of, builder_of
from .conftest import call

GENERATOR = "1f292d4a-41a4-4977-9684-7c8d560b9f91"

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect  # noqa: E402

expect.set_options(timeout=15_000)


class SlowModel(ThreadingHTTPServer):
    """A chat API that says two words and then blanks, and the third word once `go_on` is set."""

    daemon_threads = True

    def __init__(self) -> None:
        self.go_on = threading.Event()
        super().__init__(("127.0.0.1", 0), Answer)


class Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.say("Clarity ")
        self.say("beats ")
        # Words are told as they come and kept nowhere, so one who begins to watch later sees the next: blanks, which nobody notices.
        for _ in range(200):
            if self.server.go_on.wait(0.15):  # type: ignore[attr-defined]
                break
            self.say(" ")
        self.say("volume.", "stop")
        self.wfile.write(b"data: [DONE]\n\n")

    def say(self, text: str, finish: str | None = None) -> None:
        chunk = {"model": "slow", "choices": [{"delta": {"content": text}, "finish_reason": finish}]}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *arguments: Any) -> None:
        """Nobody reads it."""


@pytest.fixture
def model() -> Iterator[SlowModel]:
    with SlowModel() as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.go_on.set()
        running.shutdown()
        thread.join()


def test_words_of_a_model_show_on_the_node_before_the_answer_is_whole(browser: Any, model: SlowModel, tmp_path: Path) -> None:
    settings = {"llm.providers.ollama.base_url": f"http://127.0.0.1:{model.server_port}/v1", "llm.default_provider": "ollama"}
    ask, answer = node(GENERATOR, "Ask", prompt="What matters?", model="llama3.3"), node(OUTPUT, name="Answer")
    graph = at(agent("Words", [ask, answer], [link(ask, "response", answer, "value")]), (0, 0), (320, 0))
    with ServerProcess(tmp_path, settings=settings, log=tmp_path / "log") as server:
        page = browser.new_context(reduced_motion="reduce").new_page()
        page.goto(call(server, "POST", "/api/auth/links")["url"])
        expect(page.locator("main h1, main h2").first).to_be_visible()
        page.goto(server.url + builder_of(server, graph))
        page.locator(".dock-run").click()
        page.get_by_role("form", name="Inputs").locator("button[type=submit]").click()
        expect(box_of(page, "Ask").locator(".node-progress")).to_contain_text("Clarity")
        box_of(page, "Ask").locator(".node-title").click()
        page.get_by_role("tab", name="Output").click()
        expect(page.locator(".went-progress")).to_contain_text("Clarity")
        model.go_on.set()
        expect(page.get_by_role("region", name="Came out")).to_contain_text("Clarity beats volume.")
        expect(page.locator(".node-progress")).to_have_count(0)
        page.context.close()
