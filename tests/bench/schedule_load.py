"""What schedules cost: `python -m tests.bench.schedule_load rest|due [COUNT]` prints a JSON object.

rest: the processor time of a server whose file holds 100,000 schedules of which none is due. due: 10,000 that are due in one second are
all started in order, once, while a page asks for the library again and again.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psutil

from autogpt_lite.cli.loop import run_async

from .http_load import Connection, Server, run_server, small_graph

REST_COUNT, DUE_COUNT = 100_000, 10_000
SETTLE_S, REST_S = 5.0, 60.0
LEAD_S = 20.0
"""From the planting of the due time to it, at least: the server has to be up again."""
PAUSE_S = 0.02
TIMEOUT_S = 240.0
YEAR_US = 365 * 86_400_000_000


async def plant(folder: Path, count: int, cron: str, due_at: list[int]) -> None:
    """A file with an agent and `count` schedules of it that are due at these times; no server has it open afterwards."""
    with run_server(folder) as server:
        async with Connection(server) as connection:
            graph = await connection.post("/api/graphs", {"graph": small_graph()})
            body = {"name": "s", "cron": cron, "inputs": {"value": 1}, "overlap": "parallel", "timezone": "UTC"}
            made = await connection.post(f"/api/graphs/{graph['id']}/schedules", body)
    with sqlite3.connect(folder / "autogpt_lite.sqlite") as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(schedules)") if row[1] not in ("key", "id", "next_due_at")]
        names = ", ".join(columns)
        copy = f"INSERT INTO schedules (id, next_due_at, {names}) SELECT ?, ?, {names} FROM schedules WHERE id = ?"
        db.executemany(copy, [(f"copy-{i}", due_at[i], made["id"]) for i in range(count - 1)])
        db.execute("UPDATE schedules SET next_due_at = ? WHERE id = ?", (due_at[-1], made["id"]))
    db.close()


async def measure_rest(count: int) -> dict[str, float]:
    """Percent of one core, over a minute."""
    soon, chance = time.time_ns() // 1000 + 3_600_000_000, random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await plant(folder, count, "0 0 1 1 *", [soon + chance.randrange(YEAR_US) for _ in range(count)])
        with run_server(folder) as server:
            await asyncio.sleep(SETTLE_S)
            before = cpu_s(server)
            await asyncio.sleep(REST_S)
            return {"cpu_percent": (cpu_s(server) - before) / REST_S * 100}


def cpu_s(server: Server) -> float:
    times = psutil.Process(server.process.pid).cpu_times()
    return times.user + times.system


async def measure_due(count: int) -> dict[str, float]:
    """Seconds until all have ended, milliseconds of the answers meanwhile. Fails where one is lost, double or out of order."""
    due_s = (int(time.time() + LEAD_S) // 60 + 1) * 60
    at = datetime.fromtimestamp(due_s, UTC)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await plant(folder, count, f"{at.minute} {at.hour} {at.day} {at.month} *", [due_s * 1_000_000] * count)
        with run_server(folder) as server:
            await asyncio.sleep(max(0.0, due_s - time.time()))
            async with Connection(server) as page:
                waits = await ask_until_ended(server, page, count)
            ended_s = time.time() - due_s
        check_order(folder, count)
    waits.sort()
    return {"all_ended_s": ended_s, "ui_p99_ms": waits[int(len(waits) * 0.99)] * 1000, "ui_worst_ms": waits[-1] * 1000}


async def ask_until_ended(server: Server, page: Connection, count: int) -> list[float]:
    """How long each answer took, in seconds."""
    waits: list[float] = []
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            began = time.perf_counter()
            await page.get("/api/library/agents")
            waits.append(time.perf_counter() - began)
            if len(waits) % 10 == 0 and await asyncio.to_thread(server.count_completed) >= count:
                return waits
            await asyncio.sleep(PAUSE_S)


def check_order(folder: Path, count: int) -> None:
    query = "SELECT f.schedule_key FROM schedule_fires f JOIN graph_executions g ON g.uuid = f.graph_exec_id ORDER BY g.id"
    with sqlite3.connect(folder / "autogpt_lite.sqlite") as db:
        keys: list[Any] = [key for (key,) in db.execute(query)]
    db.close()
    assert keys == sorted(set(keys)), "started out of order, or twice"
    assert len(keys) == count, f"{len(keys)} of {count} have started"


FIGURES = {"rest": (measure_rest, REST_COUNT), "due": (measure_due, DUE_COUNT)}

if __name__ == "__main__":
    measure, usual_count = FIGURES[sys.argv[1]]
    asked_count = int(sys.argv[2]) if len(sys.argv) > 2 else usual_count
    print(msgspec.json.encode(run_async(measure(asked_count))).decode())
