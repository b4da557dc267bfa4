"""Statuses: the table, what is told of them, and what the database keeps to (contract: semantics 2, 7 and 9)."""

from __future__ import annotations

import asyncio
import re
from itertools import pairwise

import pytest

from autogpt_lite.engine import states
from autogpt_lite.errors import GraphNotInLibraryError, GraphValidationError
from autogpt_lite.events import GraphExecutionEvent, NodeExecutionEvent
from autogpt_lite.registry import Registry
from autogpt_lite.sdk import Block, BlockInput, BlockOutput, CredentialsPin, credentials_pin, pin
from autogpt_lite.sdk.block import NEEDS_ASYNC

from .conftest import BLOCKS
from .crash import all_ended
from .harness import make_graph, open_harness
from .script_blocks import EchoBlock, EmitAsyncBlock, EmitBlock, GateBlock, tell_watchers
from .tiny_blocks import AddBlock, EachBlock, FailBlock, InBlock, JoinBlock, OutBlock
from .views import inputs_of, stored_nodes, stored_of, stored_run, until, values_of


def test_the_table_is_that_of_the_contract(contract):
    text = (contract / "semantics.md").read_text("utf-8")
    section = text[text.index("## 9.") : text.index("## 10.")]
    rows = re.findall(r"^\| ([A-Z]+) \| ([A-Z, ]+) \|$", section, re.MULTILINE)
    assert {to: frozenset(allowed.split(", ")) for to, allowed in rows} == states.VALID_STATUS_TRANSITIONS
    assert len(rows) == 6


def test_incomplete_is_only_a_beginning():
    assert not any(states.can_change(status, states.INCOMPLETE) for status in states.STATUSES)
    assert not any(states.can_change(status, status) for status in states.STATUSES)


def test_the_code_of_a_status_never_changes():
    """It is in every row of every file that anybody has."""
    wanted = ["INCOMPLETE", "QUEUED", "RUNNING", "REVIEW", "COMPLETED", "FAILED", "TERMINATED"]
    assert [states.STATUSES[code] for code in range(7)] == wanted
    assert [states.CODES[status] for status in wanted] == list(range(7))


# --- what is told -----------------------------------------------------------------------------------------------


class Told:
    """Everything that was told, run by run and node execution by node execution."""

    def __init__(self, harness):
        self.runs, self.nodes = {}, {}
        harness.engine.core.bus.subscribe(self._take)

    def _take(self, events):
        for event in events:
            if isinstance(event, NodeExecutionEvent):
                self.nodes.setdefault(event.node.node_exec_id, []).append((event.status, event.n_outputs))
            elif isinstance(event, GraphExecutionEvent):
                self.runs.setdefault(event.run.graph_exec_id, []).append(event.status)


async def test_each_step_and_each_output_is_told_in_its_order(harness):
    told = Told(harness)
    nodes = {"e": (EmitAsyncBlock, {"items": [["x", 1], ["x", 2], ["y", 3]]}), "j": JoinBlock, "f": FailBlock}
    run = await harness.run(make_graph("g", nodes, ["e.x -> j.a", "e.y -> j.b", "e.y -> f.a"]))
    by_node = {}
    for row in await stored_nodes(harness, run):
        by_node.setdefault(row.node_id, []).append(told.nodes[f"{run.id[:-6]}{row.seq:06x}"])
    assert by_node["e"] == [[("RUNNING", 0), ("RUNNING", 1), ("RUNNING", 2), ("RUNNING", 3), ("COMPLETED", 3)]]
    assert by_node["j"] == [
        [("INCOMPLETE", 0), ("QUEUED", 0), ("RUNNING", 0), ("RUNNING", 1), ("COMPLETED", 1)],
        [("INCOMPLETE", 0)],
    ]
    assert by_node["f"] == [[("QUEUED", 0), ("RUNNING", 0), ("RUNNING", 1), ("RUNNING", 2), ("FAILED", 2)]]
    statuses = told.runs[run.id]
    assert statuses[0] == "QUEUED"
    assert statuses[-1] == "COMPLETED"
    assert statuses.count("COMPLETED") == 1


async def test_every_step_that_is_told_is_in_the_table(harness):
    told = Told(harness)
    nodes = {"e": (EachBlock, {"items": [1, 2, 3]}), "add": AddBlock, "f": FailBlock, "o": (OutBlock, {"name": "o"})}
    links = ["e.item -> add.a", "add.result -> f.a", "f.error -> o.value", "f.result -> o.value"]
    await harness.run(make_graph("g", nodes, links), nodes_to_skip=frozenset({"o"}))
    steps = {(a, b) for line in told.nodes.values() for (a, _), (b, _) in pairwise(line) if a != b}
    assert steps
    assert {step for step in steps if not states.can_change(*step)} <= {("QUEUED", "COMPLETED")}  # a skipped node
    for line in told.runs.values():
        changes = [status for status, before in zip(line, [None, *line]) if status != before]
        assert changes == ["QUEUED", "RUNNING", "COMPLETED"]


