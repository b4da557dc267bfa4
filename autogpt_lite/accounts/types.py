"""Users and sessions."""

from __future__ import annotations

import msgspec

from ..clock import to_datetime

DEFAULT_USER_ID = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"
"""AutoGPT's user where nobody logs in; all requests act as this one."""


class Session(msgspec.Struct, frozen=True):
    """Who a browser session belongs to, and until when (microseconds since 1970)."""

    user_id: str
    is_admin: bool
    expires_at: int


class User(msgspec.Struct):
    """A person, as AutoGPT's clients see one."""

    id: str
    email: str
    name: str
    role: str
    timezone: str
    created_at: str
    updated_at: str

    @classmethod
    def from_row(cls, row: tuple) -> User:
        """From the columns of select_user, in their order."""
        *fields, created_at, updated_at = row
        return cls(*fields, to_datetime(created_at).isoformat(), to_datetime(updated_at).isoformat())


class LinkCode(msgspec.Struct):
    """The code from the fragment of a printed link."""

    code: str


class NewSession(msgspec.Struct):
    """What a browser gets for a code, beside the cookie. The page keeps `token` and sends it as X-Auth-Token."""

    token: str
    user_id: str
    expires_at: str


class NewLink(msgspec.Struct):
    """A link that opens a browser session, once, until `expires_at`: `url` on this machine, `public_url` (the same code
    under `server.public_url`) from elsewhere."""

    url: str
    public_url: str | None
    expires_at: str


class Ticket(msgspec.Struct):
    """What a WebSocket is opened with (?token=), once, within a minute."""

    ticket: str
    expires_at: str
