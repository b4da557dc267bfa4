"""A server that looks as after some days of use, for scripts/screenshots: the pictures show what people will see."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from ..server import ServerProcess
from .agents import CALCULATOR, INPUT, OUTPUT, agent, division, link, node, on_delivery, ticks
from .backed_up import back_up
from .fired import STARTS, fire
from .newsletter import handbook, meeting_notes, morning_newsletter, teaser
from .scripted_model import ScriptedModel
from .spent import spend

REVIEW = "8b2a7b3c-6e9d-4a5f-8c1b-2e3f4a5b6c7d"
ENDED = ("COMPLETED", "FAILED", "TERMINATED", "REVIEW")
PARTY = "Invitations for a party"
LONG_WAY = "The long way down to one"
NEWSLETTER = "Morning newsletter"
NOTES = "Meeting notes"
HANDBOOK = "Ask the handbook"
REFUSED_KEY = "sk-replaced-long-ago-0000"


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

    def save(self, graph: dict[str, Any]) -> dict[str, Any]:
        saved = self.ask("POST", "/api/graphs", {"graph": graph})
        self.graphs[saved["name"]] = saved
        return saved

    def start(self, name: str, **inputs: Any) -> str:
        graph = self.graphs[name]
        given = {key.replace("_", " "): value for key, value in inputs.items()}
        return self.ask("POST", f"/api/graphs/{graph['id']}/execute/{graph['version']}", {"inputs": given})["id"]

    def run(self, name: str, **inputs: Any) -> str:
        run = self.start(name, **inputs)
        self.wait(name, run)
        return run

    def wait(self, name: str, *runs: str) -> None:
        until = time.monotonic() + 60
        for run in runs:
            while self.ask("GET", f"/api/graphs/{self.graphs[name]['id']}/executions/{run}")["status"] not in ENDED:
                assert time.monotonic() < until, name
                time.sleep(0.05)

    def schedule(self, name: str, title: str, cron: str, **inputs: Any) -> str:
        body = {"name": title, "cron": cron, "inputs": inputs}
        return self.ask("POST", f"/api/graphs/{self.graphs[name]['id']}/schedules", body)["id"]

    def keep_preset(self, name: str, title: str, **inputs: Any) -> None:
        graph = {"graph_id": self.graphs[name]["id"], "graph_version": 1}
        self.ask("POST", "/api/library/presets", {**graph, "name": title, "description": "", "inputs": inputs, "credentials": {}})


def furnish(server: ServerProcess) -> dict[str, Any]:
    """Agents, a folder, a star, budgets, schedules and a trigger; what the addresses of the pages have places for. Runs come by `work`."""
    visitor = Visitor(server)
    ids = add_agents(visitor)
    ids["schedule"] = visitor.schedule(NEWSLETTER, "Every morning", "0 7 * * *")
    visitor.schedule(NOTES, "After the round", "45 9-17/4 * * MON-FRI")
    visitor.schedule(PARTY, "Sunday lunch", "0 10 * * SUN", **guests())
    visitor.keep_preset(PARTY, "The family", **guests())
    visitor.keep_preset(NEWSLETTER, "For the harbour", Topic="The harbour, this week", Readers="Fishers and ferrymen")
    put_in_order(visitor)
    visitor.ask("PUT", "/api/budgets", {"graph_id": None, "monthly_credits": 2000})
    visitor.ask("PUT", "/api/budgets", {"graph_id": visitor.graphs[NEWSLETTER]["id"], "monthly_credits": 1000})
    visitor.start("Watches the clock")
    return ids | {"graph": visitor.graphs[NEWSLETTER]["id"]}


def age(data_dir: Path, ids: dict[str, Any]) -> None:
    """What the weeks before have left: starts, costs, backups. No server may run: it would not know of these runs."""
    day_s, at_s, hour_s = 86_400, 7 * 3600, 3600
    last_s = (time.time() - at_s) // day_s * day_s + at_s
    fire(data_dir, ids["schedule"], last_s + STARTS[0][0] * hour_s)
    spend(data_dir, [ids["graph"], ids["text"], ids["notes"]])
    back_up(data_dir)


def work(server: ServerProcess, model: ScriptedModel) -> dict[str, Any]:
    """Runs of all kinds, with a model that is busy now and then. What the addresses of the pages have places for."""
    visitor = Visitor(server)
    for start in (6, 27, 7, 15):
        visitor.run(LONG_WAY, Start_number=start)
    for by in (2, 0, 4, 5):
        visitor.run("Shares of a bill", Divide_by=by)
    visitor.run("Refunds", Paid=240)
    visitor.run(PARTY, Guests="Ada Lovelace\nAlan Turing\nGrace Hopper", Occasion="a garden party", When="Saturday at six")
    past = [visitor.start(NEWSLETTER) for _ in range(2)]
    visitor.wait(NEWSLETTER, *past)
    for part in ("handbook", "research", "teaser 2"):
        model.be_busy(part)
    visitor.run(HANDBOOK, Question="How many days of holiday may I take into next year?")
    past.append(visitor.run(NEWSLETTER))
    return {"failed": visitor.run(NOTES), "run": past[-1], "before": past[0]}


def guests() -> dict[str, str]:
    return {"Guests": "Ada Lovelace\nAlan Turing", "Occasion": "lunch", "When": "Sunday at noon"}


def add_agents(visitor: Visitor) -> dict[str, Any]:
    """All that the library holds beside the examples."""
    key = {"type": "api_key", "api_key": REFUSED_KEY, "title": "work"}
    refused = visitor.ask("POST", "/api/integrations/anthropic/credentials", key)
    visitor.ask("POST", "/api/integrations/github/credentials", {**key, "api_key": "not-a-real-key-0000", "title": "personal"})
    visitor.save(morning_newsletter(visitor.save(teaser())))
    visitor.save(meeting_notes({"id": refused["id"], "provider": "anthropic", "type": "api_key", "title": "work"}))
    visitor.save(asks_a_person())
    visitor.save(division("Shares of a bill"))
    visitor.save(ticks("Watches the clock", seconds=60, repeat=60))
    orders = visitor.save(on_delivery())
    trigger = {"name": "Orders of the shop", "graph_id": orders["id"], "graph_version": 1, "trigger_config": {}}
    webhook = visitor.ask("POST", "/api/library/presets/setup-trigger", trigger)["webhook"]
    visitor.ask("POST", f"/api/integrations/webhooks/{webhook['id']}/test", {})
    return {"text": visitor.save(handbook())["id"], "delivery": orders["id"], "notes": visitor.graphs[NOTES]["id"]}


def put_in_order(visitor: Visitor) -> None:
    folder = visitor.ask("POST", "/api/library/folders", {"name": "Parts"})
    agents = {one["name"]: one["id"] for one in visitor.ask("GET", "/api/library/agents?page_size=50")["agents"]}
    for part in ("Invitation writer", "Story teaser"):
        visitor.ask("PATCH", f"/api/library/agents/{agents[part]}", {"folder_id": folder["id"]})
    visitor.ask("PATCH", f"/api/library/agents/{agents[NEWSLETTER]}", {"is_favorite": True})
