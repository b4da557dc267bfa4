"""Small agents to look at in a browser."""

from __future__ import annotations

import uuid
from typing import Any

from ..server import ServerProcess
from .conftest import call

INPUT = "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b"
SHORT_TEXT_INPUT = "7fcd3bcb-8e1b-4e69-903d-32d3d4a92158"
OUTPUT = "363ae599-353e-4804-937e-b2ee3cef3da4"
COUNTDOWN = "d67a9c52-5e4e-11e2-bcfd-0800200c9a71"
WEBHOOK = "8fa8c167-2002-47ce-aba8-97572fc5d387"
CALCULATOR = "b1ab9b19-67a6-406d-abf5-2dba76d00c79"
WEB_REQUEST = "6595ae1f-b924-42cb-9a41-551a0611c4b4"


def node(block_id: str, title: str = "", **input_default: Any) -> dict[str, Any]:
    metadata = {"customized_name": title} if title else {}
    return {"id": str(uuid.uuid4()), "block_id": block_id, "input_default": input_default, "metadata": metadata}


def link(source: dict[str, Any], pin: str, sink: dict[str, Any], sink_pin: str) -> dict[str, Any]:
    return {"source_id": source["id"], "source_name": pin, "sink_id": sink["id"], "sink_name": sink_pin}


def agent(name: str, nodes: list[dict[str, Any]], links: list[dict[str, Any]], description: str = "") -> dict[str, Any]:
    return {"name": name, "description": description, "nodes": nodes, "links": links}


def ticks(name: str = "Ticks", *, seconds: int, repeat: int) -> dict[str, Any]:
    """Yields `repeat` values, each after `seconds`."""
    timer, values = node(COUNTDOWN, "Timer", seconds=seconds, repeat=repeat), node(OUTPUT, name="Values")
    return agent(name, [timer, values], [link(timer, "output_message", values, "value")])


def on_delivery(name: str = "Files orders") -> dict[str, Any]:
    """Starts when any service delivers something."""
    trigger, result = node(WEBHOOK, "Delivery"), node(OUTPUT, name="Order")
    return agent(name, [trigger, result], [link(trigger, "payload", result, "value")])


def division(name: str = "Division") -> dict[str, Any]:
    """Divides 42 by its input, and adds one."""
    given, divide = node(INPUT, name="Divide by", value=6), node(CALCULATOR, "Divide it", operation="Divide", a=42)
    add, result = node(CALCULATOR, "Add one", operation="Add", b=1), node(OUTPUT, name="Result")
    links = [link(given, "result", divide, "b"), link(divide, "result", add, "a"), link(add, "result", result, "value")]
    return agent(name, [given, divide, add, result], links)


def echo(name: str, text: str) -> dict[str, Any]:
    """Gives `text` as it is; everything in it is called by that text, too."""
    given, result = node(INPUT, text, name="Text", value=text), node(OUTPUT, name=text)
    return agent(name, [given, result], [link(given, "result", result, "value")], description=text)


def greeting(name: str = "Greeting") -> dict[str, Any]:
    """Has an input that must be given."""
    given, result = node(SHORT_TEXT_INPUT, name="Who"), node(OUTPUT, name="Greeting")
    return agent(name, [given, result], [link(given, "result", result, "value")])


def giving(name: str, value: Any) -> dict[str, Any]:
    """Gives `value` as its output Result."""
    given, result = node(INPUT, name="Given", value=value), node(OUTPUT, name="Result")
    return agent(name, [given, result], [link(given, "result", result, "value")])


def upload(server: ServerProcess, name: str) -> str:
    """The id of an agent from a file that would reach out; nobody has allowed it."""
    ask, result = node(WEB_REQUEST, "Ask", url=f"http://127.0.0.1:9/{name.replace(' ', '-')}"), node(OUTPUT, name="Answer")
    graph = agent(name, [ask, result], [link(ask, "response", result, "value")])
    return call(server, "POST", "/api/graphs", {"graph": graph, "source": "upload"})["id"]


def run_path(server: ServerProcess, graph: dict[str, Any], inputs: dict[str, Any] | None = None) -> str:
    """Stores an agent and starts it; the path of the run's page."""
    stored = call(server, "POST", "/api/graphs", {"graph": graph})
    run = call(server, "POST", f"/api/graphs/{stored['id']}/execute/{stored['version']}", {"inputs": inputs or {}})
    return f"/runs/{stored['id']}/{run['id']}"
