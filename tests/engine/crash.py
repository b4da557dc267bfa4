"""Crashes in one process: the files as they were after each commit, each of which can be opened by a new engine."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

from autogpt_lite import faultpoints
from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin

from .harness import make_graph
from .script_blocks import AgentBlock, EchoBlock, PaidCountBlock, StaticBlock, WithoutOutputBlock, append_line
from .tiny_blocks import EachBlock, InBlock, JoinBlock, OutBlock


class CommitCopies:
    """Copies the database after every commit. The writer's thread is the only one that writes and checkpoints, and it makes the
    copy itself, so each one is what a crash at that moment would leave."""

    def __init__(self, database: Path, target: Path, also: Path, monkeypatch: Any):
        self._database, self._target, self._also = database, target, also
        self.folders: list[Path] = []
        self._hit = faultpoints.hit
        monkeypatch.setattr(faultpoints, "hit", self._on_hit)

    def stop(self) -> None:
        self._database = self._database.with_name("no more copies")

    def _on_hit(self, name: str) -> None:
        if name == "db.after_commit" and self._database.exists():
            folder = self._target / f"{len(self.folders):04}"
            folder.mkdir(parents=True)
            for file in (self._database, Path(f"{self._database}-wal"), self._also):
                if file.exists():
                    shutil.copy(file, folder / file.name)
            self.folders.append(folder)
        self._hit(name)


async def all_ended(harness: Any, timeout_s: float = 15.0) -> None:
    """Waits until nothing runs or waits any more."""
    ended = asyncio.Event()
    engine = harness.engine

    def look(events: Any = None) -> None:
        waiting = engine.dispatcher.n_waiting + engine.dispatcher.n_running + engine.n_on_trial
        if not engine.core.runs and not waiting:
            ended.set()

    # Events are told before a run leaves memory, so its end is looked at once more after the commit.
    run_ended = engine.core.run_ended

    def watched(run: Any) -> None:
        run_ended(run)
        look()

    engine.core.run_ended = watched
    look()
    await asyncio.wait_for(ended.wait(), timeout_s)


class LagBlock(Block):
    """Waits for `lag` commits of the database, writes down that it ran, and yields a."""

    id = "00000000-0000-4000-8000-000000000401"
    file: Path
    engine: Any

    class Input(BlockInput):
        a: Any = pin()
        lag: int = pin(0)

    class Output(BlockOutput):
        result: Any = pin()

    async def run(self, input, ctx):
        db = type(self).engine.core.db
        for _ in range(input.lag):
            await db.write(lambda tx: None)
        append_line(type(self).file, f"{ctx.node_exec_id} {ctx.idempotency_key}")
        yield "result", input.a


class ManyBlock(Block):
    """Yields 0 to 11, waiting for a commit after each: more outputs than fit into the row."""

    id = "00000000-0000-4000-8000-000000000402"

    class Output(BlockOutput):
        item: int = pin()

    async def run(self, input, ctx):
        for number in range(12):
            yield "item", number
            await LagBlock.engine.core.db.write(lambda tx: None)


BLOCKS = (LagBlock, ManyBlock)


def everything(graphs: dict) -> tuple[Any, dict[str, Any]]:
    """A run with held outputs, a child, static values, prices, pinned outputs, many outputs, and executions that stay incomplete."""
    child_nodes = {"in": (InBlock, {"name": "n"}), "work": PaidCountBlock, "out": (OutBlock, {"name": "twice"})}
    child = make_graph("child", child_nodes, ["in.result => work.a", "work.result -> out.value"])
    nodes = {
        "e": (EachBlock, {"items": [4, 0, 1]}),
        "lag": LagBlock,
        "paid": (PaidCountBlock, {"split": 2}),
        "s": (StaticBlock, {"items": [["x", ["static"]]]}),
        "j": JoinBlock,
        "out": (OutBlock, {"name": "pairs"}),
        "never": WithoutOutputBlock,
        "lone": JoinBlock,
        "agent": (AgentBlock, {"graph_id": "child"}),
        "sum": (OutBlock, {"name": "children"}),
        "pinned": EchoBlock,
        "after": EchoBlock,
        "many": ManyBlock,
        "each": EchoBlock,
    }
    links = [
        *(
            "e.item -> lag.a",
            "e.item -> lag.lag",
            "lag.result -> paid.a",
            "s.x => j.b",
            "paid.result -> j.a",
            "j.pair -> out.value",
        ),
        *("e.item -> lone.a", "never.x -> lone.b", "lag.result -> agent.n", "agent.twice -> sum.value"),
        *("e.item -> pinned.a", "pinned.a -> after.a", "many.item -> each.a"),
    ]
    graph = make_graph("everything", nodes, links)
    for one in (graph, child):
        graphs[(one.id, one.version)] = one
    return graph, {"pinned": [[("a", "p1")], [("a", "p2")]]}
