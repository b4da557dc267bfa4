"""A language model with an OpenAI-compatible API whose answers are written down: they come word by word, as a real one's do."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

REFUSED = {"error": {"message": "Incorrect API key provided.", "type": "invalid_request_error", "code": "invalid_api_key"}}
BUSY = {"error": {"message": "Rate limit reached.", "type": "requests", "code": "rate_limit_exceeded"}}
HELD_AT = 0.6
"""The part of an answer that comes before it is held back."""


class Answer(NamedTuple):
    """What is said where `asked` stands in the question, after `thinks_s`, with `words_per_s`. `name` is what it is held by."""

    name: str
    asked: str
    text: str
    thinks_s: float = 0.5
    words_per_s: float = 40.0


class ScriptedModel:
    """`with ScriptedModel(answers) as model: model.base_url`. The first answer that fits is given; keys in `refused` get a 401."""

    def __init__(self, answers: list[Answer], refused: tuple[str, ...] = ()):
        self.answers = answers
        self.refused = refused
        self._held: dict[str, threading.Event] = {}
        self._busy: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> ScriptedModel:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        for name in list(self._held):
            self.let_go(name)
        self._server.shutdown()
        self._server.server_close()

    def hold(self, name: str) -> None:
        """Answers of this name stop in the middle from now on, until they are let go."""
        self._held.setdefault(name, threading.Event())

    def be_busy(self, name: str) -> None:
        """The next question that this answers is refused once with a 429."""
        self._busy.add(name)

    def is_busy(self, name: str) -> bool:
        was_busy = name in self._busy
        self._busy.discard(name)
        return was_busy

    def let_go(self, name: str) -> None:
        self._held.pop(name).set()

    def pieces(self, answer: Answer) -> Any:
        """The words of an answer, at their times."""
        words = answer.text.split(" ")
        time.sleep(answer.thinks_s)
        held = self._held.get(answer.name)
        for i, word in enumerate(words):
            if held and i >= len(words) * HELD_AT:
                held.wait()
            time.sleep(1 / answer.words_per_s)
            yield word if i == 0 else f" {word}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send_json(200, {"data": [{"id": "gpt-4o"}, {"id": "gpt-4o-mini"}]})

            def do_POST(self) -> None:
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.headers.get("Authorization", "").removeprefix("Bearer ") in model.refused:
                    return self._send_json(401, REFUSED)
                asked = "\n".join(message["content"] for message in question["messages"])
                answer = next(one for one in model.answers if one.asked in asked)
                if model.is_busy(answer.name):
                    return self._send_json(429, BUSY)
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                try:
                    for piece in model.pieces(answer):
                        self._send_event(question, {"choices": [{"delta": {"content": piece}, "finish_reason": None}]})
                    usage = {"prompt_tokens": len(asked) // 4, "completion_tokens": len(answer.text) // 4}
                    self._send_event(question, {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": usage})
                    self.wfile.write(b"data: [DONE]\n\n")
                except ConnectionError:
                    pass  # the run was stopped

            def _send_event(self, question: dict[str, Any], event: dict[str, Any]) -> None:
                self.wfile.write(f"data: {json.dumps({'model': question['model'], **event})}\n\n".encode())

            def _send_json(self, status: int, body: dict[str, Any]) -> None:
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *arguments: Any) -> None:
                pass

        return Handler
