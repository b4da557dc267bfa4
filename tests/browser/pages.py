"""The pages of the UI, for the tests that look at every one and for scripts/screenshots."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..server import ServerProcess
from .agents import division, greeting, on_delivery


class Page(NamedTuple):
    """`name` in static/js/pages.js (with "-" and a tab of it), `address` with {graph} and {run}, and something that is there once the page is whole."""

    name: str
    address: str
    landmark: str


PAGES = [
    Page("library", "/", ".agent-card"),
    Page("welcome", "/welcome", ".welcome"),
    Page("blocks", "/library/blocks", ".block"),
    Page("agent", "/library/agents/{graph}", ".run-form"),
    Page("agent-chat", "/library/agents/{text}?tab=chat", ".chat"),
    Page("agent-schedules", "/library/agents/{graph}?tab=schedules", ".schedules"),
    Page("agent-triggers", "/library/agents/{delivery}?tab=triggers", ".trigger"),
    Page("agent-presets", "/library/agents/{graph}?tab=presets", ".preset"),
    Page("agent-versions", "/library/agents/{graph}?tab=versions", ".version-head"),
    Page("agent-settings", "/library/agents/{graph}?tab=settings", ".agent-settings"),
    Page("build", "/build/{graph}", ".react-flow__node"),
    Page("schedules", "/schedules", ".schedules"),
    Page("triggers", "/triggers", ".trigger"),
    Page("credentials", "/credentials", ".credentials-row"),
    Page("runs", "/runs", ".run-row"),
    Page("compare", "/runs/compare?a={graph}/{run}&b={graph}/{run}", ".comparison"),
    Page("costs", "/costs", ".cost-overview"),
    Page("settings", "/settings", ".settings-list li"),
    Page("system", "/system", ".system"),
    Page("system-log", "/system?log", ".log-lines"),
    Page("run", "/runs/{graph}/{run}", ".facts"),
]


def add_trigger(server: ServerProcess) -> str:
    """The id of the agent that it starts."""
    graph = server.request("POST", "/api/graphs", {"graph": on_delivery()}).json()
    trigger = {"name": "Orders of the shop", "graph_id": graph["id"], "graph_version": 1, "trigger_config": {}}
    webhook = server.request("POST", "/api/library/presets/setup-trigger", trigger).json()["webhook"]
    server.request("POST", f"/api/integrations/webhooks/{webhook['id']}/test", {})
    return graph["id"]


def add_run(server: ServerProcess) -> dict[str, Any]:
    """Stores an agent and runs it; what the addresses have places for."""
    graph = server.request("POST", "/api/graphs", {"graph": division()}).json()
    run = server.request("POST", f"/api/graphs/{graph['id']}/execute/{graph['version']}", {"inputs": {"Divide by": 6}}).json()
    for name, cron in [
        ("Every morning", "30 9 * * *"),
        ("While people work", "0 8-18/2 * * MON-FRI"),
        ("Weekly", "15 18 * * SUN"),
    ]:
        schedule = {"name": name, "cron": cron, "inputs": {"Divide by": 7}}
        server.request("POST", f"/api/graphs/{graph['id']}/schedules", schedule)
    preset = {"name": "By seven", "description": "", "graph_id": graph["id"], "graph_version": 1, "inputs": {"Divide by": 7}}
    server.request("POST", "/api/library/presets", {**preset, "credentials": {}})
    text = server.request("POST", "/api/graphs", {"graph": greeting()}).json()
    delivery = add_trigger(server)
    key = {"type": "api_key", "api_key": "not-a-real-key-0000", "title": "work"}
    server.request("POST", "/api/integrations/github/credentials", key)
    return {"graph": graph["id"], "run": run["graph_exec_id"], "text": text["id"], "delivery": delivery}
