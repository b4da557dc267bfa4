"""How much one block may take or make at once, so that one node cannot use up the memory of the server."""

from __future__ import annotations

from ..errors import BlockError

MAX_ITEMS = 500_000
"""Items of one list or dictionary that a block makes, or steps through."""
MAX_TEXT_CHARS = 10_000_000
"""Characters of one text that a block makes."""


def check_item_count(count: int) -> None:
    """Raises BlockError for a list or dictionary that would hold more than MAX_ITEMS."""
    if count > MAX_ITEMS:
        raise BlockError(f"There are too many items: {count:,}, and {MAX_ITEMS:,} are the limit.")


def check_text_size(chars: int) -> None:
    """Raises BlockError for a text that would be longer than MAX_TEXT_CHARS."""
    if chars > MAX_TEXT_CHARS:
        raise BlockError(f"The text gets too long: {chars:,} characters, and {MAX_TEXT_CHARS:,} are the limit.")
