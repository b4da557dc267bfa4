"""From an agent and the pins of its trigger node to a webhook that delivers: a shared one, a new one, or why there can be none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from ..clock import now_us
from ..config import Config
from ..credentials.service import CredentialsAccess
from ..db import Database, Tx
from ..engine.credential_groups import spread_credentials
from ..engine.graph import Graph
from ..errors import ConflictError, InvalidInputError, MissingConfigError
from ..executions.service import ExecutionService
from ..executions.types import CredentialsMetaInput, ExecuteGraph
from ..graphs.service import GraphService
from ..registry import BlockEntry, Registry
from ..sdk.credentials import Credentials
from . import store
from .events import WebhookSpec, resource_of, spec_of, wanted_events
from .providers.base import Provider, Registration
from .secrets import WebhookSecrets, new_secret, new_webhook_id
from .store import StoredWebhook

MAX_WEBHOOKS = 1_000
"""Webhooks that one user may have."""


class TriggerPlan(NamedTuple):
    """What a trigger needs. `config` are the pins of the trigger node, its credentials among them."""

    node_id: str
    entry: BlockEntry
    provider: Provider
    config: dict[str, Any]
    events: list[str]
    resource: str
    credentials: Credentials | None

    @property
    def spec(self) -> WebhookSpec:
        return spec_of(self.entry)

    @property
    def credentials_id(self) -> str:
        return self.credentials.id if self.credentials else ""


class TriggerSetup:
    """Plans triggers, and finds or makes their webhooks."""

    def __init__(
        self,
        db: Database,
        registry: Registry,
        graphs: GraphService,
        executions: ExecutionService,
        credentials: CredentialsAccess,
        secrets: WebhookSecrets,
        providers: Mapping[str, Provider],
        config: Config,
    ):
        self._db = db
        self._registry = registry
        self._graphs = graphs
        self._executions = executions
        self._credentials = credentials
        self._secrets = secrets
        self._providers = providers
        self._config = config

    # --- planning --------------------------------------------------------------------------------------------

    async def plan(
        self, user_id: str, graph: Graph, given: Mapping[str, Any], credentials: Mapping[str, CredentialsMetaInput]
    ) -> TriggerPlan:
        """What the agent's trigger needs with these pins. Raises InvalidInputError that says what is missing, MissingConfigError
        without an address to deliver to, NotFoundError for unknown credentials, GraphValidationError where it could not run."""
        self.check_public_url()
        node, entry, provider = self.trigger_of(graph)
        config, chosen = dict(given), self._chosen_credentials(graph, node.id, entry, credentials)
        config.update(chosen)
        pins = {**node.input_default, **config}
        self._check_pins(entry, pins)
        events = wanted_events(entry, pins)
        if spec_of(entry).event_filter_input and not events:
            raise InvalidInputError("trigger_config: no event is chosen.", hint=f"Set one of {_filter_keys(entry)} to true.")
        resource = resource_of(entry, pins)
        provider.check_resource(resource)
        used = await self._resolve(user_id, provider, entry, pins)
        plan = TriggerPlan(node.id, entry, provider, config, events, resource, used)
        self._check_run(user_id, graph, plan, credentials)
        return plan

    def check_public_url(self) -> None:
        """Raises MissingConfigError where nobody could deliver anything."""
        if not self._config.server.public_url:
            raise MissingConfigError(
                "Webhooks need an address that other services reach this server under.",
                hint="Set `server.public_url` in config.toml: the address of a tunnel, or for programs on this machine this server's own "
                "(docs/triggers.md).",
            )

    def trigger_of(self, graph: Graph) -> tuple[Any, BlockEntry, Provider]:
        """The trigger node, its block and its provider. Raises InvalidInputError where there is none."""
        found = self._graphs.trigger_of(graph)
        if found is None:
            raise InvalidInputError("The agent has no trigger.", hint="Add a webhook trigger block to it.")
        provider = self._providers.get(spec_of(found[1]).provider)
        if provider is None:
            known = ", ".join(sorted(self._providers))
            raise InvalidInputError(f"Webhooks of {spec_of(found[1]).provider!r} are not offered.", hint=f"There are {known}.")
        return *found, provider

    def _chosen_credentials(
        self, graph: Graph, node_id: str, entry: BlockEntry, given: Mapping[str, CredentialsMetaInput]
    ) -> dict[str, Any]:
        spread = spread_credentials(graph, self._registry, msgspec.to_builtins(dict(given))).get(node_id, {})
        by_pin = {pin: msgspec.to_builtins(given[pin]) for pin in entry.credentials_pins if pin in given}
        return {**by_pin, **spread}

    def _check_pins(self, entry: BlockEntry, pins: Mapping[str, Any]) -> None:
        missing = [name for name in entry.required if name != "payload" and pins.get(name) in (None, "")]
        if missing:
            raise InvalidInputError(f"trigger_config: {', '.join(missing)} is missing.")

    async def _resolve(self, user_id: str, provider: Provider, entry: BlockEntry, pins: Mapping[str, Any]) -> Credentials | None:
        ref = next((pins[pin] for pin in entry.credentials_pins if isinstance(pins.get(pin), dict)), None)
        if ref is not None:
            return await self._credentials.resolve(user_id, ref)
        if provider.registers:
            raise InvalidInputError(f"Webhooks of {provider.name} need credentials.", hint="Give them in `agent_credentials`.")
        return None

    def _check_run(self, user_id: str, graph: Graph, plan: TriggerPlan, credentials: Mapping[str, CredentialsMetaInput]) -> None:
        event = plan.events[0] if plan.events else ""
        start = self.start_of(user_id, graph, plan.node_id, plan.config, credentials, plan.provider.sample(event))
        self._executions.check_start(user_id, graph.id, graph.version, start)

    def start_of(
        self,
        user_id: str,
        graph: Graph,
        node_id: str,
        config: Mapping[str, Any],
        credentials: Mapping[str, CredentialsMetaInput],
        payload: dict[str, Any],
    ) -> ExecuteGraph:
        """What a run is started with: the pins and the payload at the trigger node; pins that are named like inputs of the agent
        are those too."""
        names = self._graphs.facts(user_id, graph.id, graph.version).input_schema["properties"]
        return ExecuteGraph(
            inputs={name: value for name, value in config.items() if name in names},
            credentials_inputs=dict(credentials),
            nodes_input_masks={node_id: {**config, "payload": payload}},
        )

    # --- webhooks --------------------------------------------------------------------------------------------

    async def find_or_make(self, user_id: str, plan: TriggerPlan, known: StoredWebhook | None = None) -> tuple[str, str]:
        """(id of a webhook that fits, its secret where it was made just now for the user to copy, else ""). `known` is kept
        where it fits. Raises as Provider.register does."""
        if known is not None and self._fits(known, plan):
            return known.id, ""
        if plan.provider.registers:
            key = {"user_id": user_id, "provider": plan.spec.provider, "credentials_id": plan.credentials_id}
            key |= {"webhook_type": plan.spec.webhook_type, "resource": plan.resource}
            for row in await self._db.fetch_all(store.sql.list_alike, key):
                if self._fits(found := store.webhook_of(row), plan):
                    return found.id, ""
        return await self._make(user_id, plan)

    def _fits(self, webhook: StoredWebhook, plan: TriggerPlan) -> bool:
        alike = (webhook.provider, webhook.webhook_type, webhook.resource, webhook.credentials_id)
        return alike == (*plan.spec[:2], plan.resource, plan.credentials_id) and set(plan.events) <= set(webhook.events)

    async def _make(self, user_id: str, plan: TriggerPlan) -> tuple[str, str]:
        webhook_id, provider = new_webhook_id(), plan.provider
        has_secret = provider.registers or (self._config.triggers.require_secret and not provider.secret_is_theirs)
        secret = new_secret() if has_secret else ""
        events = provider.registered_events(plan.events)
        row = {
            "id": webhook_id,
            "user_id": user_id,
            "provider": plan.spec.provider,
            "webhook_type": plan.spec.webhook_type,
            "resource": plan.resource,
            "credentials_id": plan.credentials_id,
            "events": msgspec.json.encode(events),
            "secret": self._secrets.seal(webhook_id, secret),
            "now": now_us(),
        }

        def insert(tx: Tx) -> None:
            if tx.fetch_one(store.sql.count_of_user, (user_id,))[0] >= MAX_WEBHOOKS:  # type: ignore[index]
                raise ConflictError(f"There are {MAX_WEBHOOKS} webhooks already.", hint="Delete some that are not needed.")
            tx.execute(store.sql.insert_webhook, row)

        await self._db.write(insert)
        if provider.registers:
            assert plan.credentials is not None
            wanted = Registration(self.url_of(provider.name, webhook_id), secret, plan.resource, events, plan.credentials)
            await self._register(provider, webhook_id, wanted)
            return webhook_id, ""
        return webhook_id, secret

    async def _register(self, provider: Provider, webhook_id: str, wanted: Registration) -> None:
        try:
            provider_webhook_id = await provider.register(wanted)
        except BaseException:
            await self.give_up(webhook_id)
            raise
        row = {"id": webhook_id, "provider_webhook_id": provider_webhook_id, "now": now_us()}
        await self._db.write(lambda tx: tx.execute(store.sql.note_registered, row))

    async def give_up(self, webhook_id: str) -> None:
        """A webhook that no preset took in the end takes nothing more."""
        await self._db.write(lambda tx: tx.execute(store.sql.give_up_webhook, {"id": webhook_id}))

    async def registration_of(self, webhook: StoredWebhook) -> Registration:
        """What a stored webhook was registered with. Raises NotFoundError where the credentials are gone."""
        ref = {"id": webhook.credentials_id, "provider": webhook.provider}
        credentials = await self._credentials.resolve(webhook.user_id, ref)
        return Registration(self.url_of(webhook.provider, webhook.id), "", webhook.resource, webhook.events, credentials)

    def url_of(self, provider: str, webhook_id: str) -> str:
        """Where a webhook delivers; without `server.public_url` only the path."""
        return f"{self._config.server.public_url.rstrip('/')}/api/integrations/{provider}/webhooks/{webhook_id}/ingress"


def _filter_keys(entry: BlockEntry) -> str:
    spec = spec_of(entry)
    properties = entry.input_schema["properties"].get(spec.event_filter_input, {}).get("properties", {})
    return ", ".join(f"{spec.event_filter_input}.{name}" for name in properties)
