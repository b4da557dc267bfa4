"""A hundred thousand runs, written beside a running server: nobody can wait for them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ..server import ServerProcess
from .spent import OWNER

RUNS = """
WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < :count)
INSERT INTO graph_executions (id, uuid, user_id, graph_id, graph_version, status, root_id, inputs, created_at, queued_at, started_at,
                              ended_at, stats)
SELECT :first + k, printf('%08x-0000-4000-8000-%012x', k, k), :user, :graph, 1, 'COMPLETED', :first + k,
       CAST(json_object('Who', 'guest ' || k || CASE WHEN k % 1000 THEN '' ELSE ' of honour' END) AS BLOB), :at + k, :at + k, :at + k,
       :at + k + 1000000, CAST('{"cost":0,"duration":1.0,"node_exec_count":0,"error":null}' AS BLOB)
FROM n
"""


def add_runs(server: ServerProcess, graph_id: str, count: int) -> None:
    """Ended runs of the agent without nodes; every thousandth was of a guest of honour."""
    with closing(sqlite3.connect(Path(server.data_dir) / "autogpt_lite.sqlite", timeout=60)) as db, db:
        (first,) = db.execute("SELECT coalesce(max(id), 0) FROM graph_executions").fetchone()
        db.execute(RUNS, {"count": count, "first": first, "user": OWNER, "graph": graph_id, "at": 1_700_000_000_000_000})
