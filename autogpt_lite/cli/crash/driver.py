"""What a user does while the server lives: starts agents, answers reviews, stops runs, makes backups."""

from __future__ import annotations

import random
import threading
import time

from ..client import NoServerError, ServerClient, ServerRefusedError
from .mix import KINDS, STARTED, Saved, graph_of

RUNS_A_LIFE = 12
POLL_S = 0.02
MAX_STOPS = 3


class Driver:
    """Knows what the server has acknowledged; what it died over may have happened or not."""

    def __init__(self, dice: random.Random):
        self._dice = dice
        self._n = 0
        self.saved: Saved = {}
        self.acknowledged: list[str] = []
        self.stopped: list[str] = []
        """Runs whose stop was acknowledged."""
        self._sleeping: list[str] = []

    def save_agents(self, client: ServerClient) -> bool:
        """Saves what is not saved yet; False where the server died over it."""
        try:
            for kind in KINDS:
                if kind not in self.saved:
                    self.saved[kind] = client.post("/api/graphs", {"graph": graph_of(kind, self.saved)})["id"]
        except NoServerError:
            return False
        return True

    def work_in_background(self, client: ServerClient, *, makes_backup: bool = False, begins_with: str = "") -> threading.Thread:
        """Works until the server dies."""
        kinds = [begins_with] if begins_with else []
        kinds += self._dice.choices(STARTED, k=RUNS_A_LIFE - len(kinds))
        thread = threading.Thread(target=self._work, args=(client, kinds, makes_backup), daemon=True)
        thread.start()
        return thread

    def _work(self, client: ServerClient, kinds: list[str], makes_backup: bool) -> None:
        try:
            if not self.save_agents(client):
                return
            for number, kind in enumerate(kinds):
                if number == 2 and makes_backup:
                    client.post("/api/system/backups")
                self.start(client, kind)
                self.answer_and_stop(client)
            while True:
                time.sleep(POLL_S)
                self.answer_and_stop(client)
        except NoServerError:
            return

    def start(self, client: ServerClient, kind: str) -> None:
        """Starts an agent of this kind."""
        self._n += 10
        path = f"/api/graphs/{self.saved[kind]}/execute"
        run_id = client.post(path, {"inputs": {"n": self._n}})["id"]
        self.acknowledged.append(run_id)
        if kind == "stop":
            self._sleeping.append(run_id)

    def answer_and_stop(self, client: ServerClient, *, all_of_them: bool = False) -> None:
        """Answers what waits, and stops some of what sleeps."""
        for review in client.get("/api/review/pending?page_size=100"):
            item = {"node_exec_id": review["node_exec_id"], "approved": True}
            self._post_if_open(client, "/api/review/action", {"reviews": [item]})
        if all_of_them or self._dice.random() < 0.3:
            for run_id in self._sleeping[: None if all_of_them else MAX_STOPS]:
                client.post(f"/api/graphs/{self.saved['stop']}/executions/{run_id}/stop")
                self._sleeping.remove(run_id)
                self.stopped.append(run_id)

    def stop_unknown(self, client: ServerClient) -> None:
        """Stops the sleeping runs whose start was stored, but not acknowledged."""
        for run in client.get(f"/api/graphs/{self.saved['stop']}/executions"):
            if run["status"] in ("QUEUED", "RUNNING"):
                client.post(f"/api/graphs/{self.saved['stop']}/executions/{run['id']}/stop")

    @staticmethod
    def _post_if_open(client: ServerClient, path: str, body: dict) -> None:
        try:
            client.post(path, body)
        except ServerRefusedError as error:
            if error.http_status != 409:  # answered before, by a request whose answer the server died over
                raise
