"""Puts what the package needs at run time into the wheel (autogpt_lite/paths.py finds it there)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGED = ("blocks", "static", "examples", "config.toml")


class PackagedFiles(BuildHookInterface):
    """blocks/, static/, examples/ and config.toml go to autogpt_lite/_packaged/."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # An editable install finds them beside the package; a copy would only grow old.
        if version == "standard":
            for name in PACKAGED:
                build_data["force_include"][str(Path(self.root, name))] = f"autogpt_lite/_packaged/{name}"
