"""Sessions, and what opens them."""

from __future__ import annotations

from typing import Annotated

import msgspec

from ..clock import iso


class Session(msgspec.Struct, frozen=True):
    """Who a browser session belongs to, and until when (microseconds since 1970)."""

    user_id: str
    is_admin: bool
    expires_at: int


class SessionInfo(msgspec.Struct):
    """One browser that is logged in. `id` opens nothing; it names the session to whoever wants to end it."""

    id: str
    created_at: str
    expires_at: str
    user_agent: str
    remote: str
    is_current: bool

    @classmethod
    def from_row(cls, row: tuple, current: bytes | None) -> SessionInfo:
        """From the columns of list_sessions, in their order."""
        key, created_at, expires_at, user_agent, remote = row
        return cls(key.hex(), iso(created_at) or "", iso(expires_at) or "", user_agent, remote, key == current)


class EmailAndPassword(msgspec.Struct):
    """A log-in."""

    email: str
    password: str


class SignUp(msgspec.Struct):
    """A person who makes an account."""

    email: str
    password: str
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""


class PasswordChange(msgspec.Struct):
    """`old_password` may be left out by whoever has none yet."""

    new_password: str
    old_password: str = ""


class PasswordReset(msgspec.Struct):
    """The code from a link, and the password from now on. A code of null is refused as a wrong one is (400)."""

    code: str | None = None
    password: str | None = None


class EmailCode(msgspec.Struct):
    """The code from the mail to a new address."""

    code: str | None = None


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
    under `server.public_url`) from elsewhere, null where that is no other address."""

    url: str
    public_url: str | None
    expires_at: str


class Ticket(msgspec.Struct):
    """What a WebSocket is opened with (?token=), once, within a minute."""

    ticket: str
    expires_at: str
