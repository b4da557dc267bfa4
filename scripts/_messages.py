"""The texts of the web pages, read from their calls."""

from __future__ import annotations

import json
import re
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
CATALOG = STATIC / "messages" / "en.json"

TEXT = r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\''
CALL = re.compile(r"(?<![\w.$])(?:t|parts)\(\s*(?:" + TEXT + ")?")
# What is counted stands before the texts and holds none itself.
PLURAL = re.compile(r"(?<![\w.$])plural\(([^\"'`]*?),\s*(?:" + TEXT + r"),\s*(?:" + TEXT + ")")
PLURAL_CALL = re.compile(r"(?<![\w.$])plural\(")


class NotALiteralError(Exception):
    """A text that is only known when the page runs cannot be listed."""


def find_messages() -> dict:
    """{message in English: itself, or {"one", "other"} for a plural} of all pages.

    Raises NotALiteralError where a call computes its text.
    """
    found: dict = {}
    for path in sorted((STATIC / "js").rglob("*.js")):
        if path.name != "messages.js":
            found.update(messages_in(path.read_text("utf-8"), path.relative_to(STATIC).as_posix()))
    return found


def messages_in(source: str, name: str) -> dict:
    found: dict = {}
    for match in CALL.finditer(source):
        if match.lastindex is None:
            raise _not_a_literal(source, match.start(), name)
        text = _value(*match.groups())
        found[text] = text
    plurals = list(PLURAL.finditer(source))
    known = {match.start() for match in plurals}
    for call in PLURAL_CALL.finditer(source):
        if call.start() not in known:
            raise _not_a_literal(source, call.start(), name)
    for match in plurals:
        _, *texts = match.groups()
        one, many = _value(*texts[:2]), _value(*texts[2:])
        found[many] = {"one": one, "other": many}
    return found


def write_catalog(messages: dict) -> str:
    return json.dumps(messages, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _value(double: str | None, single: str | None) -> str:
    if double is not None:
        return json.loads(f'"{double}"')
    return json.loads('"' + single.replace("\\'", "'").replace('"', '\\"') + '"')


def _not_a_literal(source: str, at: int, name: str) -> NotALiteralError:
    line = source.count("\n", 0, at) + 1
    return NotALiteralError(f"{name}:{line}: the text of t, parts and plural has to be written out, in quotes.")
