"""Jinja2 with everything taken away that a text does not need. Runs in the child; quick.py uses it for harmless templates.

Names that begin with two underscores, `self`, other templates and mutation are refused with an error instead of an empty text.
Missing values are empty, as in plain Jinja.
"""

from __future__ import annotations

# Not used here: Python and Jinja import them when they first need them, and then the child can open no file any more.
import codecs
import html  # noqa: F401
import pprint  # noqa: F401
import sys
import textwrap  # noqa: F401
import unicodedata  # noqa: F401
from collections import OrderedDict
from typing import Any

import jinja2.debug  # noqa: F401
from jinja2 import Template, TemplateSyntaxError, nodes
from jinja2.filters import FILTERS
from jinja2.runtime import Context, StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError
from jinja2.utils import Namespace, pass_environment

from ..errors import BlockError, BlockInputError

for _encoding in ("ascii", "latin-1", "cp1252", "utf-16", "unicode-escape"):
    codecs.lookup(_encoding)

MAX_TEMPLATE_CHARS = 500_000
MAX_RANGE = 100_000
_MAX_POWER_BITS = 100_000
_MAX_CACHED, _MAX_CACHED_CHARS = 64, 20_000
_MAX_MESSAGE_CHARS = 300


def render(argument: dict[str, Any]) -> str:
    """{template, values, escape_html, max_output_bytes} -> the text. Raises BlockInputError with the line and what is wrong."""
    source, values = argument["template"], argument["values"]
    compiled = compile_template(source, argument["escape_html"])
    try:
        text = render_compiled(compiled, values, argument["max_output_bytes"])
    except (BlockError, MemoryError):
        raise
    except RecursionError:
        raise BlockInputError("The template is nested too deeply, or a macro calls itself without an end.") from None
    except Exception as error:
        raise BlockInputError(f"{_line_of(compiled, error)}: {_sentence(error)}") from None
    return text


def compile_template(source: str, escape_html: bool, parsed: nodes.Template | None = None) -> Template:
    """The compiled template, kept for the next time. Raises BlockInputError with the line and what is wrong."""
    if (known := _compiled.get((source, escape_html))) is not None:
        _compiled.move_to_end((source, escape_html))
        return known
    try:
        compiled = environments[escape_html].from_string(parsed or parse(source))
    except TemplateSyntaxError as error:
        raise BlockInputError(f"Line {error.lineno} of the template: {_sentence(error)}") from None
    except (RecursionError, SyntaxError):  # a SyntaxError is Python's: it has limits of its own for nesting
        raise BlockInputError("The template is nested too deeply.") from None
    except ValueError:  # the lexer's only one: int() has a limit of digits
        raise BlockInputError("The template holds a number that is too long.") from None
    if len(source) <= _MAX_CACHED_CHARS:
        _compiled[source, escape_html] = compiled
        if len(_compiled) > _MAX_CACHED:
            _compiled.popitem(last=False)
    return compiled


_compiled: OrderedDict[tuple[str, bool], Template] = OrderedDict()


def parse(source: str) -> nodes.Template:
    """The syntax tree. Raises BlockInputError for the parts that are refused, TemplateSyntaxError, RecursionError."""
    if len(source) > MAX_TEMPLATE_CHARS:
        raise BlockInputError(f"The template is longer than {MAX_TEMPLATE_CHARS:,} characters. Put long texts into its values.")
    tree = environments[False].parse(source)
    for node in tree.find_all((nodes.Name, nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        if not isinstance(node, nodes.Name):
            raise BlockInputError(f"Line {node.lineno} of the template: it cannot load other templates.")
        if node.name == "self":
            raise BlockInputError(f"Line {node.lineno} of the template: `self` cannot be used.")
    return tree


def render_compiled(compiled: Template, values: dict[str, Any], max_output_bytes: int) -> str:
    """The text, with the errors as Jinja raises them."""
    pieces, size = [], 0
    # Not compiled.render(): that rewrites tracebacks, and builds everything before anybody can look at the size.
    for piece in compiled.root_render_func(compiled.new_context(values)):
        pieces.append(piece)
        size += len(piece)
        if size > max_output_bytes:
            raise _too_long(max_output_bytes)
    text = "".join(pieces)
    # What the server will hold counts: one emoji makes every character of a text take four bytes.
    if sys.getsizeof(text) > max_output_bytes + 100:
        raise _too_long(max_output_bytes)
    return text


def _too_long(max_output_bytes: int) -> BlockError:
    return BlockError(f"The text is larger than the {max_output_bytes:,} bytes that it may have.")


def _line_of(compiled: Template, error: Exception) -> str:
    line, traceback = None, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_globals.get("environment") is compiled.environment and "blocks" in traceback.tb_frame.f_globals:
            line = compiled.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return f"Line {line} of the template" if line else "The template"


def _sentence(error: Exception) -> str:
    text = (getattr(error, "message", None) or str(error) or type(error).__name__).strip()
    text = text if len(text) <= _MAX_MESSAGE_CHARS else text[:_MAX_MESSAGE_CHARS] + " ..."
    return text if text.endswith((".", "!", "?")) else text + "."


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with a refusal where it would print nothing and with a look at sizes before the two explosive operators."""

    intercepted_binops = frozenset({"*", "**"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        if attribute.startswith("__") and not (isinstance(obj, dict) and attribute in obj):
            raise _refused(attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, str) and argument.startswith("__") and not (isinstance(obj, dict) and argument in obj):
            raise _refused(argument)
        return super().getitem(obj, argument)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        raise _refused(attribute)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**":
            _check_power(left, right)
        else:
            _check_product(left, right)
        return super().call_binop(context, operator, left, right)


def _refused(attribute: str) -> SecurityError:
    return SecurityError(f"`{attribute}` cannot be used in a template.")


def _check_power(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * right > _MAX_POWER_BITS:
        raise OverflowError("The result of `**` is too large.")


def _check_product(left: Any, right: Any) -> None:
    for sized, times in ((left, right), (right, left)):
        if isinstance(sized, (str, list, tuple)) and isinstance(times, int) and len(sized) * times > MAX_REPEATED:
            raise OverflowError("The result of `*` is too large.")


MAX_REPEATED = 10_000_000


def bounded_range(*arguments: int) -> range:
    """Python's range, refused where it has more than MAX_RANGE numbers."""
    numbers = range(*arguments)
    if len(numbers) > MAX_RANGE:
        raise OverflowError(f"`range` may give at most {MAX_RANGE:,} numbers.")
    return numbers


@pass_environment
def _attr(environment: TemplateEnvironment, obj: Any, name: Any) -> Any:
    # Jinja's own filter gives an empty text for a name that the object does not have, __globals__ included.
    if isinstance(name, str) and name.startswith("__"):
        raise _refused(name)
    return FILTERS["attr"](environment, obj, name)


def _new_environment(escape_html: bool) -> TemplateEnvironment:
    # The lexer and the parser recurse; our own cache (see _compiled) serves instead of the loader's.
    environment = TemplateEnvironment(autoescape=escape_html, cache_size=0)
    environment.filters["attr"] = _attr
    environment.globals = {"range": bounded_range, "dict": dict, "namespace": Namespace}
    for name in ("cycler", "joiner", "lipsum"):
        environment.globals[name] = StrictUndefined(f"`{name}` cannot be used in a template.", exc=SecurityError)
    return environment


environments = {False: _new_environment(False), True: _new_environment(True)}
