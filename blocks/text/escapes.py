r"""Special characters as escape sequences (\n for a line end), and back."""

from __future__ import annotations

import re

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, check_text_size, pin

_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "0": "\0"}
_ESCAPE = re.compile(
    r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"  # a character beyond 16 bits, as JSON writes it
    r"|\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([nrtbfva0\\\"'/]))"
)


class TextEncoderBlock(Block):
    id = "5185f32e-4b65-4ecf-8fbb-873f003f09d6"
    description = r"Writes special characters of a text as escape sequences: a line end becomes \n, an é becomes \xe9."
    categories = ("TEXT",)
    pure = True

    class Input(BlockInput):
        text: str = pin(description="The text.")

    class Output(BlockOutput):
        error: str = pin(description="What went wrong, when the block fails.")
        encoded_text: str = pin(description="The text with escape sequences.")

    def run(self, input, ctx):
        check_text_size(len(input.text))
        encoded = input.text.encode("unicode_escape").decode("ascii")
        check_text_size(len(encoded))
        yield "encoded_text", encoded


class TextDecoderBlock(Block):
    id = "2570e8fe-8447-43ed-84c7-70d657923231"
    description = r"Turns the escape sequences of a text into what they stand for: \n becomes a line end."
    categories = ("TEXT",)
    pure = True

    class Input(BlockInput):
        text: str = pin(description="The text with escape sequences.")

    class Output(BlockOutput):
        decoded_text: str = pin(description="The text.")

    def run(self, input, ctx):
        yield "decoded_text", _ESCAPE.sub(_unescape, input.text)


def _unescape(match: re.Match[str]) -> str:
    high, low, short, long, byte, simple = match.groups()
    if simple:
        return _SIMPLE.get(simple, simple)
    if high:
        return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF))
    code = int(short or long or byte, 16)
    # Half a surrogate pair cannot be stored, and nothing is above 10FFFF.
    return "\ufffd" if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF else chr(code)
