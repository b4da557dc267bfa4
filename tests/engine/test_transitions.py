"""Many want to change one status at once: the row only ever takes steps that the table has, and who is refused learns what is there."""

from __future__ import annotations

import asyncio
import random
import re

import pytest

from autogpt_lite.engine import states
from autogpt_lite.engine.flush import Batch, sql, write_batch
from autogpt_lite.engine.graph_execution import start_run
from autogpt_lite.engine.stored_runs import end_stored_run, resume_stored_run
from autogpt_lite.events import GraphExecutionEvent

from .harness import make_graph
from .script_blocks import EchoBlock, GateBlock
from .tiny_blocks import EachBlock
from .views import stored_of, stored_run, until

WRITERS, STEPS = 8, 40
HISTORY = """
CREATE TEMP TABLE history (what TEXT, old, new);
CREATE TEMP TRIGGER of_run AFTER UPDATE OF status ON main.graph_executions WHEN old.status IS NOT new.status
BEGIN INSERT INTO history VALUES ('run', old.status, new.status); END;
CREATE TEMP TRIGGER of_node AFTER UPDATE OF status ON main.node_executions WHEN old.status IS NOT new.status
BEGIN INSERT INTO history VALUES ('node', old.status, new.status); END;
"""


def test_the_statements_name_exactly_what_the_table_allows():
    """The statements that do not know which status was stored last."""

    def named(statement):
        return frozenset(re.findall(r"'([A-Z]+)'", statement[statement.index("WHERE") :]))

    table = states.VALID_STATUS_TRANSITIONS
    assert named(sql.end_stored_run) == table[states.TERMINATED] == table[states.FAILED]
    assert named(sql.resume_stored_run) < table[states.QUEUED]
    codes = re.search(r"status IN \(([\d, ]+)\)", sql.terminate_nodes)[1].split(", ")
    assert {states.STATUSES[int(code)] for code in codes} == table[states.TERMINATED]


class Writers:
    """Eight of them with a memory of their own, which is out of date most of the time."""

    def __init__(self, harness, run, node_key):
        self.db, self.services = harness.engine.core.db, harness.engine.core.services
        self.ledger = self.services.ledger
        self.run_key, self.node_key = run.key, node_key
        self.refused = self.changed = 0

    async def work(self, seed):
        chance = random.Random(seed)
        believed = {"run": "QUEUED", "node": "QUEUED"}
        for _ in range(STEPS):
            what = chance.choice(("run", "run", "node"))
            step = chance.choice((self.flush, self.flush, self.flush, self.end, self.resume)) if what == "run" else self.flush
            believed[what] = await self.db.write(lambda tx, s=step, w=what: s(tx, w, believed[w], chance))

    def flush(self, tx, what, believed, chance):
        """As the engine saves what it has changed in memory."""
        legal = [to for to in states.STATUSES if states.can_change(believed, to)]
        before = self._status(tx, what)
        if not legal:
            return before
        to, batch = self._mostly_open(chance, legal), Batch()
        batch.run_keys.add(self.run_key)
        if what == "run":
            batch.runs.append((to, None, None, None, self.run_key, believed))
        else:
            row = (states.CODES[to], 0, 0, None, None, None, None, None, self.node_key, states.CODES[believed])
            batch.updates.append(row)
        is_fenced = self._status(tx, "run") in states.ENDED
        write_batch(tx, batch, self.services)
        after = self._status(tx, what)
        self._count(before == believed and not is_fenced, before, after, to)
        return after

    def end(self, tx, what, believed, chance):
        before, to = self._status(tx, what), self._mostly_open(chance, ("FAILED", "TERMINATED"))
        changed = end_stored_run(tx, self.ledger, self.run_key, to, None)
        assert changed.status == self._status(tx, what)
        self._count(changed.is_changed, before, changed.status, to)
        return changed.status

    def resume(self, tx, what, believed, chance):
        before = self._status(tx, what)
        changed = resume_stored_run(tx, self.ledger, self.run_key)
        assert changed.is_changed == (before == "TERMINATED")
        self._count(changed.is_changed, before, changed.status, "QUEUED")
        return changed.status

    def _mostly_open(self, chance, choices):
        """COMPLETED and FAILED are never left again, so a long path meets them late."""
        lasting = {"COMPLETED", "FAILED"} if chance.random() < 0.97 else set()
        return chance.choice([to for to in choices if to not in lasting] or list(choices))

    def _status(self, tx, what):
        if what == "run":
            return tx.fetch_one("SELECT status FROM graph_executions WHERE id = ?", (self.run_key,))[0]
        return states.STATUSES[tx.fetch_one("SELECT status FROM node_executions WHERE id = ?", (self.node_key,))[0]]

    def _count(self, is_changed, before, after, to):
        assert after == (to if is_changed else before)
        self.changed += is_changed
        self.refused += not is_changed