async def test_nothing_is_told_before_it_is_on_the_disk(harness):
    early = []
    db = harness.engine.core.db

    def look(events):
        for event in events:
            if isinstance(event, NodeExecutionEvent):
                key = event.node.run.key << 24 | event.node.seq
                row = db.point("SELECT status FROM node_executions WHERE id = ?", (key,))
                if row is None or row[0] < states.CODES[event.status]:
                    early.append((event.status, row))

    harness.engine.core.bus.subscribe(look)
    await harness.run(make_graph("g", {"e": (EachBlock, {"items": list(range(50))}), "c": EchoBlock}, ["e.item -> c.a"]))
    assert early == []


# --- what the database keeps to -----------------------------------------------------------------------------------


async def test_h5_an_ended_run_takes_no_more_rows(harness, caplog):
    """Somebody else has ended it in the database while it still worked in memory."""
    GateBlock.gates, GateBlock.started = {1: asyncio.Event()}, []
    run = await harness.start(make_graph("g", {"w": (GateBlock, {"a": 1}), "c": EchoBlock}, ["w.result -> c.a"]))
    await until(harness, lambda: GateBlock.started)
    db = harness.engine.core.db
    await db.write(lambda tx: tx.execute("UPDATE graph_executions SET status = 'TERMINATED' WHERE id = ?", (run.key,)))
    await db.write(lambda tx: tx.execute("UPDATE node_executions SET status = 6 WHERE id >> 24 = ?", (run.key,)))
    GateBlock.gates[1].set()
    await harness.engine.wait_ended(run)
    assert (await stored_run(harness, run))["status"] == "TERMINATED"
    assert [(row.node_id, row.status, row.outputs) for row in await stored_nodes(harness, run)] == [("w", "TERMINATED", [])]


async def test_small_outputs_lie_in_the_row_and_many_or_large_ones_beside_it(harness):
    items = {
        "few": [["x", n] for n in range(8)],
        "many": [["x", n] for n in range(9)],
        "large": [["x", "a" * 40_000], ["x", "b" * 40_000]],
        "none": [],
    }
    run = await harness.run(make_graph("g", {name: (EmitBlock, {"items": given}) for name, given in items.items()}, []))
    rows = await harness.engine.core.db.fetch_all(
        "SELECT node, output IS NOT NULL, (SELECT count(*) FROM node_outputs WHERE node_exec_id = n.id) FROM node_executions n ORDER BY id"
    )
    assert rows == [(0, 1, 0), (1, 0, 9), (2, 0, 2), (3, 0, 0)]
    for row in await stored_nodes(harness, run):
        assert [list(pair) for pair in row.outputs] == items[row.node_id]


# --- how a run begins ---------------------------------------------------------------------------------------------


async def test_nodes_that_nothing_leads_to_begin_and_notes_do_not(tmp_path):
    class NoteBlock(Block):
        id = "00000000-0000-4000-8000-000000000601"
        ui_type = "Note"
        pure = True

        def run(self, input, ctx):
            return
            yield

    async with open_harness(tmp_path, (*BLOCKS, NoteBlock)) as harness:
        nodes = {"note": NoteBlock, "b": (EchoBlock, {"a": 1}), "a": (EchoBlock, {"a": 2}), "after": EchoBlock}
        run = await harness.run(make_graph("g", nodes, ["a.a -> after.a"]))
        assert [row.node_id for row in await stored_nodes(harness, run)] == ["b", "a", "after"]  # in stored order


async def test_an_input_node_that_a_link_leads_to_refuses_the_run(harness):
    nodes = {"e": (EmitBlock, {"items": [["x", 1]]}), "in": (InBlock, {"name": "n"})}
    with pytest.raises(GraphValidationError) as refused:
        await harness.run(make_graph("g", nodes, ["e.x -> in.name"]), {"n": 1})
    assert list(refused.value.node_errors) == ["in"]


async def test_all_problems_of_the_starting_nodes_are_told_at_once(harness):
    nodes = {"a": JoinBlock, "b": AddBlock, "fine": (EchoBlock, {"a": 1})}
    with pytest.raises(GraphValidationError) as refused:
        await harness.run(make_graph("g", nodes, []))
    assert set(refused.value.node_errors) == {"a", "b"}
    assert await harness.engine.core.db.fetch_all("SELECT 1 FROM graph_executions") == []


