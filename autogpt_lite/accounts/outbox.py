"""The seam for mails: accounts add to an outbox; whoever sends mails puts another one in the place of this."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Protocol

from ..users.types import User

log = logging.getLogger(__name__)


class Outbox(Protocol):
    """Takes mails to send."""

    async def add(self, kind: str, user: User, data: Mapping[str, Any]) -> None:
        """`data` is what the text needs. For "verify_email" that is `to`, the address to be verified, and `link`."""


class LogOutbox:
    """There is no mail server: the administrator finds the link in the log."""

    async def add(self, kind: str, user: User, data: Mapping[str, Any]) -> None:
        """Logs it, with what is to be done."""
        to, link = data.get("to", user.email), data.get("link", "")
        log.warning("no mail is sent from here (%s): give this link to whoever reads the mail of %s: %s", kind, to, link)
