"""Nodes that wait for a person: asked once, answered once, run once, charged once, whatever happens in between."""

from __future__ import annotations

import asyncio
import shutil
from typing import Any

import pytest

from autogpt_lite.engine import states
from autogpt_lite.engine.core import SafeModes
from autogpt_lite.errors import ConflictError, InvalidInputError, NotFoundError
from autogpt_lite.retention.purge import purge_deleted_runs
from autogpt_lite.reviews.service import ReviewService
from autogpt_lite.reviews.types import PageQuery, ReviewItem
from autogpt_lite.sdk import Block, BlockCost, BlockInput, BlockOutput, ReviewRequest, pin

from .conftest import BLOCKS
from .crash import CommitCopies, all_ended
from .harness import USER, OpenLibrary, make_graph, open_harness
from .script_blocks import AgentBlock, EchoBlock, GateBlock, append_line
from .tiny_blocks import EachBlock, InBlock, OutBlock
from .views import children_of, rows_of, stored_of, stored_run, until, values_of


class AskBlock(Block):
    """Asks whether `a` is right."""

    id = "00000000-0000-4000-8000-000000000501"

    class Input(BlockInput):
        a: Any = pin()
        editable: bool = pin(True)

    class Output(BlockOutput):
        yes: Any = pin()
        no: Any = pin()

    def review_request(self, input):
        return ReviewRequest(input.a, "Is it right?", input.editable)

    def run(self, input, ctx):
        review = ctx.review
        yield "no" if review and not review.approved else "yes", review.data if review else input.a


class SendBlock(Block):
    """Sends a text, which cannot be taken back and costs three credits."""

    id = "00000000-0000-4000-8000-000000000502"
    is_sensitive_action = True
    costs = (BlockCost(cost_amount=3),)
    file = None

    class Input(BlockInput):
        a: str = pin()

    class Output(BlockOutput):
        sent: str = pin()

    def run(self, input, ctx):
        if type(self).file:
            append_line(type(self).file, f"{ctx.idempotency_key} {input.a}")
        yield "sent", input.a


ALL = (*BLOCKS, AskBlock, SendBlock)


class Library(OpenLibrary):
    def __init__(self, *, human=True, sensitive=False):
        self.modes = SafeModes(human, sensitive)

    def safe_modes(self, graph_id, user_id):
        return self.modes


@pytest.fixture
async def opened(tmp_path):
    async with open_harness(
        tmp_path, ALL, library=Library(sensitive=True), engine__workers=1, engine__max_node_executions=100
    ) as harness:
        harness.reviews = ReviewService(harness.engine.core.db, harness.engine)
        yield harness


async def waiting(harness):
    return await ReviewService(harness.engine.core.db, harness.engine).list_waiting(USER, PageQuery(page_size=100))


async def answer(harness, review, approved=True, user=USER, **more):
    item = ReviewItem(node_exec_id=review.node_exec_id, approved=approved, **more)
    return await ReviewService(harness.engine.core.db, harness.engine).answer(user, [item])


async def rest(harness, run):
    assert await asyncio.wait_for(harness.engine.wait_ended(run, or_review=True), 20) == "REVIEW"


async def end(harness, run):
    return await asyncio.wait_for(harness.engine.wait_ended(run), 20)


def ask(a=1, **more):
    return (AskBlock, {"a": a, **more})


async def charges(harness):
    return await harness.engine.core.db.fetch_all("SELECT reserved_credits, settled_credits FROM charges")


async def test_other_branches_end_the_run_rests_without_a_place_and_goes_on_under_the_same_id(opened):
    graph = make_graph("g", {"q": ask("draft"), "after": EchoBlock, "other": (EchoBlock, {"a": 2})}, ["q.yes -> after.a"])
    run = await opened.start(graph)
    await rest(opened, run)
    assert (await stored_run(opened, run))["status"] == "REVIEW"
    assert [row.status for row in await stored_of(opened, run, "q")] == ["REVIEW"]
    assert await values_of(opened, run, "other", "a") == [2]
    assert (opened.engine.core.runs, opened.engine.dispatcher.n_running) == ({}, 0)
    [review] = await waiting(opened)
    assert (bytes(review.payload), review.instructions, review.graph_exec_id) == (b'"draft"', "Is it right?", run.id)
    started_at = (await stored_run(opened, run))["started_at"]
    assert (await answer(opened, review)).approved_count == 1
    assert await end(opened, run) == "COMPLETED"
    assert await values_of(opened, run, "after", "a") == ["draft"]
    assert [len(await stored_of(opened, run, node)) for node in ("q", "after", "other")] == [1, 1, 1]
    assert (await stored_run(opened, run))["started_at"] == started_at
    assert await waiting(opened) == []


