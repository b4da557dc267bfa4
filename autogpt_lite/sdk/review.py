"""What a block that waits for a person asks, and what the person said."""

from __future__ import annotations

from typing import Any

import msgspec


class ReviewRequest(msgspec.Struct, frozen=True):
    """What a person is shown before the block runs. `data` is JSON; with `editable` the person may change it."""

    data: Any
    instructions: str = ""
    editable: bool = True


class Review(msgspec.Struct, frozen=True):
    """A person's answer. `data` is what was shown, or what the person made of it (`is_edited`)."""

    approved: bool
    data: Any
    message: str = ""
    is_edited: bool = False
