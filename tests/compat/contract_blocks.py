"""A registry made of AutoGPT's own block listing, so that graphs can be judged whether or not we have written a block yet."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

DROPDOWN = "655d6fdf-a334-421c-b733-520549c07cd1"
TABLE = "5603b273-f41e-4020-af7d-fbc9c6a8d928"


class ContractRegistry:
    """Answers `find` like the real registry."""

    def __init__(self, contract: Path):
        listing = json.loads((contract / "blocks.json").read_text("utf-8"))
        self._entries = {block["id"]: _entry(block) for block in listing["blocks"]}

    def find(self, block_id: str) -> Any:
        return self._entries.get(block_id)


def _entry(block: dict[str, Any]) -> Any:
    inputs, outputs = block["inputSchema"], block["outputSchema"]
    return SimpleNamespace(
        id=block["id"],
        name=block["name"],
        ui_type=block["uiType"],
        static_output=block["staticOutput"],
        disabled=False,
        input_schema={**inputs, "required": inputs.get("required", [])},
        output_schema=outputs,
        required=tuple(inputs.get("required", ())),
        credentials_pins=tuple(n for n, s in inputs["properties"].items() if "credentials_provider" in s),
        block=SimpleNamespace(
            is_sensitive_action=block["is_sensitive_action"],
            webhook=block["webhook"],
            input_schema_of_node=lambda given: given.get("input_schema") or {} if block["uiType"] == "Agent" else None,
            output_schema_of_node=lambda given: given.get("output_schema") or {} if block["uiType"] == "Agent" else None,
            value_schema=lambda given: _value_schema(block["id"], given),
        ),
    )


def _value_schema(block_id: str, given: dict[str, Any]) -> dict[str, Any] | None:
    if block_id == DROPDOWN:
        options = given.get("options") or given.get("placeholder_values")
        return {"enum": options} if options else None
    if block_id == TABLE:
        columns = {name: {"type": "string"} for name in given.get("column_headers") or ()}
        return {"type": "array", "format": "table", "items": {"type": "object", "properties": columns}}
    return None