async def test_a_run_rests_until_the_last_answer(opened):
    run = await opened.start(make_graph("g", {"p": ask(1), "q": ask(2)}, []))
    await rest(opened, run)
    second, first = await waiting(opened)
    await answer(opened, first, approved=False)
    assert (await stored_run(opened, run))["status"] == "REVIEW"
    await answer(opened, second)
    assert await end(opened, run) == "COMPLETED"
    values = [await values_of(opened, run, node, pin) for node in ("p", "q") for pin in ("yes", "no")]
    assert sorted(values) == [[], [], [1], [2]]


async def test_an_answer_goes_on_at_once_where_the_run_goes_on_anyhow(opened):
    GateBlock.gates = {1: asyncio.Event()}
    nodes = {"q": ask("x"), "after": EchoBlock, "slow": (GateBlock, {"a": 1})}
    run = await opened.start(make_graph("g", nodes, ["q.yes -> after.a"]))
    await until(opened, lambda: len(run.in_review) == 1)
    await opened.engine.settle()
    [review] = await waiting(opened)
    await answer(opened, review)
    await until(opened, lambda: run.stats.node_exec_count == 2)
    assert run.status == states.RUNNING
    GateBlock.gates[1].set()
    assert await end(opened, run) == "COMPLETED"
    assert await values_of(opened, run, "after", "a") == ["x"]


async def test_h10_an_edit_takes_the_place_of_the_data_if_it_fits(opened):
    graph = make_graph("g", {"q": ask({"to": "a"}), "fixed": ask("b", editable=False), "send": (SendBlock, {"a": "c"})}, [])
    run = await opened.start(graph)
    await rest(opened, run)
    by_node = {review.node_id: review for review in await waiting(opened)}
    for wrong in (["to"], "a", 5, True):
        with pytest.raises(InvalidInputError, match="has to be an object"):
            await answer(opened, by_node["q"], reviewed_data=wrong)
    with pytest.raises(InvalidInputError, match="may not be changed"):
        await answer(opened, by_node["fixed"], reviewed_data="other")
    with pytest.raises(InvalidInputError, match="bytes long"):
        await answer(opened, by_node["q"], reviewed_data={"to": "x" * 300_000})
    for wrong in ({}, {"a": {"b": [1]}}, "c"):
        with pytest.raises((InvalidInputError, Exception)) as raised:
            await answer(opened, by_node["send"], reviewed_data=wrong)
        assert raised.value.status == 400
    assert len(await waiting(opened)) == 3
    await answer(opened, by_node["q"], reviewed_data={"to": "b"}, message="better")
    await answer(opened, by_node["fixed"], reviewed_data="b")  # what it was: no change
    await answer(opened, by_node["send"], reviewed_data={"a": "d"})
    assert await end(opened, run) == "COMPLETED"
    assert await values_of(opened, run, "q", "yes") == [{"to": "b"}]
    assert await values_of(opened, run, "send", "sent") == ["d"]
    assert [row.input["a"] for row in await stored_of(opened, run, "send")] == ["d"]


async def test_h10_the_first_answer_counts_and_every_other_is_refused(opened):
    """H10, together with the stop and the edits below: twice, at once, by another user, after the end."""
    run = await opened.start(make_graph("g", {"q": ask()}, []))
    await rest(opened, run)
    [review] = await waiting(opened)
    with pytest.raises(NotFoundError):
        await answer(opened, review, user="somebody")
    answers = await asyncio.gather(*(answer(opened, review, approved=i % 2 == 0) for i in range(6)), return_exceptions=True)
    assert [type(one) for one in answers[1:]] == [ConflictError] * 5
    assert answers[0].approved_count == 1
    assert await end(opened, run) == "COMPLETED"
    with pytest.raises(ConflictError):
        await answer(opened, review)
    assert await values_of(opened, run, "q", "yes") == [1]


