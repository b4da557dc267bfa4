"""People: who there is, what they may do, what they have set about themselves."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec

from ..clock import now_us, to_datetime
from ..db import Database, Tx
from ..errors import ConflictError, NotFoundError
from . import store
from .types import (
    DEFAULT_USER_ID,
    NOTIFICATION_KINDS,
    NotificationPreference,
    PreferenceChange,
    Role,
    StoredPreferences,
    User,
    clean_email,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DAY_US = 86_400_000_000
MAX_USERS = 100_000


class UserService:
    """The people of this server.

    `changed` are called with a user's id when a role has changed or the user has left; `leaving` are coroutine functions that
    end what a user still has running and delete it, before the user's row goes; `moved` are told a user's id when the time zone has
    changed. `find_zone` reads the name of a time zone.
    """

    def __init__(self, db: Database, find_zone: Callable[[str], ZoneInfo]):
        self._db = db
        self._find_zone = find_zone
        self.changed: list[Callable[[str], None]] = []
        self.moved: list[Callable[[str], Awaitable[Any]]] = []
        self.leaving: list[Callable[[str], Awaitable[Any]]] = []

    def get_user(self, user_id: str) -> User:
        """Raises NotFoundError."""
        user = store.select_user(self._db, user_id)
        if user is None:
            raise NotFoundError("There is no such user.")
        return user

    def find_user(self, user_id: str) -> User | None:
        """The user, or None."""
        return store.select_user(self._db, user_id)

    async def list_users(self, page: int, page_size: int) -> tuple[list[User], int]:
        """One page, counted from 1, and how many there are."""
        count = (await self._db.fetch_all(store.sql.count_users))[0][0]
        return await store.list_users(self._db, page_size, (page - 1) * page_size), count

    async def add_user(
        self, email: str, *, name: str = "", role: Role = "user", user_id: str | None = None, password_hash: str | None = None
    ) -> User:
        """A new person. Raises InvalidInputError, ConflictError for an address that is taken."""
        user_id, email = user_id or str(uuid.uuid4()), clean_email(email)

        def write(tx: Tx) -> None:
            if tx.fetch_one(store.sql.count_users)[0] >= MAX_USERS:  # type: ignore[index]
                raise ConflictError(f"This server has its {MAX_USERS} users.")
            store.insert_user_tx(tx, user_id=user_id, email=email, name=name, role=role, password_hash=password_hash)

        await self._db.write(write)
        return self.get_user(user_id)

    async def ensure_user(self, user_id: str, email: str, name: str) -> User:
        """The user with this id, made where there is none yet. An address that somebody else has is not taken from them."""
        found = store.select_user(self._db, user_id)
        if found is not None:
            return found

        def write(tx: Tx) -> None:
            if tx.fetch_one(store.sql.select_user, (user_id,)) is None:
                is_taken = tx.fetch_one(store.sql.select_user_id, (email,)) is not None
                address = f"{uuid.uuid4()}@users.invalid" if is_taken else email
                store.insert_user_tx(tx, user_id=user_id, email=address, name=name)

        await self._db.write(write)
        return self.get_user(user_id)

    async def set_role(self, user_id: str, role: Role) -> User:
        """Raises NotFoundError, ConflictError for the owner of this server, who stays an administrator."""
        self.get_user(user_id)
        if user_id == DEFAULT_USER_ID and role != "admin":
            raise ConflictError("This is the owner of the server, who stays an administrator.")
        await self._db.write(lambda tx: tx.execute(store.sql.update_role, (role, now_us(), user_id)))
        self._tell(user_id)
        return self.get_user(user_id)

    async def remove_user(self, user_id: str) -> None:
        """Removes a person with everything that is theirs; what runs is stopped. Raises NotFoundError, ConflictError."""
        self.get_user(user_id)
        if user_id == DEFAULT_USER_ID:
            raise ConflictError("This is the owner of the server.", hint="Other users can be removed.")
        self._tell(user_id)
        for leave in self.leaving:
            await leave(user_id)
        await self._db.write(lambda tx: tx.execute(store.sql.delete_user, (user_id,)))
        self._tell(user_id)

    def _tell(self, user_id: str) -> None:
        for callback in self.changed:
            callback(user_id)

    # --- what people set themselves -------------------------------------------------------------------

    def timezone_of(self, user_id: str) -> str:
        """The IANA name of the user's time zone; UTC where there is no such user."""
        user = store.select_user(self._db, user_id)
        return user.timezone if user is not None else "UTC"

    async def set_name(self, user_id: str, name: str) -> User:
        """How the user is called from now on."""
        await self._db.write(lambda tx: tx.execute(store.sql.update_name, (name.strip(), now_us(), user_id)))
        return self.get_user(user_id)

    async def set_timezone(self, user_id: str, name: str) -> str:
        """The name as it is stored. Raises InvalidInputError."""
        zone = self._find_zone(name).key
        await self._db.write(lambda tx: tx.execute(store.sql.update_timezone, (zone, now_us(), user_id)))
        for callback in self.moved:
            await callback(user_id)
        return zone

    def get_preferences(self, user_id: str) -> NotificationPreference:
        """What the user is told by mail. Raises NotFoundError."""
        user, chosen = self.get_user(user_id), store.select_preferences(self._db, user_id)
        now = now_us()
        return NotificationPreference(
            user_id=user_id,
            email=user.email,
            preferences={kind: chosen.preferences.get(kind, True) for kind in NOTIFICATION_KINDS},
            daily_limit=chosen.daily_limit,
            emails_sent_today=0,
            last_reset_date=to_datetime(now - now % DAY_US).isoformat(),
        )

    async def set_preferences(self, user_id: str, change: PreferenceChange) -> NotificationPreference:
        """Kinds that are not named keep what they were."""

        def write(tx: Tx) -> None:
            row = tx.fetch_one(store.sql.select_preferences, (user_id,))
            kept = msgspec.json.decode(row[0], type=StoredPreferences).preferences if row and row[0] else {}
            new = StoredPreferences({**kept, **change.preferences}, change.daily_limit)
            tx.execute(store.sql.update_preferences, (msgspec.json.encode(new), now_us(), user_id))

        await self._db.write(write)
        return self.get_preferences(user_id)

    # --- for the log-in -------------------------------------------------------------------------------

    def find_password(self, email: str) -> tuple[str, str | None] | None:
        """(user id, password hash) of the account with this address; None where there is none."""
        return self._db.point(store.sql.select_password, (email,))  # type: ignore[return-value]

    def password_of(self, user_id: str) -> str | None:
        """The user's password hash; None where there is no password."""
        row = self._db.point(store.sql.select_password_by_id, (user_id,))
        return None if row is None else row[0]

    def set_password_tx(self, tx: Tx, user_id: str, password_hash: str) -> None:
        """In a write of the caller."""
        store.update_password_tx(tx, user_id, password_hash)

    def set_email_tx(self, tx: Tx, user_id: str, email: str) -> None:
        """In a write of the caller. Raises ConflictError where somebody else has the address."""
        store.update_email_tx(tx, user_id, email)
