"""Figures that need the server in a process of its own: `python -m tests.bench.http_load NAME` prints a JSON object.

The client speaks HTTP/1.1 on raw sockets, so that what is measured is the server.
"""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psutil

from autogpt_lite.accounts.owner_token import read_owner_token
from autogpt_lite.cli.client import read_server_file
from autogpt_lite.cli.loop import run_async
from autogpt_lite.engine.graph import Graph

from . import loads

CONCURRENCY = 16
RUNS = 3_000
MANY_RUNS = 10_000
W_ROUNDS = 5


class Server:
    """A running `autogpt-lite serve` with the blocks of the loads."""

    def __init__(self, process: subprocess.Popen, data_dir: Path, ready_s: float):
        self.process = process
        self.data_dir = data_dir
        self.ready_s = ready_s
        self.port = int(read_server_file(data_dir)["url"].rsplit(":", 1)[1])  # type: ignore[index]
        self.token = read_owner_token(data_dir)

    def rss_mb(self) -> float:
        return psutil.Process(self.process.pid).memory_info().rss / 1e6

    def count_completed(self) -> int:
        """Read by another library in another process than the server's."""
        with sqlite3.connect(f"file:{self.data_dir / 'autogpt_lite.sqlite'}?mode=ro", uri=True) as db:
            return db.execute("SELECT count(*) FROM graph_executions WHERE status = 'COMPLETED'").fetchone()[0]