async def test_h10_answers_that_make_no_sense_change_nothing(opened):
    first = await opened.start(make_graph("g", {"q": ask(), "p": ask()}, []))
    await rest(opened, first)
    second = await opened.start(make_graph("h", {"q": ask()}, []))
    await rest(opened, second)
    one, *two = await waiting(opened)
    service = opened.reviews
    items = [ReviewItem(node_exec_id=review.node_exec_id, approved=True) for review in (one, *two)]
    for given, error in (
        ([], InvalidInputError),
        (items, ConflictError),
        ([items[0], items[0]], InvalidInputError),
        ([ReviewItem(node_exec_id="x", approved=True)], NotFoundError),
        ([ReviewItem(node_exec_id=first.id, approved=True)], NotFoundError),
        ([items[1], ReviewItem(node_exec_id=items[2].node_exec_id, approved=True, reviewed_data=[])], InvalidInputError),
    ):
        with pytest.raises(error):
            await service.answer(USER, given)
    assert len(await waiting(opened)) == 3


async def test_what_is_rejected_or_waits_costs_nothing_and_what_is_approved_is_charged_once(opened):
    nodes = {"a": (SendBlock, {"a": "a"}), "b": (SendBlock, {"a": "b"}), "why": EchoBlock}
    run = await opened.start(make_graph("g", nodes, ["b.error -> why.a"]))
    await rest(opened, run)
    assert await charges(opened) == []
    by_node = {review.node_id: review for review in await waiting(opened)}
    await answer(opened, by_node["a"])
    await answer(opened, by_node["b"], approved=False, message="not today")
    assert await end(opened, run) == "COMPLETED"
    assert await charges(opened) == [(3, 3)]
    assert [row.status for row in await stored_of(opened, run, "b")] == ["FAILED"]
    assert await values_of(opened, run, "why", "a") == ["The action was rejected in the review. not today"]
    assert (await stored_run(opened, run))["stats"]["cost"] == 3


@pytest.mark.parametrize("human", [True, False])
@pytest.mark.parametrize("sensitive", [True, False])
async def test_the_agents_settings_say_who_is_asked(tmp_path, human, sensitive):
    async with open_harness(tmp_path, ALL, library=Library(human=human, sensitive=sensitive)) as harness:
        run = await harness.start(make_graph("g", {"q": ask(), "send": (SendBlock, {"a": "c"})}, []))
        status = await harness.engine.wait_ended(run, or_review=True)
        asked = {review.node_id for review in await waiting(harness)}
        assert asked == {node for node, is_asked in (("q", human), ("send", sensitive)) if is_asked}
        assert status == ("REVIEW" if asked else "COMPLETED")


async def test_approved_for_all_asks_no_more_in_this_run_also_after_a_restart(tmp_path):
    graphs = {}
    # One after the other: the answer to the first lets the second come.
    nodes = {"q": ask("a"), "w": AskBlock, "each": (EachBlock, {"items": [1, 2]})}
    graph = make_graph("g", nodes, ["each.item -> w.a"])
    async with open_harness(tmp_path, ALL, graphs) as harness:
        run = await harness.start(graph)
        await rest(harness, run)
        w1 = next(review for review in await waiting(harness) if review.node_id == "w")
        await answer(harness, w1, auto_approve_future=True, reviewed_data=7)
    async with open_harness(tmp_path, ALL, graphs) as harness:
        rows = await harness.engine.core.db.fetch_all("SELECT node_id FROM review_approvals")
        assert rows == [("w",)]
        stored = await rows_of(harness, run)
        assert stored.reviews.auto_approved == {"w"}
        for review in await waiting(harness):
            await answer(harness, review)
        assert await end(harness, run) == "COMPLETED"
        assert sorted(await values_of(harness, run, "w", "yes")) == [1, 2]  # the edit is left out


async def test_a_cycle_asks_once_when_all_is_approved(opened):
    from .tiny_blocks import AddBlock

    nodes = {"q": ask(0), "add": AddBlock, "again": AskBlock}
    graph = make_graph("g", nodes, ["q.yes -> add.a", "add.result -> again.a", "again.yes -> add.a"])
    run = await opened.start(graph)
    await rest(opened, run)
    [review] = await waiting(opened)
    await answer(opened, review)
    await rest(opened, run)
    [review] = await waiting(opened)
    assert review.node_id == "again"
    # An endless loop from here on: the limit of the run ends it.
    await answer(opened, review, auto_approve_future=True)
    assert await end(opened, run) == "FAILED"
    assert await waiting(opened) == []


