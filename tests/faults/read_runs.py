"""Reads a database with another SQLite library in another process than the server's: `python read_runs.py FILE` prints JSON.

{run id: [status, {node: [executions, how many of them are complete]}, open charges, settled credits]}; a node is its position.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import aiosqlite

RUNS = "SELECT id, uuid, status FROM graph_executions"
NODES = """
SELECT node, count(*), sum(status = 4 AND input IS NOT NULL AND output IS NOT NULL OR status = 4 AND EXISTS (
    SELECT 1 FROM node_outputs o WHERE o.node_exec_id = n.id)) FROM node_executions n
WHERE n.id BETWEEN ? AND ? GROUP BY node
"""
CHARGES = (
    "SELECT count(*) - count(settled_credits), coalesce(sum(settled_credits), 0) FROM charges WHERE node_exec_id BETWEEN ? AND ?"
)


async def read(path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    async with aiosqlite.connect(f"file:{path}?mode=ro", uri=True) as db:
        (verdict,) = await (await db.execute("PRAGMA integrity_check")).fetchone()
        assert verdict == "ok", verdict
        for key, uuid, status in await db.execute_fetchall(RUNS):
            span = (key << 24, key << 24 | 0xFFFFFF)
            nodes = {node: counts for node, *counts in await db.execute_fetchall(NODES, span)}
            (charges,) = await db.execute_fetchall(CHARGES, span)
            assert uuid not in found
            found[uuid] = [status, nodes, *charges]
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(read(sys.argv[1]))))
