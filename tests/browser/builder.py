"""The builder in a test: agents with places on the canvas, and how their nodes are found there."""

from __future__ import annotations

from typing import Any

from ..server import ServerProcess
from .agents import division
from .conftest import call


def builder_of(server: ServerProcess, graph: dict[str, Any]) -> str:
    """Stores an agent; the path of its builder."""
    return f"/build/{call(server, 'POST', '/api/graphs', {'graph': graph})['id']}"


def at(graph: dict[str, Any], *places: tuple[int, int]) -> dict[str, Any]:
    for one, (x, y) in zip(graph["nodes"], places, strict=True):
        one["metadata"]["position"] = {"x": x, "y": y}
    return graph


def placed_division(name: str = "Division") -> dict[str, Any]:
    return at(division(name), (0, 0), (300, 0), (600, 0), (900, 0))


def box_of(page: Any, title: str) -> Any:
    """The node on the canvas that is called `title`."""
    return page.locator(".react-flow__node").filter(has=page.locator(".node-title", has_text=title))


def field(page: Any, name: str) -> Any:
    return page.locator(f'.field[data-pin="{name}"]').locator("input, textarea, select").first


def stored(server: ServerProcess, page: Any) -> dict[str, Any]:
    return call(server, "GET", "/api/graphs/" + page.url.rpartition("/")[2])


def pin(box: Any, name: str, side: str) -> Any:
    return box.locator(f'.react-flow__handle.{side}[data-handleid="{name}"]')


def centre(thing: Any) -> tuple[float, float]:
    place = thing.bounding_box()
    return place["x"] + place["width"] / 2, place["y"] + place["height"] / 2


def drag(page: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()
