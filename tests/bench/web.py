"""How many simple requests a second the web layer answers, and how long a start takes.

    python -m tests.bench.web

Targets: over 2,000 requests/s (GET with a login, a path parameter, JSON); a second start answers GET /health within a second.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from tests.bench.ws import _run_loop
from tests.server import PROJECT, run_server

CONNECTIONS = 8
SECONDS = 3.0


class Result(msgspec.Struct):
    """One measurement: requests answered, and the CPU time of the server for each."""

    requests_per_s: float
    server_us_per_request: float


def measure_requests(*, seconds: float = SECONDS) -> Result:
    """GET /api/things/{thing_id} with a session's cookie and header token, one at a time on each of CONNECTIONS connections."""
    return _run_loop(_measure(seconds))


async def _measure(seconds: float) -> Result:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        async with run_server(Path(folder)) as server:
            page = await server.log_in()
            lines = ["GET /api/things/abc?x=1 HTTP/1.1", f"Host: {server.host}", "Sec-Fetch-Site: same-origin", "Accept: */*"]
            request = "\r\n".join([*lines, *(f"{name}: {value}" for name, value in page.items()), "", ""]).encode()
            process = context.Process(target=_ask, args=(theirs, server.web.port, request, seconds))
            process.start()
            try:
                await asyncio.to_thread(ours.recv)
                cpu, begin = time.process_time(), server.web.http.requests_count
                answered, wall_s = await asyncio.to_thread(ours.recv)
                spent_s, served = time.process_time() - cpu, server.web.http.requests_count - begin
            finally:
                process.join()
    return Result(answered / wall_s, spent_s / served * 1e6)


def _ask(pipe, port: int, request: bytes, seconds: float) -> None:
    selector = selectors.DefaultSelector()
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    for connection in connections:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ)
    pipe.send("ready")
    begin, answered = time.perf_counter(), 0
    for connection in connections:
        connection.sendall(request)
    while time.perf_counter() - begin < seconds:
        for key, _ in selector.select(0.1):
            if not key.fileobj.recv(65_536).startswith(b"HTTP/1.1 200"):
                raise AssertionError("the server refused")
            answered += 1
            key.fileobj.sendall(request)
    pipe.send((answered, time.perf_counter() - begin))


def measure_start(*, starts: int = 4) -> list[float]:
    """Seconds from starting the process to the first answer of GET /health; the first start makes the database."""
    with tempfile.TemporaryDirectory() as folder:
        return [_start(folder) for _ in range(starts)]


def _start(folder: str) -> float:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    begin = time.perf_counter()
    command = [sys.executable, "-m", "autogpt_lite", "serve", "--port", str(port), "--data-dir", folder]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        while not _is_healthy(port):
            time.sleep(0.002)
        return time.perf_counter() - begin
    finally:
        process.terminate()
        process.wait()


def _is_healthy(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            return connection.recv(100).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def main() -> None:
    result = measure_requests()
    print(f"{result.requests_per_s:,.0f} requests/s, {result.server_us_per_request:.0f} us of CPU each")
    first, *further = measure_start()
    print(f"first start {first:.2f} s, further ones {', '.join(f'{seconds:.2f}' for seconds in further)} s")


if __name__ == "__main__":
    main()
