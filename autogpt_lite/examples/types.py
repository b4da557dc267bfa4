"""Ready-made agents as clients see them."""

from __future__ import annotations

import msgspec

from ..library_cards.types import CardLink, CardNode


class Example(msgspec.Struct, kw_only=True):
    """An agent that comes with the program. `name` is how it is asked for; `nodes` and `links` are its graph in small; `needs_key` where
    it does not run without credentials."""

    name: str
    title: str
    description: str
    nodes: list[CardNode]
    links: list[CardLink]
    needs_key: bool
