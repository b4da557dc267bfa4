"""How many events a second reach 100 clients that decode them, in a process of their own.

    python -m tests.bench.ws

An event that reaches 100 clients counts 100 times. The clients are sockets with a minimal frame reader: what is measured is
the server, not a client library. Targets: AutoGPT's frames 40,000 (good 60,000), ours of ten events 200,000 (good 350,000).
"""

from __future__ import annotations

import asyncio
import multiprocessing
import selectors
import socket
import struct
import tempfile
import time
from pathlib import Path

import msgspec

CLIENTS = 100
EVENTS_PER_FLUSH = 20
SECONDS = 3.0
_BUFFER_BYTES = 200_000
_RUN = "11111111-2222-4333-8444-555555000000"


class Result(msgspec.Struct):
    """One measurement."""

    events_per_s: float
    frames_per_s: float
    server_us_per_frame_to_all: float
    """CPU time of the server for one frame to all clients, building included."""


def measure(*, batch: bool, clients: int = CLIENTS, seconds: float = SECONDS) -> Result:
    """Publishes as fast as the clients keep up, for `seconds`."""
    return _run_loop(_measure(batch, clients, seconds))


def _run_loop(work):
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


async def _measure(batch: bool, clients: int, seconds: float) -> Result:
    from tests.http.events import USER_ID
    from tests.server import run_server

    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        async with run_server(Path(folder)) as server:
            server.runs[_RUN] = USER_ID
            tickets = [(await server.post("/api/ws-ticket")).json()["ticket"] for _ in range(clients)]
            process = context.Process(target=_read, args=(theirs, server.web.port, tickets, batch))
            process.start()
            try:
                while sum(bool(one.channels) for one in server.web.hub.listeners) < clients:
                    await asyncio.sleep(0.01)
                ours.send("go")
                spent_s, wall_s = await _publish(server, seconds)
                n_events, n_frames = await asyncio.to_thread(_ask, ours)
            finally:
                process.terminate()
                process.join()
    frames_built = n_frames / clients
    return Result(n_events / wall_s, n_frames / wall_s, spent_s / frames_built * 1e6)


def _ask(pipe) -> tuple[int, int]:
    time.sleep(0.5)
    pipe.send("how many?")
    return pipe.recv()


async def _publish(server, seconds: float) -> tuple[float, float]:
    """CPU and wall seconds."""
    from tests.http.events import Node, make_run, node_event

    run = make_run(_RUN)
    listeners = list(server.web.hub.listeners)
    cpu, start = time.process_time(), time.perf_counter()
    number = 0
    while time.perf_counter() - start < seconds:
        nodes = []
        for _ in range(EVENTS_PER_FLUSH // 2):
            number += 1
            outputs = [("result", b'"some text that a node yields, %d"' % number)]
            nodes.append(Node(f"{_RUN[:-6]}{number:06x}", _RUN, _RUN, b'{"text":"an input of a node","number":5}', outputs))
        server.bus.publish([node_event(run, node, status) for status in ("RUNNING", "COMPLETED") for node in nodes])
        await asyncio.sleep(0)
        while max(one.transport.get_write_buffer_size() for one in listeners) > _BUFFER_BYTES:
            await asyncio.sleep(0.001)
    return time.process_time() - cpu, time.perf_counter() - start


# --- the clients' process ---------------------------------------------------------------------------------


def _read(pipe, port: int, tickets: list[str], batch: bool) -> None:
    selector = selectors.DefaultSelector()
    for ticket in tickets:
        selector.register(_connect(port, ticket, batch), selectors.EVENT_READ, bytearray())
    pipe.recv()
    decode = msgspec.json.decode
    n_events = n_frames = 0
    while not pipe.poll():
        for key, _ in selector.select(0.05):
            buffer = key.data
            buffer += key.fileobj.recv(1 << 18)
            at = 0
            while (end := _frame_end(buffer, at)) is not None:
                start, end = end
                message = decode(memoryview(buffer)[start:end])
                at = end
                if message["method"] == "events":
                    n_events += len(message["data"])
                    n_frames += 1
                elif message["method"].endswith("_event"):
                    n_events += 1
                    n_frames += 1
            if at:
                del buffer[:at]
    pipe.send((n_events, n_frames))


def _frame_end(buffer: bytearray, at: int) -> tuple[int, int] | None:
    """Where the payload of the frame at `at` begins and ends; None while it is not there as a whole."""
    if len(buffer) < at + 10:
        return None
    size, start = buffer[at + 1], at + 2
    if size == 126:
        size, start = struct.unpack_from("!H", buffer, at + 2)[0], at + 4
    elif size == 127:
        size, start = struct.unpack_from("!Q", buffer, at + 2)[0], at + 10
    return (start, start + size) if len(buffer) >= start + size else None


def _connect(port: int, ticket: str, batch: bool) -> socket.socket:
    connected = socket.create_connection(("127.0.0.1", port))
    head = f"GET /ws?token={ticket} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    connected.sendall((head + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").encode())
    received = b""
    while b"\r\n\r\n" not in received:
        received += connected.recv(1)
    data = {"method": "subscribe_graph_execution", "data": {"graph_exec_id": _RUN, "batch": batch}}
    text = msgspec.json.encode(data)
    connected.sendall(bytes([0x81, 0x80 | 126]) + struct.pack("!H", len(text)) + bytes(4) + text)
    return connected


def main() -> None:
    for batch, name in ((False, "AutoGPT's frames"), (True, "frames of ten")):
        result = measure(batch=batch)
        print(f"{name}: {result.events_per_s:,.0f} events/s, {result.frames_per_s:,.0f} frames/s,", end=" ")
        print(f"{result.server_us_per_frame_to_all:,.0f} us for one frame to {CLIENTS} clients")


if __name__ == "__main__":
    main()
