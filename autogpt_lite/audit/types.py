"""What administrators did, and who failed to log in."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec


class AuditEvent(msgspec.Struct):
    """One action: method and path of the route, what it was about in `detail`. Never a password, a key or a code."""

    id: int
    at: str
    actor_id: str
    remote: str
    action: str
    detail: dict[str, Any]


class FailedLogins(msgspec.Struct):
    """How often one address failed in one minute, by one way. `user_id` is whose account was tried, "" where nobody's."""

    minute_at: str
    remote: str
    way: str
    user_id: str
    count: int


class ListAudit(msgspec.Struct):
    """The newest first; `before` is the id of the last one of the page before."""

    before: Annotated[int, msgspec.Meta(ge=0, le=10**18)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class ListFailedLogins(msgspec.Struct):
    """How many of the newest."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
