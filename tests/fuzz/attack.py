"""Fires requests at a server and tells what no server may do: a 5xx, a hang, a connection that ends without an answer.

`python -m tests.fuzz.attack COUNT [SEED]` starts a server of its own and says what came of it.
"""

from __future__ import annotations

import asyncio
import http.client
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from tests.fuzz.requests import Generator, Shot
from tests.http.library_agents import TEXT_INPUT, node
from tests.server import ServerProcess

AT_ONCE = 8
SETTINGS = {"server.public_url": "https://agents.example.org"}
"""Else all that has to do with webhooks is a 503: the server has no address to give away."""
ANSWER_TIMEOUT_S = 30.0
RAW_PIECES = (
    *(
        b"GET / HTTP/1.1\r\n",
        b"POST /api/graphs HTTP/1.1\r\n",
        b"GET /ws HTTP/9.9\r\n",
        b"\r\n",
        b"\x16\x03\x01\x02\x00",
        b"PRI * HTTP/2.0\r\n",
    ),
    *(
        b"Host: localhost\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Transfer-Encoding: chunked\r\n",
    ),
    *(
        b"ffffffffffffffff\r\n",
        b"0\r\n\r\n",
        b"\x00" * 50,
        b"X: \xff\xfe\r\n",
        b" folded\r\n",
        b"A" * 9000,
        b"Upgrade: websocket\r\n",
    ),
)


class Result(msgspec.Struct):
    """`faults` says each thing that must not be, with its request; `statuses` counts the answers."""

    statuses: Counter[int]
    faults: list[str]
    took_s: float


def fuzzed(folder: Path) -> ServerProcess:
    """A server to fire at, with its log beside its data."""
    return ServerProcess(folder / "data", settings=SETTINGS, log=folder / "log")


