"""An agent that takes an input of every type, in the order of its form."""

from __future__ import annotations

from typing import Any

from .agents import INPUT, OUTPUT, SHORT_TEXT_INPUT, agent, link, node

LONG_TEXT = "90a56ffb-7024-4b2b-ab50-e26c5e5ab8ba"
NUMBER = "96dae2bb-97a2-41c2-bd2f-13a3b5a8ea98"
TOGGLE = "cbf36ab5-df4a-43b6-8a7f-f7ed8652116e"
DROPDOWN = "655d6fdf-a334-421c-b733-520549c07cd1"
TABLE = "5603b273-f41e-4020-af7d-fbc9c6a8d928"
DATE = "7e198b09-4994-47db-8b4d-952d98241817"
TIME = "2a1c757e-86cf-4c7e-aacf-060dc382e434"
FILE = "95ead23f-8283-4654-aef3-10c053b74a31"


def takes_everything(name: str = "Takes everything") -> dict[str, Any]:
    """Gives its list as it is; the other inputs are only there."""
    people = node(INPUT, name="People", value=["Ada", "Alan"])
    result = node(OUTPUT, name="Result")
    inputs = [
        node(SHORT_TEXT_INPUT, name="Title", value="A report", description="Stands above the first page."),
        node(LONG_TEXT, name="Letter"),
        node(NUMBER, name="Copies", value=2),
        node(TOGGLE, name="In colour", value=True),
        node(DROPDOWN, name="Paper", value="A4", options=["A3", "A4", "A5"]),
        people,
        node(INPUT, name="Prices", value={"Tea": 2, "Cake": 3}),
        node(TABLE, name="Guests", column_headers=["Name", "Diet"], value=[{"Name": "Grace", "Diet": "none"}]),
        node(DATE, name="Day", value="2026-03-31"),
        node(TIME, name="Hour", value="09:30"),
        node(FILE, name="Picture"),
        node(INPUT, name="Password", secret=True, value="secret-of-the-agent"),
        node(INPUT, name="Settings", value={"depth": [1, {"of": "two"}]}, advanced=True),
    ]
    return agent(name, [*inputs, result], [link(people, "result", result, "value")], "Shows what its form can do.")
