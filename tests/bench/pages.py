"""What the pages of the UI ask for, on a server with 1,000 agents, 100,000 runs and a run of 10,000 nodes: milliseconds of each answer.

`python -m tests.bench.pages` prints a JSON object; with `--all` a line for each address before it.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import apsw
import msgspec

from autogpt_lite.app import DATABASE_NAME
from autogpt_lite.cli.loop import run_async

from . import big_file
from .http_load import Connection, run_server

AGENTS, RUNS, NODES = 1_000, 100_000, 10_000
TIMES = 30
SETTINGS = "[retention]\ndays = 0\nruns_per_agent = 0\nmb_per_agent = 0\nfile_mb = 0\n"

_COPIES = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :agents)
INSERT INTO graphs (graph_id, version, user_id, is_active, name, description, body, created_at)
SELECT 'g' || i, 1, user_id, 1, name || ' ' || i, 'The agent number ' || i, body, created_at + i FROM n, graphs WHERE graph_id = :graph
"""
_ENTRIES = """
INSERT INTO library_agents (id, user_id, graph_id, graph_version, created_at, updated_at)
SELECT 'a' || graph_id, user_id, graph_id, 1, created_at, created_at FROM graphs WHERE graph_id LIKE 'g%' AND length(graph_id) < 10
"""
_RUNS = """
WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < :runs)
INSERT INTO graph_executions (id, uuid, user_id, graph_id, graph_version, status, root_id, inputs, created_at, queued_at, started_at,
                              ended_at, stats)
SELECT :first + k, printf('%08x-0000-4000-8000-%06x000000', k >> 24, :first + k), :user, 'g' || (k % :agents + 1), 1,
       CASE WHEN k % 10 THEN 'COMPLETED' ELSE 'FAILED' END, :first + k, CAST('{}' AS BLOB), :at + k, :at + k, :at + k,
       :at + k + 1000000, CAST('{"cost":0,"duration":1.0,"node_exec_count":4,"error":null}' AS BLOB)
FROM n
"""
_LARGE = """
WITH RECURSIVE s (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < :nodes)
INSERT INTO node_executions (id, node, status, n_propagated, added_at, queued_us, started_us, ended_us, input, output)
SELECT :key << 24 | seq, seq % 100, 4, 1, :at, 0, 100, 200, :input, :output FROM s
"""


def fill(data_dir: Path) -> tuple[str, str]:
    """The agents and their runs; the ids of a graph and of its run of many nodes."""
    graph_id = big_file.make_agent(data_dir, "Copied")
    connection = apsw.Connection(str(data_dir / DATABASE_NAME))
    connection.execute("PRAGMA synchronous = off; PRAGMA cache_size = -64000")
    at = connection.execute("SELECT max(created_at) FROM graphs").fetchall()[0][0] - big_file.DAY_US
    with connection:
        connection.execute(_COPIES, {"agents": AGENTS, "graph": graph_id})
        connection.execute(_ENTRIES)
        connection.execute(_RUNS, {"runs": RUNS, "first": 0, "agents": AGENTS, "user": big_file.USER, "at": at})
        values = {"nodes": NODES, "key": RUNS, "at": at, "input": big_file.PAYLOAD, "output": big_file.OUTPUT}
        connection.execute(_LARGE, values)
    uuid, graph = connection.execute("SELECT uuid, graph_id FROM graph_executions WHERE id = ?", (RUNS,)).fetchall()[0]
    connection.close()
    return graph, uuid


def addresses(graph_id: str, run_id: str) -> dict[str, str]:
    """What is asked, by the name of its figure."""
    run = f"/api/graphs/{graph_id}/executions/{run_id}"
    return {
        "library": "/api/library/agents",
        "library_100": "/api/library/agents?page_size=100",
        "library_by_last_run": "/api/library/agents?page_size=50&sort_by=lastRunAt",
        "library_by_name": "/api/library/agents?page_size=50&sort_by=name&search_term=99",
        "library_needs_you": "/api/library/agents?page_size=50&state=needs_you",
        "library_counts": "/api/library/agents/counts",
        "cards": f"/api/library/cards?graph_id={graph_id}",
        "graphs": "/api/graphs",
        "graph_pins": "/api/graphs/pins",
        "names": "/api/graphs/names",
        "runs": "/api/executions",
        "runs_of_agent": f"/api/graphs/{graph_id}/executions",
        "run_search": "/api/executions/search?query=xxxx&limit=20",
        "run_of_10000": run,
        "run_tree": f"{run}/tree",
        "run_page_of_10000": f"{run}?node_limit=200",
        "blocks": "/api/blocks",
        "status": "/api/system/status",
    }


async def measure_pages(show_all: bool) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        graph_id, run_id = await asyncio.to_thread(fill, data_dir)
        with run_server(data_dir, SETTINGS) as server:
            found = {}
            async with Connection(server) as connection:
                for name, path in addresses(graph_id, run_id).items():
                    found[name] = await _times(connection, path)
    if show_all:
        for name, times in found.items():
            print(f"{name:24} p50 {_at(times, 0.5):7.2f} ms  p99 {_at(times, 0.99):7.2f} ms")
    return {f"{name}_p99_ms": _at(times, 0.99) for name, times in found.items()}


async def _times(connection: Connection, path: str) -> list[float]:
    await connection.get(path)
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await connection.get(path)
        times.append(time.perf_counter() - began)
    return times


def _at(times: list[float], share: float) -> float:
    return sorted(times)[min(int(len(times) * share), len(times) - 1)] * 1000


if __name__ == "__main__":
    print(msgspec.json.encode(run_async(measure_pages("--all" in sys.argv))).decode())
