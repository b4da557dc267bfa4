"""What a check of the doctor says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from ...app import DATABASE_NAME
from ...config import Config
from ...integrity.types import Finding


class Check(msgspec.Struct, frozen=True):
    """One line: it is fine ("ok"), worth knowing ("note") or wrong ("problem"); `do` is what to do about it, or ""."""

    name: str
    state: Literal["ok", "note", "problem"]
    what: str
    do: str = ""


class Patient(msgspec.Struct, frozen=True):
    """What is looked at. The data directory may not be there yet."""

    config: Config
    data_dir: Path
    is_served: bool
    """Whether a server runs on the data directory."""

    @property
    def database(self) -> Path:
        return self.data_dir / DATABASE_NAME


def checks_of(name: str, findings: Sequence[Finding], fine: str) -> list[Check]:
    """Findings as checks of one name; one that is fine where there are none."""
    return [Check(name, found.severity, found.what, found.do) for found in findings] or [Check(name, "ok", fine)]
