"""Python's regular expressions. Runs in the child; quick.py lets harmless patterns run in the server."""

from __future__ import annotations

import re
import sys
import warnings
from typing import Any

from ..errors import BlockError, BlockInputError

ALLOWED_FLAGS = re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE | re.ASCII | re.UNICODE
MAX_PATTERN_CHARS = 100_000
# Small strings are dear: a million of them is 60 MB in the server, whatever their bytes.
MAX_VALUES = 200_000


def findall(argument: dict[str, Any]) -> list[dict[str, Any]]:
    """{pattern, string, flags, limit, max_output_bytes} -> [{start, end, match, groups, groupdict}], at most `limit`."""
    pattern = compile_pattern(argument["pattern"], argument["flags"])
    found: list[dict[str, Any]] = []
    values = size = 0
    if argument["limit"] <= 0:
        return found
    for match in pattern.finditer(argument["string"]):
        groups = list(match.groups())
        values += 5 + len(groups) + len(pattern.groupindex)
        size += len(match[0]) + sum(len(group) for group in groups if group)
        if values > MAX_VALUES or size > argument["max_output_bytes"]:
            raise BlockError("The regular expression finds more than may be kept. Ask for fewer matches or fewer groups.")
        found.append(
            {"start": match.start(), "end": match.end(), "match": match[0], "groups": groups, "groupdict": match.groupdict()}
        )
        if len(found) >= argument["limit"]:
            break
    return found


def substitute(argument: dict[str, Any]) -> str:
    """{pattern, replacement, string, flags, max_output_bytes} -> the text with all matches replaced."""
    pattern = compile_pattern(argument["pattern"], argument["flags"])
    try:
        text = pattern.sub(argument["replacement"], argument["string"])
    except (re.error, IndexError) as error:
        raise BlockInputError(f"The replacement is not valid: {str(error)[:300]}.") from None
    if sys.getsizeof(text) > argument["max_output_bytes"] + 100:
        raise BlockError(f"The text is larger than the {argument['max_output_bytes']:,} bytes that it may have.")
    return text


def compile_pattern(pattern: str, flags: int) -> re.Pattern[str]:
    """Raises BlockInputError that says what is wrong with the pattern, and where."""
    if flags & ~int(ALLOWED_FLAGS):
        raise BlockInputError("Only the flags IGNORECASE, MULTILINE, DOTALL, VERBOSE and ASCII can be used.")
    if len(pattern) > MAX_PATTERN_CHARS:
        raise BlockInputError(f"The regular expression is longer than {MAX_PATTERN_CHARS:,} characters.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(pattern, flags)
    except (re.error, OverflowError, ValueError) as error:
        raise BlockInputError(f"The regular expression is not valid: {str(error)[:300]}.") from None
    except RecursionError:
        raise BlockInputError("The regular expression is nested too deeply.") from None