@pytest.mark.parametrize("resting", [True, False])
async def test_h10_a_stop_closes_the_reviews(opened, resting):
    GateBlock.gates = {1: asyncio.Event()}
    nodes = {"q": ask()} if resting else {"q": ask(), "slow": (GateBlock, {"a": 1})}
    run = await opened.start(make_graph("g", nodes, []))
    if resting:
        await rest(opened, run)
    else:
        await until(opened, lambda: len(run.in_review) == 1)
        await opened.engine.settle()
    [review] = await waiting(opened)
    if not await opened.engine.stop(run.id):
        await opened.engine.stop_stored(run.key)
    assert await end(opened, run) == "TERMINATED"
    assert [row.status for row in await stored_of(opened, run, "q")] == ["TERMINATED"]
    assert await waiting(opened) == []
    with pytest.raises(ConflictError):
        await answer(opened, review)
    rows = await opened.engine.core.db.fetch_all("SELECT status, reviewed_at FROM reviews")
    assert rows == [("REJECTED", None)]


async def test_a_resumed_run_asks_anew(opened):
    """The stop had closed its review without anybody's word."""
    run = await opened.start(make_graph("g", {"q": ask(), "c": EchoBlock}, ["q.yes -> c.a"]))
    await rest(opened, run)
    if not await opened.engine.stop(run.id):
        await opened.engine.stop_stored(run.key)
    assert await opened.engine.resume(run.key) == (True, "QUEUED")
    again = opened.engine.core.runs[run.id]
    await rest(opened, again)
    [review] = await waiting(opened)
    await answer(opened, review)
    assert await end(opened, again) == "COMPLETED"
    assert [row.status for row in await stored_of(opened, run, "c")] == ["COMPLETED"]


def child_graph():
    nodes = {"in": (InBlock, {"name": "n"}), "q": AskBlock, "out": (OutBlock, {"name": "result"})}
    return make_graph("child", nodes, ["in.result => q.a", "q.yes -> out.value"])


async def test_a_sub_agent_that_waits_keeps_its_parent_waiting_and_no_place(opened):
    opened.add(child_graph())
    nodes = {"a": (AgentBlock, {"graph_id": "child", "inputs": {"n": 4}}), "after": EchoBlock}
    parent = await opened.start(make_graph("parent", nodes, ["a.result -> after.a"]))
    await rest(opened, parent)
    assert (parent.status, opened.engine.dispatcher.n_running) == ("RUNNING", 0)
    # There is one place, and another run gets it.
    assert (await opened.run(make_graph("other", {"e": (EchoBlock, {"a": 1})}, []))).status == "COMPLETED"
    GateBlock.gates = {1: asyncio.Event()}
    other = await opened.start(make_graph("slow", {"slow": (GateBlock, {"a": 1})}, []))
    [review] = await waiting(opened)
    assert review.graph_id == "child"
    await answer(opened, review)
    [(_, status, _)] = await children_of(opened, parent)
    await opened.engine.settle()
    [(_, status, _)] = await children_of(opened, parent)
    assert status == "QUEUED"  # it waits for the place of its tree
    GateBlock.gates[1].set()
    assert await end(opened, other) == "COMPLETED"
    assert await end(opened, parent) == "COMPLETED"
    assert await values_of(opened, parent, "after", "a") == [4]
    assert opened.engine.dispatcher.n_running == 0


@pytest.fixture
async def pass_time(monkeypatch):
    """pass_time(s): all that was to happen within so many seconds happens now."""
    loop = asyncio.get_running_loop()
    real, passed = loop.time, [0.0]
    monkeypatch.setattr(loop, "time", lambda: real() + passed[0])

    async def jump(seconds):
        passed[0] += seconds
        for _ in range(5):
            await asyncio.sleep(0)

    return jump


LIMIT_S = 1_000.0
"""Of an Agent node."""


