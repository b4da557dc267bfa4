"""How many values a block can give in one execution, as its code says: each `yield` outside of a loop runs once at most."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

from ..registry import BlockEntry
from ..sdk.block import Block

ANY_PIN = "*"
"""Values on a pin whose name is worked out while the block runs: they may come on each."""
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_OWN_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class _Unbounded(Exception):
    """A yield in a loop, or one of another generator."""


def most_values(entry: BlockEntry, pin: str) -> int | None:
    """How many values one execution puts on a pin at most; None where its code does not say."""
    counts = _most_yields(type(entry.block))
    if counts is None:
        return None
    # The engine itself adds one error where the block fails.
    return counts[pin] + counts[ANY_PIN] + (pin == "error")


@cache
def _most_yields(block: type[Block]) -> Counter[str] | None:
    found: Counter[str] = Counter()
    for function in (block.run, block.run_slow):
        if function is None:
            continue
        counts = _yields_of(function)
        if counts is None:
            return None
        found += counts
    return found


def _yields_of(function: Callable[..., Any]) -> Counter[str] | None:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        return _count_all(tree.body[0].body, in_loop=False)  # type: ignore[attr-defined]
    except (OSError, TypeError, SyntaxError, _Unbounded):
        return None


def _count_all(nodes: list[Any], *, in_loop: bool) -> Counter[str]:
    return sum((_count(node, in_loop=in_loop) for node in nodes), Counter())


def _count(node: ast.AST, *, in_loop: bool) -> Counter[str]:
    if isinstance(node, _OWN_SCOPES):
        return Counter()
    if isinstance(node, ast.YieldFrom) or (in_loop and isinstance(node, ast.Yield)):
        raise _Unbounded
    if isinstance(node, ast.If):  # one of the two
        one, other = _count_all(node.body, in_loop=in_loop), _count_all(node.orelse, in_loop=in_loop)
        return _count(node.test, in_loop=in_loop) + (one | other)
    inside = _count_all(list(ast.iter_child_nodes(node)), in_loop=in_loop or isinstance(node, _LOOPS))
    return inside + Counter(_pin_of(node)) if isinstance(node, ast.Yield) else inside


def _pin_of(node: ast.Yield) -> list[str]:
    value = node.value
    if isinstance(value, ast.Name) and value.id == "NEEDS_ASYNC":  # no value, but a word to the engine
        return []
    if isinstance(value, ast.Tuple) and value.elts and isinstance(value.elts[0], ast.Constant):
        return [str(value.elts[0].value)]
    return [ANY_PIN]
