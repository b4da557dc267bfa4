"""Templates with little more than values in them: planned once from their syntax tree, then rendered by Jinja in the server.

What is taken: texts, `{{ }}` of names, attributes and constant indexes of plain JSON data, filters that take time in proportion to
their input, `if` on such. No loops, calls, arithmetic, assignments or macros.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateError, nodes

from ..errors import BlockInputError
from . import quick
from .templates import compile_template, environments, parse, render_compiled

_MAX_TEMPLATE_CHARS = 4_000
_MAX_NODES = 300
# A filter may make six characters of one (tojson), and work passes over the text once for each filter.
_GROWTH = 6

_FILTERS = frozenset(
    "capitalize count d default e escape first float int join last length lower safe string title tojson trim upper".split()
)
_TESTS = frozenset("defined undefined none string number mapping boolean".split())
_PLAIN_NODES = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.CondExpr)
# Attributes of Python's own types win over keys of the data; what they give is no JSON.
_PYTHON_ATTRIBUTES = frozenset(name for kind in (dict, list, str, int, float, bool, type(None)) for name in dir(kind))

Path = tuple[str, tuple[str | int, ...]]


class Plan:
    """A compiled template and what it reads: one path for every place, so that the sizes add up."""

    def __init__(self, compiled: Template, paths: list[Path], fixed_chars: int):
        self.compiled, self.paths, self.fixed_chars = compiled, paths, fixed_chars


@lru_cache(maxsize=256)
def plan_template(template: str, escape_html: bool) -> Plan | None:
    """The plan, or None if the template is not of the harmless kind (or not valid: the child words the error)."""
    if len(template) > _MAX_TEMPLATE_CHARS:
        return None
    try:
        tree = parse(template)
        paths: list[Path] = []
        if sum(1 for _ in tree.find_all(nodes.Node)) > _MAX_NODES or not _is_harmless(tree, paths):
            return None
        return Plan(compile_template(template, escape_html, tree), paths, len(template))
    except (BlockInputError, TemplateError, RecursionError, SyntaxError):
        return None


def render_plan(plan: Plan, values: dict[str, Any]) -> str | None:
    """The text, or None where the values are too large or make an error."""
    left = quick.MAX_CHARS // _GROWTH - plan.fixed_chars
    for path in plan.paths:
        if (left := quick.take_size(_follow(values, path), left)) < 0:
            return None
    try:
        return quick.keep_if_valid(render_compiled(plan.compiled, values, quick.MAX_CHARS * _GROWTH))
    except Exception:
        return None


def _follow(values: dict[str, Any], path: Path) -> Any:
    """The value at the path, "" where there is none."""
    value: Any = values.get(path[0], "")
    for key in path[1]:
        try:
            value = value[key]
        except (LookupError, TypeError):
            return ""
    return value


def _is_harmless(node: nodes.Node, paths: list[Path]) -> bool:
    if isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem)):
        path = _path_of(node)
        paths.append(path or ("", ()))
        return path is not None
    if isinstance(node, nodes.Const):
        return node.value is None or isinstance(node.value, (str, bool, float)) or abs(node.value) < 2**64
    if isinstance(node, nodes.Filter):
        return _is_harmless_filter(node, paths)
    if isinstance(node, nodes.Test):
        return node.name in _TESTS and not _arguments(node) and _is_harmless(node.node, paths)
    if isinstance(node, nodes.Operand):
        return _is_harmless(node.expr, paths)
    return isinstance(node, _PLAIN_NODES) and all(_is_harmless(child, paths) for child in node.iter_child_nodes())


def _is_harmless_filter(node: nodes.Filter, paths: list[Path]) -> bool:
    if node.node is None or node.name not in _FILTERS or not all(isinstance(a, nodes.Const) for a in node.args):
        return False
    if node.kwargs or node.dyn_args or node.dyn_kwargs:
        return False
    # A long separator would be repeated for every item; other arguments cost what they are long.
    is_short = all(len(str(a.value)) <= 20 for a in node.args) if node.name in ("join", "tojson") else True
    # tojson's argument indents, which is not linear.
    return is_short and not (node.name == "tojson" and node.args) and _is_harmless(node.node, paths)


def _arguments(node: nodes.Test) -> bool:
    return bool(node.args or node.kwargs or node.dyn_args or node.dyn_kwargs)


def _path_of(node: nodes.Node) -> Path | None:
    """(name, keys), or None where a step is no constant or could reach a method."""
    keys: list[str | int] = []
    while not isinstance(node, nodes.Name):
        if isinstance(node, nodes.Getattr):
            key, node = node.attr, node.node
        elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            key, node = node.arg.value, node.node
        else:
            return None
        if type(key) not in (str, int) or key in _PYTHON_ATTRIBUTES or (isinstance(key, str) and key.startswith("_")):
            return None
        keys.append(key)
    is_value = node.ctx == "load" and node.name not in environments[False].globals
    return (node.name, tuple(reversed(keys))) if is_value else None


IS_LOADED = True
