"""What a check finds."""

from __future__ import annotations

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One thing that is not as it should be ("problem"), or that is worth knowing ("note")."""

    severity: Literal["problem", "note"]
    what: str
    do: str
    """What to do about it; "" where nothing has to be done."""


def problem(what: str, do: str) -> Finding:
    return Finding("problem", what, do)


def note(what: str, do: str = "") -> Finding:
    return Finding("note", what, do)
