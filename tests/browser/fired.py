"""A week of a schedule's starts, written beside a running server: nobody can wait for one."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from contextlib import closing
from pathlib import Path

HOUR_US = 3_600_000_000
# (hours ago, what became of it, credits, seconds that it took, why)
STARTS = [
    (3, "started", 8, 13.4, None),
    (27, "started", 8, 12.9, None),
    (51, "skipped", 0, 0, "The run before it had not ended."),
    (75, "started", 9, 15.2, None),
    (99, "missed", 0, 0, "Nobody was there: the server was not running."),
    (123, "started", 8, 13.1, None),
]
RUN = """INSERT INTO graph_executions
    (uuid, user_id, graph_id, graph_version, status, root_id, source, inputs, created_at, queued_at, started_at, ended_at, stats,
     number)
    SELECT :uuid, user_id, graph_id, graph_version, 'COMPLETED', 0, 'schedule', inputs, :at, :at, :at, :end, CAST(:stats AS BLOB),
        :number
    FROM schedules WHERE id = :schedule"""
# What they have called: more than half of the cost is theirs.
CHILD = """INSERT INTO graph_executions
    (uuid, user_id, graph_id, graph_version, status, parent_id, root_id, parent_node_exec_id, depth, inputs, created_at, queued_at,
     started_at, ended_at, stats)
    SELECT :uuid, user_id, graph_id, graph_version, 'COMPLETED', id, id, -id, 1, CAST('{}' AS BLOB), created_at, queued_at, started_at,
        ended_at, CAST(:stats AS BLOB)
    FROM graph_executions WHERE id = :parent"""
RENUMBER = """UPDATE graph_executions SET number = number + ? WHERE (user_id, graph_id) IN
    (SELECT user_id, graph_id FROM schedules WHERE id = ?)"""


def fire(data_dir: Path, schedule_id: str, now_s: float | None = None) -> None:
    """What became of the last times at which the schedule was due; the runs have no nodes."""
    now = int((now_s or time.time()) * 1_000_000)
    with closing(sqlite3.connect(data_dir / "autogpt_lite.sqlite", timeout=20)) as db, db:
        db.execute(RENUMBER, (sum(status == "started" for _, status, *_ in STARTS), schedule_id))
        number = 0
        for hours, status, credits, seconds, reason in reversed(STARTS):  # later rows are later runs
            at, run = now - hours * HOUR_US, str(uuid.uuid4()) if status == "started" else None
            if run:
                number += 1
                own = credits * 3 // 8
                stats = json.dumps({"cost": own, "duration": seconds, "node_exec_count": 22})
                row = {
                    "uuid": run,
                    "at": at,
                    "end": at + int(seconds * 1e6),
                    "stats": stats,
                    "schedule": schedule_id,
                    "number": number,
                }
                key = db.execute(RUN, row).lastrowid
                db.execute("UPDATE graph_executions SET root_id = id WHERE id = ?", (key,))
                below = json.dumps({"cost": credits - own, "duration": seconds / 4, "node_exec_count": 20})
                db.execute(CHILD, {"uuid": str(uuid.uuid4()), "parent": key, "stats": below})
            fired = at if run else None
            db.execute(
                "INSERT INTO schedule_fires SELECT key, ?, ?, ?, ?, ? FROM schedules WHERE id = ?",
                (at, status, fired, run, reason, schedule_id),
            )
