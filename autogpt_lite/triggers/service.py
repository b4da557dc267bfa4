"""Triggers: set up, shown, tried, removed. What comes in goes through ingress.py."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

import msgspec

from ..clock import iso, now_us
from ..config import Config
from ..credentials.service import CredentialsAccess
from ..db import Database, Tx
from ..errors import (
    ConflictError,
    GoneError,
    GraphNotInLibraryError,
    InvalidInputError,
    NotFoundError,
    OutboundTimeoutError,
)
from ..executions.service import ExecutionService
from ..graphs.service import GraphService
from ..library.service import LibraryService
from ..library_agents.service import LibraryAgentService
from ..presets.service import PresetService, Row
from ..presets.types import CreatePreset, Credentials, LibraryAgentPreset, Webhook
from ..registry import Registry
from . import store
from .events import spec_of
from .firing import Firing, KnownDelivery
from .ingress import Ingress
from .providers import all_providers
from .providers.base import Delivery, Provider
from .secrets import SecretBox, WebhookSecrets, new_secret
from .setup import TriggerSetup
from .store import StoredWebhook
from .types import (
    DeliveriesQuery,
    RunDelivery,
    SendSample,
    SetUpAgentTrigger,
    SetUpTrigger,
    WebhookDelivery,
    WebhookWithState,
)

T = TypeVar("T")
PING_TIMEOUT_S = 10.0
CLOSE_S = 2.0


class TriggerService:
    """All methods see only what belongs to `user_id`; the rest does not exist for it (NotFoundError).

    `clear_soon` is called where a webhook may have lost its last preset, and has to be given back to its provider.
    """

    def __init__(
        self,
        db: Database,
        registry: Registry,
        graphs: GraphService,
        library: LibraryService,
        library_agents: LibraryAgentService,
        presets: PresetService,
        executions: ExecutionService,
        credentials: CredentialsAccess,
        secret_box: SecretBox,
        config: Config,
    ):
        self._db = db
        self._graphs = graphs
        self._library_agents = library_agents
        self._presets = presets
        self._secrets = WebhookSecrets(secret_box)
        self._providers: Mapping[str, Provider] = all_providers(config.triggers)
        self._setup = TriggerSetup(db, registry, graphs, executions, credentials, self._secrets, self._providers, config)
        firing = Firing(db, graphs, library, presets, executions, self._setup)
        self.ingress = Ingress(db, presets, firing, self._secrets, self._providers, config)
        self.clear_soon: Callable[[], None] = lambda: None
        self._under_way: set[asyncio.Task] = set()

    # --- setting up ------------------------------------------------------------------------------------------

    async def set_up_trigger(self, user_id: str, wanted: SetUpTrigger) -> LibraryAgentPreset:
        """A preset that a webhook starts. Raises GoneError without such an agent, MissingConfigError without an address to deliver
        to, InvalidInputError with what the agent, the pins or the provider lack."""
        return await self._set_up(user_id, wanted.graph_id, wanted.graph_version, wanted)

    async def set_up_agent_trigger(self, user_id: str, agent_id: str, wanted: SetUpAgentTrigger) -> LibraryAgentPreset:
        """The same for an agent of the library. Raises NotFoundError where there is none."""
        agent = await self._library_agents.get_agent(user_id, agent_id)
        return await self._set_up(user_id, agent.graph_id, agent.graph_version, wanted)

    async def _set_up(self, user_id: str, graph_id: str, version: int, wanted: SetUpAgentTrigger) -> LibraryAgentPreset:
        try:
            graph = self._graphs.get_runnable_graph(user_id, graph_id, version)
        except (NotFoundError, GraphNotInLibraryError):
            raise GoneError("There is no such agent in the library, or not any more.") from None
        plan = await self._setup.plan(user_id, graph, wanted.trigger_config, wanted.agent_credentials)

        async def make() -> LibraryAgentPreset:
            webhook_id, secret = await self._setup.find_or_make(user_id, plan)
            preset = CreatePreset(
                name=wanted.name,
                description=wanted.description,
                graph_id=graph.id,
                graph_version=graph.version,
                inputs=plan.config,
                credentials=wanted.agent_credentials,
                webhook_id=webhook_id,
            )
            try:
                made = await self._presets.create_preset(user_id, preset)
            except BaseException:
                await self._setup.give_up(webhook_id)
                self.clear_soon()
                raise
            if made.webhook is not None:
                made.webhook.secret = secret
            return made

        return await self._to_the_end(make())

    async def _to_the_end(self, work: Coroutine[Any, Any, T]) -> T:
        """A client that goes away must not leave a webhook at the provider that nobody knows of."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # told to whoever waits; one who went away does not want to know

    async def close(self) -> None:
        """Lets what is being set up come to its end for CLOSE_S; what it leaves behind later is cleared by the next server."""
        if self._under_way:
            _, open_still = await asyncio.wait(self._under_way, timeout=CLOSE_S)
            for task in open_still:
                task.cancel()
            await asyncio.gather(*open_still, return_exceptions=True)

    # --- for presets (presets/service.py: PresetWebhooks) ----------------------------------------------------

    def show(self, user_id: str, webhook_id: str) -> Webhook | None:
        """The user's webhook for an answer; None if it is gone."""
        row = self._db.point(store.sql.find_webhook, (webhook_id,))
        return self._shown(webhook) if row is not None and (webhook := store.webhook_of(row)).user_id == user_id else None

    def check(self, user_id: str, graph_id: str, graph_version: int, webhook_id: str) -> None:
        """Raises NotFoundError unless the webhook is the user's, InvalidInputError where the agent's trigger is another one's."""
        webhook = self._webhook(user_id, webhook_id)
        _, entry, _ = self._setup.trigger_of(self._graphs.get_graph(user_id, graph_id, graph_version))
        if spec_of(entry)[:2] != (webhook.provider, webhook.webhook_type):
            raise InvalidInputError(f"The agent's trigger does not listen to webhooks of {webhook.provider}.")

    async def follow(self, user_id: str, preset: Row) -> str:
        """The id of the webhook for the changed inputs of a preset: the same, another or a new one."""
        graph = self._graphs.get_runnable_graph(user_id, preset["graph_id"], preset["graph_version"])
        credentials = msgspec.json.decode(preset["credentials"], type=Credentials)
        plan = await self._setup.plan(user_id, graph, msgspec.json.decode(preset["inputs"]), credentials)
        row = self._db.point(store.sql.find_webhook, (preset["webhook_id"],))
        known = store.webhook_of(row) if row is not None else None
        webhook_id, _ = await self._to_the_end(self._setup.find_or_make(user_id, plan, known))
        return webhook_id

    # --- webhooks --------------------------------------------------------------------------------------------

    async def list_webhooks(self, user_id: str) -> list[WebhookWithState]:
        """The user's webhooks, oldest first."""
        rows = await self._db.fetch_all(store.sql.list_of_user, (user_id,))
        return [self._with_state(store.webhook_of(row)) for row in rows]

    def get_webhook(self, user_id: str, webhook_id: str) -> WebhookWithState:
        """One webhook. Raises NotFoundError."""
        return self._with_state(self._webhook(user_id, webhook_id))

    async def delete_webhook(self, user_id: str, webhook_id: str) -> None:
        """Ends a webhook at once, and soon at its provider; its presets stay, without a trigger. Raises NotFoundError."""
        self._webhook(user_id, webhook_id)

        def write(tx: Tx) -> None:
            self._presets.detach_all_tx(tx, user_id, webhook_id)
            tx.execute(store.sql.give_up_webhook, {"id": webhook_id})

        await self._db.write(write)
        self.clear_soon()

    async def set_secret(self, user_id: str, webhook_id: str, secret: str | None) -> WebhookWithState:
        """Another secret; None makes one, "" is none. Raises NotFoundError, ConflictError where the provider got ours."""
        webhook = self._webhook(user_id, webhook_id)
        provider = self._providers[webhook.provider]
        if provider.registers:
            raise ConflictError(f"The secret of this webhook is agreed with {webhook.provider}.", hint="Set the trigger up anew.")
        if secret is None and provider.secret_is_theirs:
            raise InvalidInputError(f"The secret comes from {webhook.provider}.", hint="Copy it from there.")
        made = new_secret() if secret is None else secret
        row = {"id": webhook_id, "secret": self._secrets.seal(webhook_id, made), "now": now_us()}
        if not await self._db.write(lambda tx: tx.execute(store.sql.set_secret, row)):
            raise _no_such_webhook()
        shown = self.get_webhook(user_id, webhook_id)
        shown.secret = made if secret is None else ""
        return shown

    async def list_deliveries(self, user_id: str, webhook_id: str, query: DeliveriesQuery) -> list[WebhookDelivery]:
        """What became of what was delivered, newest first. Raises NotFoundError."""
        key = {"webhook_key": self._webhook(user_id, webhook_id).key, "limit": query.limit, "before": query.before}
        return [store.delivery_of(row) for row in await self._db.fetch_all(store.sql.list_deliveries, key)]

    def find_delivery(self, user_id: str, graph_exec_id: str) -> RunDelivery | None:
        """The delivery that began a run; None where no webhook did, or its history is over."""
        row = self._db.point(store.sql.select_delivery_of_run, (graph_exec_id, user_id))
        if row is None:
            return None
        return RunDelivery(provider=row[0], id=row[1], event=row[2], received_at=iso(row[3]) or "")

    async def unregister(self, webhook: StoredWebhook) -> None:
        """Ends a webhook at its provider. Raises OutboundError, NotFoundError without its credentials."""
        registered = await self._setup.registration_of(webhook)
        await self._providers[webhook.provider].unregister(registered, webhook.provider_webhook_id)

    # --- trying ----------------------------------------------------------------------------------------------

    async def ping(self, user_id: str, webhook_id: str) -> bool:
        """Asks the provider for a ping, and waits for it; False where it has no such thing. Raises NotFoundError,
        OutboundTimeoutError, MissingConfigError, what the provider says."""
        webhook = self._webhook(user_id, webhook_id)
        provider = self._providers[webhook.provider]
        if not provider.registers:
            return False
        self._setup.check_public_url()
        registered = await self._setup.registration_of(webhook)
        # Waiting begins first: the ping may come before the answer to the question for it.
        waiting = asyncio.create_task(self.ingress.wait_for_ping(webhook, PING_TIMEOUT_S))
        try:
            if not await provider.ping(registered, webhook.provider_webhook_id):
                return False
            if not await waiting:
                raise OutboundTimeoutError(
                    f"No ping came within {PING_TIMEOUT_S:g} s.", hint="Is `server.public_url` an address that leads here?"
                )
            return True
        finally:
            waiting.cancel()

    async def send_sample(self, user_id: str, webhook_id: str, wanted: SendSample) -> list[WebhookDelivery]:
        """Delivers a sample, past signature and rate limit, and returns what became of it. Raises NotFoundError."""
        webhook = self._webhook(user_id, webhook_id)
        event = wanted.event or next(iter(webhook.events), "plain")
        payload = self._providers[webhook.provider].sample(event) if wanted.payload is None else wanted.payload
        name = f"sample-{secrets.token_hex(8)}"
        await self.ingress.dispatch(KnownDelivery(webhook, name, Delivery(event=event, payload=payload, id=name)))
        return [one for one in await self.list_deliveries(user_id, webhook_id, DeliveriesQuery()) if one.id == name]

    # --- rows --------------------------------------------------------------------------------------------------

    def _webhook(self, user_id: str, webhook_id: str) -> StoredWebhook:
        row = self._db.point(store.sql.find_webhook, (webhook_id,))
        if row is None or (webhook := store.webhook_of(row)).user_id != user_id:
            raise _no_such_webhook()
        return webhook

    def _shown(self, webhook: StoredWebhook) -> Webhook:
        return Webhook(**self._fields(webhook))

    def _with_state(self, webhook: StoredWebhook) -> WebhookWithState:
        rejected = self.ingress.rejected.get(webhook.key)
        return WebhookWithState(
            **self._fields(webhook),
            preset_ids=[preset.id for preset in self._presets.list_of_webhook(webhook.id)],
            has_secret=webhook.secret is not None,
            n_rejected=rejected.count if rejected else 0,
            last_rejected_at=iso(rejected.last_at) if rejected else None,
            last_rejected_reason=rejected.last_reason if rejected else None,
            created_at=iso(webhook.created_at) or "",
        )

    def _fields(self, webhook: StoredWebhook) -> dict[str, Any]:
        return {
            "id": webhook.id,
            "user_id": webhook.user_id,
            "provider": webhook.provider,
            "credentials_id": webhook.credentials_id,
            "webhook_type": webhook.webhook_type,
            "resource": webhook.resource,
            "events": webhook.events,
            "config": {},
            "secret": "",
            "provider_webhook_id": webhook.provider_webhook_id,
            "url": self._setup.url_of(webhook.provider, webhook.id),
        }


def _no_such_webhook() -> NotFoundError:
    return NotFoundError("There is no such webhook.")