async def test_a_graph_that_left_the_library_meanwhile_is_not_run(harness):
    class Left:
        def is_graph_in_user_library_tx(self, tx, graph_id, user_id, graph_version=None):
            return False

        def limits_of(self, graph_id, user_id):
            return None

    harness.engine.core.services.library = Left()
    with pytest.raises(GraphNotInLibraryError):
        await harness.run(make_graph("g", {"c": (EchoBlock, {"a": 1})}, []))


async def test_a_run_and_its_starting_nodes_are_one_transaction(harness, monkeypatch):
    seen = []
    harness.add(make_graph("g", {"a": (EchoBlock, {"a": 1}), "b": (EchoBlock, {"a": 2})}, []))
    submit = harness.engine.core.db.writer.submit

    def watched(fn):
        def look(tx):
            result = fn(tx)
            seen.append(
                tx.fetch_all(
                    "SELECT (SELECT count(*) FROM graph_executions), (SELECT count(*) FROM node_executions WHERE status = 1)"
                )[0]
            )
            return result

        return submit(look)

    monkeypatch.setattr(harness.engine.core.db.writer, "submit", watched)
    await harness.run(harness.graphs[("g", 1)])
    assert seen[0] == (1, 2)


# --- credentials ------------------------------------------------------------------------------------------------------


class KeyBlock(Block):
    """Says which of its optional credentials it got; odd numbers ask for a task."""

    id = "00000000-0000-4000-8000-000000000602"
    gate: asyncio.Event
    has_begun: bool

    class Input(BlockInput):
        a: int = pin(0)
        credentials: CredentialsPin | None = credentials_pin(providers=("github",), required=False)

    class Output(BlockOutput):
        got: list[str] = pin()

    def run(self, input, ctx):
        if input.a % 2:
            yield NEEDS_ASYNC
            return
        yield "got", sorted(ctx.credentials)

    async def run_slow(self, input, ctx):
        type(self).has_begun = True
        tell_watchers()
        await type(self).gate.wait()
        yield "got", ["slow", *sorted(ctx.credentials)]


@pytest.mark.parametrize("empty", [None, {}, {"id": "", "provider": "github", "type": "api_key"}, ""], ids=str)
async def test_an_empty_choice_of_credentials_is_none_before_and_after_a_restart(tmp_path, empty):
    KeyBlock.gate, KeyBlock.has_begun = asyncio.Event(), False
    graphs = {}
    node = (KeyBlock, {"a": 1, "credentials": empty})
    async with open_harness(tmp_path, (*BLOCKS, KeyBlock), graphs) as harness:
        run = await harness.start(make_graph("g", {"k": node, "c": EchoBlock}, ["k.got -> c.a"]))
        await until(harness, lambda: KeyBlock.has_begun)
    KeyBlock.gate.set()
    async with open_harness(tmp_path, (*BLOCKS, KeyBlock), graphs) as harness:
        await all_ended(harness)
        assert [row.status for row in await stored_of(harness, run, "k")] == ["COMPLETED"]
        assert await values_of(harness, run, "k", "got") == [["slow"]]
        assert await inputs_of(harness, run, "c") == [{"a": ["slow"]}]


class NeedyBlock(Block):
    """Cannot do without credentials."""

    id = "00000000-0000-4000-8000-000000000603"

    class Input(BlockInput):
        credentials: CredentialsPin = credentials_pin(providers=("github",))

    class Output(BlockOutput):
        got: list[str] = pin()

    def run(self, input, ctx):
        yield "got", sorted(ctx.credentials)


async def test_without_credentials_that_are_gone_a_block_runs_where_it_can_and_fails_where_it_needs_them(tmp_path):
    async with open_harness(tmp_path, (*BLOCKS, KeyBlock, NeedyBlock)) as harness:
        chosen = {"credentials": {"id": "gone", "provider": "github", "type": "api_key"}}
        run = await harness.run(make_graph("g", {"k": (KeyBlock, chosen), "n": (NeedyBlock, chosen)}, []))
        assert await values_of(harness, run, "k", "got") == [[]]
        [row] = await stored_of(harness, run, "n")
        assert row.status == "FAILED"
        assert row.values("error") == ["There are no such credentials."]


def test_a_block_with_credentials_that_would_hold_up_the_loop_is_refused():
    class HoldsUpBlock(NeedyBlock):
        id = "00000000-0000-4000-8000-000000000604"
        blocking = True

    with pytest.raises(TypeError, match="HoldsUpBlock: a block with credentials cannot be blocking; make run an async generator"):
        Registry().add(HoldsUpBlock())
