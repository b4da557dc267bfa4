"""Makes a large database quickly: the project's own schema, one agent's ended runs, straight SQL. About 150 MB a second.

python -m tests.bench.big_file DATA_DIR --mb 1000
"""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

import apsw
import msgspec

from autogpt_lite.app import DATABASE_NAME, App
from autogpt_lite.clock import now_us
from autogpt_lite.config import load_config

from . import loads

USER = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"
NODES_A_RUN = 100
DAY_US = 86_400_000_000
PAYLOAD = b'{"value":"' + b"x" * 180 + b'"}'
OUTPUT = b'[["value","' + b"x" * 180 + b'"]]'
ROW_BYTES = 440
"""Of a node execution with this payload, as measured in the file."""

_RUNS = """
WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < :runs)
INSERT INTO graph_executions (id, uuid, user_id, graph_id, graph_version, status, root_id, inputs, created_at, queued_at, started_at,
                              ended_at, stats)
SELECT :first + k, printf('%08x-0000-4000-8000-%06x000000', (:first + k) >> 24, (:first + k) & 16777215), :user, :graph, 1,
       'COMPLETED', :first + k, CAST('{}' AS BLOB), :at + k, :at + k, :at + k, :at + k + 1000000,
       CAST('{"cost":0,"duration":1.0,"node_exec_count":100,"error":null}' AS BLOB)
FROM n
"""
_NODES = """
WITH RECURSIVE s (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < :nodes)
INSERT INTO node_executions (id, node, status, n_propagated, added_at, queued_us, started_us, ended_us, input, output)
SELECT g.id << 24 | s.seq, s.seq - 1, 4, 1, g.created_at, 0, 100, 200, :input, :output
FROM graph_executions g, s WHERE g.id > :first AND g.id <= :last ORDER BY 1
"""


def make_agent(data_dir: Path, name: str = "big") -> str:
    """A data directory with a chain of 100 in the library; the agent's graph id."""

    async def make() -> str:
        overrides = {"blocks.paths": [str(Path(loads.__file__).with_name("blocks"))]}
        async with App.open(load_config(overrides=overrides, environ={}), data_dir, go_on=False) as app:
            graph = loads.chain(name, NODES_A_RUN)
            graph.name = name
            return (await app.graphs.create_graph(USER, graph)).id

    return asyncio.run(make())


def add_runs(data_dir: Path, graph_id: str, *, rows: int, days_old: float) -> None:
    """Ended runs of the agent with so many node executions, which began so many days ago."""
    connection = apsw.Connection(str(data_dir / DATABASE_NAME))
    connection.execute("PRAGMA synchronous = off; PRAGMA cache_size = -64000; PRAGMA wal_autocheckpoint = 20000")
    runs, at = max(rows // NODES_A_RUN, 1), now_us() - int(days_old * DAY_US)
    first = connection.execute("SELECT coalesce(max(id), 0) FROM graph_executions").fetchall()[0][0]
    with connection:
        connection.execute(_RUNS, {"runs": runs, "first": first, "user": USER, "graph": graph_id, "at": at})
    for start in range(first, first + runs, 1_000):
        values = {
            "first": start,
            "last": min(start + 1_000, first + runs),
            "nodes": NODES_A_RUN,
            "input": PAYLOAD,
            "output": OUTPUT,
        }
        with connection:
            connection.execute(_NODES, values)
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    connection.close()
    with open(data_dir / DATABASE_NAME, "rb+") as file:
        os.fsync(file.fileno())  # else what is measured next waits for these pages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--mb", type=int, default=1000)
    asked = parser.parse_args()
    asked.data_dir.mkdir(parents=True, exist_ok=True)
    graph_id = make_agent(asked.data_dir)
    add_runs(asked.data_dir, graph_id, rows=asked.mb * 1_000_000 // ROW_BYTES, days_old=1)
    size_bytes = (asked.data_dir / DATABASE_NAME).stat().st_size
    print(msgspec.json.encode({"graph_id": graph_id, "size_bytes": size_bytes}).decode())


if __name__ == "__main__":
    main()
