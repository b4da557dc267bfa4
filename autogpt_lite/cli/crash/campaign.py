"""Rounds of kills: each on a new data directory, each ended by a verdict about everything in it."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ... import faultpoints
from ...app import DATABASE_NAME
from ..client import ServerClient
from .driver import Driver
from .processes import JudgeProcess, ServerUnderTest, data_dir_of, run_command

KILLS_A_ROUND = 50
"""Few enough that a look at the whole file after each kill stays quick."""
RANDOM_MOMENT, AT_START = "a random moment", "a random moment of the start"
FAULT_WAIT_S = 2.0
"""Seconds in which a server has to come to its fault point; then it is killed where it is."""
MAX_LIFE_S, MAX_START_S = 0.3, 0.5
SETTLE_S = 60.0
"""Seconds without an end of any run after which what is left counts as stuck."""
POLL_S = 0.05
COUNTS = {"db.before_commit": 40, "db.after_commit": 40, "engine.child_admitted": 3, "db.backup_step": 3}
"""The last of so many times that a server comes to a place may be the one at which it dies; elsewhere it is the first."""
RESTORE_POINTS = tuple(name for name in faultpoints.PLACES if name.startswith("db.restore_"))
SERVER_POINTS = tuple(name for name in faultpoints.PLACES if name not in RESTORE_POINTS)
WHATS = ("lost", "doubled", "stuck", "overcharged", "corrupt")

Tell = Callable[[str], None]


class Life(NamedTuple):
    """How one server of a round ends: at a place of faultpoints.PLACES, or at a moment."""

    place: str
    count: int = 1
    delay_s: float = 0.0


class Campaign:
    """N kills. `problems` is {what: [where]}, `kills` {place: how many}."""

    def __init__(self, n_kills: int, seed: int, tell: Tell):
        self._n_kills = n_kills
        self._dice = random.Random(seed)
        self._tell = tell
        self.problems: dict[str, list[str]] = {what: [] for what in WHATS}
        self.kills: Counter[str] = Counter()
        self.acknowledged = self.runs = self.effects = self.repeats = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not any(self.problems.values())

    def run(self) -> None:
        """All rounds; a data directory in which something was found is kept, and its place told."""
        judge = JudgeProcess()
        try:
            while (left := self._n_kills - self.kills.total()) > 0:
                folder = Path(tempfile.mkdtemp(prefix="autogpt-lite-selftest-"))
                before = sum(map(len, self.problems.values()))
                try:
                    _Round(self, folder, judge, self._dice).run(min(left, KILLS_A_ROUND))
                except KeyboardInterrupt:
                    shutil.rmtree(folder, ignore_errors=True)
                    raise
                except BaseException:
                    self._tell(f"the round was cut off; what it left is in {folder}")
                    raise
                if sum(map(len, self.problems.values())) > before:
                    self._tell(f"what was found is in {folder}")
                else:
                    shutil.rmtree(folder, ignore_errors=True)
        finally:
            judge.close()

    def note_kill(self, place: str) -> None:
        """One more kill."""
        self.kills[place] += 1
        found = sum(map(len, self.problems.values()))
        self._tell(f"kill {self.kills.total()} of {self._n_kills}: {place}; found {found}")

    def note_problems(self, found: list[list[str]]) -> None:
        """What the judge says."""
        for what, where in found:
            self.problems[what].append(where)


class _Round:
    def __init__(self, campaign: Campaign, folder: Path, judge: JudgeProcess, dice: random.Random):
        self._campaign = campaign
        self._folder = folder
        self._judge = judge
        self._dice = dice
        self._driver = Driver(dice)

    def run(self, n_kills: int) -> None:
        database = data_dir_of(self._folder) / DATABASE_NAME
        self._judge.ask("begin", database=str(database), effects=str(self._folder / "effects.txt"))
        n_restores = len(RESTORE_POINTS) if n_kills > len(SERVER_POINTS) + len(RESTORE_POINTS) else 0
        for life in self._plan(n_kills - n_restores):
            self._live(life)
        backup = self._settle()
        verdict = self._verdict()
        self._kill_restores(RESTORE_POINTS[:n_restores], backup)
        campaign = self._campaign
        campaign.acknowledged += len(self._driver.acknowledged)
        campaign.runs += verdict["runs"]
        campaign.effects += verdict["effects"]
        campaign.repeats += verdict["repeats"]

    def _plan(self, n_kills: int) -> list[Life]:
        """Every fault point of a server once, then at random; in any order."""
        dice = self._dice
        lives = [Life(place) for place in SERVER_POINTS]
        while len(lives) < n_kills:
            if dice.random() < 0.5:
                place = dice.choice(SERVER_POINTS)
                lives.append(Life(place, dice.randint(1, COUNTS.get(place, 1))))
            elif dice.random() < 0.8:
                lives.append(Life(RANDOM_MOMENT, delay_s=dice.uniform(0, MAX_LIFE_S)))
            else:
                lives.append(Life(AT_START, delay_s=dice.uniform(0, MAX_START_S)))
        lives = lives[:n_kills]
        dice.shuffle(lives)
        return lives

    def _live(self, life: Life) -> None:
        is_named = life.place in faultpoints.PLACES
        server = ServerUnderTest(self._folder, f"{life.place}:{life.count}" if is_named else "")
        timer = server.kill_in(life.delay_s) if life.place == AT_START else None
        worker = None
        try:
            client = server.wait_ready()
            if client is not None:
                makes_backup, begins_with = life.place.startswith("db.backup_"), "nested" if "child" in life.place else ""
                worker = self._driver.work_in_background(client, makes_backup=makes_backup, begins_with=begins_with)
            died = server.wait_dead(FAULT_WAIT_S if is_named else life.delay_s)
        finally:
            server.kill()
            if timer is not None:
                timer.cancel()
        if worker is not None:
            worker.join()
        self._campaign.note_problems(self._judge.ask("look", stopped=self._driver.stopped)["problems"])
        self._campaign.note_kill(life.place if died or not is_named else RANDOM_MOMENT)

    def _settle(self) -> str:
        """Lets everything come to its end; the path of a backup of it."""
        server = ServerUnderTest(self._folder)
        try:
            client = server.wait_ready()
            if client is None:
                raise RuntimeError(f"the server does not start any more: see {self._folder / 'server.log'}")
            self._driver.save_agents(client)
            self._wait_for_ends(client)
            return client.post("/api/system/backups")["path"]
        finally:
            server.stop()

    def _wait_for_ends(self, client: ServerClient) -> None:
        n_open, until = -1, time.monotonic() + SETTLE_S
        while time.monotonic() < until:
            self._driver.answer_and_stop(client, all_of_them=True)
            self._driver.stop_unknown(client)
            now_open = self._judge.ask("open_runs")["open"]
            if now_open == 0:
                return
            if now_open != n_open:
                n_open, until = now_open, time.monotonic() + SETTLE_S
            time.sleep(POLL_S)

    def _verdict(self) -> dict:
        graphs = {graph_id: kind for kind, graph_id in self._driver.saved.items()}
        verdict = self._judge.ask("verdict", acknowledged=self._driver.acknowledged, stopped=self._driver.stopped, graphs=graphs)
        self._campaign.note_problems(verdict["problems"])
        return verdict

    def _kill_restores(self, places: tuple[str, ...], backup: str) -> None:
        # The backup holds what the database holds: whichever of the two is there afterwards, nothing may be missing.
        for place in places:
            if run_command(self._folder, "restore", backup, fault=place) == 0:
                raise RuntimeError(f"the restore did not come to {place}")
            server = ServerUnderTest(self._folder)
            if server.wait_ready() is None:
                self._campaign.note_problems([["corrupt", f"no start after a kill at {place}: {self._folder / 'server.log'}"]])
            server.stop()
            self._verdict()
            self._campaign.note_kill(place)
