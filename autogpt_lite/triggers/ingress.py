"""The way in for deliveries: found, checked, remembered, handed on. Ids of webhooks are as good as passwords: none is logged."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..clock import now_us
from ..config import Config
from ..db import Database
from ..errors import InvalidInputError, InvalidSignatureError, NotFoundError, TooManyRequestsError
from ..presets.service import PresetService
from . import store
from .bodies import read_body
from .firing import Firing, KnownDelivery, Outcome
from .providers.base import Delivery, Incoming, Provider
from .rate_limit import RateLimit
from .secrets import WebhookSecrets
from .store import StoredWebhook
from .types import IngressAnswer

MAX_AGE_S = 300
"""A signature that is older, or newer than now, counts as a repetition: it may have been recorded."""
LARGE_BYTES = 500_000
"""From here on a body is checked and read in a thread: 5 MB take 25 ms."""
MAX_ID_CHARS = 200
MAX_REMEMBERED = 10_000

_NOBODY_LISTENS = "No trigger listens to this webhook."
_TOO_OLD = f"It was signed more than {MAX_AGE_S // 60} minutes before or after it came; look at the clocks."
_PING = "A ping: it only shows that the address is right."


class Rejected(NamedTuple):
    """How many deliveries a webhook has turned away since the start, and the last of them."""

    count: int
    last_at: int
    last_reason: str


class Ingress:
    """Takes deliveries. `rejected` is what was turned away, by the webhook's key."""

    def __init__(
        self,
        db: Database,
        presets: PresetService,
        firing: Firing,
        secrets: WebhookSecrets,
        providers: Mapping[str, Provider],
        config: Config,
    ):
        self._db = db
        self._presets = presets
        self._firing = firing
        self._secrets = secrets
        self._providers = providers
        self._config = config
        self._rate_limit = RateLimit(config.triggers.deliveries_per_minute)
        self._awaiting_ping: dict[int, asyncio.Event] = {}
        self.rejected: OrderedDict[int, Rejected] = OrderedDict()

    def check_first(self, provider: str, webhook_id: str) -> None:
        """Before the body is read. Raises NotFoundError, TooManyRequestsError."""
        webhook = self._find(provider, webhook_id)
        _refuse_where(self._rate_limit.wait_s(webhook.key))

    async def receive(self, provider: str, webhook_id: str, incoming: Incoming) -> Any:
        """A delivery from outside; returns what the sender is told. When it returns, runs that it began are on the disk.

        Raises NotFoundError, InvalidSignatureError, InvalidInputError for a body that cannot be read, TooManyRequestsError.
        """
        webhook = self._find(provider, webhook_id)
        try:
            delivery, signed_at_s = await self._open(webhook, incoming)
        except (InvalidSignatureError, InvalidInputError) as error:
            self._note_rejected(webhook, error.message)
            raise
        _refuse_where(self._rate_limit.take(webhook.key))
        known = KnownDelivery(webhook, self._name_of(webhook, delivery, incoming.body), delivery)
        if signed_at_s is not None and abs(now_us() / 1_000_000 - signed_at_s) > MAX_AGE_S:
            await self._firing.note(known, "", "stale", _TOO_OLD)
            return IngressAnswer(status="duplicate")
        if delivery.is_ping:
            return await self._take_ping(known)
        return _answer(await self.dispatch(known))

    async def dispatch(self, known: KnownDelivery) -> list[Outcome]:
        """Fires all presets of the webhook together."""
        presets = self._presets.list_of_webhook(known.webhook.id)
        if not presets:
            await self._firing.note(known, "", "skipped", _NOBODY_LISTENS)
            return []
        results = await asyncio.gather(*(self._firing.fire(known, preset) for preset in presets), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return results  # type: ignore[return-value]

    async def wait_for_ping(self, webhook: StoredWebhook, timeout_s: float) -> bool:
        """Whether a ping comes in time."""
        event = self._awaiting_ping.setdefault(webhook.key, asyncio.Event())
        try:
            async with asyncio.timeout(timeout_s):
                return await event.wait()
        except TimeoutError:
            return False
        finally:
            self._awaiting_ping.pop(webhook.key, None)

    # --- one delivery ----------------------------------------------------------------------------------------

    def _find(self, provider: str, webhook_id: str) -> StoredWebhook:
        row = self._db.point(store.sql.find_webhook, (webhook_id,))
        # The provider of the address chooses how it is checked, so it has to be the one that the webhook was made for.
        if row is None or (webhook := store.webhook_of(row)).provider != provider or provider not in self._providers:
            raise NotFoundError("There is no such webhook.")
        return webhook

    async def _open(self, webhook: StoredWebhook, incoming: Incoming) -> tuple[Delivery, float | None]:
        # Here: a key that is not known yet is looked for in its file, and what keys there are is the loop's.
        secret = self._secrets.open(webhook.id, webhook.secret)
        if len(incoming.body) < LARGE_BYTES:
            return self._check_and_read(webhook, incoming, secret)
        return await asyncio.to_thread(self._check_and_read, webhook, incoming, secret)

    def _check_and_read(self, webhook: StoredWebhook, incoming: Incoming, secret: str | None) -> tuple[Delivery, float | None]:
        provider = self._providers[webhook.provider]
        signed_at_s = None
        if secret:
            signed_at_s = provider.verify(incoming, secret)
        elif not provider.allows_no_secret or self._config.triggers.require_secret:
            raise InvalidSignatureError("This webhook takes nothing before it has a secret.", hint="Its owner has to set one.")
        payload = read_body(incoming.headers, incoming.body, self._config.server.max_json_depth)
        return provider.read(incoming, payload), signed_at_s

    def _name_of(self, webhook: StoredWebhook, delivery: Delivery, body: bytes) -> str:
        if delivery.id is None:
            # A signed body is known by itself; anybody may post the same to an open address twice and mean it.
            is_open = self._providers[webhook.provider].allows_no_secret
            return secrets.token_hex(16) if is_open else f"sha256:{hashlib.sha256(body).hexdigest()}"
        if len(delivery.id) <= MAX_ID_CHARS and delivery.id.isascii() and delivery.id.isprintable():
            return delivery.id
        return f"sha256:{hashlib.sha256(delivery.id.encode('utf-8', 'surrogateescape')).hexdigest()}"

    async def _take_ping(self, known: KnownDelivery) -> Any:
        await self._firing.note(known, "", "ping", _PING)
        if (event := self._awaiting_ping.get(known.webhook.key)) is not None:
            event.set()
        return known.delivery.answer or IngressAnswer(status="ignored")

    def _note_rejected(self, webhook: StoredWebhook, reason: str) -> None:
        before = self.rejected.pop(webhook.key, None)
        self.rejected[webhook.key] = Rejected((before.count if before else 0) + 1, now_us(), reason[:500])
        if len(self.rejected) > MAX_REMEMBERED:
            self.rejected.popitem(last=False)


def _refuse_where(wait_s: float) -> None:
    if wait_s > 0:
        hint = "`triggers.deliveries_per_minute` is the limit."
        raise TooManyRequestsError("This webhook takes no more at the moment.", hint=hint, retry_after_s=wait_s)


def _answer(outcomes: list[Outcome]) -> IngressAnswer:
    if "started" in outcomes:
        return IngressAnswer(status="accepted")
    return IngressAnswer(status="duplicate" if "repeated" in outcomes else "ignored")
