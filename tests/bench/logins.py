"""What somebody who guesses keys costs everybody else: `python -m tests.bench.logins` prints a JSON object.

A process of its own sends 1,000 wrong keys a second, a second out of two; a user with a good key asks all the while.
"""

from __future__ import annotations

import json
import multiprocessing
import socket
import tempfile
import time
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median

from .http_load import Server, run_server

ROUNDS = 10
WRONG_PER_S = 1_000
ASKED_EVERY_S = 0.004
PATH = "/api/graphs"


class Client:
    """One keep-alive connection, without a loop: what is measured is the server."""

    def __init__(self, port: int, header: str, *, method: str = "GET", path: str = PATH, body: bytes = b""):
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{header}\r\n"
        length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        self._request = f"{head}{length}\r\n".encode() + body

    def ask(self) -> tuple[int, bytes]:
        """(status, body)."""
        self._socket.sendall(self._request)
        head, _, content = self._socket.recv(65536).partition(b"\r\n\r\n")
        size = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        while len(content) < size:
            content += self._socket.recv(65536)
        return int(head[9:12]), content


def make_key(server: Server) -> str:
    body = b'{"name":"bench","permissions":["READ_GRAPH"]}'
    owner = Client(server.port, f"Authorization: Bearer {server.token}", method="POST", path="/api/api-keys", body=body)
    status, content = owner.ask()
    assert status == 200, content
    return json.loads(content)["plain_text_key"]


def guess(port: int, is_on: Event, is_over: Event) -> None:
    """Sends wrong keys at WRONG_PER_S while `is_on`."""
    client = Client(port, "X-API-Key: agpt_wrong")
    while not is_over.is_set():
        is_on.wait()
        due = time.perf_counter()
        while is_on.is_set() and not is_over.is_set():
            assert client.ask()[0] in (401, 429)
            due += 1 / WRONG_PER_S
            time.sleep(max(0.0, due - time.perf_counter()))


def waits_for_a_second(client: Client) -> list[float]:
    """How long the answers took, in ms."""
    waits, end = [], time.perf_counter() + 1.0
    while (began := time.perf_counter()) < end:
        assert client.ask()[0] == 200
        waits.append((time.perf_counter() - began) * 1000)
        time.sleep(ASKED_EVERY_S)
    return waits


def measure() -> dict[str, float]:
    """The median of an answer's time without and with the guesser, and how much longer it is."""
    is_on, is_over = multiprocessing.Event(), multiprocessing.Event()
    quiet: list[float] = []
    guessed: list[float] = []
    with tempfile.TemporaryDirectory() as folder, run_server(Path(folder)) as server:
        client = Client(server.port, f"X-API-Key: {make_key(server)}")
        guesser = multiprocessing.Process(target=guess, args=(server.port, is_on, is_over), daemon=True)
        guesser.start()
        waits_for_a_second(client)
        for _ in range(ROUNDS):
            quiet += waits_for_a_second(client)
            is_on.set()
            guessed += waits_for_a_second(client)
            is_on.clear()
        is_over.set()
        is_on.set()
        guesser.join(5)
    return {
        "quiet_ms": median(quiet),
        "guessed_ms": median(guessed),
        "added_percent": (median(guessed) / median(quiet) - 1) * 100,
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