async def waiting_sub_agent(opened, depth=1):
    """A run whose Agent node may take LIMIT_S and waits for a person, `depth` agents below. Behind the answer there is a gate."""
    GateBlock.gates = {4: asyncio.Event()}
    nodes = {"in": (InBlock, {"name": "n"}), "q": AskBlock, "w": GateBlock, "out": (OutBlock, {"name": "result"})}
    opened.add(make_graph("child 1", nodes, ["in.result => q.a", "q.yes -> w.a", "w.result -> out.value"]))
    for level in range(2, depth + 1):
        inner = {"a": (AgentBlock, {"graph_id": f"child {level - 1}", "inputs": {"n": 4}}), "out": (OutBlock, {"name": "result"})}
        opened.add(make_graph(f"child {level}", inner, ["a.result -> out.value"]))
    agent = (AgentBlock, {"graph_id": f"child {depth}", "inputs": {"n": 4}}, {"timeout_s": LIMIT_S})
    parent = await opened.start(make_graph("parent", {"a": agent, "after": EchoBlock}, ["a.result -> after.a"]))
    await rest(opened, parent)
    await opened.engine.settle()
    return parent


@pytest.mark.parametrize("depth", [1, 3])
async def test_the_time_of_an_agent_node_stands_still_while_a_person_is_waited_for(opened, pass_time, depth):
    parent = await waiting_sub_agent(opened, depth)
    await pass_time(LIMIT_S * 10)
    [review] = await waiting(opened)
    await answer(opened, review)
    GateBlock.gates[4].set()
    assert await end(opened, parent) == "COMPLETED"
    assert await values_of(opened, parent, "after", "a") == [4]


@pytest.mark.parametrize("depth", [1, 3])
async def test_it_goes_on_with_what_was_left_of_it_after_the_answer(opened, pass_time, depth):
    parent = await waiting_sub_agent(opened, depth)
    await pass_time(LIMIT_S * 10)
    [review] = await waiting(opened)
    await answer(opened, review)
    await until(opened, lambda: 4 in GateBlock.started)
    [execution] = parent.executions.values()
    assert 0 < execution.context.clock._limit.when() - asyncio.get_running_loop().time() <= LIMIT_S
    await pass_time(LIMIT_S + 1)
    assert await end(opened, parent) == "COMPLETED"
    [row] = await stored_of(opened, parent, "a")
    assert (row.status, row.values("error")) == ("FAILED", [f"The node took longer than {LIMIT_S} s."])


async def test_the_time_counts_while_another_branch_of_the_sub_agent_works(opened, pass_time):
    GateBlock.gates, GateBlock.started = {4: asyncio.Event()}, []
    nodes = {"q": ask(1), "w": (GateBlock, {"a": 4})}
    opened.add(make_graph("child", nodes, []))
    agent = (AgentBlock, {"graph_id": "child", "inputs": {}}, {"timeout_s": LIMIT_S})
    parent = await opened.start(make_graph("parent", {"a": agent}, []))
    await until(opened, lambda: 4 in GateBlock.started)
    while not await waiting(opened):
        await asyncio.sleep(0)
    await pass_time(LIMIT_S + 1)
    assert await end(opened, parent) == "COMPLETED"
    [row] = await stored_of(opened, parent, "a")
    assert row.status == "FAILED"


async def test_a_tree_rests_as_soon_as_its_last_busy_branch_has_ended(opened):
    opened.add(child_graph())
    GateBlock.gates = {1: asyncio.Event()}
    child = (AgentBlock, {"graph_id": "child", "inputs": {"n": 4}})
    parent = await opened.start(make_graph("parent", {"a": child, "b": child, "slow": (GateBlock, {"a": 1})}, []))
    await until(opened, lambda: sum(run.status == "REVIEW" for run in opened.engine.core.runs.values()) == 2)
    assert opened.engine.dispatcher.n_running == 1
    GateBlock.gates[1].set()
    await rest(opened, parent)
    assert opened.engine.dispatcher.n_running == 0
    await opened.engine.settle()
    for review in await waiting(opened):
        await answer(opened, review)
    assert await end(opened, parent) == "COMPLETED"


