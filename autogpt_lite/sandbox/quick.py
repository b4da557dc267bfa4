"""Which templates and patterns are so harmless that the server itself may run them, and running those.

The measure is proven work, never a guess: what cannot be bounded from the syntax and the sizes of the values goes to a child.
"""

from __future__ import annotations

import importlib
import re
import sys
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .quick_templates import Plan

# Work that takes below 2 ms here [measured], which is what a block may hold the loop for.
MAX_CHARS = 200_000
MAX_TEMPLATE_CHARS = 2_000
MAX_PLACES = 1_000
MAX_ITEMS = 2_000
MAX_DEPTH = 20
_MAX_INTEGER = 2**64


def render_quick(template: str, values: dict[str, Any], escape_html: bool) -> str | None:
    """The rendered text, or None where a child has to do it. Equal to Jinja's text for every template that it takes."""
    if len(template) > MAX_CHARS:
        return None
    # Long templates are neither planned nor kept: 256 of them would be 100 MB.
    is_short = len(template) <= MAX_TEMPLATE_CHARS
    parts = _split(template) if is_short else _split.__wrapped__(template)
    if parts is not None:
        return _fill(parts, values, escape_html)
    if not is_short or (plans := _load_plans()) is None:
        return None
    plan: Plan | None = plans.plan_template(template, escape_html)
    return None if plan is None else plans.render_plan(plan, values)


# --- text with {{ name }} and {{ name | safe }} only: needs no Jinja ---------------------------------------------------

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*(\|\s*safe\s*)?\}\}")
_LINE_END = re.compile(r"\r\n|\r")
# Words that are no variables in Jinja, and those that our environment gives a meaning.
_RESERVED = frozenset(
    [
        "true",
        "false",
        "none",
        "True",
        "False",
        "None",
        "and",
        "or",
        "not",
        "is",
        "in",
        "if",
        "else",
        "self",
        "range",
        "dict",
        "namespace",
        "cycler",
        "joiner",
        "lipsum",
    ]
)
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;"})


@lru_cache(maxsize=256)
def _split(template: str) -> tuple[str | tuple[str, bool], ...] | None:
    """Texts and (name, is safe) in turn, or None where the template holds anything else."""
    # Jinja reads \r\n as \n everywhere and drops one line end at the end.
    source = _LINE_END.sub("\n", template).removesuffix("\n")
    parts: list[str | tuple[str, bool]] = []
    end = 0
    for match in _PLACEHOLDER.finditer(source):
        parts += [source[end : match.start()], (match[1], match[2] is not None)]
        end = match.end()
        if len(parts) > 2 * MAX_PLACES:
            return None
    parts.append(source[end:])
    texts, names = parts[::2], parts[1::2]
    if any(mark in text for text in texts for mark in ("{{", "{%", "{#")) or any(name in _RESERVED for name, _ in names):
        return None
    # "{" before a placeholder: Jinja reads "{{{x}}" from the left, as {{ and then {x.
    return None if any(text.endswith("{") for text in texts[:-1]) else tuple(parts)


def _fill(parts: tuple[str | tuple[str, bool], ...], values: dict[str, Any], escape_html: bool) -> str | None:
    texts: list[str] = []
    left = MAX_CHARS
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        name, is_safe = part
        value = values.get(name, "")
        if (left := take_size(value, left)) < 0:
            return None
        text = value if type(value) is str else str(value)
        if escape_html and not is_safe:
            if (left := left - 5 * len(text)) < 0:
                return None
            text = text.translate(_HTML)
        texts.append(text)
    return keep_if_valid("".join(texts))


def take_size(value: Any, left: int) -> int:
    """`left` less the characters that the value takes as a text; below 0 if it takes more, or is not plain JSON data."""
    kind = type(value)
    if kind is str:
        return left - len(value)
    if value is None or kind is bool or kind is float or (kind is int and -_MAX_INTEGER < value < _MAX_INTEGER):
        return left - 30
    return _take_container(value, left, [MAX_ITEMS], MAX_DEPTH)


def _take_container(value: Any, left: int, items: list[int], depth: int) -> int:
    if type(value) not in (list, dict) or depth == 0 or (items := _take_items(items, len(value))) is None:
        return -1
    for member in [*value, *value.values()] if type(value) is dict else value:
        if type(member) in (list, dict):
            left = _take_container(member, left - 4, items, depth - 1)
        elif type(member) is str:
            left -= 4 + len(member) * 4  # repr may write \x00 for one character
        else:
            left = take_size(member, left - 4)
        if left < 0:
            return -1
    return left


def _take_items(items: list[int], count: int) -> list[int] | None:
    items[0] -= 1 + count
    return items if items[0] >= 0 else None


def keep_if_valid(text: str) -> str | None:
    """The text, or None where it holds half of a surrogate pair: the child's way has the error message for it."""
    try:
        if not text.isascii():
            text.encode()
    except UnicodeEncodeError:
        return None
    return text


def _load_plans() -> Any:
    """The module that needs Jinja, or None until it is loaded: importing Jinja takes 30 ms and must not stop the loop."""
    module = sys.modules.get(f"{__package__}.quick_templates")
    if module is not None and getattr(module, "IS_LOADED", False):
        return module
    _start_loading()
    return None


@lru_cache(maxsize=1)
def _start_loading() -> None:
    threading.Thread(target=load_plans_now, name="load-jinja", daemon=True).start()


def load_plans_now() -> None:
    """Imports Jinja and what plans templates, in this thread."""
    importlib.import_module(f"{__package__}.quick_templates")
