"""An engine in a process of its own, which a test kills: python worker.py FOLDER RUNS.

Goes on with what the file holds, starts RUNS runs, writes the id of each into FOLDER/acknowledged.txt once its start has returned,
waits until everything has ended, and exits with 0. AUTOGPT_LITE_FAULT says where it dies before that.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from autogpt_lite.engine.admit import AdmitRequest
from tests.engine import crash, script_blocks, tiny_blocks
from tests.engine.harness import USER, open_harness

BLOCKS = tiny_blocks.ALL + script_blocks.ALL + crash.BLOCKS


async def work(folder: Path, runs: int) -> None:
    graphs: dict = {}
    graph, pinned = crash.everything(graphs)
    crash.LagBlock.file = script_blocks.PaidCountBlock.file = folder / "ran.txt"
    async with open_harness(folder, BLOCKS, graphs, opens=False, engine__slice_ms=0.2, engine__max_crashes=1000) as harness:
        crash.LagBlock.engine = harness.engine
        await harness.engine.open()
        for _ in range(runs):
            plan = harness.engine.plan_of(graph.id, graph.version)
            run = await harness.engine.start(AdmitRequest(user_id=USER, plan=plan, pinned_outputs=pinned))
            script_blocks.append_line(folder / "acknowledged.txt", run.id)
        await crash.all_ended(harness, 60)


asyncio.run(work(Path(sys.argv[1]), int(sys.argv[2])))