async def test_a_stopped_tree_takes_its_waiting_sub_agents_along(opened):
    opened.add(child_graph())
    nodes = {"a": (AgentBlock, {"graph_id": "child", "inputs": {"n": 4}})}
    parent = await opened.start(make_graph("parent", nodes, []))
    await rest(opened, parent)
    assert await opened.engine.stop(parent.id)
    assert [status for _, status, _ in await children_of(opened, parent)] == ["TERMINATED"]
    assert await waiting(opened) == []
    assert (await opened.run(make_graph("other", {"e": (EchoBlock, {"a": 1})}, []))).status == "COMPLETED"


async def answer_everything(harness):
    """Approves whatever waits, until everything has ended."""
    for _ in range(20):
        for run in list(harness.engine.core.runs.values()):
            if run.parent is None:
                await asyncio.wait_for(harness.engine.wait_ended(run, or_review=True), 20)
        await harness.engine.settle()
        reviews = await waiting(harness)
        if not reviews:
            break
        for review in reviews:
            await answer(harness, review)
    await all_ended(harness)


async def test_a_crash_at_any_commit_neither_loses_nor_repeats_an_answer(tmp_path, monkeypatch):
    graphs = {("child", 1): child_graph()}
    nodes = {
        "q": ask("x"),
        "send": SendBlock,
        "a": (AgentBlock, {"graph_id": "child", "inputs": {"n": 4}}),
        "two": AskBlock,
        "end": EchoBlock,
    }
    graph = make_graph("g", nodes, ["q.yes -> send.a", "a.result -> two.a", "two.yes -> end.a"])
    library = Library(sensitive=True)
    SendBlock.file = tmp_path / "sent.txt"
    monkeypatch.setattr(SendBlock, "file", tmp_path / "sent.txt")
    async with open_harness(tmp_path, ALL, graphs, library=library) as harness:
        copies = CommitCopies(tmp_path / "db.sqlite", tmp_path / "copies", SendBlock.file, monkeypatch)
        run = await harness.start(graph)
        await answer_everything(harness)
        copies.stop()
    assert len(copies.folders) >= 8
    seen = set()
    for folder in copies.folders:
        monkeypatch.setattr(SendBlock, "file", folder / "sent.txt")
        async with open_harness(folder, ALL, graphs, library=library) as harness:
            if await harness.engine.core.db.fetch_all("SELECT 1 FROM graph_executions") == []:
                continue
            seen.update(await harness.engine.core.db.fetch_all("SELECT status, count(*) FROM reviews GROUP BY status"))
            await answer_everything(harness)
            assert (await stored_run(harness, run))["status"] == "COMPLETED"
            assert await values_of(harness, run, "end", "a") == [4]
            counts = [len(await stored_of(harness, run, node)) for node in nodes]
            assert counts == [1] * len(nodes)
            assert await charges(harness) == [(3, 3)]
            assert len({line.split()[0] for line in SendBlock.file.read_text().splitlines()}) == 1
            rows = await harness.engine.core.db.fetch_all("SELECT status, count(*) FROM reviews GROUP BY status")
            assert rows == [("APPROVED", 4)]
        shutil.rmtree(folder)
    assert {status for status, _ in seen} == {"WAITING", "APPROVED"}


async def test_what_a_run_was_given_at_its_start_is_still_there_after_a_review_and_a_restart(tmp_path):
    graphs = {}
    nodes = {"q": ask("x"), "masked": EchoBlock, "skipped": EchoBlock, "child": (AgentBlock, {"graph_id": "child"})}
    graph = make_graph("g", nodes, ["q.yes -> masked.a", "q.yes -> skipped.a", "q.yes -> child.n"])
    graphs[("child", 1)] = make_graph("child", {"in": (InBlock, {"name": "n"}), "deep": EchoBlock}, ["in.result -> deep.a"])
    given = {"masks": {"masked": {"a": "chosen"}, "deep": {"a": "for the child"}}, "nodes_to_skip": frozenset({"skipped"})}
    async with open_harness(tmp_path, ALL, graphs) as harness:
        run = await harness.start(graph, **given)
        await rest(harness, run)
    async with open_harness(tmp_path, ALL, graphs) as harness:
        [review] = await waiting(harness)
        await answer(harness, review)
        assert await end(harness, run) == "COMPLETED"
        assert await values_of(harness, run, "masked", "a") == ["chosen"]
        [skipped] = await stored_of(harness, run, "skipped")
        assert (skipped.status, skipped.outputs) == ("COMPLETED", [])
        rows = await harness.engine.core.db.fetch_all(
            "SELECT output FROM node_executions WHERE CAST(output AS TEXT) LIKE '%for the child%'"
        )
        assert len(rows) == 1


