"""Exactly once: the process dies every simulated hour, before or after some commit, and no due time is lost or used twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path

import pytest

from autogpt_lite.app import App
from autogpt_lite.schedules.cron import find_zone, fires_after, parse_cron
from tests.clock import FakeClock, fake_clock, us, utc

from .world import World, open_world

START = utc(2026, 10, 24, 22)
"""The day on which Berlin goes back to winter time."""

SCHEDULES = {
    "all, queue": ("*/10 * * * *", {"catch_up": "all", "catch_up_limit": 1000, "overlap": "queue"}),
    "all, parallel": ("*/15 * * * *", {"catch_up": "all", "catch_up_limit": 1000, "overlap": "parallel", "grace_s": 0}),
    "once": ("5,35 * * * *", {"catch_up": "once"}),
    "skip": ("20 0-23 * * *", {"catch_up": "skip", "overlap": "skip"}),
}


class Death:
    """Ends what `app` does after some writes, as a kill would: from then on nothing is written, and nobody learns what became of the last one."""

    def __init__(self, app: App, after_writes: int, *, is_last_committed: bool):
        self.came = asyncio.Event()
        self._submit = app.db.writer.submit
        self._left = after_writes
        self._is_last_committed = is_last_committed
        app.db.writer.submit = self._count

    def _count(self, fn) -> asyncio.Future:
        self._left -= 1
        if self._left > 0:
            return self._submit(fn)
        if self._left == 0 and self._is_last_committed:
            self._submit(fn)
        self.came.set()
        return asyncio.get_running_loop().create_future()


async def live_until_death(world: World, clock: FakeClock, chance: random.Random) -> bool:
    """An hour at most, in steps; False if death did not come in it."""
    death = Death(world.app, chance.randrange(1, 40), is_last_committed=chance.random() < 0.5)
    for _ in range(8):
        clock.turn(minutes=chance.randrange(3, 9))
        working = asyncio.create_task(world.run_due())
        dying = asyncio.create_task(death.came.wait())
        await asyncio.wait({working, dying}, return_when=asyncio.FIRST_COMPLETED)
        dying.cancel()
        if death.came.is_set():
            working.cancel()
            await asyncio.wait({working})
            return True
        await working
    death.came.set()
    return False


async def simulate(folder: Path, n_hours: int, seed: int) -> dict[str, Counter]:
    """{schedule: how many due times have which status}, after as many hours with at least as many deaths; checks all rows."""
    chance = random.Random(seed)
    with fake_clock(START) as clock:
        async with open_world(folder, schedules__timezone="Europe/Berlin") as world:
            graph = await world.add_agent()
            ids = {name: (await world.add_schedule(graph, cron, **more)).id for name, (cron, more) in SCHEDULES.items()}
        n_deaths, end = 0, START + timedelta(hours=n_hours)
        while clock.now < end or n_deaths < n_hours:
            async with open_world(folder, dies=True) as world:
                n_deaths += await live_until_death(world, clock, chance)
            clock.turn(minutes=chance.choice([0, 0, 1, 25]))
        async with open_world(folder) as world:
            clock.turn(minutes=1)
            await finish(world)
            return {name: await check(world, schedule_id, name, clock.now) for name, schedule_id in ids.items()} | {
                "runs": Counter(status for _, status in await world.scheduled_runs()),
                "deaths": Counter(all=n_deaths),
            }


async def finish(world: World) -> None:
    """Until nothing waits any more."""
    waiting = "SELECT count(*) FROM schedule_fires WHERE status = 'waiting'"
    open_runs = "SELECT count(*) FROM graph_executions WHERE status IN ('QUEUED', 'RUNNING')"
    async with asyncio.timeout(20):
        while True:
            await world.run_due()
            if world.app.db.point(waiting) == (0,) and world.app.db.point(open_runs) == (0,):
                return


async def check(world: World, schedule_id: str, name: str, now: datetime) -> Counter:
    cron, zone = parse_cron(SCHEDULES[name][0]), find_zone("Europe/Berlin")
    due = list(takewhile(lambda at: at <= us(now), fires_after(cron, zone, us(START))))
    rows = await world.app.db.fetch_all(
        "SELECT f.due_at, f.status, f.graph_exec_id, g.status FROM schedule_fires f JOIN schedules s ON s.key = f.schedule_key"
        " LEFT JOIN graph_executions g ON g.uuid = f.graph_exec_id WHERE s.id = ? ORDER BY f.due_at",
        (schedule_id,),
    )
    assert [row[0] for row in rows] == due
    started = [row for row in rows if row[1] == "started"]
    assert {row[3] for row in started} == {"COMPLETED"}
    assert len({row[2] for row in started}) == len(started)
    return Counter(row[1] for row in rows)


def judge(found: dict[str, Counter], n_hours: int) -> None:
    assert found["runs"] == Counter(COMPLETED=sum(found[name]["started"] for name in SCHEDULES))
    assert set(found["all, queue"]) == set(found["all, parallel"]) == {"started"}
    assert found["all, queue"]["started"] >= 6 * n_hours
    assert set(found["once"]) <= {"started", "missed"}
    assert found["once"]["started"] > found["once"]["missed"]
    assert set(found["skip"]) <= {"started", "missed", "skipped"}


async def test_a_day_with_a_death_every_hour_loses_and_doubles_nothing(tmp_path: Path):
    judge(await simulate(tmp_path, 24, seed=1), 24)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_thirty_days_with_a_death_every_hour_lose_and_double_nothing(tmp_path: Path):
    found = await simulate(tmp_path, 720, seed=2)
    judge(found, 720)
    print(found)
