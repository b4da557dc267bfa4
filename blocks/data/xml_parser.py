"""XML, and the tags that language models put around parts of an answer, as a dictionary.

A parser of our own, because answers of language models are XML only nearly: several elements beside each other, a bare & or <.
What makes XML dangerous (DTDs, entities, files from elsewhere) is refused, and everything is in bounds.
"""

from __future__ import annotations

import html
import re
from typing import Any

from autogpt_lite.sdk import NEEDS_ASYNC, Block, BlockError, BlockInput, BlockInputError, BlockOutput, check_item_count, pin

MAX_DEPTH = 200
QUICK_CHARS = 10_000
"""What takes below 5 ms and so runs at once; a longer text goes to a thread."""

_next_markup = re.compile(r"<(?=/?[^\W\d]|[?!])").search  # "a < b" is none
_is_tag = re.compile(r"</?[^\W\d]").match
# Possessive (+ behind a repetition) and behind a space only, so that no text makes it try again and again.
_attributes = re.compile(r"""(?<=[\s"'])([^\s=/"']++)\s*+=\s*+(?:"([^"]*)"|'([^']*)')""").findall
_entity = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);")


class XMLParserBlock(Block):
    id = "286380af-9529-4b55-8be0-1d7c854abdb5"
    description = "Turns XML into a dictionary: elements by their names, repeated ones as a list."
    categories = ()
    pure = True

    class Input(BlockInput):
        input_xml: str = pin(description="XML, or a text with elements in it such as the answer of a language model.")

    class Output(BlockOutput):
        error: str = pin(description="What went wrong, when the block fails.")
        parsed_xml: dict[str, Any] = pin(description="The elements by their names.")

    def run(self, input, ctx):
        if len(input.input_xml) > QUICK_CHARS:
            yield NEEDS_ASYNC
        else:
            yield "parsed_xml", parse_xml(input.input_xml)

    async def run_slow(self, input, ctx):
        import asyncio

        yield "parsed_xml", await asyncio.to_thread(parse_xml, input.input_xml)


class _Element:
    __slots__ = ("children", "name", "texts")

    def __init__(self, name: str):
        self.name = name
        self.children: list[tuple[str, Any]] = []
        self.texts: list[str] = []

    def value(self) -> Any:
        text = "".join(self.texts).strip()
        if not self.children:
            return text
        entries = [*self.children, ("#text", text)] if text else self.children
        as_dictionary = dict(entries)
        # Repeated names: a list of {name: value}, so that a step through it meets the children in their order.
        return as_dictionary if len(as_dictionary) == len(entries) else [{name: value} for name, value in entries]


def parse_xml(text: str) -> dict[str, Any]:
    """{name: value} of the outermost elements; a value is a text, a dictionary or a list. Raises BlockError."""
    root = _Element("")
    open_elements = [root]
    position = count = 0
    while (markup := _next_markup(text, position)) is not None:
        start = markup.start()
        open_elements[-1].texts.append(_unescape(text[position:start]))
        if _is_tag(text, start) is None:
            position = _skip_special(text, start, open_elements[-1])
            continue
        position = _tag_end(text, start)
        _take_tag(text[start + 1 : position - 1], open_elements)
        count += 1
        check_item_count(count)
    if len(open_elements) > 1:
        raise BlockError(f"The element <{open_elements[-1].name[:60]}> is not closed.")
    if not root.children:
        raise BlockError("There is no XML element in this text.")
    return _root_value(root)


def _take_tag(tag: str, open_elements: list[_Element]) -> None:
    if tag.startswith("/"):
        name = _name_of(tag[1:])
        if len(open_elements) == 1 or open_elements[-1].name != name:
            raise BlockError(f"The element </{name[:60]}> is closed but not open at that place.")
        _close(open_elements)
        return
    is_empty = tag.endswith("/")
    element = _Element(_name_of(tag.rstrip("/")))
    element.children = [(f"@{name}", _unescape(double or single)) for name, double, single in _attributes(tag)]
    open_elements.append(element)
    if len(open_elements) > MAX_DEPTH:
        raise BlockInputError(f"The XML is nested deeper than {MAX_DEPTH} elements.")
    if is_empty:
        _close(open_elements)


def _close(open_elements: list[_Element]) -> None:
    element = open_elements.pop()
    open_elements[-1].children.append((element.name, element.value()))


def _name_of(tag: str) -> str:
    words = tag.split()
    # A name of several words, as models like to make them up; attributes are no part of it.
    return words[0] if "=" in tag else "_".join(words)


def _skip_special(text: str, start: int, element: _Element) -> int:
    """Where a comment, CDATA section or processing instruction ends that starts here; any other <! is text."""
    if text.startswith("<!--", start):
        return _end_of(text, "-->", start)
    if text.startswith("<![CDATA[", start):
        end = _end_of(text, "]]>", start)
        element.texts.append(text[start + 9 : end - 3])
        return end
    if text.startswith("<?", start):
        return _end_of(text, "?>", start)
    if text[start : start + 10].upper().startswith(("<!DOCTYPE", "<!ENTITY")):
        raise BlockInputError("XML with a DTD or with entities of its own is not read.")
    element.texts.append("<!")
    return start + 2


def _end_of(text: str, mark: str, start: int) -> int:
    end = text.find(mark, start)
    if end < 0:
        raise BlockError(f"There is no {mark} to what begins with {text[start : start + 9]}.")
    return end + len(mark)


def _tag_end(text: str, start: int) -> int:
    end = text.find(">", start)
    quotes = text.count('"', start, end) if end >= 0 else 0
    while end >= 0 and quotes % 2:  # this > stands within an attribute
        following = text.find(">", end + 1)
        quotes += text.count('"', end, following) if following >= 0 else 0
        end = following
    if end < 0:
        raise BlockError(f"The tag {text[start : start + 60]!r} has no end.")
    return end + 1


def _unescape(text: str) -> str:
    return _entity.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def _root_value(root: _Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    repeated: dict[str, list[Any]] = {}
    for name, value in root.children:
        if name not in found:
            found[name] = value
            continue
        if name not in repeated:
            repeated[name] = [found[name]]
        repeated[name].append(value)
    return {**found, **repeated}
