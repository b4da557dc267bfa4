"""Which events a trigger wants. Its block says how: `webhook` has the provider, and how events and resources are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..errors import InvalidInputError
from ..registry import BlockEntry


class WebhookSpec(NamedTuple):
    """What a trigger block says about its webhook. `event_filter_input` names the pin whose true keys are the wanted events;
    "" where there is none. `resource_format` is filled with the values of pins."""

    provider: str
    webhook_type: str
    event_filter_input: str
    event_format: str
    resource_format: str


def spec_of(entry: BlockEntry) -> WebhookSpec:
    """The webhook of a trigger block."""
    said = entry.block.webhook or {}
    return WebhookSpec(*(str(said.get(name, "")) for name in WebhookSpec._fields))


def wanted_events(entry: BlockEntry, config: Mapping[str, Any]) -> list[str]:
    """The events that a trigger with these pins wants, for instance pull_request.opened; empty where its block has no filter
    and takes everything of its webhook. A key that is left out has the default of the block."""
    spec = spec_of(entry)
    if not spec.event_filter_input:
        # "message_reaction" is one event, "{event}" stands for all.
        return [] if "{event}" in spec.event_format else [spec.event_format]
    pin = entry.input_schema["properties"].get(spec.event_filter_input, {})
    given = config.get(spec.event_filter_input, pin.get("default")) or {}
    defaults = {key: one.get("default", False) for key, one in pin.get("properties", {}).items()}
    chosen = {**defaults, **given} if isinstance(given, dict) else defaults
    return [spec.event_format.format(event=key) for key, is_wanted in chosen.items() if is_wanted is True and key in defaults]


def why_not_wanted(entry: BlockEntry, config: Mapping[str, Any], event: str) -> str | None:
    """Why a trigger does not take this event; None where it does."""
    wanted = wanted_events(entry, config)
    if event in wanted or (not wanted and not spec_of(entry).event_filter_input):
        return None
    return f"The trigger does not want the event {event[:80]!r}."


def resource_of(entry: BlockEntry, config: Mapping[str, Any]) -> str:
    """What the webhook is about, for instance the repository. Raises InvalidInputError where a pin that says so is empty."""
    values = {name: value for name, value in config.items() if isinstance(value, (str, int))}
    try:
        return spec_of(entry).resource_format.format(**values)
    except (KeyError, IndexError) as error:
        raise InvalidInputError(f"trigger_config: {error.args[0]} is missing.") from None