@pytest.mark.parametrize("seed", range(4))
async def test_eight_writers_leave_a_legal_path_and_each_refusal_is_told_once(harness, caplog, seed):
    GateBlock.gates, GateBlock.started = {1: asyncio.Event()}, []
    run = await harness.start(make_graph("g", {"w": (GateBlock, {"a": 1})}, []))
    await until(harness, lambda: GateBlock.started)
    db, [node_key] = harness.engine.core.db, [e.key for e in run.executions.values()]
    await db.write(lambda tx: tx.execute("UPDATE graph_executions SET status = 'QUEUED'"))
    await db.write(lambda tx: tx.execute("UPDATE node_executions SET status = 1"))
    await db.write(lambda tx: tx.connection.execute(HISTORY))
    caplog.clear()
    writers = Writers(harness, run, node_key)
    await asyncio.gather(*[writers.work(seed * WRITERS + number) for number in range(WRITERS)])
    history = await db.write(lambda tx: tx.fetch_all("SELECT what, old, new FROM history"))
    paths = {
        "run": [step for what, *step in history if what == "run"],
        "node": [[states.STATUSES[code] for code in step] for what, *step in history if what == "node"],
    }
    assert len(paths["run"]) > 5
    for path in paths.values():
        assert [step for step in path if not states.can_change(*step)] == []
        assert [new for _, new in path[:-1]] == [old for old, _ in path[1:]]
    told = [record.getMessage() for record in caplog.records if " stays " in record.getMessage()]
    assert len(told) == writers.refused > 0
    assert all(re.search(r"stays [A-Z]+ and does not become [A-Z]+$", line) for line in told)
    await harness.engine.stop(run.id)


# --- what memory and file make of it ---------------------------------------------------------------------------------


async def test_a_run_is_picked_up_from_queued_only(harness, caplog):
    run = await harness.run(make_graph("g", {"c": (EchoBlock, {"a": 1})}, []))
    start_run(harness.engine.core, run)
    assert run.status == "COMPLETED"
    assert f"run {run.key} stays COMPLETED and does not become RUNNING" in caplog.text


async def test_a_run_that_somebody_else_has_ended_is_cut_off_before_another_block_begins(harness, caplog):
    GateBlock.gates, GateBlock.started = {n: asyncio.Event() for n in (1, 2)}, []
    nodes = {"e": (EachBlock, {"items": [1]}), "first": GateBlock, "then": (GateBlock, {"a": 2})}
    run = await harness.start(make_graph("g", nodes, ["e.item -> first.a", "first.result -> then.a"]))
    await until(harness, lambda: GateBlock.started == [1])
    told, ended = [], harness.engine.ended_future(run)
    harness.engine.core.bus.subscribe(told.extend)
    ledger, db = harness.engine.core.services.ledger, harness.engine.core.db
    await db.write(lambda tx: end_stored_run(tx, ledger, run.key, "TERMINATED", "somebody else"))
    GateBlock.gates[1].set()
    assert await asyncio.wait_for(ended, 10) == "TERMINATED"
    await harness.engine.settle()
    assert GateBlock.started == [1]
    assert (await stored_run(harness, run))["stats"] == {"error": "somebody else"}
    assert await stored_of(harness, run, "then") == []
    assert harness.engine.core.runs == {}
    assert [event.status for event in told if isinstance(event, GraphExecutionEvent)][-1] == "TERMINATED"
    assert len([r for r in caplog.records if "does not become COMPLETED" in r.getMessage()]) == 1


async def test_ending_an_ended_run_leaves_its_nodes_alone(harness, caplog):
    from .tiny_blocks import JoinBlock

    run = await harness.run(
        make_graph("g", {"e": (EachBlock, {"items": [1]}), "j": JoinBlock}, ["e.item -> j.a", "e.error -> j.b"])
    )
    ledger, db = harness.engine.core.services.ledger, harness.engine.core.db
    changed = await db.write(lambda tx: end_stored_run(tx, ledger, run.key, "TERMINATED", None))
    assert changed == (False, "COMPLETED")
    assert [row.status for row in await stored_of(harness, run, "j")] == ["INCOMPLETE"]
