"""Code out of an answer of a language model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, pin

# The words that open a block of code, by the pin that it goes to; in the order of the pins.
LANGUAGES = {
    "html": ("html", "htm"),
    "css": ("css",),
    "javascript": ("javascript", "js"),
    "python": ("python", "py", "python3"),
    "sql": ("sql",),
    "java": ("java",),
    "cpp": ("cpp", "c++"),
    "csharp": ("csharp", "c#", "cs"),
    "json_code": ("json",),
    "bash": ("bash", "sh", "shell", "zsh"),
    "php": ("php",),
    "ruby": ("ruby", "rb"),
    "yaml": ("yaml", "yml"),
    "markdown": ("markdown", "md"),
    "typescript": ("typescript", "ts"),
    "xml": ("xml",),
}
_PIN_OF = {word: name for name, words in LANGUAGES.items() for word in words}
_FENCE = "```"
_word_at = re.compile(r"[\w+#-]{1,20}(?=\s)").match


class CodeExtractionBlock(Block):
    id = "d3a7d896-3b78-4f44-8b4b-48fbf4f0bcd8"
    description = "Takes blocks of code (```python ... ```) out of a text, by language."
    categories = ("TEXT",)
    pure = True

    class Input(BlockInput):
        text: str = pin(description="A text with blocks of code, such as the answer of a language model.")

    class Output(BlockOutput):
        html: str = pin(description="The HTML in the text.")
        css: str = pin(description="The CSS in the text.")
        javascript: str = pin(description="The JavaScript in the text.")
        python: str = pin(description="The Python in the text.")
        sql: str = pin(description="The SQL in the text.")
        java: str = pin(description="The Java in the text.")
        cpp: str = pin(description="The C++ in the text.")
        csharp: str = pin(description="The C# in the text.")
        json_code: str = pin(description="The JSON in the text.")
        bash: str = pin(description="The shell commands in the text.")
        php: str = pin(description="The PHP in the text.")
        ruby: str = pin(description="The Ruby in the text.")
        yaml: str = pin(description="The YAML in the text.")
        markdown: str = pin(description="The Markdown in the text.")
        typescript: str = pin(description="The TypeScript in the text.")
        xml: str = pin(description="The XML in the text.")
        remaining_text: str = pin(description="The text without these blocks of code.")

    def run(self, input, ctx):
        found: dict[str, list[str]] = {}
        rest: list[str] = []
        for language, piece in _pieces(input.text):
            if language is None:
                rest.append(piece)
            else:
                found.setdefault(language, []).append(piece.strip())
        for language in LANGUAGES:
            if language in found:
                yield language, "\n\n".join(found[language])
        yield "remaining_text", _join(rest)


def _pieces(text: str) -> Iterator[tuple[str | None, str]]:
    """(pin, code) for each block of code in a known language, (None, text) for what is between them."""
    begin = position = 0
    while (fence := text.find(_FENCE, position)) >= 0:
        end = text.find(_FENCE, fence + 3)
        if end < 0:
            break
        position = end + 3
        word = _word_at(text, fence + 3)
        language = _PIN_OF.get(word[0].lower()) if word else None
        if language is not None:
            yield None, text[begin:fence]
            yield language, text[word.end() : end]
            begin = position
    yield None, text[begin:]


def _join(pieces: list[str]) -> str:
    # A block of code takes its own lines with it: the line end before it and the one behind it become one.
    for index in range(len(pieces) - 1):
        if pieces[index + 1].startswith("\n"):
            pieces[index] = pieces[index].removesuffix("\n")
    return "".join(pieces).strip()