def fire(server: ServerProcess, count: int, seed: int) -> Result:
    """Sends `count` requests made from the seed, and a fiftieth as many connections with bytes that are no HTTP."""
    generator = Generator(server.get("/openapi.json"), things_of(server), seed)
    began, statuses, faults = time.monotonic(), Counter(), []
    left = count
    while left > 0 and len(faults) < 20:
        batch = generator.shots(min(left, 2_000))
        asyncio.run(_send_all(server, batch, statuses, faults))
        left -= len(batch)
    asyncio.run(_send_raw(server, max(count // 50, 20), seed, faults))
    return Result(statuses, faults, time.monotonic() - began)


def things_of(server: ServerProcess) -> dict[str, str]:
    """Ids of things that are there."""
    nodes = [node("in", TEXT_INPUT, name="x", value="y")]
    graph = server.post("/api/graphs", {"graph": {"name": "n", "description": "", "nodes": nodes, "links": []}})
    run = server.post(f"/api/graphs/{graph['id']}/execute", {})
    agent = server.get(f"/api/library/agents/by-graph/{graph['id']}")
    folder = server.request("POST", "/api/library/folders", {"name": "f"}).json()
    schedule = {"name": "s", "cron": "0 0 1 1 *", "inputs": {}}
    key = server.request("POST", "/api/api-keys", {"name": "k", "permissions": []}).json()
    secret = server.request("POST", "/api/integrations/x/credentials", {"type": "api_key", "api_key": "sk-12345678"}).json()
    return {
        "graph_id": graph["id"],
        "graph_exec_id": run["id"],
        "library_agent_id": agent["id"],
        "folder_id": folder["id"],
        "schedule_id": server.post(f"/api/graphs/{graph['id']}/schedules", schedule)["id"],
        "key_id": key["api_key"]["id"],
        "cred_id": secret["id"],
        "provider": "x",
        "user_id": server.post("/api/auth/user")["id"],
        "block_id": TEXT_INPUT,
        "name": "retention",
        **dict.fromkeys(("version", "graph_version", "before", "after"), "1"),
    }


async def _send_all(server: ServerProcess, shots: Sequence[Shot], statuses: Counter[int], faults: list[str]) -> None:
    waiting = list(reversed(shots))

    def work() -> None:
        connection = _open(server)
        while waiting:
            try:
                shot = waiting.pop()
            except IndexError:
                break
            connection = _send_one(server, connection, shot, statuses, faults)
        connection.close()

    await asyncio.gather(*(asyncio.to_thread(work) for _ in range(AT_ONCE)))


def _open(server: ServerProcess) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=ANSWER_TIMEOUT_S)


def _send_one(
    server: ServerProcess, connection: http.client.HTTPConnection, shot: Shot, statuses: Counter[int], faults: list[str]
) -> http.client.HTTPConnection:
    told = f"{shot.method} {shot.path[:200]} {shot.headers} {(shot.body or b'')[:300]!r}"
    for is_last in (False, True):
        try:
            connection.putrequest(shot.method, shot.path, skip_host="Host" in shot.headers, skip_accept_encoding=True)
            for name, value in {**server.bearer, **shot.headers}.items():
                connection.putheader(name, value.encode("latin-1", "replace"))
            if shot.body is not None and "Transfer-Encoding" not in shot.headers:
                connection.putheader("Content-Length", str(len(shot.body)))
            connection.endheaders(shot.body)
            answer = connection.getresponse()
            body = answer.read()
        except (ConnectionError, http.client.HTTPException, ValueError) as error:
            # The server may have closed an idle connection, or answered before it had read a body that it refuses.
            connection.close()
            connection = _open(server)
            if isinstance(error, (ValueError, http.client.InvalidURL)):
                statuses[0] += 1
                return connection
            if is_last and shot.body is not None and len(shot.body) < 60_000:
                faults.append(f"{type(error).__name__}: {told}")
        except TimeoutError:
            faults.append(f"no answer in {ANSWER_TIMEOUT_S} s: {told}")
            connection.close()
            return _open(server)
        else:
            statuses[answer.status] += 1
            if answer.status >= 500:
                faults.append(f"{answer.status} {body[:300]!r}: {told}")
            return connection
    return connection


async def _send_raw(server: ServerProcess, count: int, seed: int, faults: list[str]) -> None:
    rand, address = random.Random(seed), urlsplit(server.url)
    for _ in range(count):
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            writer.write(b"".join(rand.choices(RAW_PIECES, k=rand.randrange(1, 6))) + rand.randbytes(rand.randrange(40)))
            writer.write_eof()
            answer = await asyncio.wait_for(reader.read(), ANSWER_TIMEOUT_S)
            if answer.startswith(b"HTTP/1.1 5"):
                faults.append(f"raw bytes: {answer[:200]!r}")
        except ConnectionError:
            pass
        except TimeoutError:
            faults.append("raw bytes: the connection stays open")
        finally:
            writer.close()


def check_alive(server: ServerProcess) -> None:
    """It serves, all is well, and an agent runs to its end."""
    assert server.process.poll() is None
    status = server.get("/api/system/status")
    assert [one for one in status["problems"] if "job" not in one] == [], status["problems"]
    nodes = [node("in", TEXT_INPUT, name="x", value="y")]
    graph = server.post("/api/graphs", {"graph": {"name": "after", "description": "", "nodes": nodes, "links": []}})
    run = server.post(f"/api/graphs/{graph['id']}/execute", {})
    deadline = time.monotonic() + ANSWER_TIMEOUT_S
    while server.get(f"/api/graphs/{graph['id']}/executions/{run['id']}")["status"] != "COMPLETED":
        assert time.monotonic() < deadline, "an agent does not run any more"
        time.sleep(0.05)


def main(count: int, seed: int) -> int:
    with tempfile.TemporaryDirectory() as folder, fuzzed(Path(folder)) as server:
        result = fire(server, count, seed)
        if not result.faults:
            check_alive(server)
        log = (Path(folder) / "log").read_text("utf-8", "replace")
    print(f"{sum(result.statuses.values()):,} answers in {result.took_s:.0f} s: {dict(sorted(result.statuses.items()))}")
    print("\n".join(result.faults) or "no 5xx, no hang, the server is well")
    print(f"{log.count('Traceback')} tracebacks in the log")
    if "Traceback" in log:
        print(log[log.index("Traceback") - 300 :][:3000])
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
