"""Templates and regular expressions from users, in bounds: no block evaluates either in another way.

What is provably harmless runs at once; everything else in a child process that has no files, no network, little memory and a time
limit. Why a child for regular expressions, too, and not the `regex` package in a thread, which has a time limit [measured,
2 cores, 50,000 characters]: it kept the loop going (longest stall 2 to 10 ms during `(a+)+$`, `(a|aa)+$`, `(x+x+)+y`), but compiling
20,000 alternatives stalled it for 47 ms, a repeated group took 173 MB of the server's memory in 2 s, and 13 of 21 patterns that
we tried meant something else than in Python's `re` (`a{e}` matches nearly anywhere, `[[:alpha:]]+`, `\\h`). The child costs 0.03
(uvloop) to 0.07 ms a call (p50; p99 0.1 on a quiet machine), 50 ms at the first one, is Python's own `re`, and its memory is its own.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Any

from ..config import TextConfig
from ..sandbox import quick
from ..sandbox.pool import Pool

_FUNCTIONS = {
    "render": "autogpt_lite.sandbox.templates:render",
    "findall": "autogpt_lite.sandbox.patterns:findall",
    "substitute": "autogpt_lite.sandbox.patterns:substitute",
}
_TEMPLATE, _PATTERN = "The template", "The regular expression"

_config = TextConfig(timeout_s=2.0, max_memory_mb=256, max_output_bytes=10_000_000)
_pool: Pool | None = None
_pool_loop: asyncio.AbstractEventLoop | None = None
_at_loop_end: AsyncGenerator[None] | None = None


def configure(config: TextConfig) -> None:
    """Takes the limits of config.toml's [text]; without it the defaults hold. For app.py at the start, before the first call."""
    global _config
    _config = config
    _drop_pool()


async def close() -> None:
    """Ends the child processes; returns when they are gone. A later call starts new ones. For app.py at the stop."""
    global _pool
    if _pool is not None and _pool_loop is asyncio.get_running_loop():
        _pool = None
        await _at_loop_end.aclose()
    _drop_pool()


# --- templates ----------------------------------------------------------------------------------------------


async def render(template: str, values: dict[str, Any], *, escape_html: bool = False, timeout_s: float | None = None) -> str:
    """A Jinja2 template with values (JSON) filled in; a missing value is an empty text.

    `escape_html` makes &, <, >, ' and " in values harmless for HTML. `timeout_s` is the time that rendering may take, the
    configured one if not given. Raises BlockInputError for a mistake in the template, with its line; BlockError where it takes
    too long, too much memory (config.toml, [text]) or gives too long a text.
    """
    text = render_quick(template, values, escape_html=escape_html)
    if text is not None:
        return text
    argument = {"template": template, "values": values, "escape_html": escape_html}
    return await _call("render", argument, _TEMPLATE, timeout_s)


def render_quick(template: str, values: dict[str, Any], *, escape_html: bool = False) -> str | None:
    """As `render`, at once, where the template and the sizes of its values prove that it takes below 2 ms; otherwise None.

    None is also the answer to a mistake (`render` then says which) and, for all but `{{ name }}` and `{{ name | safe }}`, until
    Jinja is loaded, which the first such call starts.
    """
    return quick.render_quick(template, values, escape_html)


# --- regular expressions ------------------------------------------------------------------------------------


async def findall(
    pattern: str, string: str, flags: int = 0, limit: int = 10_000, *, timeout_s: float | None = None
) -> list[dict[str, Any]]:
    """The first `limit` matches as {start, end, match, groups, groupdict}; positions count characters, a group without a part is None.

    The pattern is one of Python's `re` and the engine is that: nothing differs. `flags` are re.IGNORECASE, MULTILINE, DOTALL,
    VERBOSE and ASCII. Raises BlockInputError for a pattern that is not valid, BlockError where it takes too long (config.toml,
    [text]) or finds more than 200,000 groups and values.
    """
    found = findall_quick(pattern, string, flags, limit)
    if found is not None:
        return found
    argument = {"pattern": pattern, "string": string, "flags": int(flags), "limit": limit}
    return await _call("findall", argument, _PATTERN, timeout_s)


async def search(pattern: str, string: str, flags: int = 0, *, timeout_s: float | None = None) -> dict[str, Any] | None:
    """The first match as in `findall`, or None."""
    found = await findall(pattern, string, flags, 1, timeout_s=timeout_s)
    return found[0] if found else None


async def substitute(pattern: str, replacement: str, string: str, flags: int = 0, *, timeout_s: float | None = None) -> str:
    """The string with every match replaced; `\\1` and `\\g<name>` in the replacement are groups, as in Python's re.sub.

    Errors as in `findall`; BlockError also where the text would be longer than config.toml's [text] max_output_bytes.
    """
    argument = {"pattern": pattern, "replacement": replacement, "string": string, "flags": int(flags)}
    return await _call("substitute", argument, _PATTERN, timeout_s)


def is_quick_pattern(pattern: str, string: str, flags: int = 0, limit: int = 10_000) -> bool:
    """Whether `findall` answers at once because the work is surely small: no nested repetition and a short text, mostly."""
    from ..sandbox import quick_patterns

    return quick_patterns.is_quick_pattern(pattern, string, flags, limit)


def findall_quick(pattern: str, string: str, flags: int = 0, limit: int = 10_000) -> list[dict[str, Any]] | None:
    """As `findall`, at once, where is_quick_pattern is true; otherwise None."""
    if not is_quick_pattern(pattern, string, flags, limit):
        return None
    from ..sandbox import patterns

    argument = {"pattern": pattern, "string": string, "flags": int(flags), "limit": limit}
    return patterns.findall({**argument, "max_output_bytes": _config.max_output_bytes})


def escape(text: str) -> str:
    """The text as a pattern that matches exactly it."""
    return re.escape(text)


# --- the children -------------------------------------------------------------------------------------------


async def _call(function: str, argument: dict[str, Any], subject: str, timeout_s: float | None) -> Any:
    argument["max_output_bytes"] = _config.max_output_bytes
    pool = await _current_pool()
    return await pool.call(function, argument, timeout_s=timeout_s or _config.timeout_s, subject=subject)


async def _current_pool() -> Pool:
    global _pool, _pool_loop, _at_loop_end
    loop = asyncio.get_running_loop()
    if _pool is None or _pool_loop is not loop:
        _drop_pool()
        _pool = Pool(_FUNCTIONS, memory_mb=_config.max_memory_mb, max_output_bytes=_config.max_output_bytes)
        _pool_loop, _at_loop_end = loop, _close_with_loop(_pool)
        await anext(_at_loop_end)
    return _pool


async def _close_with_loop(pool: Pool) -> AsyncGenerator[None]:
    # A loop closes its open async generators when it ends: no child outlives asyncio.run, even where nobody called close().
    try:
        yield
    finally:
        await pool.close()


def _drop_pool() -> None:
    global _pool
    if _pool is not None:
        _pool.kill_now()
    _pool = None
