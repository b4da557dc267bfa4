"""Reads an agent file: AutoGPT's exported graph as JSON."""

from __future__ import annotations

from typing import Any

import msgspec

from ..engine.graph import Graph
from ..engine.validate import check_size
from ..errors import InvalidInputError
from .types import GraphInput


def parse_agent_file(data: bytes) -> Graph:
    """The graph in a file, ids as they are there. Raises InvalidInputError that says why it is not an agent file."""
    try:
        content = msgspec.json.decode(_without_mark(data))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_an_agent_file(_why_not_json(data, error)) from None
    except RecursionError:
        raise _not_an_agent_file("its JSON is nested too deep") from None
    return parse_agent(content)


def parse_agent(content: Any) -> Graph:
    """The graph in the decoded content of a file. `{"graph": {...}}`, the body of a save request, is taken as well."""
    if isinstance(content, dict) and isinstance(content.get("graph"), dict) and "nodes" not in content:
        content = content["graph"]
    if not isinstance(content, dict):
        raise _not_an_agent_file(f"it holds {_kind(content)} where an object with name and nodes should be")
    if "nodes" not in content:
        raise _not_an_agent_file("it has no nodes")
    try:
        graph = msgspec.convert(content, GraphInput).to_graph()
    except msgspec.ValidationError as error:
        raise _not_an_agent_file(f"{str(error)[:300]}") from None
    except RecursionError:
        raise _not_an_agent_file("its JSON is nested too deep") from None
    check_size(graph)
    return graph


def _without_mark(data: bytes) -> bytes:
    # Editors on Windows put a byte order mark in front.
    return data[3:] if data.startswith(b"\xef\xbb\xbf") else data


def _why_not_json(data: bytes, error: Exception) -> str:
    start = data[:200].lstrip().lower()
    if not start:
        return "it is empty"
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "it is a web page; download the file itself instead of the page that shows it"
    if start.startswith((b"pk\x03\x04", b"\x89png", b"%pdf", b"\x1f\x8b")):
        return "it is an archive, an image or a document"
    return f"it is not JSON ({str(error)[:200]})"


def _kind(content: Any) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number", type(None): "null"}
    return names.get(type(content), "something else")


def _not_an_agent_file(why: str) -> InvalidInputError:
    return InvalidInputError(
        f"This is not an agent file because {why}.", hint="An agent file is the JSON that exporting an agent gives."
    )