@contextmanager
def run_server(data_dir: Path, more_settings: str = "") -> Iterator[Server]:
    """Starts the server and waits for the line that it prints when it listens."""
    settings = data_dir / "bench.toml"
    blocks = Path(loads.__file__).with_name("blocks")
    settings.write_text(
        f'[blocks]\npaths = ["{blocks.as_posix()}"]\n[engine]\nmax_node_executions = 100000\nmax_running = 10000\n{more_settings}',
        "utf-8",
    )
    command = [
        sys.executable,
        "-m",
        "autogpt_lite",
        "serve",
        "--port",
        "0",
        "--data-dir",
        str(data_dir),
        "--config",
        str(settings),
    ]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        for line in process.stdout:  # type: ignore[union-attr]
            if line.startswith("Open "):
                break
        yield Server(process, data_dir, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(10)


class Connection:
    """One keep-alive connection."""

    def __init__(self, server: Server):
        self._server = server
        self._head = f"Host: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {server.token}\r\n"

    async def __aenter__(self) -> Connection:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._server.port)
        return self

    async def __aexit__(self, *exc_info: Any) -> None:
        self._writer.close()

    async def get(self, path: str) -> Any:
        """The decoded answer of a GET that has to succeed."""
        return await self._ask(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())

    async def post(self, path: str, body: Any) -> Any:
        """The decoded answer of a POST that has to succeed."""
        content = msgspec.json.encode(body)
        head = f"POST {path} HTTP/1.1\r\n{self._head}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        return await self._ask(head.encode() + content)

    async def _ask(self, request: bytes) -> Any:
        self._writer.write(request)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        size = int(answer.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        content = await self._reader.readexactly(size)
        assert answer.startswith(b"HTTP/1.1 200"), (answer, content)
        return msgspec.json.decode(content)


def small_graph() -> dict[str, Any]:
    """An input and three nodes."""
    nodes = [
        {"id": "i", "block_id": "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b", "input_default": {"name": "value"}},
        {"id": "a", "block_id": loads.PASS, "input_default": {}},
        {"id": "b", "block_id": loads.PASS, "input_default": {}},
        {"id": "o", "block_id": "363ae599-353e-4804-937e-b2ee3cef3da4", "input_default": {"name": "result"}},
    ]
    pins = [("i", "result", "a", "value"), ("a", "value", "b", "value"), ("b", "value", "o", "value")]
    links = [{"source_id": s, "source_name": sn, "sink_id": t, "sink_name": tn} for s, sn, t, tn in pins]
    return {"name": "small", "description": "", "nodes": nodes, "links": links}


def as_body(graph: Graph) -> dict[str, Any]:
    """A graph as a client sends it."""
    return {"name": graph.name, "description": "", "nodes": graph.nodes, "links": graph.links}


def execute_path(graph: dict[str, Any]) -> str:
    return f"/api/graphs/{graph['id']}/execute/{graph['version']}"


async def start_runs(server: Server, path: str, count: int) -> None:
    """Starts `count` small runs from CONCURRENCY connections."""
    left = iter(range(count))

    async def work() -> None:
        async with Connection(server) as connection:
            for _ in left:
                await connection.post(path, {"inputs": {"value": 1}})

    await asyncio.gather(*[work() for _ in range(CONCURRENCY)])


async def until_completed(server: Server, count: int) -> None:
    while await asyncio.to_thread(server.count_completed) < count:
        await asyncio.sleep(0.005)


async def measure_http() -> dict[str, float]:
    """Small runs started over HTTP, finished and stored, a second; seconds from the start of the process to listening."""
    with tempfile.TemporaryDirectory() as folder, run_server(Path(folder)) as server:
        async with Connection(server) as connection:
            graph = await connection.post("/api/graphs", {"graph": small_graph()})
        await start_runs(server, execute_path(graph), 200)
        await until_completed(server, 200)
        began = time.perf_counter()
        await start_runs(server, execute_path(graph), RUNS)
        await until_completed(server, 200 + RUNS)
        return {"runs_per_s": RUNS / (time.perf_counter() - began), "ready_s": server.ready_s}


async def measure_ack() -> dict[str, float]:
    """Milliseconds from a start to its acknowledgement while W runs on the same server."""
    with tempfile.TemporaryDirectory() as folder, run_server(Path(folder)) as server:
        async with Connection(server) as connection:
            graph = await connection.post("/api/graphs", {"graph": small_graph()})
            heavy = [*(loads.chain(f"c{i}") for i in range(100)), *(loads.fan_out(f"f{i}") for i in range(5))]
            saved = [await connection.post("/api/graphs", {"graph": as_body(one)}) for one in heavy]
            waits = [w for _ in range(W_ROUNDS) for w in await _one_round(server, connection, graph, saved)]
        waits.sort()
        return {
            "ack_p50_ms": waits[len(waits) // 2] * 1000,
            "ack_p99_ms": waits[int(len(waits) * 0.99)] * 1000,
            "acks": len(waits),
        }


async def _one_round(server: Server, connection: Connection, graph: dict[str, Any], saved: list[dict[str, Any]]) -> list[float]:
    expected = server.count_completed() + len(saved)
    left = iter(saved)

    async def load() -> None:
        async with Connection(server) as own:
            for one in left:
                await own.post(execute_path(one), {})

    loading = asyncio.gather(*[load() for _ in range(CONCURRENCY)])
    waits: list[float] = []
    while server.count_completed() < expected + len(waits):
        began = time.perf_counter()
        await connection.post(execute_path(graph), {"inputs": {"value": 1}})
        waits.append(time.perf_counter() - began)
    await loading
    return waits


async def measure_memory() -> dict[str, float]:
    """MB of the server's process at rest, and after 10,000 runs."""
    with tempfile.TemporaryDirectory() as folder, run_server(Path(folder)) as server:
        at_rest = server.rss_mb()
        async with Connection(server) as connection:
            graph = await connection.post("/api/graphs", {"graph": small_graph()})
        await start_runs(server, execute_path(graph), MANY_RUNS)
        await until_completed(server, MANY_RUNS)
        return {"rss_at_rest_mb": at_rest, "rss_added_mb": server.rss_mb() - at_rest}


FIGURES = {"http": measure_http, "ack": measure_ack, "memory": measure_memory}

if __name__ == "__main__":
    print(msgspec.json.encode(run_async(FIGURES[sys.argv[1]]())).decode())