async def test_more_than_a_person_can_look_at_fails_the_node_and_says_so(tmp_path):
    async with open_harness(tmp_path, ALL, engine__max_review_bytes=100) as harness:
        run = await harness.run(make_graph("g", {"q": ask("x" * 200), "why": EchoBlock}, ["q.error -> why.a"]))
        [message] = await values_of(harness, run, "why", "a")
        assert "engine.max_review_bytes allows 100" in message


async def test_a_tree_that_may_not_be_parked_keeps_its_place_and_goes_on_all_the_same(opened, monkeypatch):
    monkeypatch.setattr("autogpt_lite.engine.dispatcher.MAX_PARKED", 0)
    opened.add(child_graph())
    parent = await opened.start(make_graph("parent", {"a": (AgentBlock, {"graph_id": "child", "inputs": {"n": 4}})}, []))
    await rest(opened, parent)
    assert opened.engine.dispatcher.n_running == 1
    await opened.engine.settle()
    [review] = await waiting(opened)
    await answer(opened, review)
    assert await end(opened, parent) == "COMPLETED"


@pytest.mark.parametrize("seems_in_memory", [True, False])
async def test_an_answer_finds_its_run_wherever_that_goes_meanwhile(opened, monkeypatch, seems_in_memory):
    """It leaves memory, or comes there, between the look and the write."""
    opened.add(child_graph())
    nodes = {"q": ask("x")} if seems_in_memory else {"a": (AgentBlock, {"graph_id": "child", "inputs": {"n": 4}})}
    run = await opened.start(make_graph("g", nodes, []))
    await rest(opened, run)
    await opened.engine.settle()
    monkeypatch.setattr(opened.engine, "is_in_memory", lambda graph_exec_id: seems_in_memory)
    [review] = await waiting(opened)
    await answer(opened, review)
    assert await end(opened, run) == "COMPLETED"


async def test_the_reviews_of_a_deleted_run_leave_with_it(opened):
    runs = []
    for _ in range(2):
        runs.append(await opened.start(make_graph("g", {"q": ask()}, [])))
        await rest(opened, runs[-1])
    for review in await waiting(opened):
        await answer(opened, review, auto_approve_future=True)
    for run in runs:
        assert await end(opened, run) == "COMPLETED"
    db, gone = opened.engine.core.db, runs[0].key
    await db.write(lambda tx: tx.execute("DELETE FROM graph_executions WHERE id = ?", (gone,)))
    await db.write(lambda tx: tx.execute("INSERT INTO purge_queue (graph_exec_key) VALUES (?)", (gone,)))
    await purge_deleted_runs(db)
    assert await db.fetch_all("SELECT node_exec_id >> 24 FROM reviews") == [(runs[1].key,)]
    assert await db.fetch_all("SELECT graph_exec_key FROM review_approvals") == [(runs[1].key,)]


async def test_crashes_while_a_tree_waits_for_a_person_are_not_held_against_it(tmp_path):
    """engine.max_crashes ends runs that were working; this one waits, though its root is RUNNING."""
    graphs, folder, copy = {("child", 1): child_graph()}, tmp_path / "data", tmp_path / "killed"
    folder.mkdir()
    graph = make_graph("parent", {"a": (AgentBlock, {"graph_id": "child", "inputs": {"n": 4}})}, [])
    run = None
    for _ in range(5):
        async with open_harness(folder, ALL, graphs) as harness:
            run = run or await harness.start(graph)
            await rest(harness, harness.engine.core.runs[run.id])
            await harness.engine.settle()
            await harness.engine.core.db.write(lambda tx: None)
            shutil.copytree(folder, copy)
        shutil.rmtree(folder)
        copy.rename(folder)
    async with open_harness(folder, ALL, graphs) as harness:
        [review] = await waiting(harness)
        await rest(harness, harness.engine.core.runs[run.id])
        await answer(harness, review)
        assert await end(harness, run) == "COMPLETED"
