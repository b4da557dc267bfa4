"""kill -9 while deliveries come in: each that was accepted runs once, and sending all of them again begins no second run (G4)."""

from __future__ import annotations

import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.faults.test_kill import look
from tests.http.triggers import PUBLIC_URL, SETUP, WEBHOOKS, setup_body, trigger_agent
from tests.server import ServerProcess

N = 120
KILL_AFTER = 30
SETTINGS = {"server.public_url": PUBLIC_URL, "triggers.deliveries_per_minute": 100_000}


def set_up(server: ServerProcess) -> dict[str, Any]:
    return server.post(SETUP, setup_body(server.post("/api/graphs", {"graph": trigger_agent()})))


def deliver(server: ServerProcess, path: str, n: int) -> str | None:
    """What the sender was told; None where nobody answered."""
    try:
        answer = server.request("POST", path, {"n": n}, **{"X-Delivery-Id": f"n-{n}"})
    except (OSError, http.client.HTTPException):
        return None
    return answer.json()["status"]


async def test_no_accepted_delivery_is_lost_or_run_twice_over_a_kill(tmp_path: Path):
    with ServerProcess(tmp_path, settings=SETTINGS) as server:
        preset = set_up(server)
        path = preset["webhook"]["url"].removeprefix(PUBLIC_URL)
        told: dict[int, str | None] = {}
        enough = threading.Event()

        def send(n: int) -> None:
            told[n] = deliver(server, path, n)
            if sum(status == "accepted" for status in list(told.values())) >= KILL_AFTER:
                enough.set()

        with ThreadPoolExecutor(8) as senders:
            waiting = [senders.submit(send, n) for n in range(N)]
            assert enough.wait(60)
            server.kill()
            for one in waiting:
                one.result(60)
    accepted = {n for n, status in told.items() if status == "accepted"}
    assert len(accepted) >= KILL_AFTER
    with ServerProcess(tmp_path, settings=SETTINGS) as server:
        again = {n: deliver(server, path, n) for n in range(N)}
        assert {again[n] for n in accepted} == {"duplicate"}
        assert {status for n, status in again.items() if n not in accepted} <= {"accepted", "duplicate"}
        rows = server.get(f"{WEBHOOKS}/{preset['webhook_id']}/deliveries?limit=1000")
        runs = {one["id"]: one["graph_exec_id"] for one in rows}
        assert len(rows) == len(runs) == len(set(runs.values())) == N
        stored = server.get(f"/api/graphs/{preset['graph_id']}/executions")
        assert {run["id"] for run in stored} == set(runs.values())
        assert len(stored) == N
        for run in stored:
            wait_until_ended(server, run)
    (tmp_path / "autogpt_lite.sqlite").rename(tmp_path / "db.sqlite")
    ended = await look(tmp_path, "SELECT status, count(*) FROM graph_executions GROUP BY status")
    assert ended == [("COMPLETED", N)]
    nodes = await look(tmp_path, "SELECT node, count(*) FROM node_executions GROUP BY node")
    assert nodes == [(0, N), (1, N)]


def wait_until_ended(server: ServerProcess, run: dict[str, Any]) -> None:
    """Stopping waits for nobody who has ended, and these take a moment only; so their state is asked for until it is the end."""
    while server.get(f"/api/graphs/{run['graph_id']}/executions/{run['id']}")["status"] not in (
        "COMPLETED",
        "FAILED",
        "TERMINATED",
    ):
        pass
