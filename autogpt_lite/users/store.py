"""People in the database."""

from __future__ import annotations

import msgspec

from ..clock import now_us
from ..db import Database, Tx, load_sql
from ..errors import ConflictError
from .types import Role, StoredPreferences, User

sql = load_sql(__file__, "store.sql")


def select_user(db: Database, user_id: str) -> User | None:
    """One user."""
    row = db.point(sql.select_user, (user_id,))
    return None if row is None else User.from_row(row)


async def list_users(db: Database, limit: int, offset: int) -> list[User]:
    """Some of them, in the order of their arrival."""
    return [User.from_row(row) for row in await db.fetch_all(sql.list_users, (limit, offset))]


def insert_user_tx(tx: Tx, *, user_id: str, email: str, name: str, role: Role = "user", password_hash: str | None = None) -> None:
    """Adds a person. Raises ConflictError where somebody has the address."""
    if tx.fetch_one(sql.select_user_id, (email,)) is not None:
        raise ConflictError("There is an account with this e-mail address.")
    row = {"id": user_id, "email": email, "name": name, "role": role, "password_hash": password_hash, "at": now_us()}
    tx.execute(sql.insert_user, row)


def update_email_tx(tx: Tx, user_id: str, email: str) -> None:
    """Raises ConflictError where somebody else has the address."""
    owner = tx.fetch_one(sql.select_user_id, (email,))
    if owner is not None and owner[0] != user_id:
        raise ConflictError("There is another account with this e-mail address.")
    tx.execute(sql.update_email, (email, now_us(), user_id))


def update_password_tx(tx: Tx, user_id: str, password_hash: str) -> None:
    """From now on this is the password."""
    tx.execute(sql.update_password, (password_hash, now_us(), user_id))


def select_preferences(db: Database, user_id: str) -> StoredPreferences:
    """What the person chose; the defaults where there is nothing."""
    row = db.point(sql.select_preferences, (user_id,))
    return StoredPreferences() if row is None or row[0] is None else msgspec.json.decode(row[0], type=StoredPreferences)
