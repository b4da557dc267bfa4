"""Every block that is also in AutoGPT has its id, name, pins, types, defaults and flags."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.registry import BlockEntry, Registry

# Words for people: ours are our own.
PROSE = {"description", "title", "placeholder", "examples"}
# What ours say of a model besides, for the form.
MODEL_FACTS = {"context_tokens", "run_credits"}


# Code runs on this machine, which takes no credentials.
OPTIONAL_HERE = {"ExecuteCodeBlock": "credentials"}


@pytest.fixture(scope="module")
def listing(contract: Path) -> dict[str, dict[str, Any]]:
    return {block["id"]: block for block in json.loads((contract / "blocks.json").read_text("utf-8"))["blocks"]}


def test_every_file_of_the_library_loads(registry: Registry):
    assert [str(problem) for problem in registry.problems] == []


def test_every_pure_block_of_the_contract_is_there(registry: Registry, listing: dict):
    wanted = {block["id"]: block["name"] for block in listing.values() if block["pure_vector"]}
    assert {name for block_id, name in wanted.items() if registry.find(block_id) is None} == set()


def test_blocks_match_the_contract(registry: Registry, listing: dict):
    wanted = {block_id: _as_wanted_here(block) for block_id, block in listing.items()}
    problems = [line for entry in registry if entry.id in wanted for line in differences(entry, wanted[entry.id])]
    assert problems == []


def test_every_block_and_pin_says_what_it_is(registry: Registry):
    silent = [entry.name for entry in registry if not entry.block.description]
    for entry in registry:
        for schema in (entry.input_schema, entry.output_schema):
            silent += [f"{entry.name}.{name}" for name, pin in schema["properties"].items() if not pin.get("description")]
    assert silent == []


def _as_wanted_here(block: dict[str, Any]) -> dict[str, Any]:
    if (pin := OPTIONAL_HERE.get(block["name"])) is None:
        return block
    schema = {key: value for key, value in block["inputSchema"].items() if key != "required"}
    pins = schema["properties"]
    return {**block, "inputSchema": {**schema, "properties": {**pins, pin: {**pins[pin], "default": None}}}}


def differences(entry: BlockEntry, wanted: dict[str, Any]) -> Iterator[str]:
    """One line for each difference between a block and the contract."""
    facts = {
        "name": (entry.name, wanted["name"]),
        "uiType": (entry.ui_type, wanted["uiType"]),
        "categories": (sorted(entry.block.categories), sorted(wanted["categories"])),
        "staticOutput": (entry.static_output, wanted["staticOutput"]),
        "is_sensitive_action": (entry.block.is_sensitive_action, wanted["is_sensitive_action"]),
        "disabled": (entry.block.disabled, entry.block.disabled or wanted["disabled_always"]),
        "webhook": (entry.block.webhook, wanted["webhook"]),
        "has a price": (bool(entry.block.costs), bool(wanted["costs"])),
    }
    for fact, (ours, theirs) in facts.items():
        if ours != theirs:
            yield f"{entry.name} {fact}: {ours!r} instead of {theirs!r}"
    for which, ours in (("inputSchema", entry.input_schema), ("outputSchema", entry.output_schema)):
        yield from schema_differences(f"{entry.name} {which}", ours, wanted[which])
        if list(ours["properties"]) != list(wanted[which]["properties"]):
            yield f"{entry.name} {which}: the order is {list(ours['properties'])} instead of {list(wanted[which]['properties'])}"


def schema_differences(path: str, ours: Any, theirs: Any) -> Iterator[str]:
    """The places where two JSON schemas differ, prose aside."""
    if isinstance(theirs, dict) and "$stripped" in theirs:  # a long default that the contract does not hold
        return
    if isinstance(ours, dict) and isinstance(theirs, dict):
        within_pins = path.endswith("/properties")
        for key in sorted({*ours, *theirs}, key=str):
            if key in PROSE | MODEL_FACTS and not within_pins:
                continue
            if key not in theirs:
                yield f"{path}/{key}: {ours[key]!r} is too much"
            elif key not in ours:
                yield f"{path}/{key}: {theirs[key]!r} is missing"
            else:
                yield from schema_differences(f"{path}/{key}", ours[key], theirs[key])
    elif (
        isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs) and path.rpartition("/")[2] != "required"
    ):
        for index, (left, right) in enumerate(zip(ours, theirs)):
            yield from schema_differences(f"{path}/{index}", left, right)
    elif ours != theirs or isinstance(ours, bool) != isinstance(theirs, bool):
        yield f"{path}: {ours!r} instead of {theirs!r}"
