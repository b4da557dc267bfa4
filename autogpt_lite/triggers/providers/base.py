"""What a provider of webhooks is: one small class, in a file of its own, that knows how its deliveries are signed and read."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import msgspec
from multidict import CIMultiDict, CIMultiDictProxy

from ...errors import InvalidInputError
from ...sdk.credentials import Credentials

Headers = CIMultiDictProxy[str] | CIMultiDict[str]


class Incoming(NamedTuple):
    """A delivery as it came. Headers are case-insensitive."""

    headers: Headers
    body: bytes


class Delivery(msgspec.Struct, kw_only=True):
    """What a delivery is. `id` is the sender's own, None where it sends none; `answer` is what some senders want to hear."""

    event: str
    payload: dict[str, Any]
    id: str | None = None
    is_ping: bool = False
    answer: Any = None


class Registration(NamedTuple):
    """What a provider registers: where it delivers, what about, and which events."""

    url: str
    secret: str
    resource: str
    events: list[str]
    credentials: Credentials


class Provider:
    """Deliveries without a good signature are refused, and where no secret is set all of them, unless `allows_no_secret`."""

    name: ClassVar[str]
    allows_no_secret: ClassVar[bool] = False
    """The address alone may be enough; AutoGPT's generic webhook works like that."""
    secret_is_theirs: ClassVar[bool] = False
    """The other side makes the secret, and the user has to enter it here."""
    registers: ClassVar[bool] = False
    """It is set up at the provider by us, with the user's credentials. Otherwise the user copies the address."""

    def verify(self, incoming: Incoming, secret: str) -> float | None:
        """Raises InvalidSignatureError unless the delivery was signed with the secret. Returns when it was signed (seconds since
        1970) where the signature says so."""
        raise NotImplementedError

    def read(self, incoming: Incoming, payload: dict[str, Any]) -> Delivery:
        """What a delivery is. Raises InvalidInputError where it cannot be one."""
        raise NotImplementedError

    def sample(self, event: str) -> dict[str, Any]:
        """A payload as it may come with this event, to try an agent."""
        return {"event": event, "sample": True}

    # --- those that register ---------------------------------------------------------------------------------

    def check_resource(self, resource: str) -> None:
        """Raises InvalidInputError for what cannot be the name of a resource."""

    def registered_events(self, events: list[str]) -> list[str]:
        """The events that a registration for these brings; the more they are, the more triggers share it."""
        return events

    async def register(self, wanted: Registration) -> str:
        """Registers at the provider; its id for it. Raises InvalidInputError with what the provider says, or OutboundError."""
        raise NotImplementedError

    async def unregister(self, registered: Registration, provider_webhook_id: str) -> None:
        """Ends it. What is gone there already is fine. Raises OutboundError."""
        raise NotImplementedError

    async def ping(self, registered: Registration, provider_webhook_id: str) -> bool:
        """Asks for a ping delivery; False where the provider has no such thing."""
        return False


def refused_by(provider: str, status: int, said: str) -> InvalidInputError:
    """The error for an answer that says no."""
    said = f": {said[:300]}" if said else "."
    hint = "Look whether the credentials are valid and may manage webhooks, and whether the resource exists."
    return InvalidInputError(f"{provider} answered {status}{said}", hint=hint)
