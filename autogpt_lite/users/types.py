"""People, and what they may set about themselves."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from ..clock import to_datetime
from ..errors import InvalidInputError

DEFAULT_USER_ID = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"
"""AutoGPT's user where nobody logs in: the owner of this server, who cannot be removed."""

Role = Literal["user", "admin"]
NotificationKind = Literal[
    "AGENT_RUN",
    "ZERO_BALANCE",
    "LOW_BALANCE",
    "BLOCK_EXECUTION_FAILED",
    "CONTINUOUS_AGENT_ERROR",
    "DAILY_SUMMARY",
    "WEEKLY_SUMMARY",
    "MONTHLY_SUMMARY",
    "REFUND_REQUEST",
    "REFUND_PROCESSED",
    "AGENT_APPROVED",
    "AGENT_REJECTED",
]
NOTIFICATION_KINDS: tuple[NotificationKind, ...] = NotificationKind.__args__  # type: ignore[attr-defined]
DEFAULT_DAILY_LIMIT = 10

MAX_EMAIL_CHARS = 254
# Not RFC 5322: one @, no blanks, no control characters, nothing that could break a header or a link.
_EMAIL = re.compile(r"[^@\s<>\"'\\,;:\x00-\x1f\x7f]+@[^@\s<>\"'\\,;:\x00-\x1f\x7f]+")


def clean_email(text: str) -> str:
    """The address in the one form that is stored and compared: lower case. Raises InvalidInputError."""
    email = text.strip().lower()
    if len(email) > MAX_EMAIL_CHARS or not _EMAIL.fullmatch(email):
        raise InvalidInputError("This is not an e-mail address.", hint="For instance `ada@example.org`.")
    return email


class User(msgspec.Struct):
    """A person, as AutoGPT's clients see one."""

    id: str
    email: str
    name: str
    role: Role
    timezone: str
    created_at: str
    updated_at: str

    @classmethod
    def from_row(cls, row: tuple) -> User:
        """From the columns of select_user, in their order."""
        *fields, created_at, updated_at = row
        return cls(*fields, to_datetime(created_at).isoformat(), to_datetime(updated_at).isoformat())


class NewUser(msgspec.Struct):
    """A person that an administrator adds."""

    email: str
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    role: Role = "user"


class RoleChange(msgspec.Struct):
    """What a person may do from now on."""

    role: Role


class UserName(msgspec.Struct):
    """How somebody is called; "" is nothing."""

    name: Annotated[str, msgspec.Meta(max_length=200)]


class Timezone(msgspec.Struct):
    """An IANA name, for instance Europe/Berlin."""

    timezone: str


class PreferenceChange(msgspec.Struct):
    """What somebody wants to be told. `email` is AutoGPT's field; an address is changed by POST /api/auth/user/email only."""

    email: str
    preferences: dict[NotificationKind, bool]
    daily_limit: Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class StoredPreferences(msgspec.Struct):
    """The part of it that is stored with the user."""

    preferences: dict[str, bool] = {}
    daily_limit: int = DEFAULT_DAILY_LIMIT


class NotificationPreference(msgspec.Struct):
    """What somebody is told by mail, and how many mails a day at most. Kinds that were never chosen are on."""

    user_id: str
    email: str
    preferences: dict[NotificationKind, bool]
    daily_limit: int
    emails_sent_today: int
    last_reset_date: str
