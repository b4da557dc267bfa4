"""Webhook triggers in AutoGPT's shapes, and what goes beyond them. Times are ISO 8601, UTC."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from ..executions.types import CredentialsMetaInput
from ..presets.types import Webhook

DeliveryStatus = Literal["started", "skipped", "refused", "stale", "ping"]


class SetUpAgentTrigger(msgspec.Struct, kw_only=True):
    """A new trigger. `trigger_config` are the pins of the agent's trigger node; `agent_credentials` those of the whole agent by
    group, or for the trigger node alone by the name of its pin."""

    name: str
    trigger_config: dict[str, Any]
    description: str = ""
    agent_credentials: dict[str, CredentialsMetaInput] = {}


class SetUpTrigger(SetUpAgentTrigger, kw_only=True):
    """The same, saying which agent."""

    graph_id: str
    graph_version: Annotated[int, msgspec.Meta(ge=1, le=2**31)]


class WebhookWithState(Webhook, kw_only=True):
    """A webhook with the presets that it starts, and how many deliveries it has turned away since the server started."""

    preset_ids: list[str]
    has_secret: bool
    n_rejected: int
    last_rejected_at: str | None
    last_rejected_reason: str | None
    created_at: str


class SetSecret(msgspec.Struct, kw_only=True):
    """The secret that deliveries are signed with; null makes one, which the answer shows once, and "" removes it."""

    secret: Annotated[str, msgspec.Meta(max_length=1000)] | None


class SendSample(msgspec.Struct, kw_only=True):
    """A delivery to try a trigger with. What is left out is a sample of the provider's; an event is for instance
    pull_request.opened."""

    event: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    payload: dict[str, Any] | None = None


class WebhookDelivery(msgspec.Struct, kw_only=True):
    """What became of a delivery for a preset (null: there was none for it), and why it began no run."""

    id: str
    received_at: str
    event: str
    status: DeliveryStatus
    preset_id: str | None
    graph_exec_id: str | None
    reason: str | None
    n_repeats: int


class RunDelivery(msgspec.Struct, kw_only=True):
    """The delivery that began a run."""

    id: str
    provider: str
    event: str
    received_at: str


class DeliveriesQuery(msgspec.Struct, kw_only=True):
    """How many of the newest, and only those before a time (microseconds since 1970, UTC)."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    before: Annotated[int, msgspec.Meta(ge=0, le=2**62)] = 2**62


class IngressAnswer(msgspec.Struct, kw_only=True):
    """What a provider is told. accepted: it began a run. duplicate: it came before, or is too old. ignored: nothing wants it."""

    status: Literal["accepted", "duplicate", "ignored"]


class DeletedWebhook(msgspec.Struct, kw_only=True):
    """The id of a webhook that takes nothing any more; its presets stay, without a trigger."""

    id: str
