"""A server that looks as after some days of use, for scripts/screenshots: the pictures show what people will see."""

from __future__ import annotations

import json
import time
from typing import Any

from ..server import ServerProcess
from .agents import CALCULATOR, INPUT, OUTPUT, agent, division, link, node, ticks
from .backed_up import back_up
from .fired import fire
from .pages import add_run
from .spent import spend

REVIEW = "8b2a7b3c-6e9d-4a5f-8c1b-2e3f4a5b6c7d"
ENDED = ("COMPLETED", "FAILED", "TERMINATED", "REVIEW")
PARTY = "Invitations for a party"
LONG_WAY = "The long way down to one"


def asks_a_person(name: str = "Refunds") -> dict[str, Any]:
    """Works out a refund and waits for a yes or no."""
    paid, share = node(INPUT, name="Paid", value=120), node(CALCULATOR, "Half of it", operation="Divide", b=2)
    review, result = node(REVIEW, "Ask the boss", name="Pay this back?", editable=True), node(OUTPUT, name="Refund")
    links = [
        link(paid, "result", share, "a"),
        link(share, "result", review, "data"),
        link(review, "approved_data", result, "value"),
    ]
    return agent(name, [paid, share, review, result], links, "Works out what a customer gets back, and asks before it is paid.")


class Visitor:
    """Somebody who uses the server."""

    def __init__(self, server: ServerProcess):
        self._server = server
        self.graphs = {graph["name"]: graph for graph in self.ask("GET", "/api/graphs")}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._server.request(method, path, body)
        assert answer.status < 300, (path, answer.body)
        return json.loads(answer.body or b"null")

    def save(self, graph: dict[str, Any]) -> None:
        saved = self.ask("POST", "/api/graphs", {"graph": graph})
        self.graphs[saved["name"]] = saved

    def run(self, name: str, *, to_end: bool = True, **inputs: Any) -> str:
        graph = self.graphs[name]
        given = {key.replace("_", " "): value for key, value in inputs.items()}
        run = self.ask("POST", f"/api/graphs/{graph['id']}/execute/{graph['version']}", {"inputs": given})["id"]
        until = time.monotonic() + 20
        while to_end and self.ask("GET", f"/api/graphs/{graph['id']}/executions/{run}")["status"] not in ENDED:
            assert time.monotonic() < until, name
        return run


def furnish(server: ServerProcess) -> dict[str, Any]:
    """Agents with runs of all kinds, a folder, a star, schedules and a trigger; what the addresses of the pages have places for."""
    ids = add_run(server)
    visitor = Visitor(server)
    visitor.save(asks_a_person())
    visitor.save(division("Shares of a bill"))
    visitor.save(ticks("Watches the clock", seconds=60, repeat=60))
    for start in (6, 27, 7, 15):
        visitor.run(LONG_WAY, Start_number=start)
    for by in (2, 4, 0, 5):
        visitor.run("Shares of a bill", Divide_by=by)
    visitor.run("Refunds", Paid=240)
    visitor.run("Watches the clock", to_end=False)
    party = visitor.run(
        PARTY, Guests="Ada Lovelace\nAlan Turing\nGrace Hopper", Occasion="a garden party", When="Saturday at six"
    )
    guests = {"Guests": "Ada Lovelace\nAlan Turing", "Occasion": "lunch", "When": "Sunday at noon"}
    party_id = visitor.graphs[PARTY]["id"]
    lunch = visitor.ask(
        "POST", f"/api/graphs/{party_id}/schedules", {"name": "Sunday lunch", "cron": "0 10 * * SUN", "inputs": guests}
    )
    fire(server.data_dir, lunch["id"])
    preset = {
        "graph_id": party_id,
        "graph_version": 1,
        "name": "The family",
        "description": "",
        "inputs": guests,
        "credentials": {},
    }
    visitor.ask("POST", "/api/library/presets", preset)
    folder = visitor.ask("POST", "/api/library/folders", {"name": "Friends"})
    agents = {one["name"]: one["id"] for one in visitor.ask("GET", "/api/library/agents?page_size=50")["agents"]}
    visitor.ask("PATCH", f"/api/library/agents/{agents['Invitation writer']}", {"folder_id": folder["id"]})
    visitor.ask("PATCH", f"/api/library/agents/{agents[PARTY]}", {"is_favorite": True})
    spend(server.data_dir, [visitor.graphs[name]["id"] for name in (PARTY, "Shares of a bill", "Refunds")])
    visitor.ask("PUT", "/api/budgets", {"graph_id": None, "monthly_credits": 2000})
    visitor.ask("PUT", "/api/budgets", {"graph_id": party_id, "monthly_credits": 1000})
    back_up(server.data_dir)
    return ids | {"graph": party_id, "run": party}
