"""Presets, in AutoGPT's shapes."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from ..executions.types import CredentialsMetaInput
from ..graphs.types import Misfit

Credentials = dict[str, CredentialsMetaInput]


class CreatePreset(msgspec.Struct, kw_only=True):
    """A new preset: of a graph with inputs and credentials, or of a past run (`graph_execution_id`) with what that was given."""

    name: str
    description: str
    graph_id: str | None = None
    graph_version: int | None = None
    inputs: dict[str, Any] | None = None
    credentials: Credentials | None = None
    graph_execution_id: str | None = None
    is_active: bool = True
    webhook_id: str | None = None


class UpdatePreset(msgspec.Struct, kw_only=True):
    """What changes; a field that is left out or null stays. `inputs` and `credentials` only come together."""

    inputs: dict[str, Any] | None = None
    credentials: Credentials | None = None
    name: str | None = None
    description: str | None = None
    is_active: bool | None = None


class ExecutePreset(msgspec.Struct, kw_only=True):
    """What this run takes instead of the preset's own values."""

    inputs: dict[str, Any] = {}
    credential_inputs: Credentials = {}


class PresetsQuery(msgspec.Struct, kw_only=True):
    """Which page, of all presets or of one graph's."""

    page: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    page_size: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    graph_id: str | None = None


class Webhook(msgspec.Struct, kw_only=True):
    """Where a trigger listens. `secret` is only shown where the server has just made it for the user to copy, else ""."""

    id: str
    user_id: str
    provider: str
    credentials_id: str
    webhook_type: str
    resource: str
    events: list[str]
    config: dict[str, Any]
    secret: str
    provider_webhook_id: str
    url: str


class TriggeredPreset(msgspec.Struct, kw_only=True):
    """What a delivery starts. `config` are the pins of the trigger node."""

    id: str
    user_id: str
    graph_id: str
    graph_version: int
    config: dict[str, Any]
    credentials: Credentials
    is_active: bool
    inactive_reason: str | None


class LibraryAgentPreset(msgspec.Struct, kw_only=True):
    """A preset; with a webhook it is what that starts, while it is active. `graph_version` is the version that it was made for; it runs on the active one, and is broken where it does not
    fit that. Times are ISO 8601, UTC."""

    id: str
    user_id: str
    graph_id: str
    graph_version: int
    name: str
    description: str
    inputs: dict[str, Any]
    credentials: Credentials
    is_active: bool
    inactive_reason: str | None
    webhook_id: str | None
    webhook: Webhook | None
    created_at: str
    updated_at: str
    is_broken: bool
    problems: list[Misfit]


class PresetPagination(msgspec.Struct, kw_only=True):
    total_items: int
    total_pages: int
    current_page: int
    page_size: int


class LibraryAgentPresets(msgspec.Struct, kw_only=True):
    """A page of presets, those that changed last first."""

    presets: list[LibraryAgentPreset]
    pagination: PresetPagination
