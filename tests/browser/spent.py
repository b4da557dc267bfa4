"""A month of costs, written beside a running server: nobody can wait for one."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

DAY_US = 86_400_000_000
OWNER = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"
TEXT_GENERATOR = "1f292d4a-41a4-4977-9684-7c8d560b9f91"
# By agent: what one run costs, as (model, provider, credits, calls), and how many runs there were on each of the last days.
GPT, MINI, SONNET = ("gpt-4o", "openai"), ("gpt-4o-mini", "openai"), ("claude-sonnet-4-5-20250929", "anthropic")
CALLS = [
    ([(*GPT, 2, 2), (*MINI, 6, 6)], (0, 1, 1, 2, 1, 1, 3, 1, 1, 1, 2, 1, 1, 1, 1, 4, 2, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1)),
    ([(*MINI, 1, 1)], (2, 9, 4, 7, 11, 3, 0, 0, 8, 14, 6, 5, 9, 1, 0, 7, 12, 10, 6, 4, 0, 2, 8, 5, 9, 13, 6, 1, 0, 7)),
    ([(*GPT, 1, 1), (*SONNET, 3, 1)], (0, 2, 2, 1, 3, 2, 0, 0, 2, 2, 4, 2, 2, 0, 0, 1, 2, 2, 3, 2, 0, 0, 2, 2, 2, 1, 2, 0, 0, 2)),
]


def spend(data_dir: Path, agents: list[str], now_s: float | None = None) -> None:
    """Sums of the last 30 days, for these three agents."""
    now = int((now_s or time.time()) * 1_000_000)
    rows = [
        (OWNER, now - back * DAY_US, agent, TEXT_GENERATOR, provider, model, credits * runs, calls * runs)
        for agent, (charges, days) in zip(agents, CALLS, strict=True)
        for back, runs in enumerate(days)
        for model, provider, credits, calls in charges
        if runs
    ]
    with closing(sqlite3.connect(data_dir / "autogpt_lite.sqlite", timeout=20)) as db, db:
        db.executemany("INSERT INTO cost_sums VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
