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
from .templates import environments, parse, render_compiled

_MAX_NODES = 300
_MAX_FILTERS = 5
_MAX_ARGUMENT_CHARS = 20

# Filters that take time in proportion to their input, and how many characters each may make of one.
_FILTERS = {
    "count": 1,
    "d": 1,
    "default": 1,
    "first": 1,
    "float": 1,
    "int": 1,
    "last": 1,
    "length": 1,
    "safe": 1,
    "string": 1,
    "trim": 1,
}
_FILTERS |= {
    "capitalize": 3,
    "lower": 3,
    "title": 3,
    "upper": 3,
    "e": 6,
    "escape": 6,
    "tojson": 12,
    "join": 1 + _MAX_ARGUMENT_CHARS,
}
_TESTS = frozenset(["defined", "undefined", "none", "string", "number", "mapping", "boolean"])
_PLAIN_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.If,
    nodes.Operand,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Compare,
    nodes.CondExpr,
)
# Attributes of Python's own types win over keys of the data; what they give is no JSON.
_PYTHON_ATTRIBUTES = frozenset(name for kind in (dict, list, str, int, float, bool, type(None)) for name in dir(kind))

Path = tuple[str, tuple[str | int, ...]]
_PLAIN_TYPES = frozenset((dict, list, str, int, float, bool, type(None)))


class Plan:
    """What a template costs: characters of its own, and for every place a path with how often its characters count."""

    def __init__(self) -> None:
        self.own_chars = 0
        self.paths: list[tuple[Path, int]] = []
        self.compiled: Template


@lru_cache(maxsize=128)
def plan_template(template: str, escape_html: bool) -> Plan | None:
    """The plan, or None if the template is not of the harmless kind (or not valid: the child words the error)."""
    try:
        tree, plan = parse(template), Plan()
        if sum(1 for _ in tree.find_all(nodes.Node)) > _MAX_NODES or not _add(plan, tree, 6 if escape_html else 1, 0):
            return None
        # Only now: compiling computes what is constant.
        if plan.own_chars > quick.MAX_CHARS:
            return None
        plan.compiled = environments[escape_html].from_string(tree)
        return plan
    except (BlockInputError, TemplateError, RecursionError, SyntaxError):
        return None


def render_plan(plan: Plan, values: dict[str, Any]) -> str | None:
    """The text, or None where the values are too large or make an error."""
    left = quick.MAX_CHARS - plan.own_chars
    for path, weight in plan.paths:
        if (left := left - weight * (left - quick.take_size(_follow(values, path), left))) < 0:
            return None
    try:
        return quick.keep_if_valid(render_compiled(plan.compiled, values, quick.MAX_CHARS * 4))
    except Exception:
        return None


def _follow(values: dict[str, Any], path: Path) -> Any:
    """The value at the path; "" where there is none, and what take_size refuses where a step is no plain data."""
    value: Any = values.get(path[0], "")
    for key in path[1]:
        if type(value) not in _PLAIN_TYPES:
            return object
        try:
            value = value[key]
        except (LookupError, TypeError):
            return ""
    return value


def _add(plan: Plan, node: nodes.Node, weight: int, filters: int) -> bool:
    """Adds what the node costs; False if it is not harmless."""
    if isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem)):
        path = _path_of(node)
        plan.paths.append((path or ("", ()), weight))
        return path is not None
    if isinstance(node, nodes.Const):
        plan.own_chars += weight * len(str(node.value))
        return True
    if isinstance(node, nodes.TemplateData):
        plan.own_chars += len(node.data)
        return True
    if isinstance(node, nodes.Filter):
        return _add_filter(plan, node, weight, filters + 1)
    if isinstance(node, nodes.Test):
        return node.name in _TESTS and not _has_arguments(node) and not node.args and _add(plan, node.node, weight, filters)
    return isinstance(node, _PLAIN_NODES) and all(_add(plan, child, weight, filters) for child in node.iter_child_nodes())


def _add_filter(plan: Plan, node: nodes.Filter, weight: int, filters: int) -> bool:
    # tojson's argument indents, which is not linear.
    if (
        node.node is None
        or node.name not in _FILTERS
        or _has_arguments(node)
        or filters > _MAX_FILTERS
        or (node.name == "tojson" and node.args)
    ):
        return False
    longest = quick.MAX_TEMPLATE_CHARS if node.name in ("d", "default") else _MAX_ARGUMENT_CHARS
    if not all(isinstance(argument, nodes.Const) and len(str(argument.value)) <= longest for argument in node.args):
        return False
    weight *= _FILTERS[node.name]
    return all(_add(plan, child, weight, filters) for child in (node.node, *node.args))


def _has_arguments(node: nodes.Filter | nodes.Test) -> bool:
    """Whether it has any but plain ones."""
    return bool(node.kwargs or node.dyn_args or node.dyn_kwargs)


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
