"""Looks at the file from another process than the server's: `python -m autogpt_lite.cli.crash.judge` reads orders as lines of JSON
and answers each with one.

`begin` a new data directory, `look` after a kill, `open_runs` while a server works, `verdict` when everything has ended. Problems are
(what, where) with what being lost, doubled, stuck, overcharged or corrupt.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw

from ...db.look import open_to_look
from ...engine import states
from ...engine.ids import node_exec_id
from .mix import EXPECTED, OUTPUT_ID, Expected

Problem = tuple[str, str]
KEY_SPAN = 0xFFFFFF


def _reachable() -> dict[str, set[str]]:
    """{status: what may come of it}, any number of steps later; nothing here resumes what was stopped."""
    after = {status: {status} for status in states.STATUSES}
    for _ in states.STATUSES:
        for to, sources in states.VALID_STATUS_TRANSITIONS.items():
            for reached in after.values():
                if reached & (sources - states.ENDED):
                    reached.add(to)
    return {status: reached if status not in states.ENDED else {status} for status, reached in after.items()}


AFTER = _reachable()


class Judge:
    """What was seen of one data directory so far."""

    def __init__(self, database: str, effects: str):
        self._database, self._effects_file = Path(database), Path(effects)
        self._statuses: dict[int | str, str] = {}
        """{key of a run, or of a node execution as text: its status at the last look}"""
        self._finished: set[str] = set()
        self._position = 0
        self._effects: Counter[str] = Counter()
        """{idempotency key: how often it ran}"""

    # --- after a kill ------------------------------------------------------------------------------------

    def look(self, stopped: list[str]) -> dict[str, Any]:
        """What the dead server has left; `stopped` are the runs whose stop it had acknowledged."""
        problems = list(self._look_at_effects())
        if not self._database.exists():
            return {"problems": problems}
        connection = open_to_look(self._database)
        try:
            # A kill in the first moment of a new directory comes before the tables.
            if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'graph_executions'").fetchall():
                problems += self._look_at_file(connection, stopped)
        except apsw.Error as error:
            problems.append(("corrupt", f"the file cannot be read: {error}"))
        finally:
            connection.close()
        return {"problems": problems}

    def _look_at_file(self, connection: apsw.Connection, stopped: list[str]) -> Iterator[Problem]:
        for (text,) in connection.execute("PRAGMA integrity_check").fetchall():
            if text != "ok":
                yield "corrupt", text
        for row in connection.execute("PRAGMA foreign_key_check").fetchall():
            yield "corrupt", f"foreign key: {row}"
        runs = connection.execute("SELECT id, uuid, status FROM graph_executions").fetchall()
        nodes = connection.execute("SELECT id, status FROM node_executions").fetchall()
        seen = {**{key: status for key, _, status in runs}, **{f"{key}": states.STATUSES[code] for key, code in nodes}}
        for key, before in self._statuses.items():
            if key not in seen:
                yield "lost", f"the row {key}, which was {before}"
            elif seen[key] not in AFTER[before]:
                yield "corrupt", f"{key} went from {before} to {seen[key]}"
        self._statuses = seen
        uuids = {key: uuid for key, uuid, _ in runs}
        self._finished = {node_exec_id(uuids[key >> 24], key & KEY_SPAN) for key, code in nodes if code == 4}
        by_uuid = {uuid: status for _, uuid, status in runs}
        for run_id in stopped:
            if by_uuid.get(run_id) != "TERMINATED":
                yield "lost", f"the stop of {run_id}: it is {by_uuid.get(run_id)}"

    def _look_at_effects(self) -> Iterator[Problem]:
        """The side effects of one life of the server: each once, and none of a node that had ended before."""
        lines = self._effects_file.read_text("utf-8").splitlines() if self._effects_file.exists() else []
        new, self._position = lines[self._position :], len(lines)
        in_this_life: Counter[str] = Counter()
        for line in new:
            node_id, key = line.split()
            in_this_life[key] += 1
            if node_id in self._finished:
                yield "doubled", f"{key} ran again after its node had ended"
        for key, count in in_this_life.items():
            if count > 1:
                yield "doubled", f"{key} ran {count} times in one life of the server"
        self._effects += in_this_life

    # --- at the end ----------------------------------------------------------------------------------------

    def open_runs(self) -> dict[str, Any]:
        """How many runs have not ended."""
        connection = open_to_look(self._database)
        try:
            rows = connection.execute(
                "SELECT uuid FROM graph_executions WHERE status NOT IN ('COMPLETED', 'FAILED', 'TERMINATED')"
            ).fetchall()
            return {"open": len(rows)}
        finally:
            connection.close()

    def verdict(self, acknowledged: list[str], stopped: list[str], graphs: dict[str, str]) -> dict[str, Any]:
        """Everything about the runs of these graphs {graph id: kind}, now that no server changes them."""
        problems = [tuple(problem) for problem in self.look(stopped)["problems"]]
        connection = open_to_look(self._database)
        try:
            runs = connection.execute("SELECT id, uuid, graph_id, status, inputs FROM graph_executions").fetchall()
            known = {uuid for _, uuid, *_ in runs}
            problems += [("lost", f"the start of {run_id}") for run_id in acknowledged if run_id not in known]
            effects = Counter(key.rpartition("-")[0][:-6] for key in self._effects)
            for key, uuid, graph_id, status, inputs in runs:
                if graph_id in graphs:
                    facts = self._facts(connection, key, graph_id)
                    facts["effects"] = effects[uuid[:-6]]
                    wanted, n = EXPECTED[graphs[graph_id]], json.loads(inputs)["n"]
                    problems += [
                        (what, f"{graphs[graph_id]} {uuid}: {text}") for what, text in _compare(facts, status, wanted, n)
                    ]
        finally:
            connection.close()
        repeats = sum(self._effects.values()) - len(self._effects)
        return {"problems": problems, "runs": len(known), "effects": len(self._effects), "repeats": repeats}

    def _facts(self, connection: apsw.Connection, key: int, graph_id: str) -> dict[str, Any]:
        span = (key << 24, key << 24 | KEY_SPAN)
        [(body,)] = connection.execute("SELECT body FROM graphs WHERE graph_id = ? AND version = 1", (graph_id,)).fetchall()
        out = next(index for index, node in enumerate(json.loads(body)["nodes"]) if node["block_id"] == OUTPUT_ID)
        nodes = connection.execute(
            "SELECT node, status, input FROM node_executions WHERE id BETWEEN ? AND ? ORDER BY id", span
        ).fetchall()
        charges = connection.execute(
            "SELECT coalesce(sum(settled_credits), 0), count(*) - count(settled_credits) FROM charges WHERE node_exec_id BETWEEN ? AND ?",
            span,
        ).fetchall()
        reviews = connection.execute("SELECT status FROM reviews WHERE node_exec_id BETWEEN ? AND ?", span).fetchall()
        [(children,)] = connection.execute("SELECT count(*) FROM graph_executions WHERE parent_id = ?", (key,)).fetchall()
        return {
            "outputs": [json.loads(text).get("value") for node, code, text in nodes if node == out and code == 4],
            "nodes": sum(code == 4 for _, code, _ in nodes),
            "left": sum(code in (1, 2, 3) for _, code, _ in nodes),
            "credits": charges[0][0],
            "open_charges": charges[0][1],
            "reviews": [status for (status,) in reviews],
            "children": children,
        }


def _compare(facts: dict[str, Any], status: str, wanted: Expected, n: int) -> Iterator[Problem]:
    if status not in states.ENDED:
        yield "stuck", f"it is {status}"
        return
    if status != wanted.status:
        yield "lost", f"it is {status} instead of {wanted.status}"
    if facts["left"]:
        yield "stuck", f"{facts['left']} of its nodes have not ended"
    outputs = [n + offset for offset in wanted.outputs]
    if facts["outputs"] != outputs:
        what = "doubled" if len(facts["outputs"]) > len(outputs) else "lost"
        yield what, f"its outputs are {facts['outputs']} instead of {outputs}"
    for name in ("nodes", "effects", "children"):
        count, right = facts[name], getattr(wanted, name)
        # What is stopped may not have come as far as that.
        if count > right or (count < right and status == "COMPLETED"):
            yield ("doubled" if count > right else "lost"), f"{count} {name} instead of {right}"
    if facts["reviews"] != ["APPROVED"] * wanted.reviews:
        yield "lost", f"its reviews are {facts['reviews']}"
    credits = facts["credits"]
    if facts["open_charges"] or credits > wanted.credits or (credits < wanted.credits and status == "COMPLETED"):
        yield "overcharged", f"{credits} credits and {facts['open_charges']} reservations instead of {wanted.credits}"


def main() -> None:
    """Answers orders until the end of the input."""
    judge = None
    for line in sys.stdin:
        name, arguments = json.loads(line)
        if name == "begin":
            judge, answer = Judge(**arguments), {}
        else:
            answer = getattr(judge, name)(**arguments)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
