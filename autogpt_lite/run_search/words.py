"""The texts of a run for the index, and a query as FTS5 takes it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

MAX_RUN_CHARS = 20_000
"""So much of a run's texts is in the index: enough to find it, and a run of 50 MB does not make it grow."""

_SNIPPET_CHARS = 120
_WORD = re.compile(r"\w+")
_MAX_DEPTH = 50


def texts_of(value: Any, depth: int = 0) -> Iterator[str]:
    """All texts and numbers inside a JSON value, keys of dictionaries too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            if depth < _MAX_DEPTH:
                yield from texts_of(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value if depth < _MAX_DEPTH else ():
            yield from texts_of(inner, depth + 1)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield str(value)


def index_text(inputs: dict[str, Any], outputs: dict[str, list[Any]]) -> str:
    """What of a run is searched, at most MAX_RUN_CHARS."""
    parts: list[str] = []
    left = MAX_RUN_CHARS
    for text in texts_of([inputs, outputs]):
        parts.append(text[:left])
        left -= len(text) + 1
        if left <= 0:
            break
    return " ".join(parts)


def query_words(query: str) -> list[str]:
    """The words of a query, at most 12."""
    return _WORD.findall(query)[:12]


def match_expression(words: list[str], owner: str, graph_id: str | None) -> str:
    """FTS5's way to ask for the beginnings of all words in the runs of one user. Nothing that the user wrote is an operator."""
    owned = f'owner : "{_token(owner)}"'
    of_graph = f' AND graph : "{_token(graph_id)}"' if graph_id else ""
    return owned + of_graph + "".join(f' AND text : "{word}"*' for word in words)


def owner_token(value: str) -> str:
    """An id as one word: the tokenizer would take it apart at its dashes, and find it in others' parts."""
    return _token(value)


def _token(value: str) -> str:
    return "x" + value.encode().hex()


def find_first(words: list[str], inputs: dict[str, Any], outputs: dict[str, list[Any]]) -> tuple[bool, str, str]:
    """(whether it is an input, its name, some text around) of the first place that has the first word it can find."""
    places = [(False, name, value) for name, value in outputs.items()] + [(True, name, value) for name, value in inputs.items()]
    for word in words:
        wanted = re.compile(r"\b" + re.escape(_fold(word)))
        for is_input, name, value in places:
            for text in texts_of(value):
                found = wanted.search(_fold(text[:MAX_RUN_CHARS]))
                if found:
                    return is_input, name, _around(text, found.start())
            if wanted.search(_fold(name)):
                return is_input, name, next(texts_of(value), "")[:_SNIPPET_CHARS]
    return True, "", ""


def _fold(text: str) -> str:
    # Letter by letter, so that places in the folded text are places in the text.
    return "".join(unicodedata.normalize("NFKD", letter)[:1].casefold()[:1] or " " for letter in text)


def _around(text: str, at: int) -> str:
    start = max(0, at - _SNIPPET_CHARS // 3)
    return ("…" if start else "") + " ".join(text[start : start + _SNIPPET_CHARS].split())
