"""Regular expressions whose work is bounded by a number small enough for the server's own thread."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

try:
    from re import _constants as codes
    from re import _parser as parser
except ImportError:  # another Python may keep its parser elsewhere; then every pattern goes to a child
    codes = parser = None  # type: ignore[assignment]

from . import patterns

_MAX_PATTERN_CHARS = 200
# Steps of the matcher, 0.5 to 2 ms; and what it takes to make a match out of one, in such steps [measured].
_MAX_STEPS = 1_000_000
_MATCH_STEPS, _GROUP_STEPS = 500, 50
# Python warns of these; in the server a warning would reach the user's console (or a test).
_WARNED_OF = ("[[", "--", "&&", "~~", "||")


def is_quick_pattern(pattern: str, string: str, flags: int = 0, limit: int = 10_000) -> bool:
    """Whether `limit` matches of the pattern surely take few steps: no nested repetition, and a short string if there is any."""
    if len(pattern) > _MAX_PATTERN_CHARS or flags & ~int(patterns.ALLOWED_FLAGS):
        return False
    shape = _shape_of(pattern, int(flags))
    if shape is None:
        return False
    starts, steps = len(string) + 1, len(pattern) + 1
    most_matches = min(starts, max(limit, 0))
    for kind, count in shape:
        steps *= count if kind == "choices" else min(len(string), count) + 1
        if starts * steps > _MAX_STEPS:
            return False
    return starts * steps + most_matches * (_MATCH_STEPS + _GROUP_STEPS * pattern.count("(")) <= _MAX_STEPS


@lru_cache(maxsize=512)
def _shape_of(pattern: str, flags: int) -> tuple[tuple[str, int], ...] | None:
    """What multiplies the work: ("choices", n) and ("repeats", at most); None if it cannot be told."""
    if parser is None or any(text in pattern for text in _WARNED_OF):
        return None
    try:
        shape: list[tuple[str, int]] = []
        _collect(parser.parse(pattern, flags), shape)
        patterns.compile_pattern(pattern, flags)
        return tuple(shape)
    except (_NotBoundedError, patterns.BlockInputError, re.error, OverflowError, ValueError, RecursionError):
        return None


class _NotBoundedError(Exception):
    pass


def _collect(parsed: Any, shape: list[tuple[str, int]]) -> None:
    for code, argument in parsed:
        if code in (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.AT):
            continue
        if code is codes.IN:
            _check_set(argument)
        elif code is codes.SUBPATTERN:
            _collect(argument[3], shape)
        elif code is codes.BRANCH:
            shape.append(("choices", len(argument[1])))
            for branch in argument[1]:
                _collect(branch, shape)
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            _collect_repeat(*argument, shape)
        else:
            raise _NotBoundedError


def _collect_repeat(low: int, high: int, parsed: Any, shape: list[tuple[str, int]]) -> None:
    inner: list[tuple[str, int]] = []
    _collect(parsed, inner)
    if high <= 1:
        shape += [("choices", 2), *inner]
    elif inner or parsed.getwidth() != (1, 1):
        raise _NotBoundedError
    else:
        shape.append(("repeats", int(high)))


def _check_set(members: Any) -> None:
    # Sets beyond Latin-1 are compiled into tables of 64 K and, where case is ignored, by a loop over every character in them.
    for code, value in members:
        highest = value[1] if code is codes.RANGE else value if code is codes.LITERAL else 0
        if highest > 0xFF:
            raise _NotBoundedError
